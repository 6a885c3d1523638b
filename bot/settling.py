"""Writes down what was handed over to colleagues, many in one deed: an alarm must not wait for the notes of others."""

import asyncio
from functools import partial

from bot import postbag
from bot.db import Database


class Settling:
    """Rows of the outbox that are done with. While a deed runs, what comes meanwhile gathers for the next."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._gathered: list[tuple[int, asyncio.Future[None]]] = []
        self._running: asyncio.Task[None] | None = None

    async def done(self, row_id: int) -> None:
        """Return once the row is gone for good. Raises DatabaseAway, or whatever else the deed failed with."""
        loop = asyncio.get_running_loop()
        told: asyncio.Future[None] = loop.create_future()
        self._gathered.append((row_id, told))
        if self._running is None:
            self._running = loop.create_task(self._run())
        await told

    async def _run(self) -> None:
        while self._gathered:
            many, self._gathered = self._gathered, []
            ids = [row_id for row_id, _ in many]
            failure: Exception | None = None
            try:
                # It may be written down later than the next alarm; until then it stays in hand.
                await self._db.write(partial(postbag.remove_all, row_ids=ids), urgent=False)
            except Exception as problem:  # whoever waits hears of it; the next rows must not wait for ever
                failure = problem
            for _, told in many:
                if not told.done():
                    told.set_exception(failure) if failure else told.set_result(None)
        self._running = None
