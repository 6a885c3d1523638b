"""How many messages may be on their way at once, so that nobody's slow network holds up what is meant for others."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

from bot.precedence import Precedence

AT_ONCE = 64
ALARMS_AT_ONCE = 32  # places of their own: an alarm never waits behind a slow network
AT_ONE_DESK = 5  # to one colleague, until it is written down; what is not when this process dies comes there twice
AT_A_MOMENT = 6  # to persons, for the same reason: a network that is quick is given few together
MOMENT_SECONDS = 0.1  # one that is slow has its place among these for no longer


class Gate:
    """`to_person` around one attempt, `to_colleague` around that and the note of it."""

    def __init__(self) -> None:
        self._alarms = Precedence()
        self._limits = {False: asyncio.Semaphore(AT_ONCE), True: asyncio.Semaphore(ALARMS_AT_ONCE)}
        self._desks: defaultdict[tuple[int, bool], asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(AT_ONE_DESK)
        )
        self._called: Counter[int] = Counter()
        self._moment = asyncio.Semaphore(AT_A_MOMENT)

    @asynccontextmanager
    async def to_person(self, *, urgent: bool) -> AsyncIterator[None]:
        """Answers wait a moment while alarms set out."""
        await self._alarms.after_alarms()
        async with self._limits[urgent]:
            # A place among those who set out together, given back when the network has answered or the moment is over.
            await self._moment.acquire()
            over = asyncio.get_running_loop().call_later(MOMENT_SECONDS, self._give_back, given := [True])
            try:
                yield
            finally:
                over.cancel()
                self._give_back(given)

    def _give_back(self, given: list[bool]) -> None:
        if given:
            given.clear()
            self._moment.release()

    @asynccontextmanager
    async def to_colleague(self, staff_id: int, *, urgent: bool) -> AsyncIterator[None]:
        """An alarm waits neither behind what is not urgent nor behind alarms to others, however slow their network:
        the first to each colleague needs none of the places."""
        with self._alarms.alarm() if urgent else nullcontext():
            async with self._desks[staff_id, urgent]:
                is_first = urgent and not self._called[staff_id]
                self._called[staff_id] += urgent
                try:
                    async with nullcontext() if is_first else self._limits[urgent]:
                        yield
                finally:
                    self._called[staff_id] -= urgent
