"""Keeps a pseudonym out for a while, never for good; danger gets through, and the safety card once a day."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from bot import audit
from bot.db import Tx
from bot.helpline import second_person
from bot.helpline.casebook import NotYours, get, hold_still, record
from bot.staff import StaffMember
from bot.tables import block, case

HOURS = (24, 168, 720)  # the longest needs a second person
ALONE = 168  # hours in thirty days that one colleague alone can decide
COUNTED = timedelta(days=30)
SAME = timedelta(minutes=1)
LAPSES = timedelta(days=7)  # a long one nobody has confirmed by then is not wanted any more
CARD_EVERY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A long block that waits for the second person."""

    id: int
    case_id: int
    alias: str
    hours: int
    asked_by: int
    at: datetime


def keep_out(tx: Tx, case_id: int, staff_id: int, hours: int, *, now: datetime) -> bool:
    """Keep the person of this case out. True: at once; False: the second person is needed. Raises NotYours.

    Alone a colleague can do so for seven days in all within thirty: prolonged again and again it takes two.
    """
    known = hold_still(tx, case_id)
    is_hers = known is not None and known.is_open and known.staff_id == staff_id
    if known is None or known.lane_id is None or not is_hers or hours not in HOURS:
        raise NotYours
    stands = until(tx.connection, known.lane_id, now)
    if stands is not None and stands >= now + timedelta(hours=hours) - SAME:
        return True  # pressed twice
    if _waits(tx, known.lane_id, hours, now):
        return False
    is_alone = _decided_alone(tx, known.lane_id, now) + timedelta(hours=hours) <= timedelta(hours=ALONE)
    ends = now + timedelta(hours=hours) if is_alone else None
    row = {"lane_id": known.lane_id, "hours": hours, "asked_by": staff_id, "until": ends, "at": now}
    tx.execute(insert(block).values(**row, forget_at=now + timedelta(days=30)))
    record(tx, case_id, "kept_out", now=now, staff_id=staff_id, detail=str(hours))
    audit.write(tx, staff_id, "kept_out", f"case:{case_id}", str(hours), now=now)
    if not is_alone:
        second_person.ask(tx, known, staff_id, now=now)
    return is_alone


def _decided_alone(tx: Tx, lane_id: int, now: datetime) -> timedelta:
    """How long one colleague alone has kept this person out within the last thirty days, what still runs included.

    What overlaps counts once.
    """
    alone = (block.c.lane_id == lane_id, block.c.confirmed_by.is_(None), block.c.until.is_not(None))
    rows = tx.execute(select(block.c.at, block.c.until).where(*alone, block.c.at > now - COUNTED).order_by(block.c.at))
    total, seen = timedelta(), None
    for row in rows:
        begins = row.at if seen is None else max(row.at, seen)
        ends = min(row.until, now)  # what is left of one that runs is part of the new one
        total += max(ends - begins, timedelta())
        seen = row.until if seen is None else max(seen, row.until)
    return total


def _waits(tx: Tx, lane_id: int, hours: int, now: datetime) -> bool:
    mine = (block.c.lane_id == lane_id, block.c.hours == hours, block.c.until.is_(None))
    fresh = block.c.at > now - LAPSES
    return tx.execute(select(block.c.id).where(*mine, fresh).limit(1)).first() is not None


def confirm(tx: Tx, number: int, staff_id: int, *, now: datetime) -> bool:
    """The second person agrees. False: it was the same person or not the right one, or it is settled or too old."""
    row = tx.execute(select(block).where(block.c.id == number, block.c.until.is_(None))).one_or_none()
    if row is None or row.asked_by == staff_id or row.at <= now - LAPSES:
        return False
    newest = select(case.c.id).where(case.c.lane_id == row.lane_id).order_by(case.c.id.desc()).limit(1)
    case_id = tx.execute(newest).scalar_one_or_none()
    if case_id is None or not second_person.is_fit(tx.connection, staff_id, case_id, row.asked_by):
        return False
    until = now + timedelta(hours=row.hours)
    values = {"confirmed_by": staff_id, "until": until, "forget_at": max(until, row.at + COUNTED)}
    waits = (block.c.id == number, block.c.until.is_(None))
    if tx.execute(update(block).where(*waits).values(**values)).rowcount != 1:
        return False
    audit.write(tx, staff_id, "kept_out_confirmed", f"block:{number}", str(row.hours), now=now)
    return True


def lift(tx: Tx, case_id: int, staff_id: int, *, now: datetime) -> None:
    """Let the person in again at once; what waits for a second person is off the table too."""
    known = get(tx.connection, case_id)
    if known is None or known.lane_id is None:
        raise NotYours
    tx.execute(update(block).where(block.c.lane_id == known.lane_id, block.c.until > now).values(until=now))
    tx.execute(delete(block).where(block.c.lane_id == known.lane_id, block.c.until.is_(None)))
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


def waiting(connection: Connection, member: StaffMember, now: datetime) -> tuple[Waiting, ...]:
    """Long blocks that wait for this colleague as the second person; after a week nobody is asked any more."""
    wanted = select(block, case.c.alias, case.c.id.label("of_case")).join(case, case.c.lane_id == block.c.lane_id)
    fresh = (block.c.until.is_(None), block.c.at > now - LAPSES)
    seen: dict[int, Waiting] = {}
    for row in connection.execute(wanted.where(*fresh).order_by(block.c.id, case.c.id)):
        seen[row.id] = Waiting(row.id, row.of_case, row.alias, row.hours, row.asked_by, row.at)
    return tuple(one for one in seen.values() if second_person.is_fit(connection, member.id, one.case_id, one.asked_by))
