"""When somebody may answer a request that is no danger: said honestly, from the policy's hours and the rota."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.helpline.truth import when
from bot.policy import Policy
from bot.rota import ahead, duty, stored
from bot.rota.calendar import days_off
from bot.rota.plan import Kind
from directory.wording import HCMC, t


def queue_answer(connection: Connection, province: str | None, *, now: datetime, policy: Policy, language: str) -> str:
    """What a person in the daytime queue hears: that colleagues see it now, from when on, or that nobody is planned.

    Somebody looks at it while it is day and a colleague is on duty, both at once.
    """
    is_now, change = _looks(connection, province, now=now, policy=policy)
    if is_now:
        ends = change or now + ahead.LOOK_AHEAD
        return t("human.queue.now", language, until=when(ends, ends, language))
    if change is None:
        return t("human.queue.nobody", language)
    return t("human.queue.from", language, when=when(change, now, language))


def looked_at_again(connection: Connection, province: str | None, *, now: datetime, policy: Policy) -> datetime | None:
    """When somebody looks at the queue next, if nobody does now; None where nobody is planned."""
    is_now, change = _looks(connection, province, now=now, policy=policy)
    return now if is_now else change


def _looks(
    connection: Connection, province: str | None, *, now: datetime, policy: Policy
) -> tuple[bool, datetime | None]:
    """Whether somebody looks at it now, and when that changes."""
    plan, days, until = stored.load(connection, now), days_off(policy), now + ahead.LOOK_AHEAD

    def is_looked_at(moment: datetime) -> bool:
        if not _is_day(moment, policy):
            return False
        return bool(duty.on_call(plan, days, province, moment, kind=Kind.DAYTIME, any_hour=False))

    changes = sorted({*duty.turning_points(plan, days, now, until), *_hours_of_the_day(now, until, policy)})
    is_now = is_looked_at(now)
    return is_now, next((moment for moment in changes if is_looked_at(moment) is not is_now), None)


def _is_day(moment: datetime, policy: Policy) -> bool:
    return policy.request_begins_hour <= moment.astimezone(HCMC).hour < policy.request_ends_hour


def _hours_of_the_day(now: datetime, until: datetime, policy: Policy) -> Iterator[datetime]:
    """When the day of requests begins and ends, on each of the coming days."""
    midnight = now.astimezone(HCMC).replace(hour=0, minute=0, second=0, microsecond=0)
    while midnight < until:
        for hour in (policy.request_begins_hour, policy.request_ends_hour):
            moment = midnight + timedelta(hours=hour)
            if now < moment < until:
                yield moment
        midnight += timedelta(days=1)
