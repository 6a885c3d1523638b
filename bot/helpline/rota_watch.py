"""Once a day the rota is looked at some days ahead: gaps, and colleagues who could not be woken, are told in time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from bot.db import Tx
from bot.helpline.escalation import those_in_charge
from bot.helpline.truth import when
from bot.outbox import tell_staff
from bot.policy import Policy
from bot.rota import ahead, stored
from bot.rota.calendar import days_off, local
from bot.rota.changes import WATCH
from bot.tables import staff, staff_channel, timer
from bot.timers import set_timer
from directory.places import PlaceKey, Tier, name_of
from directory.wording import t

A_DAY = timedelta(hours=24)
MOST_LINES = 12


def watch(tx: Tx, now: datetime, policy: Policy) -> None:
    """Tell what is ahead, and look again tomorrow morning. A day more is looked ahead, so that none is told late."""
    until = now + timedelta(hours=policy.rota_warn_hours) + A_DAY
    far = max(until, now + ahead.LOOK_AHEAD)  # a hole that begins soon is told to its end
    plan = stored.load(tx.connection, now, far)
    days = days_off(policy)
    holes = [gap for gap in ahead.gaps(plan, days, now, far) if gap.starts_at < until]
    unwoken = [] if policy.is_demo else _unwoken(tx.connection, ahead.spans(plan, days, now, until), policy)
    for staff_id in those_in_charge(tx) or _admins(tx):
        language = _language(tx, staff_id)
        lines = [_gap(gap, now, language) for gap in holes]
        lines += [
            t("staff.no_channel", language, who=_alias(tx, one.staff_id), when=when(one.starts_at, now, language))
            for one in unwoken
        ]
        _tell(tx, staff_id, lines, language, now)
    for one in unwoken:
        language = _language(tx, one.staff_id)
        said = t("staff.no_channel_own", language, when=when(one.starts_at, now, language), days=policy.channel_days)
        _tell(tx, one.staff_id, [said], language, now)
    set_timer(tx, WATCH, 1, due_at=_tomorrow(now, policy))


def ensure(tx: Tx, *, now: datetime) -> bool:
    """If the daily look was lost, or never begun, it is due at once."""
    if tx.execute(select(timer.c.id).where(timer.c.kind == WATCH)).first() is not None:
        return False
    set_timer(tx, WATCH, 1, due_at=now)
    return True


def cannot_be_woken(connection: Connection, now: datetime, policy: Policy) -> int:
    """How many of those on call in the coming days have shown no channel to work lately."""
    until = now + timedelta(hours=policy.rota_warn_hours) + A_DAY
    spans = ahead.spans(stored.load(connection, now, until), days_off(policy), now, until)
    return len(_unwoken(connection, spans, policy))


def _tell(tx: Tx, staff_id: int, lines: list[str], language: str, now: datetime) -> None:
    if not lines:
        return
    more = [t("staff.and_more", language, n=len(lines) - MOST_LINES)] if len(lines) > MOST_LINES else []
    tell_staff(tx, staff_id, "\n".join([*lines[:MOST_LINES], *more]), now=now, purpose="reminder")
    tx.ring(f"staff:{staff_id}")


def _gap(gap: ahead.Gap, now: datetime, language: str) -> str:
    province = gap.province
    where = name_of(PlaceKey(Tier.NEW_PROVINCE, province), language) if province else t("staff.whole_country", language)
    begins, ends = when(gap.starts_at, now, language), when(gap.ends_at, now, language)
    return t("staff.rota_gap", language, where=where, begins=begins, ends=ends)


def _unwoken(connection: Connection, spans: tuple[ahead.Span, ...], policy: Policy) -> list[ahead.Span]:
    """The first shift of each colleague in which no channel has been shown to work within the days of the policy.

    In a long shift it begins where the channel grows too old.
    """
    verified: dict[int, datetime] = {}
    for staff_id, at in _verified(connection):
        verified[staff_id] = max(at, verified.get(staff_id, at))
    limit = timedelta(days=policy.channel_days)
    first: dict[int, ahead.Span] = {}
    for one in spans:
        runs_out = verified[one.staff_id] + limit if one.staff_id in verified else one.starts_at
        if runs_out < one.ends_at:
            first.setdefault(one.staff_id, replace(one, starts_at=max(one.starts_at, runs_out)))
    return list(first.values())


def _verified(connection: Connection) -> Iterator[tuple[int, datetime]]:
    alive = (staff_channel.c.verified_at.is_not(None), staff_channel.c.dead_at.is_(None))
    for row in connection.execute(select(staff_channel.c.staff_id, staff_channel.c.verified_at).where(*alive)):
        yield row.staff_id, row.verified_at


def _tomorrow(now: datetime, policy: Policy) -> datetime:
    there = local(now)
    morning = there.replace(hour=policy.request_begins_hour, minute=0, second=0, microsecond=0)
    return (morning if morning > there else morning + A_DAY).astimezone(now.tzinfo)


def _admins(tx: Tx) -> tuple[int, ...]:
    """Where nobody is in charge, those who can invite somebody hear of a hole."""
    wanted = select(staff.c.id).where(staff.c.role == "admin", staff.c.state == "active")
    return tuple(tx.execute(wanted.order_by(staff.c.id)).scalars())


def _language(tx: Tx, staff_id: int) -> str:
    return tx.execute(select(staff.c.language).where(staff.c.id == staff_id)).scalar_one_or_none() or "vi"


def _alias(tx: Tx, staff_id: int) -> str:
    return tx.execute(select(staff.c.alias).where(staff.c.id == staff_id)).scalar_one_or_none() or "–"
