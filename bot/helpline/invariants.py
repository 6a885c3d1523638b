"""The promises about cases and messages that must hold at every minute, and which of them are broken just now."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Table, bindparam, exists, func, or_, select

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


# What is asked each minute is one statement, built once. Its moments: `late` is so long ago as nothing may be late,
# `idle` an hour, `shut` ten minutes.
_LATE, _IDLE, _SHUT = (bindparam(name, type_=timer.c.due_at.type) for name in ("late", "idle", "shut"))


def _moments(now: datetime) -> dict[str, datetime]:
    return {"late": now - GRACE, "idle": now - IDLE, "shut": now - SHUT}


def _counted(table: Table, *where: ColumnElement[bool]) -> Count:
    """The promise is broken by every row of the table of which all this is true."""
    wanted = select(func.count()).select_from(table).where(*where)
    return lambda connection, now, policy: int(connection.execute(wanted, _moments(now)).scalar_one())


def _has_timer(kind: str) -> ColumnElement[bool]:
    return exists().where(timer.c.kind == kind, timer.c.subject_id == case.c.id)


_planned = select(timer.c.subject_id).where(timer.c.kind == "escalate")
_no_next_step = _counted(case, case.c.state == State.WAITING, case.c.id.not_in(_planned))


def _step_too_far(connection: Connection, now: datetime, policy: Policy) -> int:
    """Danger now is looked at again within a quarter of an hour, everything else by the next morning."""
    return len(farthest.steps_too_far(connection, now)) + len(farthest.answers_too_far(connection, now))


# Who has a case is written down, and a case in the queue is nobody's.
_lost = case.c.state.in_(OWNED) & case.c.staff_id.is_(None)
_double = (case.c.state == State.WAITING) & case.c.staff_id.is_not(None)
_owner_wrong = _counted(case, or_(_lost, _double))

_has_left = exists().where(staff.c.id == case.c.staff_id, staff.c.state != "active")
_owner_gone = _counted(case, case.c.state.in_(OWNED), _has_left)

_LEFT_ALONE = select(case.c.staff_id).where(
    case.c.state == State.TAKEN,
    case.c.urgency != "request",
    ~exists().where(timer.c.subject_id == case.c.id, timer.c.kind.in_(OF_A_CASE)),
    ~exists().where(case_event.c.case_id == case.c.id, case_event.c.at > _IDLE),
    ~exists().where(transcript.c.case_id == case.c.id, transcript.c.at > _IDLE),
)


def _owner_off_shift(connection: Connection, now: datetime, policy: Policy) -> int:
    """Danger with a colleague who is not on shift, no step planned, and nothing has happened for an hour."""
    owners = connection.execute(_LEFT_ALONE, _moments(now)).scalars().all()
    if not owners:
        return 0
    there = {one.staff_id for one in duty.duties(stored.at_once(connection, now), days_off(policy), now)}
    return sum(owner not in there for owner in owners)


_hold_without_end = _counted(case, case.c.state == State.HELD, ~_has_timer("hold_over"))
_handed_without_end = _counted(case, case.c.state == State.HANDED, ~_has_timer("handed_over"))

_back = select(func.max(case_event.c.at)).where(case_event.c.case_id == case.c.id, case_event.c.kind == "waiting")
_since = func.coalesce(_back.scalar_subquery(), case.c.opened_at)
_of_it = (alarm.c.case_id == case.c.id, alarm.c.is_notice.is_(False), alarm.c.at >= _since)
_is_here = (staff.c.id == alarm.c.staff_id, staff.c.state == "active")
_UNCALLED = select(case.c.province).where(
    case.c.state == State.WAITING,
    case.c.urgency != "request",
    or_(case.c.alarmed == 0, ~exists().where(*_of_it, *_is_here)),
    _since < _LATE,
)


def _never_called(connection: Connection, now: datetime, policy: Policy) -> int:
    """Danger, and a minute after it began to wait nobody who may take it was called, although somebody is on duty."""
    places = connection.execute(_UNCALLED, _moments(now)).scalars().all()
    if not places:
        return 0
    plan, days = stored.at_once(connection, now), days_off(policy)
    is_served = {place: bool(duty.on_call(plan, days, place, now, any_hour=False)) for place in set(places)}
    return sum(is_served[place] for place in places)


_TWICE = (
    select(case.c.lane_id)
    .where(case.c.state != State.CLOSED, case.c.lane_id.is_not(None))
    .group_by(case.c.lane_id)
    .having(func.count() > 1)
)


def _two_cases(connection: Connection, now: datetime, policy: Policy) -> int:
    return len(connection.execute(_TWICE).all())


# A closed case still has a timer, or a link that would take it.
_live = exists().where(
    alarm.c.case_id == case.c.id, alarm.c.used_at.is_(None), alarm.c.recalled_at.is_(None),
    alarm.c.declined_at.is_(None),
)  # fmt: skip
_closed_and_calling = _counted(
    case, case.c.state == State.CLOSED, case.c.forget_at.is_not(None), or_(_has_timer("escalate"), _live)
)

_timer_late = _counted(timer, timer.c.due_at < _LATE)
_timer_unknown = _counted(timer, timer.c.kind.not_in([*DUE]))

# What is to be sent is leased to somebody, or due and taken up within the minute, or stands behind such a one.
_older = outbox.alias("older")
_ahead = exists().where(_older.c.lane_id == outbox.c.lane_id, _older.c.id < outbox.c.id, _older.c.state == "pending")
_outbox_late = _counted(outbox, outbox.c.state == "pending", outbox.c.next_at < _LATE, ~_ahead)
_dead = or_(outbox.c.lease_until.is_(None), outbox.c.lease_until < _LATE)
_lease_dead = _counted(outbox, outbox.c.state == "leased", _dead)
_outbox_state = _counted(outbox, ~outbox.c.state.in_(("pending", "leased", "failed")))

# An alarm is never given up; only a message to a person may be.
_alarm_given_up = _counted(outbox, outbox.c.state == "failed", outbox.c.staff_id.is_not(None))

# A message to a person who has not left was given up within the hour: a defect of ours.
_stays = exists().where(lane.c.id == outbox.c.lane_id, lane.c.stopped_at.is_(None))
_message_given_up = _counted(outbox, outbox.c.state == "failed", outbox.c.next_at > _IDLE, _stays)

# What was tried and is not with the person after ten minutes: the network refuses us, or is not to be reached.
_not_delivered = _counted(
    outbox, outbox.c.lane_id.is_not(None), outbox.c.state != "failed", outbox.c.attempts > 0, outbox.c.at < _SHUT
)

# For ten minutes nothing could be fetched from an account, although a process tries.
_is_tried = exists().where(claims.SHUT + poller.c.account == lease.c.name, poller.c.lease_until > _SHUT)
_door_shut = _counted(lease, lease.c.name.startswith(claims.SHUT), lease.c.until < _SHUT, _is_tried)

_message_unread = _counted(inbox, inbox.c.set_aside_at.is_(None), inbox.c.received_at < _LATE)


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
