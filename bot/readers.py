"""The readers of the house: a few threads with connections; what is looked up by its key is not worth the way there."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from bot import cores
from bot.connections import Kept, Statements
from bot.glances import Glance, Glances, Waiting
from bot.mishaps import away
from bot.ports import HeldUp

log = logging.getLogger(__name__)

T = TypeVar("T")
Query = Callable[[Connection], T]
Asked = tuple[Query[Any], "asyncio.Future[Any]"]

READERS = 4
SLOW_READ_SECONDS = 1.0  # a longer reader would keep erased words in the write-ahead log


class Readers:
    """`read` for a query that may take its time, `look_up` for a few rows by their key."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._statements = Statements(engine)
        self._threads = cores.threads(READERS, "reader")
        self._here = Here(self._statements) if engine.dialect.name == "sqlite" else None
        self._glances = None if self._here is not None else Glances(self._statements, self._threads, self._fall_back)
        self._asked: list[Asked] = []
        self._looking: asyncio.Task[None] | None = None
        self.is_held_up = False  # by another program's lock; until somebody has looked whether it is gone

    async def read(self, query: Query[T]) -> T:
        """Run a query on a connection of its own; it must not last longer than a second."""
        return await self.aside(partial(self._one, query))

    async def look_up(self, query: Query[T]) -> T:
        """The same for a few rows by their key, for which a journey into a thread and back costs ten times as much.

        SQLite is asked on the spot. Where the way is a network, those asked while others are looked up are answered
        together, each for itself.
        """
        if self._here is not None:
            with suppress(DBAPIError):
                return self._here.look_up(query)
        told: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._ask([(query, told)])
        return await told

    async def glance(self, ask: Glance[T]) -> T:
        """The same by a statement that is asked now and read when its rows have come: the loop waits for nothing."""
        if self._glances is not None:
            return await self._glances.glance(ask)
        return await self.look_up(partial(_at_once, ask))

    async def aside(self, work: Callable[[], T]) -> T:
        """Any other work that waits for a disk, in one of these threads."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def stop(self) -> None:
        """Finish what has begun, then close every connection."""
        self._threads.shutdown(wait=True)
        if self._glances is not None:
            self._glances.close()
        if self._here is not None:
            self._here.close()
        self._engine.dispose()

    def _fall_back(self, waiting: Sequence[Waiting]) -> None:
        self._ask([(partial(_at_once, ask), told) for ask, told in waiting])

    def _ask(self, more: Sequence[Asked]) -> None:
        self._asked.extend(more)
        if self._looking is None:
            self._looking = asyncio.get_running_loop().create_task(self._look())

    async def _look(self) -> None:
        while self._asked:
            many, self._asked = self._asked, []
            try:
                found: Sequence[Any] = await self.aside(partial(self._many, [query for query, _ in many]))
            except Exception as problem:
                found = [problem] * len(many)
            for (_, told), result in zip(many, found, strict=True):
                if told.done():  # whoever asked was cancelled
                    continue
                if isinstance(result, Exception):
                    told.set_exception(result)
                else:
                    told.set_result(result)
        self._looking = None

    # --- in a reader's thread -----------------------------------------------------------------------------------------

    def _one(self, query: Query[T]) -> T:
        begun = time.monotonic()
        try:
            with self._statements.connect() as connection:
                return query(connection)
        except DBAPIError as problem:
            raise self._told(query, problem) from None
        finally:
            _note(query, time.monotonic() - begun)

    def _many(self, queries: Sequence[Query[Any]]) -> list[Any]:
        """The result of each, or the error that is its own; trouble of the database is everybody's."""
        found: list[Any] = []
        begun = time.monotonic()
        try:
            with self._statements.connect() as connection:
                for query in queries:
                    try:
                        found.append(query(connection))
                    except DBAPIError:
                        raise
                    except Exception as problem:
                        found.append(problem)
        except DBAPIError as problem:
            return [self._told(queries[0], problem)] * len(queries)
        _note(queries[0], time.monotonic() - begun)
        return found

    def _told(self, query: Query[Any], problem: DBAPIError) -> Exception:
        told = away(problem)
        if isinstance(told, HeldUp):
            self.is_held_up = True
            log.warning("read_held_up", extra={"deed": name_of(query)})
        return told


class Here:
    """A reading connection of the event loop's own. It waits for nobody: it raises DBAPIError where others would wait.

    It reads outside of transactions, as readers on PostgreSQL do: to begin and to end one costs as much as the row. So
    it never holds back what empties the write-ahead log.
    """

    def __init__(self, statements: Statements) -> None:
        self._kept = Kept(statements)
        self._is_open = False

    def look_up(self, query: Query[T]) -> T:
        """Run the query on this thread."""
        begun, connection = time.monotonic(), self._kept.connect()
        try:
            if not self._is_open:
                connection.detach()  # nobody else is given it
                connection.begins = False
                connection.connection.execute("PRAGMA busy_timeout=0")
                self._is_open = True
            return query(connection)
        except DBAPIError:
            self.close()
            raise
        finally:
            if connection.in_transaction():  # the library begins one for what it says itself
                connection.rollback()
            _note(query, time.monotonic() - begun)

    def close(self) -> None:
        self._kept.close()
        self._is_open = False


def _at_once(ask: Glance[T], connection: Connection) -> T:
    return ask(connection)()


def name_of(work: Callable[..., Any]) -> str:
    """A deed or query by its place in the code: `Mailroom._deliver.<lambda>`."""
    while isinstance(work, partial):
        work = work.func
    return getattr(work, "__qualname__", type(work).__name__).replace(".<locals>", "")[-60:]


def _note(query: Callable[..., Any], lasted: float) -> None:
    if lasted > SLOW_READ_SECONDS:
        log.warning("slow_read", extra={"deed": name_of(query), "ms": round(lasted * 1000)})
