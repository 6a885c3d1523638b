"""Looks ahead in a plan: when the next shift begins, when nobody is on call, who stands where until when. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.rota.calendar import DaysOff
from bot.rota.duty import Duty, Key, duties, is_closed, on_call, order_for, turning_points
from bot.rota.plan import Kind, Plan, Post

LOOK_AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Span:
    """One colleague at one post, from one moment to another, after all changes."""

    staff_id: int
    post: Post
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Gap:
    """Nobody is on call for this place (None: the whole country) during this time."""

    province: str | None
    starts_at: datetime
    ends_at: datetime


def next_duty(
    plan: Plan, days: DaysOff, province: str | None, at: datetime, *, kind: Kind = Kind.DANGER, any_hour: bool = True
) -> datetime | None:
    """When the next colleague for this place comes on call, within the days that are looked ahead."""
    order = order_for(plan, province)

    def there(moment: datetime) -> set[tuple[Key, int]]:
        found = duties(plan, days, moment, any_hour=any_hour)
        fitting = (one for one in found if order(one.post) is not None and one.post.kind in (Kind.ANY, kind))
        return {(one.key, one.staff_id) for one in fitting}

    before = there(at)
    for moment in turning_points(plan, days, at, at + LOOK_AHEAD):
        after = there(moment)
        if after - before:
            return moment
        before = after
    return None


def gaps(plan: Plan, days: DaysOff, begins: datetime, ends: datetime) -> tuple[Gap, ...]:
    """Every stretch without anybody: on the national rota, and near each province that has, or lately had, its own.

    While all centres of a province are closed it has no gap; the national rota serves at any hour.
    """
    posts = [post for post in plan.posts if post.kind in (Kind.ANY, Kind.DANGER)]
    local = {post.province for post in posts if post.province is not None} | plan.lately
    provinces: list[str | None] = [None, *sorted(local)]
    moments = [begins, *turning_points(plan, days, begins, ends), ends]
    found: list[Gap] = []
    for province in provinces:
        since: datetime | None = None
        for moment in moments:
            is_empty = moment < ends and _is_empty(plan, days, province, moment)
            if is_empty and since is None:
                since = moment
            elif not is_empty and since is not None:
                found.append(Gap(province, since, moment))
                since = None
    return tuple(sorted(found, key=lambda gap: (gap.starts_at, gap.province or "")))


def _is_empty(plan: Plan, days: DaysOff, province: str | None, at: datetime) -> bool:
    if on_call(plan, days, province, at, national=province is None):
        return False
    return province is None or not is_closed(plan, days, province, at, national=False)


def spans(plan: Plan, days: DaysOff, begins: datetime, ends: datetime) -> tuple[Span, ...]:
    """Who stands where between the two moments, in order."""
    open_: dict[Duty, datetime] = {}
    found: list[Span] = []
    for moment in [begins, *turning_points(plan, days, begins, ends), ends]:
        there = set(duties(plan, days, moment)) if moment < ends else set()
        for duty in [one for one in open_ if one not in there]:
            found.append(Span(duty.staff_id, duty.post, open_.pop(duty), moment))
        for duty in there - set(open_):
            open_[duty] = moment
    return tuple(sorted(found, key=lambda one: (one.starts_at, one.post.province or "", one.post.rung, one.staff_id)))


def is_planned(plan: Plan, days: DaysOff, staff_id: int, begins: datetime, ends: datetime) -> bool:
    """Whether this colleague has a shift between the two moments, on leave or not: there is something to cover."""
    there = replace(plan, changes=tuple(one for one in plan.changes if one.cover_id is not None))
    return any(one.staff_id == staff_id for one in spans(there, days, begins, ends))
