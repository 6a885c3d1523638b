"""Decides who is called next when nobody has answered yet, and never lets a case go quiet."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select, update

from bot.db import Tx
from bot.helpline.casebook import Case, Urgency, get, hold_still, language_of, last_time, record, tell
from bot.helpline.moves import State
from bot.helpline.ringing import raise_rung
from bot.helpline.rota import next_duty, on_duty
from bot.policy import Policy
from bot.tables import case, staff, staff_province, timer
from bot.timers import clear_timer, due_at, set_timer
from directory import lines
from directory.wording import HCMC, clock_time, t

TELL_AGAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Ladder:
    """How far a case has come: rungs called in this round, rounds before, since when, and the last call to managers."""

    urgency: Urgency
    since: datetime
    rung: int = 0
    round: int = 0
    managers_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What happens next: whom to alarm, and when to look again."""

    kind: Literal["rung", "repeat", "manager", "nobody", "night"]
    whom: tuple[int, ...]
    next_at: datetime


Called = tuple[tuple[int, ...], ...]


def next_step(
    ladder: Ladder,
    rungs: Called,
    policy: Policy,
    now: datetime,
    *,
    managers: tuple[int, ...] = (),
    next_duty_at: datetime | None = None,
) -> Step:
    """The next step of the ladder. Pure. There is always a next moment, so that no case is ever forgotten."""
    # A request that is no danger wakes nobody at night.
    if ladder.urgency == "request" and not _is_day(now, policy):
        return Step("night", (), _morning(now, policy))
    late = now - ladder.since >= timedelta(hours=policy.stop_after_hours)
    hour = timedelta(minutes=policy.manager_every_minutes)
    is_managers_turn = late and (ladder.managers_at is None or now - ladder.managers_at >= hour)
    called = managers if is_managers_turn else ()
    if not rungs:
        soon = now + hour
        back = min(next_duty_at, soon) if next_duty_at else soon
        return Step("manager" if called else "nobody", called, back)
    if ladder.rung < len(rungs) and ladder.round == 0:
        wait = policy.rung_minutes[min(ladder.rung, len(policy.rung_minutes) - 1)]
        return Step("rung", _together(rungs[ladder.rung], called), now + timedelta(minutes=wait))
    every = timedelta(minutes=policy.repeat_now_minutes) if ladder.urgency == "now" else hour
    return Step("manager" if called else "repeat", _together(rungs[-1], called), now + every)


def _together(first: tuple[int, ...], more: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(dict.fromkeys((*first, *more)))


def _is_day(now: datetime, policy: Policy) -> bool:
    return policy.request_begins_hour <= now.astimezone(HCMC).hour < policy.request_ends_hour


def _morning(now: datetime, policy: Policy) -> datetime:
    here = now.astimezone(HCMC)
    today = here.replace(hour=policy.request_begins_hour, minute=0, second=0, microsecond=0)
    return (today if here < today else today + timedelta(days=1)).astimezone(now.tzinfo)


def begin(tx: Tx, known: Case, *, now: datetime, policy: Policy) -> Step | None:
    """Start the ladder from its first rung."""
    tx.execute(update(case).where(case.c.id == known.id).values(rung=0, round=0))
    return _climb(tx, replace(known, rung=0, round=0), now=now, policy=policy)


def escalate(tx: Tx, case_id: int, *, now: datetime, policy: Policy) -> Step | None:
    """The timer ran out and nobody has taken the case: call the next rung, and tell the person the truth."""
    known = hold_still(tx, case_id)
    if known is None or known.state is not State.WAITING:
        return None
    return _climb(tx, known, now=now, policy=policy)


def _climb(tx: Tx, known: Case, *, now: datetime, policy: Policy) -> Step:
    rungs: Called = tuple(
        tuple(one.staff_id for one in rung) for rung in on_duty(tx.connection, known.province, now)
    )
    since = last_time(tx.connection, known.id, "waiting") or known.opened_at
    ladder = Ladder(known.urgency, since, known.rung, known.round, last_time(tx.connection, known.id, "managers"))
    ahead = next_duty(tx.connection, known.province, now)
    step = next_step(ladder, rungs, policy, now, managers=_managers(tx, known.province), next_duty_at=ahead)
    raise_rung(tx, known, step.whom, now=now, policy=policy)
    record(tx, known.id, "step", now=now, detail=step.kind)
    if step.kind == "manager":
        record(tx, known.id, "managers", now=now)
    is_round_over = known.rung + 1 >= len(rungs) and bool(rungs)
    tx.execute(
        update(case)
        .where(case.c.id == known.id)
        .values(
            rung=known.rung + 1 if step.kind == "rung" else known.rung,
            round=known.round + 1 if is_round_over and step.kind != "night" else known.round,
            next_step_at=step.next_at,
        )
    )
    set_timer(tx, "escalate", known.id, due_at=step.next_at)
    tx.ring("board")
    _tell_truth(tx, known, step, bool(rungs), ahead, now, policy)
    return step


def those_in_charge(tx: Tx) -> tuple[int, ...]:
    """Supervisors and managers of the whole line, for what nobody on duty can be told."""
    return _managers(tx, None)


def _managers(tx: Tx, province: str | None) -> tuple[int, ...]:
    """Supervisors and managers of the province; if it has none, those of the whole line."""
    wanted = select(staff.c.id).where(staff.c.role.in_(("supervisor", "manager")), staff.c.state == "active")
    local = wanted.join(staff_province, staff_province.c.staff_id == staff.c.id).where(
        staff_province.c.province == province
    )
    found = tx.execute(local.order_by(staff.c.id)).scalars().all() if province else ()
    return tuple(found or tx.execute(wanted.order_by(staff.c.id)).scalars().all())


def _tell_truth(
    tx: Tx, known: Case, step: Step, is_anyone: bool, ahead: datetime | None, now: datetime, policy: Policy
) -> None:
    """What the person hears: that somebody was called, that nobody has answered yet, or that nobody is on duty."""
    if known.urgency == "request":
        return  # the daytime queue: said once when it was opened, nothing is promised for the minute
    if not is_anyone:
        _tell_nobody(tx, known, ahead, now, policy)
        return
    is_first_call = known.rung == 0 and known.round == 0
    if is_first_call:
        tell(tx, known, "case.person.alarmed", now=now)
        return
    before = last_time(tx.connection, known.id, "told_waiting")
    if before is None or now - before >= TELL_AGAIN:
        tell(tx, known, "case.person.still_waiting", now=now)
        record(tx, known.id, "told_waiting", now=now)


def _tell_nobody(tx: Tx, known: Case, ahead: datetime | None, now: datetime, policy: Policy) -> None:
    since = last_time(tx.connection, known.id, "waiting") or known.opened_at
    before = last_time(tx.connection, known.id, "told_nobody")
    is_first = before is None or before < since
    is_late = now - since >= timedelta(hours=policy.stop_after_hours)
    if not is_first and not (is_late and before is not None and now - before >= TELL_AGAIN):
        return
    if not is_first:
        tell(tx, known, "case.person.still_nobody", now=now)
    else:
        shown = lines.for_trouble(
            needs=(known.need,) if known.need else ("violence.physical",),
            province=known.province,
            now=now,
            recorded=policy.recorded_lines,
        )
        key = "case.person.nobody_until" if ahead else "case.person.nobody"
        language = language_of(tx, known.lane_id)
        tell(tx, known, key, now=now, more=lines.card(shown, language), when=when(ahead, now, language))
    record(tx, known.id, "told_nobody", now=now)


def when(moment: datetime | None, now: datetime, language: str = "vi") -> str:
    """`21:00`, or `21:00 2/10` when it is another day."""
    if moment is None:
        return ""
    there = moment.astimezone(HCMC)
    if there.date() == now.astimezone(HCMC).date():
        return clock_time(moment)
    return t("case.person.when_day", language, time=clock_time(moment), day=f"{there.day}/{there.month}")


def stop(tx: Tx, case_id: int) -> None:
    """Nobody needs to be called for this case any more."""
    clear_timer(tx, "escalate", case_id)
    tx.execute(update(case).where(case.c.id == case_id).values(next_step_at=None))


def mend(tx: Tx, *, now: datetime) -> int:
    """Waiting cases that have lost their timer get one that is due at once. Returns how many; the promise is 0."""
    has_timer = select(timer.c.subject_id).where(timer.c.kind == "escalate")
    wanted = select(case.c.id).where(case.c.state == State.WAITING, case.c.id.not_in(has_timer))
    lost = tx.execute(wanted).scalars().all()
    for case_id in lost:
        set_timer(tx, "escalate", case_id, due_at=now)
    return len(lost)


def hurry(tx: Tx, case_id: int, *, now: datetime) -> None:
    """Everybody who was called has declined: do not wait for the rest of the rung's minutes."""
    known = get(tx.connection, case_id)
    planned = due_at(tx, "escalate", case_id)
    if known is not None and known.state is State.WAITING and planned is not None and planned > now:
        set_timer(tx, "escalate", case_id, due_at=now)
