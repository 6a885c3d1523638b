"""Alarms go first: while one is on its way to a colleague, answers to other persons wait a moment."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

WAIT_SECONDS = 1.0  # a network that takes no alarms does not hold up everybody else for longer


class Precedence:
    """Counts the alarms on their way in this process."""

    def __init__(self) -> None:
        self._on_the_way = 0
        self._passed = asyncio.Event()
        self._passed.set()

    @contextmanager
    def alarm(self) -> Iterator[None]:
        """Around the sending of one alarm."""
        self._on_the_way += 1
        self._passed.clear()
        try:
            yield
        finally:
            self._on_the_way -= 1
            if not self._on_the_way:
                self._passed.set()

    async def after_alarms(self) -> None:
        """Return when no alarm is on its way, or after a second."""
        if not self._passed.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._passed.wait(), WAIT_SECONDS)
