"""Alarms go first: when some set out to colleagues, answers to other persons wait a moment."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

WAIT_SECONDS = 2.0  # counted from the first of them: neither a dead network nor many alarms hold up others for longer


class Precedence:
    """Counts the alarms on their way in this process."""

    def __init__(self) -> None:
        self._on_the_way = 0
        self._since = 0.0
        self._passed = asyncio.Event()
        self._passed.set()

    @contextmanager
    def alarm(self) -> Iterator[None]:
        """Around the sending of one alarm."""
        if not self._on_the_way:
            self._since = asyncio.get_running_loop().time()
            self._passed.clear()
        self._on_the_way += 1
        try:
            yield
        finally:
            self._on_the_way -= 1
            if not self._on_the_way:
                self._passed.set()

    async def after_alarms(self) -> None:
        """Return when no alarm is on its way, or two seconds after the first of them set out."""
        left = self._since + WAIT_SECONDS - asyncio.get_running_loop().time()
        if left > 0 and not self._passed.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._passed.wait(), left)
