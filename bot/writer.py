"""The one hand that writes: many deeds in one commit, each in its savepoint; none pays for another's failure."""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, delete, insert
from sqlalchemy.exc import DBAPIError

from bot.connections import Kept, PreparedConnection, Statements
from bot.deeds import Deed, Tx, seal_batch
from bot.marks import Marks
from bot.mishaps import away, breaks_the_batch, is_full, is_gone, is_held_up
from bot.ports import DatabaseAway, KeysChanged
from bot.seals import Masters, Seals
from bot.tables import lease

log = logging.getLogger(__name__)

BATCH_SECONDS = 0.005
SLOW_DEED_SECONDS = 0.05
TRIES_ALONE = 3
PAST = datetime(2000, 1, 1, tzinfo=UTC)  # a lease that nobody holds
QUICK_SECONDS = 30.0
QUICK = "SET LOCAL lock_timeout = '50ms'"  # who is held up already does not make all the others wait as long again


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
            for tx in _good(jobs):
                tx.redeem()
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

    def _try(self, connection: PreparedConnection, job: Job, *, is_alone: bool = False) -> None:
        """One deed in one savepoint. Its own refusals stay its own; trouble of the database breaks the batch.

        So does what it said and nobody waited for; alone, it is waited for here.
        """
        job.result, job.failure = None, None
        job.tx = tx = Tx(connection, self._seals, self._owner)
        begun = time.monotonic()
        connection.new_part()
        connection.say("SAVEPOINT deed")  # by its name: a third of the cost of a nested transaction
        try:
            job.result = job.deed(tx)  # its savepoint goes with the commit; the next one of that name hides it
            if is_alone:
                connection.read()
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
        connection.new_part()
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
            if self._stands(mark):
                self._redeem_anew(jobs)
            else:
                self._one_by_one(jobs)
        except DatabaseAway as doubt:
            self.counts.is_well = False
            for job in jobs:
                job.failure = doubt

    def _redeem_anew(self, jobs: Sequence[Job]) -> None:
        """What stands is handed over, though the numbers of its rows were in the answer that was lost."""
        try:
            with self._statements.connect() as connection:
                for tx in _good(jobs):
                    tx.redeem(connection)
        except DBAPIError:  # they are taken up when their leases run out
            log.warning("not_handed_over")

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
                self._try(connection, job, is_alone=True)
                mark = self._seal(connection, [job], masters)
        except DBAPIError:
            if not self._stands(mark):
                raise
            self._redeem_anew([job])
        else:
            for tx in _good([job]):
                tx.redeem()


def _good(jobs: Iterable[Job]) -> list[Tx]:
    return [job.tx for job in jobs if job.failure is None and job.tx is not None]
