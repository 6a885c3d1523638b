"""The public holidays of Vietnam: those of every year, and those that follow the moon, year by year."""

from datetime import date, timedelta
from functools import lru_cache

TET = (  # the first day of the lunar year
    date(2026, 2, 17),
    date(2027, 2, 6),
    date(2028, 1, 26),
    date(2029, 2, 13),
    date(2030, 2, 2),
)
_HUNG_KINGS = frozenset(  # the tenth day of the third lunar month
    {date(2026, 4, 26), date(2027, 4, 16), date(2028, 4, 4), date(2029, 4, 23), date(2030, 4, 12)}
)
_EVERY_YEAR = frozenset({(1, 1), (4, 30), (5, 1), (9, 2)})
_BESIDE = frozenset({(9, 1), (9, 3)})  # one of them is free, and which is said anew each year
_TET_EARLIEST, _TET_LATEST = (1, 20), (2, 23)  # between these lie the days around the new year of any year
_BEFORE, _AFTER = timedelta(days=1), timedelta(days=3)
# Around these days many close earlier or stay closed longer; how long is said anew each year, and by each place.
_EARLY, _LATE = timedelta(days=3), timedelta(days=7)
_MOST_INSTEAD = 2  # working days that may be free because a holiday fell on a weekend


def is_tet(day: date) -> bool:
    """The days around the new year by the moon."""
    return any(first - _BEFORE <= day <= first + _AFTER for first in TET)


@lru_cache(maxsize=2048)
def is_holiday(day: date) -> bool:
    """A day on which usual hours say nothing: offices close, and every place does as it likes."""
    return (day.month, day.day) in _EVERY_YEAR or day in _HUNG_KINGS or is_tet(day)


@lru_cache(maxsize=2048)
def may_be_holiday(day: date) -> bool:
    """A day that is a holiday in some years or places, and nobody here knows whether in this one."""
    return (day.month, day.day) in _BESIDE or may_be_tet(day) or _is_instead(day)


def may_be_tet(day: date) -> bool:
    """A day near the new year, or one on which it can fall, of a year not in the list: no date is ever made up."""
    if not is_tet(day) and any(first - _EARLY <= day <= first + _LATE for first in TET):
        return True
    is_season = _TET_EARLIEST <= (day.month, day.day) <= _TET_LATEST
    return is_season and all(first.year != day.year for first in TET)


def _is_instead(day: date) -> bool:
    """A working day just behind holidays of which some fell on a weekend: offices may be closed instead."""
    if day.weekday() >= 5 or is_holiday(day):
        return False
    before, passed = day - timedelta(days=1), 0
    while before.weekday() < 5 and not is_holiday(before) and passed < _MOST_INSTEAD - 1:
        before, passed = before - timedelta(days=1), passed + 1
    lost = 0
    while before.weekday() >= 5 or is_holiday(before):
        lost += before.weekday() >= 5 and is_holiday(before)
        before -= timedelta(days=1)
    return lost > passed


def known_until() -> date:
    """The last day up to which every holiday by the moon is in the list."""
    return date(TET[-1].year, 12, 31)


@lru_cache(maxsize=256)
def is_near(day: date) -> bool:
    """Whether any day from yesterday to a week later is a holiday, or may be one."""
    days = [day + timedelta(days=step) for step in range(-1, 9)]
    return any(is_holiday(one) or may_be_holiday(one) for one in days)
