"""Which days are days off: the new year by the moon, with the days around it that the policy says, and fixed days."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.policy import Policy
from directory.holidays import TET
from directory.wording import HCMC


@dataclass(frozen=True, slots=True)
class DaysOff:
    """`fixed` holds days of every year (`09-02`) and single ones (`2027-04-16`)."""

    tet_before: int = 1
    tet_after: int = 3
    fixed: frozenset[str] = frozenset()

    def has(self, day: date) -> bool:
        """Whether this day, in Vietnam, is a day off."""
        iso = day.isoformat()
        if iso in self.fixed or iso[5:] in self.fixed:
            return True
        before, after = timedelta(days=self.tet_before), timedelta(days=self.tet_after)
        return any(first - before <= day <= first + after for first in TET)


def days_off(policy: Policy) -> DaysOff:
    """As the organisation decided."""
    return DaysOff(policy.tet_days_before, policy.tet_days_after, frozenset(policy.days_off))


def is_known(year: int) -> bool:
    """Whether the new year of this year is in the list; later years have to be added to it."""
    return any(first.year == year for first in TET)


def local(moment: datetime) -> datetime:
    """The moment on Vietnam's clock."""
    return moment.astimezone(HCMC)


def midnight(day: date) -> datetime:
    """When this day begins in Vietnam."""
    return datetime(day.year, day.month, day.day, tzinfo=HCMC)
