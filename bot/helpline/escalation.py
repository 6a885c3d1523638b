"""Decides who is called next when nobody has answered yet, and never lets a case go quiet."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update

from bot.db import Tx
from bot.helpline import queue, reach, tongues, truth
from bot.helpline.casebook import Case, get, hold_still, language_of, last_time, record, tell
from bot.helpline.farthest import bring_near, last_step
from bot.helpline.hindered import called_since, failed_since, hindered
from bot.helpline.ladder import Called, Ladder, Step, next_step, put_last
from bot.helpline.moves import State
from bot.helpline.ringing import raise_rung
from bot.helpline.rota import next_duty, on_call, opening
from bot.helpline.truth import when
from bot.policy import Policy
from bot.rota.plan import Kind
from bot.tables import case, staff, staff_province, timer
from bot.timers import clear_timer, due_at, set_timer

__all__ = [
    "Called",
    "Ladder",
    "Step",
    "begin",
    "escalate",
    "hurry",
    "in_charge_of",
    "mend",
    "next_step",
    "stop",
    "those_in_charge",
    "when",
]

_A_NIGHT = timedelta(hours=12)


def begin(tx: Tx, known: Case, *, now: datetime, policy: Policy, is_asked: bool = True) -> Step | None:
    """Start the ladder from its first rung. `is_asked`: the person has just written, and hears what is done."""
    failed, gave_back = (frozenset[int](), frozenset[int]()) if is_asked else failed_since(tx.connection, known.id, now)
    start = Ladder(known.urgency, now, called=failed, declined=gave_back, unreached=failed)
    return _climb(tx, replace(known, rung=0, round=0), start, now=now, policy=policy, is_asked=is_asked)


def escalate(tx: Tx, case_id: int, *, now: datetime, policy: Policy) -> Step | None:
    """The timer ran out and nobody has taken the case: call the next rung, and tell the person the truth."""
    known = hold_still(tx, case_id)
    if known is None or known.state is not State.WAITING:
        return None
    since = last_time(tx.connection, known.id, "waiting") or known.opened_at
    called, declined, unreached = called_since(tx.connection, known.id, since)
    managers_at = last_time(tx.connection, known.id, "managers")
    managers_at = managers_at if managers_at is None or managers_at <= now else None  # the clock was set back
    failed = failed_since(tx.connection, known.id, since)[0]
    in_vain = not failed and called <= unreached and bool(unreached)
    so_far = Ladder(known.urgency, since, known.rung, known.round, managers_at, called, declined, unreached, in_vain)
    if known.rung == 0 and known.round == 0:
        # Nobody of the rota was called yet: it begins with the first rung, but not with who just failed it.
        so_far = replace(so_far, called=failed)
    return _climb(tx, known, so_far, now=now, policy=policy, is_asked=False)


_CLIMBED = (
    update(case)
    .where(case.c.id == bindparam("which"))
    .values(rung=bindparam("to_rung"), round=bindparam("to_round"), next_step_at=bindparam("next"))
)


def _climb(tx: Tx, known: Case, so_far: Ladder, *, now: datetime, policy: Policy, is_asked: bool) -> Step:
    rungs = _rungs(tx, known, now, policy)
    position = next((at for at, rung in enumerate(rungs) if not set(rung) <= so_far.called), len(rungs))
    round_ = 0 if position < len(rungs) else max(known.round, 1)
    ahead = None if rungs else _next_duty(tx, known, now, policy)
    opens = None if rungs else opening(tx.connection, known.province, now, policy=policy)
    is_fresh = bool(rungs) and not so_far.called and so_far.since == now  # nobody in charge is called yet
    step = next_step(
        replace(so_far, rung=position, round=round_),
        rungs,
        policy,
        now,
        managers=() if is_fresh else those_in_charge(tx, known.province),
        next_duty_at=ahead,
        opens_at=opens,
    )
    whom = step.whom
    if step.kind == "rung":
        whom = tongues.prefer(tx.connection, known, whom, rungs, so_far.called, now=now, policy=policy)
    raise_rung(tx, known, whom, now=now, policy=policy)
    record(tx, known.id, "step", now=now, detail=step.kind)
    if step.kind == "manager":
        record(tx, known.id, "managers", now=now)
    is_round_over = bool(rungs) and position + 1 >= len(rungs) and step.kind != "night"
    values = {
        "which": known.id,
        "to_rung": known.rung + 1 if step.kind == "rung" else known.rung,
        "to_round": known.round + 1 if is_round_over else known.round,
        "next": step.next_at,
    }
    tx.execute(_CLIMBED, values)
    set_timer(tx, "escalate", known.id, due_at=step.next_at)
    tx.ring("board")
    when_next, since = ahead or opens, so_far.since
    truth.tell_step(tx, known, step, bool(rungs), when_next, since=since, now=now, policy=policy, is_asked=is_asked)
    if step.kind == "night" and not is_asked:
        _tell_of_the_night(tx, known, now=now, policy=policy)
    return step


def _tell_of_the_night(tx: Tx, known: Case, *, now: datetime, policy: Policy) -> None:
    """The day of the queue is over and nobody has her request: when it is looked at again; once an evening."""
    before = last_time(tx.connection, known.id, "told_night")
    if before is not None and timedelta(0) <= now - before < _A_NIGHT:
        return
    again = queue.looked_at_again(tx.connection, known.province, now=now, policy=policy)
    key = "case.person.queue_again" if again is not None else "case.person.queue_unknown"
    tell(tx, known, key, now=now, is_asked=False, when=when(again, now, language_of(tx, known.lane_id)))
    record(tx, known.id, "told_night", now=now)


def _next_duty(tx: Tx, known: Case, now: datetime, policy: Policy) -> datetime | None:
    """When somebody comes on duty again. Of another organisation we do not know it."""
    if known.organisation_id is not None:
        return None
    return next_duty(tx.connection, known.province, now, policy=policy, kind=_kind(known))


def _kind(known: Case) -> Kind:
    return Kind.DAYTIME if known.urgency == "request" else Kind.DANGER


def _rungs(tx: Tx, known: Case, now: datetime, policy: Policy) -> Called:
    """The ladder as it stands this minute; who has too much or has to rest is called only if nobody else is left."""
    any_hour = known.urgency == "now" and policy.danger_any_hour
    rungs = on_call(tx.connection, known.province, now, policy=policy, kind=_kind(known), any_hour=any_hour)
    rungs = reach.rungs_for(tx.connection, known, rungs, is_any_hour=any_hour)
    named = frozenset(one for rung in rungs for one in rung)
    return put_last(rungs, hindered(tx.connection, named, now=now, policy=policy))


_IN_CHARGE = (
    select(staff.c.id)
    .where(staff.c.role.in_(("supervisor", "manager")), staff.c.state == "active")
    .order_by(staff.c.id)
)
_IN_CHARGE_OF = _IN_CHARGE.join(staff_province, staff_province.c.staff_id == staff.c.id).where(
    staff_province.c.province == bindparam("where")
)


def those_in_charge(tx: Tx, province: str | None = None) -> tuple[int, ...]:
    """Supervisors and managers of the province; if it has none, or none is named, those of the whole line."""
    found = tx.execute(_IN_CHARGE_OF, {"where": province}).scalars().all() if province else ()
    return tuple(found or tx.execute(_IN_CHARGE).scalars().all())


def uncalled_in_charge(tx: Tx, known: Case) -> tuple[int, ...]:
    """In danger now: those in charge who were not called yet since the case waits."""
    since = last_time(tx.connection, known.id, "waiting") or known.opened_at
    called, _, _ = called_since(tx.connection, known.id, since)
    found = those_in_charge(tx, known.province) if known.urgency == "now" else ()
    return tuple(one for one in found if one not in called)


def in_charge_of(tx: Tx, known: Case) -> tuple[int, ...]:
    """Who hears of a case that is no danger: those in charge who may have it, else who has it, else all in charge."""
    found = those_in_charge(tx, known.province)
    if known.organisation_id is None:
        return found
    everywhere = those_in_charge(tx)
    able = tuple(one for one in everywhere if reach.is_of_its_organisation(tx.connection, known, one))
    return able or ((known.staff_id,) if known.staff_id is not None else found)


def stop(tx: Tx, case_id: int) -> None:
    """Nobody needs to be called for this case any more."""
    clear_timer(tx, "escalate", case_id)
    tx.execute(update(case).where(case.c.id == case_id).values(next_step_at=None))


def mend(tx: Tx, *, now: datetime) -> int:
    """Waiting cases that have lost their timer, or would wait too long for it, get one that is due at once.

    Returns how many; the promise is 0.
    """
    has_timer = select(timer.c.subject_id).where(timer.c.kind == "escalate")
    wanted = select(case.c.id).where(case.c.state == State.WAITING, case.c.id.not_in(has_timer))
    lost = tx.execute(wanted).scalars().all()
    for case_id in lost:
        set_timer(tx, "escalate", case_id, due_at=now)
    return len(lost) + bring_near(tx, now=now)


def hurry(tx: Tx, case_id: int, *, now: datetime) -> None:
    """Everybody who was called has declined: do not wait for the rest of the rung's minutes.

    Where nobody is on duty there is nobody else to call, and those in charge are not called twice in a minute.
    """
    known = get(tx.connection, case_id)
    planned = due_at(tx, "escalate", case_id)
    was_called = last_step(tx.connection, case_id) in ("rung", "repeat", "manager")
    is_late = planned is not None and planned > now and was_called
    if known is not None and known.state is State.WAITING and is_late and known.rung + known.round > 0:
        set_timer(tx, "escalate", case_id, due_at=now)
