"""Does what is due: timers, abandoned messages, the shelf, and forgetting. Due work is rows; this only ticks."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, JobEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import bindparam, delete, select, update

from bot.db import Database, DatabaseAway, Tx
from bot.policy import Policy
from bot.ports import Clock, HeldUp
from bot.tables import timer

log = logging.getLogger(__name__)

DueDeed = Callable[[Tx, int, datetime, Policy], None]
Round = Callable[[], Awaitable[object]]
RETRY_SECONDS = 5

_DUE = select(timer.c.id).where(timer.c.due_at <= bindparam("now")).order_by(timer.c.due_at).limit(200)
_STILL_DUE = select(timer).where(timer.c.id == bindparam("which"), timer.c.due_at <= bindparam("now"))
_LOCKED = _STILL_DUE.with_for_update(skip_locked=True)
_GONE = delete(timer).where(timer.c.id == bindparam("which"))


class Clockwork:
    """`tick` looks once; `start` has it done every second, and each round at its own pace."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        policy: Policy,
        *,
        due: Mapping[str, DueDeed],
        rounds: Mapping[str, tuple[float, Round]],
    ) -> None:
        self._db = db
        self._clock = clock
        self._policy = policy
        self._due = due
        self._rounds = rounds
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._scheduler.add_listener(self._noticed, EVENT_JOB_MAX_INSTANCES | EVENT_JOB_ERROR)
        self._long: set[str] = set()  # rounds that still run when their next is due

    def start(self, names: frozenset[str] | None = None) -> None:
        """Tick from now on, all rounds or these; a slow round is never run beside itself."""
        for name, (seconds, round_) in {"timers": (1, self.tick), **self._rounds}.items():
            if names is None or name in names:
                self._every(seconds, round_, name)
        self._scheduler.start()

    async def go_round(self, name: str) -> None:
        """Do this round now, as its own pace would."""
        await self._rounds[name][1]()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def tick(self) -> int:
        """Run every timer that is due, each in a deed of its own. Returns how many were run."""
        now = self._clock.now()
        ids = await self._db.read(lambda connection: list(connection.execute(_DUE, {"now": now}).scalars()))
        for timer_id in ids:
            await self._run(timer_id, now)
        return len(ids)

    async def _run(self, timer_id: int, now: datetime) -> None:
        try:
            await self._db.write(lambda tx: self._fire(tx, timer_id, now))
        except HeldUp:
            return  # due still; the others do not wait for another program's lock
        except DatabaseAway:
            raise
        except Exception as problem:
            log.error("timer_failed", extra={"kind": type(problem).__name__})
            await self._db.write(lambda tx: _later(tx, timer_id, now))

    def _fire(self, tx: Tx, timer_id: int, now: datetime) -> None:
        """The row goes first, in the same transaction: whoever dies here leaves it due; two that see it do it once."""
        row = tx.execute(_LOCKED if tx.is_postgresql else _STILL_DUE, {"which": timer_id, "now": now}).one_or_none()
        if row is None or tx.execute(_GONE, {"which": timer_id}).rowcount != 1:
            return
        self._due[row.kind](tx, row.subject_id, now, self._policy)

    def _every(self, seconds: float, round_: Round, name: str) -> None:
        async def safely() -> None:
            try:
                await round_()
            except Exception as problem:
                log.error("round_failed", extra={"kind": type(problem).__name__, "deed": name})
            finally:
                self._long.discard(name)

        # Late is better than left out: a loop that stood still for a second owes what was due meanwhile, once.
        self._scheduler.add_job(
            safely, "interval", seconds=seconds, max_instances=1, coalesce=True, misfire_grace_time=None, id=name
        )

    def _noticed(self, told: JobEvent) -> None:
        """What the scheduler would say in sentences of its own. A long round is named once, however long it lasts."""
        problem = getattr(told, "exception", None)
        if problem is not None and not isinstance(problem, asyncio.CancelledError):
            log.error("round_failed", extra={"kind": type(problem).__name__, "deed": told.job_id})
        elif problem is None and told.job_id not in self._long:
            self._long.add(told.job_id)
            log.warning("round_lasts", extra={"deed": told.job_id})


def _later(tx: Tx, timer_id: int, now: datetime) -> None:
    """A deed that failed is tried again, ever more slowly, and never given up."""
    attempts = timer.c.attempts + 1
    tx.execute(update(timer).where(timer.c.id == timer_id).values(attempts=attempts))
    tries = tx.execute(select(timer.c.attempts).where(timer.c.id == timer_id)).scalar_one_or_none()
    wait = timedelta(seconds=min(RETRY_SECONDS * (tries or 1), 60))
    tx.execute(update(timer).where(timer.c.id == timer_id).values(due_at=now + wait))
