"""One time for all processes of a PostgreSQL house: the database's, read now and then and run on in between."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, func, select

from bot.ports import Clock

log = logging.getLogger(__name__)

MOST_APART = timedelta(seconds=30)  # between this machine and the database; more is told: one of them is wrong
_JITTER = 0.02
_ASK = select(func.clock_timestamp())


def _ticking() -> float:
    """Seconds that run evenly, through a sleep of the machine too, whatever its clock is set to."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)


class SharedClock:
    """Leases, timers and days of forgetting are compared between processes: machines that differ by a minute would
    take each other's work away, or wait a minute for what is due (docs/decisions/0020-one-time-for-all.md)."""

    def __init__(self, machine: Clock, *, ticking: Callable[[], float] = _ticking) -> None:
        self._machine = machine
        self._ticking = ticking
        self._known = machine.now(), ticking()  # one value: it is read while another thread sets it
        self._is_set = False

    def now(self) -> datetime:
        """The time of the database, as far as it was ever read."""
        told, at = self._known
        return told + timedelta(seconds=self._ticking() - at)

    def set_by(self, connection: Connection) -> None:
        """Read the database's clock. What is known already stays if it is as good as what was read."""
        begun = self._ticking()
        told: datetime = connection.execute(_ASK).scalar_one().astimezone(UTC)
        ended = self._ticking()
        read, doubt = told + timedelta(seconds=(ended - begun) / 2), (ended - begun) / 2 + _JITTER
        moved = (read - self.now()).total_seconds()
        if self._is_set and abs(moved) <= doubt:
            return
        if self._is_set:
            log.warning("clock_moved", extra={"ms": round(moved * 1000)})
        self._known, self._is_set = (read, ended), True

    @property
    def apart(self) -> timedelta:
        """How far this machine's own clock is ahead of the database's, or behind it."""
        return self._machine.now() - self.now()


def apart_too_far(clock: Clock) -> dict[str, int]:
    """For the self-audit: by how many seconds this machine and the database differ, if that is too much."""
    apart = abs(clock.apart) if isinstance(clock, SharedClock) else timedelta()
    return {"clocks_differ": round(apart.total_seconds())} if apart > MOST_APART else {}
