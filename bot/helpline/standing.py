"""How the house stands with its promises: what the last look found, and whether it has to be told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from bot.db import Tx
from bot.tables import self_audit

AGAIN = timedelta(hours=1)  # a lasting trouble is told again after an hour, a new one at once


@dataclass(frozen=True, slots=True)
class Looked:
    """How the last look ended."""

    at: datetime
    broken: Mapping[str, int]
    since: datetime | None


def keep(tx: Tx, found: Mapping[str, int], *, now: datetime) -> bool:
    """Write down how it stands; True if it has to be told: once for several processes, again after an hour."""
    told = " ".join(f"{code}:{n}" for code, n in sorted(found.items()))[:400]
    row = tx.execute(select(self_audit).where(self_audit.c.id == 1)).one_or_none()
    if row is None:
        tx.execute(insert(self_audit).values(id=1, at=now))
        row = tx.execute(select(self_audit).where(self_audit.c.id == 1)).one()
    new = set(found) - {part.partition(":")[0] for part in row.broken.split()}
    is_news = bool(found) and (bool(new) or row.alarmed_at is None or not is_lately(row.alarmed_at, now))
    values = {
        "at": now,
        "broken": told,
        "since": (row.since or now) if found else None,
        "alarmed_at": now if is_news else row.alarmed_at if found else None,
    }
    same = self_audit.c.alarmed_at.is_not_distinct_from(row.alarmed_at)
    return tx.execute(update(self_audit).where(self_audit.c.id == 1, same).values(values)).rowcount == 1 and is_news


def is_lately(moment: datetime, now: datetime, *, within: timedelta = AGAIN) -> bool:
    """Whether it was within the hour; a moment to come was never: the clock was ahead then."""
    return timedelta(0) <= now - moment < within


def last(connection: Connection) -> Looked | None:
    """How the last look ended; None before the first."""
    row = connection.execute(select(self_audit).where(self_audit.c.id == 1)).one_or_none()
    if row is None:
        return None
    pairs = (part.partition(":") for part in row.broken.split())
    return Looked(row.at, {code: int(n or 0) for code, _, n in pairs}, row.since)
