"""The database as the house sees it: one writer, a few readers, and a log that keeps nothing of what was erased."""

import asyncio
import logging
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

from bot.connections import read_before
from bot.deeds import Deed, Hook, Tx, run_alone
from bot.glances import Glance
from bot.mishaps import away, breaks_the_batch
from bot.ports import DatabaseAway
from bot.prepared import say
from bot.readers import Query, Readers, name_of
from bot.seals import Seals
from bot.writer import Counts, Job, Writer
from directory.tables import metadata

__all__ = ["Database", "DatabaseAway", "Deed", "Query", "Tx", "away", "breaks_the_batch", "open_engine", "run_alone"]

log = logging.getLogger(__name__)

T = TypeVar("T")

LOAN_SECONDS = 0.05  # a deed that lasts longer runs on beside the event loop
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "secure_delete=ON",
    "foreign_keys=ON",
    "temp_store=MEMORY",  # nothing of a sort is spilled into a file
    "busy_timeout=5000",
)


# How long a PostgreSQL server that says nothing is believed to be there: without these a machine that is gone keeps
# whoever asks it for as long as the system likes, a quarter of an hour or two hours.
_PATIENCE: dict[str, int | None] = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    "prepare_threshold": None,  # bot/wire.py prepares; the driver would forget all of it at a ROLLBACK
}
ASKED_AFTER_SECONDS = 1.0  # a connection that was silent for longer is asked whether it is still there
LOCK_SECONDS = 2.0  # another program's lock is waited for so long; then it is told, and what needs no lock goes on
MOST_SECONDS = 30.0  # one statement of the running service
MOST_IDLE_SECONDS = 15  # a deed lasts milliseconds: who is silent in one was stopped, and holds locks others wait for


def open_engine(url: str, *, is_reader: bool = False, readers: int = 4) -> Engine:
    """An engine with our pragmas: WAL, FULL, secure_delete, foreign keys; explicit BEGIN IMMEDIATE for the writer.

    A reader can write nothing. No error it raises quotes a parameter: rows hold sealed words, and logs must not even
    hold those.
    """
    size = readers + 1 if is_reader else 2  # one of the event loop's own
    if not url.startswith("sqlite"):
        # A reader's statement sees what is newest, in a transaction or not. One would cost two more ways to the server,
        # and its ROLLBACK has the driver forget, here and there, every statement it has prepared.
        each_alone: dict[str, Any] = {"isolation_level": "AUTOCOMMIT"} if is_reader else {}
        made = create_engine(
            url, pool_size=size, max_overflow=0, connect_args=_PATIENCE, hide_parameters=True,
            **each_alone,
        )  # fmt: skip
        read_before(made)
        event.listen(made, "connect", lambda connection, record: _bound(connection, lock_timeout=LOCK_SECONDS))
        if is_reader:
            event.listen(made, "connect", _read_only)
        event.listen(made, "checkin", _note_when)
        event.listen(made, "checkout", partial(_still_there, made))
        return made
    engine = create_engine(url, pool_size=size, max_overflow=2, connect_args={"timeout": 5}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        if is_reader:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        say(connection, "BEGIN" if is_reader else "BEGIN IMMEDIATE")

    return engine


def _bound(connection: Any, **seconds: float) -> None:
    """How long the server lets this connection wait, or be silent in a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("; ".join(f"SET {name} = '{round(most * 1000)}ms'" for name, most in seconds.items()))
        cursor.execute("SET TIME ZONE 'UTC'")  # what is read is in it already
    connection.commit()


def _note_when(_connection: Any, record: Any) -> None:
    record.info["used"] = time.monotonic()


def _still_there(engine: Engine, connection: Any, record: Any, _proxy: Any) -> None:
    """A connection that was silent for a while is asked whether its server is there; the pool makes another if not.

    To ask each time costs as much as what is looked up. Who was heard a moment ago fails as anything may fail.
    """
    if time.monotonic() - record.info.get("used", time.monotonic()) < ASKED_AFTER_SECONDS:
        return
    try:
        engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error:
        raise DisconnectionError from None


def _read_only(connection: Any, _record: object) -> None:
    connection.execute("SET default_transaction_read_only = on")
    connection.commit()


def _never_idle(connection: Any, _record: object) -> None:
    _bound(connection, idle_in_transaction_session_timeout=MOST_IDLE_SECONDS, statement_timeout=MOST_SECONDS)


class Database:
    """`await write(deed)` and `await read(query)`. Deeds run one after another in one thread, readers beside it."""

    def __init__(self, url: str, seals: Seals) -> None:
        self.url = url
        self.seals = seals
        self.owner = secrets.token_hex(8)  # this process, in every lease it takes
        self.is_sqlite = url.startswith("sqlite")
        self.on_told: Callable[[list[Any]], None] = lambda items: None  # the mailroom, woken after the commit
        self.on_rung: Callable[[str], None] = lambda topic: None  # the bells, rung after the commit
        self.must_scrub = False  # something was erased, and the write-ahead log may still hold it
        self._writer_engine = open_engine(url)
        readers = open_engine(url, is_reader=True)
        if not self.is_sqlite:
            for engine in (self._writer_engine, readers):
                event.listen(engine, "connect", _never_idle)
        self._readers = Readers(readers)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._loops: int | None = None  # the number of its thread
        self._writer = Writer(
            self._writer_engine, seals, self.owner, settle=self._settle, alone=self._alone,
            bell=None if self.is_sqlite else self.bell,
        )  # fmt: skip

    def start(self) -> None:
        """Start the writer thread; call from the running event loop."""
        self._loop, self._loops = asyncio.get_running_loop(), threading.get_native_id()
        self._writer.thread.start()

    async def stop(self) -> None:
        """Finish what is queued, then close every connection."""
        self._writer.stop()
        if self._writer.thread.ident is not None:
            await asyncio.to_thread(self._writer.thread.join)
        self._readers.stop()
        self._writer_engine.dispose()

    @property
    def counts(self) -> Counts:
        """What the writer has done, for /metrics and /readyz."""
        return self._writer.counts

    @property
    def waiting(self) -> int:
        """How many deeds wait for their turn."""
        return self._writer.waiting

    def threads(self) -> tuple[int, ...]:
        """Those that take turns at the interpreter, the event loop's and the writer's, by the system's numbers."""
        writer = self._writer.thread
        return tuple(one for one in (self._loops, writer.native_id if writer.is_alive() else None) if one is not None)

    async def is_free(self) -> bool:
        """Whether no other program holds a table of ours locked; asked only since a deed was held up."""
        if not self.counts.is_held_up and not self._readers.is_held_up:
            return True
        try:
            await self.write(_try_every_lock)
        except DatabaseAway:
            return False
        self.counts.is_held_up = self._readers.is_held_up = False
        return True

    async def write(self, deed: Deed[T], *, urgent: bool = True, first: bool = False) -> T:
        """Run the deed and return its value once it is durable. `urgent`: turns, alarms, leases before all else.

        `first`: before the urgent ones that wait; for what an alarm needs on its way to a colleague.
        """
        job = Job(deed, asyncio.get_running_loop().create_future(), name_of(deed))
        self._writer.put(job, urgent=urgent, first=first)
        result: T = await job.future
        return result

    async def read(self, query: Query[T]) -> T:
        """Run a query on a reading connection; it must not last longer than a second."""
        return await self._readers.read(query)

    async def look_up(self, query: Query[T]) -> T:
        """A few rows by their key; shares a transaction with what others look up at the same moment."""
        return await self._readers.look_up(query)

    async def glance(self, ask: Glance[T]) -> T:
        """The same by a statement or two that are asked in one breath, with `connection.ask`; the loop goes on."""
        return await self._readers.glance(ask)

    def bell(self, topic: str) -> str:
        """What other processes hear instead of a topic, which could name a browser's session."""
        return f"{self.owner}:{self.bell_name(topic)}"

    def bell_name(self, topic: str) -> str:
        """The keyed name of a topic between processes."""
        return self.seals.token_hash(f"bell {topic}")[:32]

    async def scrub(self, *, tries: int = 40) -> bool:
        """After an erasure: empty the write-ahead log, again and again until no reader holds it back.

        False: a reader held it all this time. It is remembered, and `scrub_again` goes on with it.
        """
        if not self.is_sqlite:
            return True
        self.must_scrub = True
        for _ in range(tries):
            if await self._readers.aside(self._truncate_log):
                self.must_scrub = False
                return True
            await asyncio.sleep(0.05)
        log.warning("wal_not_truncated")
        return False

    async def scrub_again(self) -> None:
        """Ticks every second: finishes the scrub that a long reader held back."""
        if self.must_scrub:
            await self.scrub(tries=1)

    def _truncate_log(self) -> bool:
        path = self.url.removeprefix("sqlite:///")
        connection = sqlite3.connect(path, timeout=0.2, isolation_level=None)
        try:
            row = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError:
            return False
        finally:
            connection.close()
        return bool(row and row[0] == 0)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """In the writer's thread: the event loop stands still meanwhile, for at most 50 ms.

        Every statement lets go of the interpreter. With the loop running, each then waits until the loop lets go of
        it again, and both spend most of their time on handing over (docs/profile.md).
        """
        assert self._loop is not None
        is_lent, is_back = threading.Lock(), threading.Lock()
        is_lent.acquire()
        is_back.acquire()

        def lend() -> None:
            is_lent.release()
            is_back.acquire(timeout=LOAN_SECONDS)

        try:
            self._loop.call_soon_threadsafe(lend)
        except RuntimeError:  # closed: nobody to wait for
            yield
            return
        is_lent.acquire(timeout=LOAN_SECONDS)
        try:
            yield
        finally:
            is_back.release()

    def _settle(self, jobs: Sequence[Job]) -> None:
        """In the writer's thread: have the loop tell every caller how it went, once for the whole batch."""
        assert self._loop is not None
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._announce, jobs)

    def _announce(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            if not job.future.cancelled():
                if job.failure is None:
                    job.future.set_result(job.result)
                else:
                    job.future.set_exception(job.failure)
        for hook in self._hooks(jobs):
            try:
                hook()
            except Exception as problem:
                log.error("hook_failed", extra={"kind": type(problem).__name__})

    def _hooks(self, jobs: Sequence[Job]) -> list[Hook]:
        """What happens after the commit, in the order of the deeds; a topic rings once a batch."""
        hooks: list[Hook] = []
        rung: dict[str, None] = {}
        for job in jobs:
            if job.failure is None and (tx := job.tx) is not None:
                hooks.extend(tx.hooks)
                if tx.told:
                    hooks.append(partial(self.on_told, tx.told))
                rung.update(dict.fromkeys(tx.rung))
        return [*hooks, *(partial(self.on_rung, topic) for topic in rung)]


def _try_every_lock(tx: Tx) -> None:
    """The locks that writing takes, and no waiting for them."""
    names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
    tx.connection.exec_driver_sql(f"LOCK TABLE {names} IN ROW EXCLUSIVE MODE NOWAIT")
