"""Who is on duty for a place and a moment. A missing or broken rota means nobody, never "open"."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from bot.policy import Policy
from bot.rota import ahead, duty, stored
from bot.rota.calendar import days_off
from bot.rota.plan import Kind
from bot.tables import staff

_DEFAULT = Policy()


@dataclass(frozen=True, slots=True)
class OnDuty:
    """A colleague whose shift it is."""

    staff_id: int
    alias: str
    language: str


def on_duty(
    connection: Connection,
    province: str | None,
    now: datetime,
    *,
    policy: Policy = _DEFAULT,
    kind: Kind = Kind.DANGER,
    any_hour: bool = True,
) -> tuple[tuple[OnDuty, ...], ...]:
    """The rungs of the ladder, first to last, without empty ones; the province before the whole country.

    `any_hour`: also outside the hours of a centre, as the policy says for danger.
    """
    rungs = on_call(connection, province, now, policy=policy, kind=kind, any_hour=any_hour)
    named = [one for rung in rungs for one in rung]
    columns = select(staff.c.id, staff.c.alias, staff.c.language).where(staff.c.id.in_(named))
    known = {row.id: OnDuty(*row) for row in connection.execute(columns)} if named else {}
    return tuple(tuple(known[one] for one in rung) for rung in rungs)


def on_call(
    connection: Connection,
    province: str | None,
    now: datetime,
    *,
    policy: Policy = _DEFAULT,
    kind: Kind = Kind.DANGER,
    any_hour: bool = True,
) -> duty.Rungs:
    """The same as numbers alone."""
    plan = stored.at_once(connection, now)
    return duty.on_call(plan, days_off(policy), province, now, kind=kind, any_hour=any_hour)


def next_duty(
    connection: Connection,
    province: str | None,
    now: datetime,
    *,
    policy: Policy = _DEFAULT,
    kind: Kind = Kind.DANGER,
    any_hour: bool = True,
) -> datetime | None:
    """When the next shift for this place begins, or None if the rota has none in the days that are looked ahead."""
    plan = stored.load(connection, now)
    return ahead.next_duty(plan, days_off(policy), province, now, kind=kind, any_hour=any_hour)


def opening(
    connection: Connection, province: str | None, now: datetime, *, policy: Policy = _DEFAULT
) -> datetime | None:
    """When the first centre opens again, if all that could help are outside their hours."""
    plan = stored.load(connection, now)
    return duty.opening(plan, days_off(policy), province, now, until=now + ahead.LOOK_AHEAD)
