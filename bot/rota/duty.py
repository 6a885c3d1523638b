"""Reads a plan: who is on call for a place at a moment, when the next shift begins, and when nobody is there. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.rota.calendar import DaysOff, local, midnight
from bot.rota.plan import DAY_OFF, Change, Kind, OnDaysOff, Plan, Post, Rotation

Rungs = tuple[tuple[int, ...], ...]
Key = tuple[int, int, str]  # which shift or rotation, and its day
_MINUTE = timedelta(minutes=1)
_A_DAY = timedelta(days=1)
NATIONAL = 1_000  # comes after the own centre and those that stand in for it


@dataclass(frozen=True, slots=True)
class Duty:
    """One colleague who is on call just now, and through which entry of the plan."""

    key: Key
    post: Post
    staff_id: int


def on_call(
    plan: Plan,
    days: DaysOff,
    province: str | None,
    at: datetime,
    *,
    kind: Kind = Kind.DANGER,
    any_hour: bool = True,
    national: bool = True,
) -> Rungs:
    """The rungs of the ladder, first to last, none of them empty, nobody twice.

    The province first, then the centre that stands in for its centre, then the national rota. Without a province the
    national rota alone. `any_hour`: also outside the hours of a centre; `national`: False leaves the country's out.
    """
    order = order_for(plan, province)
    rungs: dict[tuple[int, int], list[int]] = {}
    for duty in sorted(duties(plan, days, at, any_hour=any_hour), key=lambda one: one.staff_id):
        place = order(duty.post)
        if place is None or duty.post.kind not in (Kind.ANY, kind):
            continue
        if national or place != NATIONAL:
            rungs.setdefault((place, duty.post.rung), []).append(duty.staff_id)
    seen: set[int] = set()
    found = []
    for _, rung in sorted(rungs.items()):
        fresh = tuple(dict.fromkeys(one for one in rung if one not in seen))
        seen.update(fresh)
        if fresh:
            found.append(fresh)
    return tuple(found)


class _Order:
    """Where a post stands for one province: 0 its own, then the centres standing in, then the whole country."""

    def __init__(self, plan: Plan, province: str | None) -> None:
        self._province = province
        self._standing_in: dict[int, int] = {}
        if province is None:
            return
        homes = {post.centre_id for post in plan.posts if post.province == province}
        homes |= plan.homes.get(province, frozenset())
        reached, distance = set(homes), 0
        while following := {plan.fallbacks[one] for one in homes if one in plan.fallbacks} - reached:
            distance += 1
            self._standing_in |= dict.fromkeys(following, distance)
            reached |= following
            homes = following

    def __call__(self, post: Post) -> int | None:
        if post.province is None:
            return NATIONAL
        if post.province == self._province:
            return 0
        return self._standing_in.get(post.centre_id)


def order_for(plan: Plan, province: str | None) -> Callable[[Post], int | None]:
    """How near a post is to this province; None: not called for it."""
    return _Order(plan, province)


def duties(plan: Plan, days: DaysOff, at: datetime, *, any_hour: bool = True) -> Iterator[Duty]:
    """Everybody on call anywhere at this moment, after leave, swaps and hours."""
    changes = [one for one in plan.changes if one.starts_at <= at < one.ends_at]
    for key, post, planned in _planned(plan, days, at):
        if not any_hour and not is_open(plan, days, post.centre_id, at):
            continue
        who = _who(plan, changes, planned)
        if who is not None:
            yield Duty(key, post, who)


def _planned(plan: Plan, days: DaysOff, at: datetime) -> Iterator[tuple[Key, Post, int]]:
    for number, one in enumerate(plan.shifts):
        if one.starts_at <= at < one.ends_at:
            yield (0, number, ""), one.post, one.staff_id
    today = local(at).date()
    for number, turn in enumerate(plan.rotations):
        for day in (today - _A_DAY, today):
            if runs_on(turn, day, days) and _begins(turn, day) <= at < _begins(turn, day) + turn.minutes * _MINUTE:
                yield (1, number, day.isoformat()), turn.post, whose_turn(turn, day)


def _begins(turn: Rotation, day: date) -> datetime:
    return midnight(day) + turn.begins * _MINUTE


def runs_on(turn: Rotation, day: date, days: DaysOff) -> bool:
    """Whether a shift of this rotation begins on this day."""
    if not turn.is_sound or day < turn.first_day or (turn.last_day is not None and day > turn.last_day):
        return False
    if day.isoweekday() not in turn.weekdays:
        return False
    if turn.days_off is OnDaysOff.AS_USUAL:
        return True
    return days.has(day) is (turn.days_off is OnDaysOff.ONLY)


def whose_turn(turn: Rotation, day: date) -> int:
    """Whose turn the shift of this day is."""
    return turn.members[((day - turn.first_day).days // turn.turn_days) % len(turn.members)]


def _who(plan: Plan, changes: Sequence[Change], planned: int) -> int | None:
    """Who really stands there: the last of those who handed it on to each other, unless she or he is away as well.

    Only what was noted later hands it on: whoever had given the own shift away before took this one knowing it. The
    other half of the same swap does not either, so that two at the same hour can change places.
    """
    who, last, pairs = planned, -1, set[str]()
    while covers := [one for one in changes if _hands_on(one, who, last, pairs)]:
        newest = max(covers, key=lambda one: one.id)
        who, last = newest.cover_id or who, newest.id
        if newest.pair is not None:
            pairs.add(newest.pair)
    is_away = any(one.staff_id == who and one.cover_id is None for one in changes)
    return who if who in plan.active and not is_away else None


def _hands_on(one: Change, who: int, last: int, pairs: set[str]) -> bool:
    return one.staff_id == who and one.cover_id is not None and one.id > last and one.pair not in pairs


def is_open(plan: Plan, days: DaysOff, centre_id: int, at: datetime) -> bool:
    """Whether the centre serves at this moment; one without hours serves always."""
    if all(one.centre_id != centre_id for one in plan.hours):
        return True
    there = local(at)
    today, minute = there.date(), there.hour * 60 + there.minute
    now = any(begins <= minute < ends for begins, ends in _hours_of(plan, days, centre_id, today))
    late = minute + 24 * 60
    return now or any(begins <= late < ends for begins, ends in _hours_of(plan, days, centre_id, today - _A_DAY))


def _hours_of(plan: Plan, days: DaysOff, centre_id: int, day: date) -> list[tuple[int, int]]:
    mine = [one for one in plan.hours if one.centre_id == centre_id]
    special = [one for one in mine if one.day == DAY_OFF]
    if special and days.has(day):
        return [(one.begins, one.ends) for one in special]
    return [(one.begins, one.ends) for one in mine if one.day == day.isoweekday()]


def is_closed(plan: Plan, days: DaysOff, province: str | None, at: datetime, *, national: bool = True) -> bool:
    """Whether every centre that could help is outside its hours. Without any such centre nothing is closed."""
    centres = _centres(plan, province, national)
    return bool(centres) and not any(is_open(plan, days, one, at) for one in centres)


def opening(plan: Plan, days: DaysOff, province: str | None, at: datetime, *, until: datetime) -> datetime | None:
    """When the first centre that could help opens again, if all of them are closed just now."""
    if not is_closed(plan, days, province, at):
        return None
    moments = turning_points(plan, days, at, until)
    return next((moment for moment in moments if not is_closed(plan, days, province, moment)), None)


def _centres(plan: Plan, province: str | None, national: bool) -> set[int]:
    order = order_for(plan, province)
    places = {(post.centre_id, order(post)) for post in plan.posts}
    return {centre for centre, place in places if place is not None and (national or place != NATIONAL)}


def turning_points(plan: Plan, days: DaysOff, begins: datetime, ends: datetime) -> list[datetime]:
    """Every moment between the two at which anything may change; between neighbours nothing does."""
    found: set[datetime] = set()
    for one in plan.shifts:
        found.update((one.starts_at, one.ends_at))
    for change in plan.changes:
        found.update((change.starts_at, change.ends_at))
    day, last = local(begins).date() - 2 * _A_DAY, local(ends).date()
    while day <= last:
        for turn in plan.rotations:
            if runs_on(turn, day, days):
                found.update((_begins(turn, day), _begins(turn, day) + turn.minutes * _MINUTE))
        for centre_id in {one.centre_id for one in plan.hours}:
            for opens, closes in _hours_of(plan, days, centre_id, day):
                found.update((midnight(day) + opens * _MINUTE, midnight(day) + closes * _MINUTE))
        day += _A_DAY
    return sorted(one for one in found if begins < one < ends)
