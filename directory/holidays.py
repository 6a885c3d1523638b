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
_BEFORE, _AFTER = timedelta(days=1), timedelta(days=3)


def is_tet(day: date) -> bool:
    """The days around the new year by the moon."""
    return any(first - _BEFORE <= day <= first + _AFTER for first in TET)


@lru_cache(maxsize=2048)
def is_holiday(day: date) -> bool:
    """A day on which usual hours say nothing: offices close, and every place does as it likes."""
    return (day.month, day.day) in _EVERY_YEAR or day in _HUNG_KINGS or is_tet(day)


@lru_cache(maxsize=256)
def is_near(day: date) -> bool:
    """Whether any day from yesterday to a week later is a holiday."""
    return any(is_holiday(day + timedelta(days=step)) for step in range(-1, 9))
