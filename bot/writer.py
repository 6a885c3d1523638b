"""The one hand that writes: many deeds in one commit, each in its savepoint; none pays for another's failure."""

import asyncio
import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, String, bindparam, delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import Executable

from bot.marks import Marks
from bot.mishaps import away, breaks_the_batch, is_full, is_gone, is_held_up
from bot.ports import DatabaseAway, KeysChanged
from bot.prepared import Kept, PreparedConnection, Statements
from bot.seals import Masters, Seals
from bot.tables import event, lease

log = logging.getLogger(__name__)

T = TypeVar("T")
Hook = Callable[[], None]

BATCH_SECONDS = 0.005
SLOW_DEED_SECONDS = 0.05
TRIES_ALONE = 3
PAST = datetime(2000, 1, 1, tzinfo=UTC)  # a lease that nobody holds
BELLS = "bells"  # the channel on which processes of one PostgreSQL house hear each other
QUICK_SECONDS = 30.0
QUICK = "SET LOCAL lock_timeout = '50ms'"  # who is held up already does not make all the others wait as long again


class Happening(NamedTuple):
    """One counter of what happened, without a person."""

    day: date
    province: str
    need_group: str
    model: str
    kind: str


@dataclass(slots=True)
class Tx:
    """What a deed is given: the connection in its savepoint, the seals, and a place for hooks after the commit."""

    connection: Connection
    seals: Seals
    owner: str
    hooks: list[Hook] = field(default_factory=list)
    told: list[Any] = field(default_factory=list)  # outbox rows written and leased to this process, as `outbox.Item`
    rung: list[str] = field(default_factory=list)  # bells to ring after the commit
    tally: Counter[Happening] = field(default_factory=Counter)  # added to the counters just before the commit

    def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        return self.connection.execute(statement, parameters)

    def after_commit(self, hook: Hook) -> None:
        """Run on the event loop once the deed is durable; dropped if the deed fails. Waking only, never work."""
        self.hooks.append(hook)

    def ring(self, topic: str) -> None:
        """Ring a bell after the commit, so that live pages and open sockets look again."""
        self.rung.append(topic)

    @contextmanager
    def step(self) -> Iterator[None]:
        """A part of the deed that may fail by itself: then nothing of it stands, no row and nothing to be sent."""
        marks = len(self.hooks), len(self.told), len(self.rung)
        tally = self.tally.copy()
        try:
            with self.connection.begin_nested():
                yield
        except Exception:
            del self.hooks[marks[0] :], self.told[marks[1] :], self.rung[marks[2] :]
            self.tally = tally
            raise

    @property
    def is_postgresql(self) -> bool:
        return self.connection.dialect.name == "postgresql"


Deed = Callable[[Tx], T]


@dataclass(slots=True)
class Job:
    """One deed that waits for its turn, and the caller that waits for it."""

    deed: Deed[Any]
    future: "asyncio.Future[Any]"
    name: str
    result: Any = None
    failure: Exception | None = None
    tx: Tx | None = None


@dataclass(slots=True)
class Counts:
    """What the writer has done so far, for those who watch over the service."""

    deeds: int = 0
    batches: int = 0
    batches_failed: int = 0
    slow: int = 0
    slowest: float = 0.0
    held_up: int = 0
    is_well: bool = True  # the last batch was written
    is_held_up: bool = False  # since another program's lock was in the way; until somebody has looked


class Writer:
    """Takes deeds from two queues, urgent ones first, and commits what it finished within five milliseconds."""

    def __init__(
        self, engine: Engine, seals: Seals, owner: str, *, settle: Callable[[Sequence[Job]], None],
        alone: Callable[[], AbstractContextManager[None]], bell: Callable[[str], str] | None = None,
    ) -> None:  # fmt: skip
        self._statements = Statements(engine)
        self._seals = seals
        self._owner = owner
        self._proof = f"proof:{owner}"[:80]
        self._settle = settle  # called in the writer's thread, once a batch
        self._quick_until = 0.0  # a while ago a lock was not to be had: none is waited for as long until then
        self._kept = Kept(self._statements)  # of the batches
        self._alone = alone  # entered in the writer's thread around the deeds of a batch
        self._bell = bell  # the name under which other processes hear a topic; None where there are none
        is_far = engine.dialect.name == "postgresql"  # a commit can be done and its answer lost
        self._marks = Marks(self._statements.connect, owner) if is_far else None
        self._urgent: deque[Job] = deque()
        self._routine: deque[Job] = deque()
        self._wake = threading.Condition()
        self._is_stopping = False
        self.counts = Counts()
        self.thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def put(self, job: Job, *, urgent: bool, first: bool = False) -> None:
        """Let this deed have its turn, `first` before all others. Raises DatabaseAway once the service is stopping."""
        with self._wake:
            if self._is_stopping:
                raise DatabaseAway("The service is stopping.")
            if first:
                self._urgent.appendleft(job)
            else:
                (self._urgent if urgent else self._routine).append(job)
            self._wake.notify()

    def stop(self) -> None:
        """Finish what is queued and end; nothing more is accepted."""
        with self._wake:
            self._is_stopping = True
            self._wake.notify()

    @property
    def waiting(self) -> int:
        return len(self._urgent) + len(self._routine)

    # --- from here on in the writer's own thread ----------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            with self._wake:
                while not (self._urgent or self._routine or self._is_stopping):
                    self._wake.wait()
                if self._is_stopping and not (self._urgent or self._routine):
                    break
            self._batch()
        self._kept.close()

    def _next(self) -> Job | None:
        with self._wake:
            while queue := self._urgent or self._routine:
                job = queue.popleft()
                if not job.future.cancelled():  # nobody waits for it any more, and it was not begun
                    return job
            return None

    def _take_all(self) -> list[Job]:
        """The transaction could not even begin: everything that waits is answered, none is left hanging."""
        jobs = []
        while (job := self._next()) is not None:
            jobs.append(job)
        return jobs

    def _batch(self) -> None:
        """Up to five milliseconds of deeds in one commit; if the commit fails, each again by itself."""
        jobs: list[Job] = []
        mark: str | None = None
        self.counts.batches += 1
        try:
            connection = self._kept.connect()
            with connection.begin(), self._alone():
                masters = self._seals.masters
                self._be_quick(connection)
                end = time.monotonic() + BATCH_SECONDS
                while (job := self._next()) is not None:
                    jobs.append(job)
                    self._try(connection, job)
                    if time.monotonic() >= end:
                        break
                mark = self._seal(connection, jobs, masters)
            self._is_well_again()
        except KeysChanged:
            self._kept.close()
            log.info("keys_changed", extra={"deeds": len(jobs)})
            self._one_by_one(jobs)
        except DBAPIError as problem:
            self.counts.batches_failed += 1
            self._kept.close()
            log.warning("batch_failed", extra={"kind": type(problem).__name__, "deeds": len(jobs)})
            jobs = jobs or self._take_all()
            self._go_on(jobs, mark)
        except Exception as problem:
            self._kept.close()
            log.error("batch_broken", extra={"kind": type(problem).__name__, "deeds": len(jobs)})
            for job in jobs:
                job.failure = problem
        self.counts.deeds += len(jobs)
        self._settle(jobs)

    def _try(self, connection: PreparedConnection, job: Job) -> None:
        """One deed in one savepoint. Its own refusals stay its own; trouble of the database breaks the batch."""
        job.result, job.failure = None, None
        job.tx = tx = Tx(connection, self._seals, self._owner)
        begun = time.monotonic()
        connection.say("SAVEPOINT deed")  # by its name: a third of the cost of a nested transaction
        try:
            job.result = job.deed(tx)  # its savepoint goes with the commit; the next one of that name hides it
        except Exception as problem:
            if isinstance(problem, DBAPIError) and breaks_the_batch(problem):
                raise  # SQLite may have rolled back everything by itself: there is no savepoint to go back to
            connection.say("ROLLBACK TO SAVEPOINT deed")
            connection.say("RELEASE SAVEPOINT deed")
            job.failure = problem
            if isinstance(problem, DBAPIError) and self._is_held_up(job, problem):
                self._be_quick(connection)
            if isinstance(problem, DatabaseAway) and not isinstance(problem, KeysChanged):
                self.counts.is_well = False
        self._note(job, time.monotonic() - begun)

    def _be_quick(self, connection: PreparedConnection) -> None:
        """Who runs into a lock that lasts does not make all the others wait for it again and again."""
        if time.monotonic() < self._quick_until:
            connection.say(QUICK)

    def _is_held_up(self, job: Job, problem: DBAPIError) -> bool:
        """Another program's lock is no fault of the deed: it does not count as tried, whoever wanted it tries again."""
        if is_held_up(problem):
            job.failure = away(problem)
            self.counts.held_up += 1
            self.counts.is_held_up = True
            self._quick_until = time.monotonic() + QUICK_SECONDS
            log.error("deed_held_up", extra={"deed": job.name})
        return is_held_up(problem)

    def _seal(self, connection: PreparedConnection, jobs: Sequence[Job], masters: Masters) -> str | None:
        """The last thing before a commit; returns what to ask for if that is not answered.

        Raises KeysChanged if the master key of these deeds is not the newest any more: a process that slept through a
        rotation must not keep what nobody could open.
        """
        seal_batch(connection, _good(jobs), self._bell)
        self._write_something(connection)
        mark = self._marks.leave(connection) if self._marks is not None else None
        if self._seals.newest() is not masters:
            raise KeysChanged
        return mark

    def _stands(self, mark: str | None) -> bool:
        """Whether what was not answered was written all the same. Raises DatabaseAway if that cannot be asked."""
        try:
            if mark is None or self._marks is None or not self._marks.stands(mark):
                return False
        except DBAPIError as problem:
            raise away(problem) from None
        log.warning("commit_unanswered")
        return True

    def _go_on(self, jobs: Sequence[Job], mark: str | None) -> None:
        """No deed is done twice: each is tried alone only if the batch is surely not there."""
        try:
            if not self._stands(mark):
                self._one_by_one(jobs)
        except DatabaseAway as doubt:
            self.counts.is_well = False
            for job in jobs:
                job.failure = doubt

    def _write_something(self, connection: PreparedConnection) -> None:
        """While all is not well: an empty commit succeeds on a full disk too, and would prove nothing."""
        if not self.counts.is_well:
            connection.execute(delete(lease).where(lease.c.name == self._proof))
            connection.execute(insert(lease).values(name=self._proof, owner=self._owner, until=PAST))

    def _is_well_again(self) -> None:
        """What was written is on disk; a key store that could not be written must be writable too."""
        if not self.counts.is_well:
            try:
                self._seals.keys.try_out()
            except DatabaseAway:
                return
            self.counts.is_well = True

    def _note(self, job: Job, lasted: float) -> None:
        self.counts.slowest = max(self.counts.slowest, lasted)
        if lasted > SLOW_DEED_SECONDS:
            self.counts.slow += 1
            log.warning("slow_deed", extra={"deed": job.name, "ms": round(lasted * 1000)})

    def _one_by_one(self, jobs: Sequence[Job]) -> None:
        """Each deed in a transaction of its own, a few times; if the database is gone, nobody waits in vain."""
        gone: Exception | None = None
        for job in jobs:
            if gone is not None:
                job.failure = gone
                continue
            for attempt in range(TRIES_ALONE):
                try:
                    self._by_itself(job)
                    self._is_well_again()
                except KeysChanged as again:
                    job.failure = again
                    continue
                except DatabaseAway as doubt:
                    self.counts.is_well = False
                    job.failure = gone = doubt
                except DBAPIError as problem:
                    self.counts.is_well = False
                    job.failure = away(problem)
                    if is_gone(problem):
                        gone = job.failure
                    if gone is not None or is_full(problem) or self._is_held_up(job, problem):
                        break
                    time.sleep(0.01 * (attempt + 1))
                    continue
                break

    def _by_itself(self, job: Job) -> None:
        """Raises DBAPIError where it was not written, DatabaseAway where nobody knows."""
        mark: str | None = None
        try:
            with self._statements.connect() as connection, connection.begin():
                masters = self._seals.masters
                self._be_quick(connection)
                self._try(connection, job)
                mark = self._seal(connection, [job], masters)
        except DBAPIError:
            if not self._stands(mark):
                raise


def _good(jobs: Iterable[Job]) -> list[Tx]:
    return [job.tx for job in jobs if job.failure is None and job.tx is not None]


def seal_batch(connection: Connection, done: Sequence[Tx], bell: Callable[[str], str] | None) -> None:
    """The last thing before a commit: counters, always in the same order so that no two processes wait for each
    other in a circle, and one word to the other processes for each bell."""
    tally: Counter[Happening] = Counter()
    for tx in done:
        tally.update(tx.tally)
    counting = _counting(connection.dialect.name)
    for what, n in sorted(tally.items()):
        connection.execute(counting, {**what._asdict(), "n": n})
    if bell is not None:
        for topic in dict.fromkeys(topic for tx in done for topic in tx.rung):
            connection.execute(_RING, {"topic": bell(topic)})


_RING = select(func.pg_notify(BELLS, bindparam("topic", type_=String)))


@cache
def _counting(dialect: str) -> Executable:
    """Adds `n` to a counter, or begins it."""
    row = (pg_insert if dialect == "postgresql" else sqlite_insert)(event)
    keys = [event.c.day, event.c.province, event.c.need_group, event.c.model, event.c.kind]
    return row.on_conflict_do_update(index_elements=keys, set_={"n": event.c.n + row.excluded.n})


def run_alone(connection: Connection, deed: Deed[T], seals: Seals, owner: str) -> tuple[T, Tx]:
    """One deed in a transaction that a command has begun; the caller commits and then runs the hooks."""
    tx = Tx(connection, seals, owner)
    result = deed(tx)
    seal_batch(connection, [tx], None)
    return result, tx
