"""Hears the bells that other processes of the same PostgreSQL house ring; if it cannot, everybody looks more often."""

import asyncio
import logging
from contextlib import suppress

import psycopg
from sqlalchemy import make_url

from bot.bells import Bells
from bot.deeds import BELLS

log = logging.getLogger(__name__)

DEAF_LOOK_SECONDS = 1.0
LOOK_SECONDS = 15.0
BEAT_SECONDS = 10.0
AGAIN_SECONDS = 1.0


class Hearing:
    """One connection that only listens. `start` and `stop` on the event loop."""

    def __init__(self, url: str, owner: str, bells: Bells) -> None:
        self._url = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._owner = owner
        self._bells = bells
        self._task: asyncio.Task[None] | None = None
        self.is_open = False

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            try:
                await self._hear()
            except (psycopg.Error, OSError) as problem:
                log.warning("bells_not_heard", extra={"kind": type(problem).__name__})
            finally:
                self.is_open, self._bells.look_every = False, DEAF_LOOK_SECONDS
            await asyncio.sleep(AGAIN_SECONDS)

    async def _hear(self) -> None:
        async with await psycopg.AsyncConnection.connect(self._url, autocommit=True, connect_timeout=5) as connection:
            await connection.execute(f"LISTEN {BELLS}")
            self.is_open, self._bells.look_every = True, LOOK_SECONDS
            self._bells.ring_all()  # what rang before we listened
            while True:
                async for note in connection.notifies(timeout=BEAT_SECONDS):
                    owner, _, name = note.payload.partition(":")
                    if owner != self._owner:
                        self._bells.ring_named(name)
                await asyncio.wait_for(connection.execute("SELECT 1"), BEAT_SECONDS)
