"""The ladder as pure decisions: who is called next and when to look again, so that no case ever goes quiet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.helpline.casebook import Urgency
from bot.policy import Policy
from directory.wording import HCMC

Called = tuple[tuple[int, ...], ...]
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Ladder:
    """How far a case has come: rungs called in this round, rounds before, since when, and the last call to managers.

    `called`, `declined` and `unreached`: colleagues called since the case waits; of them those who cannot come, and
    those whom the last alarm reached on no channel of their own. `is_in_vain`: nobody had the case, and no alarm
    reached anybody.
    """

    urgency: Urgency
    since: datetime
    rung: int = 0
    round: int = 0
    managers_at: datetime | None = None
    called: frozenset[int] = frozenset()
    declined: frozenset[int] = frozenset()
    unreached: frozenset[int] = frozenset()
    is_in_vain: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """What happens next: whom to alarm, and when to look again."""

    kind: Literal["rung", "repeat", "manager", "nobody", "closed", "night"]
    whom: tuple[int, ...]
    next_at: datetime


def next_step(
    ladder: Ladder,
    rungs: Called,
    policy: Policy,
    now: datetime,
    *,
    managers: tuple[int, ...] = (),
    next_duty_at: datetime | None = None,
    opens_at: datetime | None = None,
) -> Step:
    """The next step of the ladder. Pure. There is always a next moment, so that no case is ever forgotten.

    `next_duty_at`, `opens_at` matter when nobody is on duty: when somebody will be, when a closed line opens again.
    """
    # A request that is no danger wakes nobody at night.
    if ladder.urgency == "request" and not _is_day(now, policy):
        return Step("night", (), _morning(now, policy))
    every = timedelta(minutes=policy.repeat_now_minutes) if ladder.urgency == "now" else _HOUR
    if not rungs and opens_at is not None and not (ladder.urgency == "now" and policy.danger_any_hour):
        return Step("closed", (), min(opens_at, now + _HOUR))
    called = managers if _is_managers_turn(ladder, policy, now) else ()
    if not rungs:
        back = min(next_duty_at, now + every) if next_duty_at else now + every
        in_charge = managers if policy.nobody_calls_those_in_charge and ladder.urgency != "request" else ()
        return Step("manager" if called else "nobody", _together(called, in_charge), back)
    if ladder.rung < len(rungs) and ladder.round == 0:
        wait = policy.rung_minutes[min(ladder.rung, len(policy.rung_minutes) - 1)]
        fresh = tuple(one for one in rungs[ladder.rung] if one not in ladder.called)
        return Step(
            "manager" if called else "rung",
            _together(fresh, called),
            _at_managers_minute(ladder, policy, now, now + timedelta(minutes=wait), bool(called)),
        )
    fresh = tuple(one for one in managers if one not in ladder.called)
    if ladder.is_in_vain and ladder.urgency == "now" and ladder.round == 1 and fresh:
        # None of them can be reached: as if nobody were on duty, and the others are not called twice in a minute.
        return Step("repeat", fresh, now + timedelta(minutes=policy.rung_minutes[-1]))
    whom = _again(ladder, rungs, policy, managers)
    after = _at_managers_minute(ladder, policy, now, now + every, bool(called))
    return Step("manager" if called else "repeat", _together(whom, called), after)


def put_last(rungs: Called, hindered: frozenset[int]) -> Called:
    """Without those who are hindered; if they are all there is, they are called after all."""
    able = tuple(tuple(one for one in rung if one not in hindered) for rung in rungs)
    return tuple(rung for rung in able if rung) or rungs


def _is_managers_turn(ladder: Ladder, policy: Policy, now: datetime) -> bool:
    """Once after some minutes of danger now; each hour after the hours of the stop rule."""
    waited = _by_day(ladder.since, now, policy) if ladder.urgency == "request" else now - ladder.since
    first = ladder.managers_at is None or ladder.managers_at < ladder.since
    if ladder.urgency == "now" and first and waited >= timedelta(minutes=policy.manager_after_minutes):
        return True
    is_late = waited >= timedelta(hours=policy.stop_after_hours)
    every = timedelta(minutes=policy.manager_every_minutes)
    return is_late and (first or ladder.managers_at is None or now - ladder.managers_at >= every)


def _at_managers_minute(ladder: Ladder, policy: Policy, now: datetime, planned: datetime, is_called: bool) -> datetime:
    """The managers of danger now are not called later than their minute only because a step lies across it."""
    minute = ladder.since + timedelta(minutes=policy.manager_after_minutes)
    waits = ladder.urgency == "now" and not is_called
    waits = waits and (ladder.managers_at is None or ladder.managers_at < ladder.since)
    return min(planned, minute) if waits and minute > now else planned


def _again(ladder: Ladder, rungs: Called, policy: Policy, managers: tuple[int, ...]) -> tuple[int, ...]:
    """Who is called again: the last rung, or all; whoever said that she or he cannot come is left in peace.

    If all of them have said so, those in charge are called; if there are none, the last rung after all. If the last
    alarm reached none of them, everybody is called besides, and those in charge.
    """
    everybody = _together(*reversed(rungs))
    wanted = everybody if policy.repeat_whom == "all" else rungs[-1]
    for group in (wanted, everybody, managers):
        able = tuple(one for one in group if one not in ladder.declined)
        if able and ladder.unreached.issuperset(able):
            return _together(able, (one for one in (*everybody, *managers) if one not in ladder.declined))
        if able:
            return able
    return rungs[-1]


def _together(*groups: Iterable[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(one for group in groups for one in group))


def _is_day(now: datetime, policy: Policy) -> bool:
    return policy.request_begins_hour <= now.astimezone(HCMC).hour < policy.request_ends_hour


def _by_day(since: datetime, now: datetime, policy: Policy) -> timedelta:
    """How long it waited while requests are answered: of the night nobody is late."""
    midnight = since.astimezone(HCMC).replace(hour=0, minute=0, second=0, microsecond=0)
    waited = timedelta(0)
    while midnight < now:
        begins = max(since, midnight + timedelta(hours=policy.request_begins_hour))
        ends = min(now, midnight + timedelta(hours=policy.request_ends_hour))
        waited += max(ends - begins, timedelta(0))
        midnight += timedelta(days=1)
    return waited


def _morning(now: datetime, policy: Policy) -> datetime:
    here = now.astimezone(HCMC)
    today = here.replace(hour=policy.request_begins_hour, minute=0, second=0, microsecond=0)
    return (today if here < today else today + timedelta(days=1)).astimezone(now.tzinfo)
