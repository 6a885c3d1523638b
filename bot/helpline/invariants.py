"""The promises about cases and messages that must hold at every minute, and which of them are broken just now."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, func, or_, select

from bot import claims
from bot.helpline import erasure, farthest, retention
from bot.helpline.due import DUE, OF_A_CASE
from bot.helpline.farthest import GRACE
from bot.helpline.moves import OWNED, State
from bot.policy import Policy
from bot.rota import duty, stored
from bot.rota.calendar import days_off
from bot.tables import alarm, case, case_event, inbox, lane, lease, outbox, poller, staff, timer, transcript

IDLE = timedelta(hours=1)
SHUT = timedelta(minutes=10)
FORGET_GRACE = timedelta(minutes=15)

Count = Callable[[Connection, datetime, Policy], int]


def broken(connection: Connection, *, now: datetime, policy: Policy) -> dict[str, int]:
    """Code and number of every promise that is broken; empty when all is well."""
    found = {code: count(connection, now, policy) for code, count in PROMISES.items()}
    return {code: n for code, n in found.items() if n}


def _rows(connection: Connection, wanted: Select[Any]) -> int:
    return int(connection.execute(wanted).scalar_one())


def _cases(connection: Connection, *where: ColumnElement[bool]) -> int:
    return _rows(connection, select(func.count()).select_from(case).where(*where))


def _has_timer(kind: str) -> ColumnElement[bool]:
    return exists().where(timer.c.kind == kind, timer.c.subject_id == case.c.id)


def _no_next_step(connection: Connection, now: datetime, policy: Policy) -> int:
    planned = select(timer.c.subject_id).where(timer.c.kind == "escalate")
    return _cases(connection, case.c.state == State.WAITING, case.c.id.not_in(planned))


def _step_too_far(connection: Connection, now: datetime, policy: Policy) -> int:
    """Danger now is looked at again within a quarter of an hour, everything else by the next morning."""
    return len(farthest.steps_too_far(connection, now)) + len(farthest.answers_too_far(connection, now))


def _owner_wrong(connection: Connection, now: datetime, policy: Policy) -> int:
    """Who has a case is written down, and a case in the queue is nobody's."""
    lost = case.c.state.in_(OWNED) & case.c.staff_id.is_(None)
    double = (case.c.state == State.WAITING) & case.c.staff_id.is_not(None)
    return _cases(connection, or_(lost, double))


def _owner_gone(connection: Connection, now: datetime, policy: Policy) -> int:
    gone = exists().where(staff.c.id == case.c.staff_id, staff.c.state != "active")
    return _cases(connection, case.c.state.in_(OWNED), gone)


def _owner_off_shift(connection: Connection, now: datetime, policy: Policy) -> int:
    """Danger with a colleague who is not on shift, no step planned, and nothing has happened for an hour."""
    has_step = exists().where(timer.c.subject_id == case.c.id, timer.c.kind.in_(OF_A_CASE))
    quiet = ~exists().where(case_event.c.case_id == case.c.id, case_event.c.at > now - IDLE)
    still = ~exists().where(transcript.c.case_id == case.c.id, transcript.c.at > now - IDLE)
    wanted = select(case.c.staff_id).where(
        case.c.state == State.TAKEN, case.c.urgency != "request", ~has_step, quiet, still
    )
    owners = connection.execute(wanted).scalars().all()
    if not owners:
        return 0
    there = {one.staff_id for one in duty.duties(stored.at_once(connection, now), days_off(policy), now)}
    return sum(owner not in there for owner in owners)


def _hold_without_end(connection: Connection, now: datetime, policy: Policy) -> int:
    return _cases(connection, case.c.state == State.HELD, ~_has_timer("hold_over"))


def _handed_without_end(connection: Connection, now: datetime, policy: Policy) -> int:
    return _cases(connection, case.c.state == State.HANDED, ~_has_timer("handed_over"))


def _never_called(connection: Connection, now: datetime, policy: Policy) -> int:
    """Danger, and a minute after it began to wait nobody who may take it was called, although somebody is on duty."""
    back = select(func.max(case_event.c.at)).where(case_event.c.case_id == case.c.id, case_event.c.kind == "waiting")
    since = func.coalesce(back.scalar_subquery(), case.c.opened_at)
    of_it = (alarm.c.case_id == case.c.id, alarm.c.is_notice.is_(False), alarm.c.at >= since)
    is_here = (staff.c.id == alarm.c.staff_id, staff.c.state == "active")
    is_uncalled = or_(case.c.alarmed == 0, ~exists().where(*of_it, *is_here))
    wanted = select(case.c.province).where(
        case.c.state == State.WAITING, case.c.urgency != "request", is_uncalled, since < now - GRACE
    )
    places = connection.execute(wanted).scalars().all()
    if not places:
        return 0
    plan, days = stored.at_once(connection, now), days_off(policy)
    is_served = {place: bool(duty.on_call(plan, days, place, now, any_hour=False)) for place in set(places)}
    return sum(is_served[place] for place in places)


def _two_cases(connection: Connection, now: datetime, policy: Policy) -> int:
    twice = (
        select(case.c.lane_id)
        .where(case.c.state != State.CLOSED, case.c.lane_id.is_not(None))
        .group_by(case.c.lane_id)
        .having(func.count() > 1)
    )
    return len(connection.execute(twice).all())


def _closed_and_calling(connection: Connection, now: datetime, policy: Policy) -> int:
    """A closed case still has a timer, or a link that would take it."""
    live = exists().where(
        alarm.c.case_id == case.c.id,
        alarm.c.used_at.is_(None),
        alarm.c.recalled_at.is_(None),
        alarm.c.declined_at.is_(None),
    )
    is_closed = (case.c.state == State.CLOSED, case.c.forget_at.is_not(None))
    return _cases(connection, *is_closed, or_(_has_timer("escalate"), live))


def _timer_late(connection: Connection, now: datetime, policy: Policy) -> int:
    return _rows(connection, select(func.count()).select_from(timer).where(timer.c.due_at < now - GRACE))


def _timer_unknown(connection: Connection, now: datetime, policy: Policy) -> int:
    return _rows(connection, select(func.count()).select_from(timer).where(timer.c.kind.not_in([*DUE])))


def _outbox_late(connection: Connection, now: datetime, policy: Policy) -> int:
    """What is to be sent is leased to somebody, or due and taken up within the minute, or stands behind such a one."""
    older = outbox.alias("older")
    ahead = exists().where(older.c.lane_id == outbox.c.lane_id, older.c.id < outbox.c.id, older.c.state == "pending")
    waits = (outbox.c.state == "pending", outbox.c.next_at < now - GRACE, ~ahead)
    return _rows(connection, select(func.count()).select_from(outbox).where(*waits))


def _lease_dead(connection: Connection, now: datetime, policy: Policy) -> int:
    dead = or_(outbox.c.lease_until.is_(None), outbox.c.lease_until < now - GRACE)
    return _rows(connection, select(func.count()).select_from(outbox).where(outbox.c.state == "leased", dead))


def _outbox_state(connection: Connection, now: datetime, policy: Policy) -> int:
    known = outbox.c.state.in_(("pending", "leased", "failed"))
    return _rows(connection, select(func.count()).select_from(outbox).where(~known))


def _alarm_given_up(connection: Connection, now: datetime, policy: Policy) -> int:
    """An alarm is never given up; only a message to a person may be."""
    given_up = (outbox.c.state == "failed", outbox.c.staff_id.is_not(None))
    return _rows(connection, select(func.count()).select_from(outbox).where(*given_up))


def _message_given_up(connection: Connection, now: datetime, policy: Policy) -> int:
    """A message to a person who has not left was given up within the hour: a defect of ours."""
    here = exists().where(lane.c.id == outbox.c.lane_id, lane.c.stopped_at.is_(None))
    given_up = (outbox.c.state == "failed", outbox.c.next_at > now - IDLE, here)
    return _rows(connection, select(func.count()).select_from(outbox).where(*given_up))


def _not_delivered(connection: Connection, now: datetime, policy: Policy) -> int:
    """What was tried and is not with the person after ten minutes: the network refuses us, or is not to be reached."""
    late = (outbox.c.lane_id.is_not(None), outbox.c.state != "failed", outbox.c.attempts > 0, outbox.c.at < now - SHUT)
    return _rows(connection, select(func.count()).select_from(outbox).where(*late))


def _door_shut(connection: Connection, now: datetime, policy: Policy) -> int:
    """For ten minutes nothing could be fetched from an account, although a process tries."""
    is_tried = exists().where(claims.SHUT + poller.c.account == lease.c.name, poller.c.lease_until > now - SHUT)
    shut = (lease.c.name.startswith(claims.SHUT), lease.c.until < now - SHUT, is_tried)
    return _rows(connection, select(func.count()).select_from(lease).where(*shut))


def _message_unread(connection: Connection, now: datetime, policy: Policy) -> int:
    waits = (inbox.c.set_aside_at.is_(None), inbox.c.received_at < now - GRACE)
    return _rows(connection, select(func.count()).select_from(inbox).where(*waits))


def _erasure_late(connection: Connection, now: datetime, policy: Policy) -> int:
    """Somebody wanted to be forgotten, and her erasure was neither finished nor taken up by anybody else."""
    return len(erasure.unfinished(connection, now - 2 * GRACE))


def _rota_broken(connection: Connection, now: datetime, policy: Policy) -> int:
    return stored.at_once(connection, now).broken


def _kept_too_long(connection: Connection, now: datetime, policy: Policy) -> int:
    return retention.overdue(connection, now - FORGET_GRACE)


PROMISES: Mapping[str, Count] = {
    "no_next_step": _no_next_step,
    "step_too_far": _step_too_far,
    "owner_wrong": _owner_wrong,
    "owner_gone": _owner_gone,
    "owner_off_shift": _owner_off_shift,
    "hold_without_end": _hold_without_end,
    "handed_without_end": _handed_without_end,
    "never_called": _never_called,
    "two_cases": _two_cases,
    "closed_and_calling": _closed_and_calling,
    "timer_late": _timer_late,
    "timer_unknown": _timer_unknown,
    "outbox_late": _outbox_late,
    "lease_dead": _lease_dead,
    "outbox_state": _outbox_state,
    "alarm_given_up": _alarm_given_up,
    "message_given_up": _message_given_up,
    "not_delivered": _not_delivered,
    "door_shut": _door_shut,
    "message_unread": _message_unread,
    "erasure_late": _erasure_late,
    "rota_broken": _rota_broken,
    "kept_too_long": _kept_too_long,
}
