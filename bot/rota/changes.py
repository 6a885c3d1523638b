"""Changes to the plan: leave, a colleague standing in for another, and swaps that both have to agree to."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, or_, select, update

from bot import audit
from bot.db import Tx
from bot.tables import rota_change, staff
from bot.timers import due_at, set_timer

WATCH = "rota_watch"  # the timer of the daily look ahead
SOON = timedelta(minutes=10)  # after a change the look ahead is done again, once for several changes
KEPT = timedelta(days=90)
_ON_CALL = ("worker", "peer", "supervisor")


class ChangeRefused(Exception):
    """This change makes no sense: it ends before it begins, or a colleague cannot be called."""


@dataclass(frozen=True, slots=True)
class Noted:
    """One change as the page shows it."""

    id: int
    kind: str
    staff_id: int
    cover_id: int | None
    starts_at: datetime
    ends_at: datetime
    is_agreed: bool
    pair: str | None


def look_soon(tx: Tx, now: datetime) -> None:
    """The rota has changed: it is looked at in some minutes, counted from the first of several changes."""
    planned = due_at(tx, WATCH, 1)
    if planned is None or planned > now + SOON:
        set_timer(tx, WATCH, 1, due_at=now + SOON)


def leave(tx: Tx, staff_id: int, starts: datetime, ends: datetime, *, by: int | None, now: datetime) -> None:
    """The colleague is away; whoever stands on the same rung, or the next one, is called. Raises ChangeRefused."""
    _put(tx, "leave", staff_id, None, starts, ends, by=by, now=now, agreed_at=now)


def cover(tx: Tx, staff_id: int, cover_id: int, starts: datetime, ends: datetime, *, by: int, now: datetime) -> None:
    """Another colleague stands in. Raises ChangeRefused."""
    _put(tx, "cover", staff_id, cover_id, starts, ends, by=by, now=now, agreed_at=now)


def ask_swap(
    tx: Tx,
    mine: int,
    theirs: int,
    first: tuple[datetime, datetime],
    second: tuple[datetime, datetime],
    *,
    now: datetime,
) -> str:
    """Ask a colleague to take `first` while one takes `second` in return; nothing changes until she or he agrees.

    Returns the name of the pair. Raises ChangeRefused.
    """
    pair = secrets.token_hex(8)
    _put(tx, "swap", mine, theirs, *first, by=mine, now=now, agreed_at=None, pair=pair)
    _put(tx, "swap", theirs, mine, *second, by=mine, now=now, agreed_at=None, pair=pair)
    return pair


def agree(tx: Tx, pair: str, staff_id: int, *, now: datetime) -> bool:
    """The colleague who was asked agrees. False: it was somebody else's to agree to, or is decided already."""
    open_ = (rota_change.c.pair == pair, rota_change.c.agreed_at.is_(None))
    mine = select(rota_change.c.id).where(
        *open_, rota_change.c.made_by != staff_id, rota_change.c.staff_id == staff_id, rota_change.c.ends_at > now
    )
    if tx.execute(mine).first() is None:
        return False
    tx.execute(update(rota_change).where(*open_).values(agreed_at=now))
    audit.write(tx, staff_id, "swap_agreed", f"staff:{staff_id}", now=now)
    look_soon(tx, now)
    return True


def take_back(tx: Tx, change_id: int, staff_id: int, *, is_supervisor: bool, now: datetime) -> bool:
    """Undo a change (both halves of a swap): who made it or is part of it, and supervisors, may. False: not theirs."""
    row = tx.execute(select(rota_change).where(rota_change.c.id == change_id)).one_or_none()
    if row is None or not (is_supervisor or staff_id in (row.staff_id, row.cover_id, row.made_by)):
        return False
    same = rota_change.c.pair == row.pair if row.pair else rota_change.c.id == change_id
    tx.execute(delete(rota_change).where(same))
    audit.write(tx, staff_id, "rota_taken_back", f"staff:{row.staff_id}", row.kind, now=now)
    look_soon(tx, now)
    return True


def ahead(connection: Connection, now: datetime, *, staff_id: int | None = None) -> tuple[Noted, ...]:
    """Changes that are not over, soonest first; of one colleague or of all."""
    wanted = select(rota_change).where(rota_change.c.ends_at > now)
    if staff_id is not None:
        wanted = wanted.where(or_(rota_change.c.staff_id == staff_id, rota_change.c.cover_id == staff_id))
    rows = connection.execute(wanted.order_by(rota_change.c.starts_at, rota_change.c.id))
    return tuple(
        Noted(
            row.id,
            row.kind,
            row.staff_id,
            row.cover_id,
            row.starts_at,
            row.ends_at,
            row.agreed_at is not None,
            row.pair,
        )
        for row in rows
    )


def _put(
    tx: Tx,
    kind: str,
    staff_id: int,
    cover_id: int | None,
    starts: datetime,
    ends: datetime,
    *,
    by: int | None,
    now: datetime,
    agreed_at: datetime | None,
    pair: str | None = None,
) -> None:
    named = {staff_id, cover_id} - {None}
    known = select(staff.c.id).where(staff.c.id.in_(named), staff.c.state == "active", staff.c.role.in_(_ON_CALL))
    if not starts < ends or ends <= now or cover_id == staff_id or len(tx.execute(known).all()) != len(named):
        raise ChangeRefused
    row = {"kind": kind, "staff_id": staff_id, "cover_id": cover_id, "starts_at": starts, "ends_at": ends}
    tx.execute(insert(rota_change).values(**row, pair=pair, made_by=by, agreed_at=agreed_at, forget_at=ends + KEPT))
    audit.write(tx, by, f"rota_{kind}", f"staff:{staff_id}", now=now)
    if agreed_at is not None:
        look_soon(tx, now)
