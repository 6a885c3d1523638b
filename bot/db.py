"""The one writer and the readers of the database: many deeds in one commit, each in its own savepoint."""

import asyncio
import logging
import secrets
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import Executable

from bot.seals import Seals

log = logging.getLogger(__name__)

T = TypeVar("T")
Hook = Callable[[], None]

BATCH_SECONDS = 0.005
SLOW_DEED_SECONDS = 0.05
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON", "busy_timeout=5000")
_RERUN_STATES = {"40001", "40P01"}


class DatabaseAway(Exception):
    """The database cannot be written just now (locked, full, or gone); nothing was half written."""


@dataclass(slots=True)
class Tx:
    """What a deed is given: the connection in its savepoint, the seals, and a place for hooks after the commit."""

    connection: Connection
    seals: Seals
    owner: str
    hooks: list[Hook] = field(default_factory=list)
    told: list[str] = field(default_factory=list)  # keys of the outbox rows written, leased to this process
    rung: list[str] = field(default_factory=list)  # bells to ring after the commit

    def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        return self.connection.execute(statement, parameters)

    def after_commit(self, hook: Hook) -> None:
        """Run on the event loop once the deed is durable; dropped if the deed fails. Waking only, never work."""
        self.hooks.append(hook)

    def ring(self, topic: str) -> None:
        """Ring a bell after the commit, so that live pages and open sockets look again."""
        self.rung.append(topic)

    @property
    def is_postgresql(self) -> bool:
        return self.connection.dialect.name == "postgresql"


Deed = Callable[[Tx], T]
Query = Callable[[Connection], T]


@dataclass(slots=True)
class _Job:
    deed: Deed[Any]
    future: "Future[Any]"
    name: str
    result: Any = None
    failure: Exception | None = None
    hooks: list[Hook] = field(default_factory=list)


def open_engine(url: str, *, is_reader: bool = False, readers: int = 4) -> Engine:
    """An engine with our pragmas: WAL, FULL, secure_delete, foreign keys; explicit BEGIN IMMEDIATE for the writer."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=readers if is_reader else 2, max_overflow=0, pool_pre_ping=True)
    engine = create_engine(url, pool_size=readers if is_reader else 1, max_overflow=2, connect_args={"timeout": 5})

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        if is_reader:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if is_reader else "BEGIN IMMEDIATE")

    return engine


class Database:
    """`await write(deed)` and `await read(query)`. Deeds run one after another in one thread, readers beside it."""

    def __init__(self, url: str, seals: Seals) -> None:
        self.url = url
        self.seals = seals
        self.owner = secrets.token_hex(8)  # this process, in every lease it takes
        self.is_sqlite = url.startswith("sqlite")
        self.on_told: Callable[[list[str]], None] = lambda keys: None  # the mailroom, woken after the commit
        self.on_rung: Callable[[str], None] = lambda topic: None  # the bells, rung after the commit
        self._writer_engine = open_engine(url)
        self._reader_engine = open_engine(url, is_reader=True)
        self._readers = ThreadPoolExecutor(4, thread_name_prefix="reader")
        self._urgent: deque[_Job] = deque()
        self._routine: deque[_Job] = deque()
        self._wake = threading.Condition()
        self._is_stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        """Start the writer thread; call from the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def stop(self) -> None:
        """Finish what is queued, then close every connection."""
        with self._wake:
            self._is_stopping = True
            self._wake.notify()
        if self._thread.ident is not None:
            await asyncio.to_thread(self._thread.join)
        self._readers.shutdown(wait=True)
        self._writer_engine.dispose()
        self._reader_engine.dispose()

    async def write(self, deed: Deed[T], *, urgent: bool = True) -> T:
        """Run the deed and return its value once it is durable. `urgent`: turns, alarms, leases before all else."""
        job = _Job(deed, Future(), getattr(deed, "__qualname__", type(deed).__name__))
        with self._wake:
            if self._is_stopping:
                raise DatabaseAway("The service is stopping.")
            (self._urgent if urgent else self._routine).append(job)
            self._wake.notify()
        result: T = await asyncio.wrap_future(job.future)
        return result

    async def read(self, query: Query[T]) -> T:
        """Run a query on a reading connection; it must not last longer than a second."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, query)

    def _read(self, query: Query[T]) -> T:
        try:
            with self._reader_engine.connect() as connection:
                return query(connection)
        except DBAPIError as problem:
            raise away(problem) from None

    async def scrub(self, *, tries: int = 40) -> bool:
        """After an erasure: empty the write-ahead log, again and again until no reader holds it back."""
        if not self.is_sqlite:
            return True
        for _ in range(tries):
            if await asyncio.wrap_future(self._readers.submit(self._truncate_log)):
                return True
            await asyncio.sleep(0.05)
        log.warning("wal_not_truncated")
        return False

    def _truncate_log(self) -> bool:
        path = self.url.removeprefix("sqlite:///")
        with sqlite3.connect(path, timeout=1) as connection:
            row = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        connection.close()
        return bool(row and row[0] == 0)

    # --- the writer thread --------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            with self._wake:
                while not (self._urgent or self._routine or self._is_stopping):
                    self._wake.wait()
                if self._is_stopping and not (self._urgent or self._routine):
                    return
            self._batch()

    def _next(self) -> _Job | None:
        with self._wake:
            if self._urgent:
                return self._urgent.popleft()
            return self._routine.popleft() if self._routine else None

    def _batch(self) -> None:
        """Up to five milliseconds of deeds in one commit; if the commit fails, each again by itself."""
        jobs: list[_Job] = []
        try:
            with self._writer_engine.begin() as connection:
                end = time.monotonic() + BATCH_SECONDS
                while (job := self._next()) is not None:
                    jobs.append(job)
                    self._try(connection, job)
                    if time.monotonic() >= end:
                        break
        except DBAPIError as problem:
            log.warning("batch_failed", extra={"kind": type(problem).__name__, "deeds": len(jobs)})
            self._one_by_one(jobs or self._take_all(), problem)
            return
        except Exception as problem:
            self._fail(jobs, problem)
            return
        self._settle(jobs)

    def _try(self, connection: Connection, job: _Job) -> None:
        """One deed in one savepoint. Its own refusals stay its own; trouble of the database breaks the batch."""
        job.result, job.failure, job.hooks = None, None, []
        tx = Tx(connection, self.seals, self.owner)
        begun = time.monotonic()
        try:
            with connection.begin_nested():
                job.result = job.deed(tx)
            job.hooks = tx.hooks
            if told := tx.told:
                job.hooks.append(lambda: self.on_told(told))
            job.hooks.extend(partial(self.on_rung, topic) for topic in tx.rung)
        except DBAPIError as problem:
            if _breaks_the_batch(problem):
                raise
            job.failure = problem
        except Exception as problem:
            job.failure = problem
        if (lasted := time.monotonic() - begun) > SLOW_DEED_SECONDS:
            log.warning("slow_deed", extra={"deed": job.name, "ms": round(lasted * 1000)})

    def _take_all(self) -> list[_Job]:
        """The transaction could not even begin: everything that waits is answered, none is left hanging."""
        with self._wake:
            jobs = [*self._urgent, *self._routine]
            self._urgent.clear()
            self._routine.clear()
            return jobs

    def _one_by_one(self, jobs: list[_Job], problem: DBAPIError) -> None:
        for job in jobs:
            for attempt in range(3):
                try:
                    with self._writer_engine.begin() as connection:
                        self._try(connection, job)
                except DBAPIError as again:
                    job.failure = away(again)
                    time.sleep(0.01 * (attempt + 1))
                    continue
                break
        self._settle(jobs)

    def _fail(self, jobs: list[_Job], problem: Exception) -> None:
        for job in jobs:
            job.failure = problem
        self._settle(jobs)

    def _settle(self, jobs: list[_Job]) -> None:
        """Tell every caller how it went, and run the hooks on the loop, in the order of the deeds."""
        assert self._loop is not None
        hooks = [hook for job in jobs if job.failure is None for hook in job.hooks]
        for job in jobs:
            if job.failure is None:
                job.future.set_result(job.result)
            else:
                job.future.set_exception(job.failure)
        if hooks and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(_run_hooks, hooks)


def _run_hooks(hooks: list[Hook]) -> None:
    for hook in hooks:
        hook()


def _breaks_the_batch(problem: DBAPIError) -> bool:
    origin = problem.orig
    if isinstance(origin, sqlite3.OperationalError):
        return True  # FULL, IOERR, BUSY: the whole transaction is in doubt
    return getattr(origin, "sqlstate", None) in _RERUN_STATES or problem.connection_invalidated


def away(problem: DBAPIError) -> Exception:
    """A plain sentence in place of a driver's message, which could quote a row."""
    origin = problem.orig
    if isinstance(origin, sqlite3.OperationalError):
        name = getattr(origin, "sqlite_errorname", "SQLITE_ERROR")
        reasons = {"SQLITE_FULL": "the disk is full", "SQLITE_BUSY": "another program holds the database locked"}
        return DatabaseAway(f"The database cannot be used: {reasons.get(name, name)}.")
    return DatabaseAway(f"The database cannot be used ({getattr(origin, 'sqlstate', None) or type(origin).__name__}).")
