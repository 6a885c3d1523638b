"""Who is on duty for a place and a moment. A missing or broken rota means nobody, never "open"."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from bot.tables import shift, staff


@dataclass(frozen=True, slots=True)
class OnDuty:
    """A colleague whose shift it is."""

    staff_id: int
    alias: str
    language: str


def on_duty(connection: Connection, province: str | None, now: datetime) -> tuple[tuple[OnDuty, ...], ...]:
    """The rungs of the ladder, first to last, without empty ones; the province before the whole country."""
    wanted = (
        select(shift.c.rung, shift.c.province, staff.c.id, staff.c.alias, staff.c.language)
        .join(staff, staff.c.id == shift.c.staff_id)
        .where(
            shift.c.starts_at <= now,
            shift.c.ends_at > now,
            staff.c.state == "active",
            or_(shift.c.province.is_(None), shift.c.province == province),
        )
        .order_by(shift.c.province.is_(None), shift.c.rung, staff.c.id)
    )
    rungs: dict[tuple[bool, int], list[OnDuty]] = {}
    seen: set[int] = set()
    for row in connection.execute(wanted):
        if row.id not in seen:
            seen.add(row.id)
            rungs.setdefault((row.province is None, row.rung), []).append(OnDuty(row.id, row.alias, row.language))
    return tuple(tuple(rung) for _, rung in sorted(rungs.items()))


def next_duty(connection: Connection, province: str | None, now: datetime) -> datetime | None:
    """When the next shift for this place begins, or None if the rota has none."""
    wanted = (
        select(func.min(shift.c.starts_at))
        .join(staff, staff.c.id == shift.c.staff_id)
        .where(shift.c.starts_at > now, staff.c.state == "active")
        .where(or_(shift.c.province.is_(None), shift.c.province == province))
    )
    found: datetime | None = connection.execute(wanted).scalar_one()
    return found
