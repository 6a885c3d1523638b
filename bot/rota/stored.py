"""The plan as the database keeps it: loaded for a stretch of time; what makes no sense is left out and counted."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, exists, select

from bot.rota.ahead import LOOK_AHEAD
from bot.rota.plan import Change, Hours, Kind, OnDaysOff, Plan, Post, Rotation, Shift
from bot.tables import centre, centre_fallback, centre_hours, rota_change, rotation, rotation_member, shift, staff

LATELY = timedelta(days=30)  # so long a province whose rota has ended is still told to have nobody
_SHIFTS = (
    select(shift)
    .join(staff, staff.c.id == shift.c.staff_id)
    .where(shift.c.starts_at < bindparam("until"), shift.c.ends_at > bindparam("begins"), staff.c.state == "active")
    .order_by(shift.c.id)
)
_ALL_SHIFTS = (
    select(shift)
    .where(shift.c.starts_at < bindparam("until"), shift.c.ends_at > bindparam("begins"))
    .order_by(shift.c.id)
)
_CHANGES = (
    select(rota_change)
    .where(
        rota_change.c.starts_at < bindparam("until"),
        rota_change.c.ends_at > bindparam("begins"),
        rota_change.c.agreed_at.is_not(None),
    )
    .order_by(rota_change.c.id)
)
_IS_THERE = select(
    exists(select(rotation.c.id)).label("rotations"),
    exists(_CHANGES.order_by(None)).label("changes"),
    exists(select(centre_hours.c.day)).label("hours"),
    exists(select(centre_fallback.c.centre_id)).label("fallbacks"),
)
_MEMBERS = select(rotation_member).order_by(rotation_member.c.position)
_ROTATIONS = select(rotation).order_by(rotation.c.id)
_ACTIVE = select(staff.c.id).where(staff.c.state == "active")


def load(
    connection: Connection, begins: datetime, ends: datetime | None = None, *, with_past: bool = True
) -> Plan:
    """Everything that touches this stretch (by default as far as is looked ahead).

    A broken entry means that nobody is on call through it, never that somebody is. This is read in the deed that
    alarms, so what a plain rota does not have is not asked for. `with_past`: also which provinces had a rota lately.
    """
    window = {"begins": begins, "until": ends or begins + LOOK_AHEAD}
    there = connection.execute(_IS_THERE, window).one()
    is_plain = not (there.rotations or there.changes)
    rows = connection.execute(_SHIFTS if is_plain else _ALL_SHIFTS, window).all()
    shifts = [one for row in rows if (one := _shift(row)) is not None]
    all_turns = _rotations(connection) if there.rotations else ()
    turns = [one for one in all_turns if one is not None and one.is_sound]
    active = {row.staff_id for row in rows} if is_plain else connection.execute(_ACTIVE).scalars()
    fallbacks = connection.execute(select(centre_fallback)) if there.fallbacks else ()
    return Plan(
        shifts=tuple(shifts),
        rotations=tuple(turns),
        changes=_changes(connection, window) if there.changes else (),
        hours=tuple(Hours(*row) for row in connection.execute(select(centre_hours))) if there.hours else (),
        fallbacks={row.centre_id: row.fallback_id for row in fallbacks},
        homes=_homes(connection) if there.fallbacks else {},
        active=frozenset(active),
        lately=_lately(connection, begins) if with_past else frozenset(),
        broken=len(rows) - len(shifts) + len(all_turns) - len(turns),
    )


def at_once(connection: Connection, at: datetime) -> Plan:
    """Only what matters for this very moment."""
    return load(connection, at, at + timedelta(seconds=1), with_past=False)


def _lately(connection: Connection, at: datetime) -> frozenset[str]:
    over = (shift.c.ends_at > at - LATELY, shift.c.starts_at <= at)
    there = (*over, shift.c.province.is_not(None), shift.c.kind != Kind.DAYTIME)
    return frozenset(connection.execute(select(shift.c.province).where(*there).distinct()).scalars())


def _post(row: Any) -> Post:
    """Raises ValueError for a kind that does not exist."""
    return Post(row.centre_id, row.province, Kind(row.kind), row.rung)


def _shift(row: Any) -> Shift | None:
    try:
        return Shift(_post(row), row.staff_id, row.starts_at, row.ends_at)
    except ValueError:
        return None


def _rotations(connection: Connection) -> Sequence[Rotation | None]:
    members: dict[int, list[int]] = {}
    for row in connection.execute(_MEMBERS):
        members.setdefault(row.rotation_id, []).append(row.staff_id)
    return [_rotation(row, tuple(members.get(row.id, ()))) for row in connection.execute(_ROTATIONS)]


def _rotation(row: Any, members: tuple[int, ...]) -> Rotation | None:
    try:
        return Rotation(
            post=_post(row),
            members=members,
            first_day=row.first_day,
            begins=row.begins,
            minutes=row.minutes,
            turn_days=row.turn_days,
            weekdays=frozenset(int(one) for one in row.weekdays),
            days_off=OnDaysOff(row.days_off),
            last_day=row.last_day,
            name=row.name,
        )
    except ValueError:
        return None


def _changes(connection: Connection, window: Mapping[str, datetime]) -> tuple[Change, ...]:
    """Those agreed on; a swap that was only asked for changes nothing."""
    rows = connection.execute(_CHANGES, window)
    return tuple(Change(row.id, row.staff_id, row.cover_id, row.starts_at, row.ends_at, row.pair) for row in rows)


def _homes(connection: Connection) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for row in connection.execute(select(centre.c.id, centre.c.province).where(centre.c.province.is_not(None))):
        found.setdefault(row.province, set()).add(row.id)
    return {province: frozenset(centres) for province, centres in found.items()}
