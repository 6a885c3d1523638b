"""Return codes made in advance: one takes a twentieth of a second of one core, and 16 MiB while it is made."""

import asyncio
import logging
from contextlib import suppress

from bot.helpline import coming_back
from bot.helpline.coming_back import Spare
from bot.seals import Seals

log = logging.getLogger(__name__)

READY = 4  # so many lie ready; with a hundred reports at once an alarm waits for no code


class Spares:
    """Codes for turns that may need one. At most two are made at a time: one to lie ready, one for whoever waits."""

    def __init__(self, seals: Seals) -> None:
        self._seals = seals
        self._ready: list[Spare] = []
        self._lent = 0
        self._making = asyncio.Lock()
        self._filling: asyncio.Task[None] | None = None

    async def lend(self) -> Spare:
        """One that is ready; without words where none is and others are being answered. Give it back.

        Hardly any turn gives its code: what is wanted and was not ready is told a moment later, and many who write at
        once do not wait for a twentieth of a second each.
        """
        self._lent += 1
        self._fill_soon()
        if self._ready:
            return self._ready.pop()
        try:
            return Spare() if self._lent > 1 else await self.make()
        except asyncio.CancelledError:
            self._lent -= 1
            raise

    def give_back(self, spare: Spare) -> None:
        """After the turn: whatever was not given lies ready again."""
        self._lent -= 1
        if spare.words and not spare.is_given:
            self._ready.append(spare)

    def lose(self) -> None:
        """Nobody knows whether the code that was lent is given now: it is lent to nobody else."""
        self._lent -= 1

    async def make(self) -> Spare:
        """A new one, when all who asked before have theirs. Not lent: whoever asks for it gives it to somebody.

        Without words if it could not be made: an answer, and an alarm before all, does not fail for want of a code.
        """
        async with self._making:
            return await self._made()

    async def _made(self) -> Spare:
        try:
            return await asyncio.to_thread(coming_back.make, self._seals)
        except Exception as problem:  # no memory, no thread: whoever needs a code is told none this time
            log.error("code_not_made", extra={"kind": type(problem).__name__})
            return Spare()

    async def stop(self) -> None:
        if self._filling is not None:
            self._filling.cancel()
            with suppress(asyncio.CancelledError):
                await self._filling

    def _fill_soon(self) -> None:
        if self._few() and (self._filling is None or self._filling.done()):
            self._filling = asyncio.get_running_loop().create_task(self._fill())

    def _few(self) -> bool:
        return len(self._ready) + self._lent < READY

    async def _fill(self) -> None:
        while self._few() and (spare := await self._made()).words:
            self._ready.append(spare)
