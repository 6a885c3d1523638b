"""When somebody may answer a request that is no danger: said honestly, from the policy's hours and the rota."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.helpline.escalation import when
from bot.helpline.rota import next_duty, on_duty
from bot.policy import Policy
from bot.rota.plan import Kind
from directory.wording import HCMC, t


def queue_answer(connection: Connection, province: str | None, *, now: datetime, policy: Policy, language: str) -> str:
    """What a person in the daytime queue hears: that colleagues see it now, from when on, or that nobody is planned."""
    opens = _opens(now, policy)
    moment = opens or now
    if on_duty(connection, province, moment, policy=policy, kind=Kind.DAYTIME, any_hour=False):
        if opens is None:
            return t("human.queue.now", language, until=f"{policy.request_ends_hour}:00")
        return t("human.queue.from", language, when=when(opens, now, language))
    ahead = next_duty(connection, province, moment, policy=policy, kind=Kind.DAYTIME, any_hour=False)
    if ahead is None:
        return t("human.queue.nobody", language)
    return t("human.queue.from", language, when=when(_not_at_night(ahead, policy), now, language))


def _opens(now: datetime, policy: Policy) -> datetime | None:
    """When the day of requests begins; None while it is day."""
    here = now.astimezone(HCMC)
    if policy.request_begins_hour <= here.hour < policy.request_ends_hour:
        return None
    begins = here.replace(hour=policy.request_begins_hour, minute=0, second=0, microsecond=0)
    return begins if here < begins else begins + timedelta(days=1)


def _not_at_night(moment: datetime, policy: Policy) -> datetime:
    """A shift that begins at night answers requests in the morning."""
    return _opens(moment, policy) or moment
