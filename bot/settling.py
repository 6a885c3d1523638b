"""Writes down what was handed over, many in one deed, before all that waits: else a kill brings it twice."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from bot import postbag
from bot.db import Database, DatabaseAway, Tx

Note = Callable[[Tx], None]


@dataclass(frozen=True, slots=True)
class Done:
    """A row of the outbox that is done with, what else is written down of it, and who waits until it is."""

    row_id: int
    note: Note | None
    told: "asyncio.Future[None]"


class Settling:
    """Rows of the outbox that are done with. While a deed runs, what comes meanwhile gathers for the next."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._gathered: list[Done] = []
        self._running: asyncio.Task[None] | None = None

    async def done(self, row_id: int, note: Note | None = None) -> None:
        """Return once the row is gone for good. Raises DatabaseAway, or whatever else its part of the deed failed with.

        `note` is written with it: a few small rows, for the deed is everybody's.
        """
        loop = asyncio.get_running_loop()
        one = Done(row_id, note, loop.create_future())
        self._gathered.append(one)
        if self._running is None:
            self._running = loop.create_task(self._run())
        await one.told

    async def _run(self) -> None:
        while self._gathered:
            many, self._gathered = self._gathered, []
            await self._write(many)
        self._running = None

    async def _write(self, many: Sequence[Done]) -> None:
        failure: Exception | None = None
        try:
            await self._db.write(partial(_put_down, many=many), first=True)
        except Exception as problem:  # whoever waits hears of it; the next rows must not wait for ever
            failure = problem
        if failure is not None and len(many) > 1 and not isinstance(failure, DatabaseAway):
            for one in many:  # none pays for another's failure
                await self._write([one])
            return
        for one in many:
            if not one.told.done():
                one.told.set_exception(failure) if failure else one.told.set_result(None)


def _put_down(tx: Tx, many: Sequence[Done]) -> None:
    """The rows go last: their locks are taken after those of the lanes that the notes refer to."""
    for one in many:
        if one.note is not None:
            one.note(tx)
    postbag.remove_all(tx, [one.row_id for one in many])
