"""How fresh a listing is: when it has to be checked again, who is told so, and when it is marked or hidden."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

OLD_AFTER = timedelta(days=30)  # past the day due: shown after the others, with the day of its last check
SOON = timedelta(days=14)
CHANGED = "changed"  # in place of a method: what was checked is not what stands there now
# Days from the day due, and who is told: those who keep the province, at last those in charge of them.
STEPS = (("soon", -14, "maintainer"), ("due", 0, "maintainer"), ("late", 7, "maintainer"), ("manager", 14, "manager"))


class Age(StrEnum):
    """From just checked to not shown any more."""

    FRESH = "fresh"
    DUE = "due"  # within the last fourteen days before its day
    OVERDUE = "overdue"
    OLD = "old"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Step:
    """One reminder of one listing."""

    name: str
    on: date
    whom: str


def due_on(checked_on: date, limit: int) -> date:
    """The last day on which the check still counts."""
    return checked_on + timedelta(days=limit)


def age(checked_on: date | None, limit: int, today: date) -> Age:
    """The age of a listing that was last checked on this day. Never checked is as old as can be."""
    if checked_on is None or today > checked_on + timedelta(days=2 * limit):
        return Age.HIDDEN
    due = due_on(checked_on, limit)
    if today > due + OLD_AFTER:
        return Age.OLD
    if today > due:
        return Age.OVERDUE
    return Age.DUE if today >= due - SOON else Age.FRESH


def steps(checked_on: date, limit: int, today: date) -> tuple[Step, ...]:
    """Every reminder whose day has come."""
    due = due_on(checked_on, limit)
    planned = (Step(name, due + timedelta(days=days), whom) for name, days, whom in STEPS)
    return tuple(one for one in planned if one.on <= today)
