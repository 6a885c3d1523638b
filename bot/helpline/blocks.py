"""Keeps a pseudonym out for a while, never for good; danger gets through, and the safety card once a day."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from bot import audit
from bot.db import Tx
from bot.helpline.casebook import NotYours, get, record
from bot.tables import block, case

HOURS = (24, 168, 720)  # the longest needs a second person
ALONE = 168
CARD_EVERY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A long block that waits for the second person."""

    id: int
    alias: str
    hours: int
    asked_by: int
    at: datetime


def keep_out(tx: Tx, case_id: int, staff_id: int, hours: int, *, now: datetime) -> bool:
    """Keep the person of this case out. True: at once; False: the second person is needed. Raises NotYours."""
    known = get(tx.connection, case_id)
    if known is None or known.lane_id is None or known.staff_id != staff_id or hours not in HOURS:
        raise NotYours
    until = now + timedelta(hours=hours) if hours <= ALONE else None
    row = {"lane_id": known.lane_id, "hours": hours, "asked_by": staff_id, "until": until, "at": now}
    tx.execute(insert(block).values(**row, forget_at=now + timedelta(days=30)))
    record(tx, case_id, "kept_out", now=now, staff_id=staff_id, detail=str(hours))
    audit.write(tx, staff_id, "kept_out", f"case:{case_id}", str(hours), now=now)
    return until is not None


def confirm(tx: Tx, number: int, staff_id: int, *, now: datetime) -> bool:
    """The second person agrees. False: it was the same person, or it is settled already."""
    row = tx.execute(select(block).where(block.c.id == number, block.c.until.is_(None))).one_or_none()
    if row is None or row.asked_by == staff_id:
        return False
    until = now + timedelta(hours=row.hours)
    values = {"confirmed_by": staff_id, "until": until, "forget_at": until}
    tx.execute(update(block).where(block.c.id == number).values(**values))
    audit.write(tx, staff_id, "kept_out_confirmed", f"block:{number}", str(row.hours), now=now)
    return True


def lift(tx: Tx, case_id: int, staff_id: int, *, now: datetime) -> None:
    """Let the person in again at once."""
    known = get(tx.connection, case_id)
    if known is None or known.lane_id is None:
        raise NotYours
    tx.execute(update(block).where(block.c.lane_id == known.lane_id, block.c.until > now).values(until=now))
    audit.write(tx, staff_id, "let_in", f"case:{case_id}", now=now)


def until(connection: Connection, lane_id: int, now: datetime) -> datetime | None:
    """Until when this person is kept out; None if not."""
    wanted = select(block.c.until).where(block.c.lane_id == lane_id, block.c.until > now)
    found: datetime | None = connection.execute(wanted.order_by(block.c.until.desc()).limit(1)).scalar_one_or_none()
    return found


def bring(tx: Tx, old: int, new: int) -> None:
    """She goes on with another phone: what keeps the pseudonym out comes along, and ends when it would have ended."""
    tx.execute(update(block).where(block.c.lane_id == old).values(lane_id=new))


def may_show_card(tx: Tx, lane_id: int, now: datetime) -> bool:
    """Whether the safety card is due: once a day."""
    mine = (block.c.lane_id == lane_id, block.c.until > now)
    shown = tx.execute(select(block.c.card_at).where(*mine, block.c.card_at > now - CARD_EVERY)).first()
    if shown is not None:
        return False
    tx.execute(update(block).where(*mine).values(card_at=now))
    return True


def waiting(connection: Connection) -> tuple[Waiting, ...]:
    """Long blocks that wait for the second person."""
    wanted = select(block, case.c.alias).join(case, case.c.lane_id == block.c.lane_id).where(block.c.until.is_(None))
    rows = connection.execute(wanted.order_by(block.c.id))
    seen: dict[int, Waiting] = {}
    for row in rows:
        seen[row.id] = Waiting(row.id, row.alias, row.hours, row.asked_by, row.at)
    return tuple(seen.values())
