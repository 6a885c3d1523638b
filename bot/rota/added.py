"""One more shift, put in by hand at once: for the night in which the plan has nobody."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import insert, or_, select

from bot import audit
from bot.db import Tx
from bot.rota.changes import ChangeRefused, look_soon
from bot.tables import rota_change, shift, staff

LONGEST = timedelta(hours=24)
FARTHEST = timedelta(days=60)
MOST_RUNG = 2  # the third; more is planned, not added at night
_ON_CALL = ("worker", "peer", "supervisor")


class Put(StrEnum):
    """What became of a shift that was to be added."""

    ADDED = "shift_added"
    THERE = "shift_there"  # it stands in the plan already
    AWAY = "shift_away"  # on leave, or somebody stands in for her or him: the shift would put nobody on call


def add_shift(
    tx: Tx, staff_id: int, province: str | None, rung: int, starts: datetime, ends: datetime, *, by: int, now: datetime
) -> Put:
    """Put a colleague on call for a place (None: the whole country), at most 24 hours. Raises ChangeRefused."""
    known = select(staff.c.centre_id).where(
        staff.c.id == staff_id, staff.c.state == "active", staff.c.role.in_(_ON_CALL)
    )
    centre_id = tx.execute(known.with_for_update() if tx.is_postgresql else known).scalar_one_or_none()
    is_sound = now < ends and timedelta(0) < ends - starts <= LONGEST and starts < now + FARTHEST
    if centre_id is None or not is_sound or not 0 <= rung <= MOST_RUNG:
        raise ChangeRefused
    post = {"centre_id": centre_id, "province": province, "kind": "any", "rung": rung}
    same = [shift.c[name].is_not_distinct_from(value) for name, value in post.items()]
    there = select(shift.c.id).where(
        *same, shift.c.staff_id == staff_id, shift.c.starts_at <= max(starts, now), shift.c.ends_at >= ends
    )
    if tx.execute(there.limit(1)).first() is not None:
        return Put.THERE
    away = select(rota_change.c.id).where(
        rota_change.c.staff_id == staff_id,
        rota_change.c.agreed_at.is_not(None),
        rota_change.c.starts_at < ends,
        rota_change.c.ends_at > max(starts, now),
        or_(rota_change.c.cover_id.is_(None), rota_change.c.cover_id != staff_id),
    )
    if tx.execute(away.limit(1)).first() is not None:
        return Put.AWAY
    tx.execute(insert(shift).values(**post, staff_id=staff_id, starts_at=starts, ends_at=ends))
    audit.write(tx, by, "shift_added", f"staff:{staff_id}", now=now)
    look_soon(tx, now)
    return Put.ADDED
