"""The moments of a form or a table: read in Vietnam's time, and what is wrong with them."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from directory.wording import HCMC

FARTHEST = timedelta(days=370)  # farther ahead it is most often a mistyped year
YEARS = range(2000, 2200)  # no rota lies outside, and the calendar of the machine ends not far beyond


class Wrong(StrEnum):
    """Why two moments are no stretch of time that can be noted."""

    UNREAD = "time_unread"
    BACKWARDS = "time_backwards"
    OVER = "time_over"
    TOO_LONG = "time_too_long"
    TOO_FAR = "time_too_far"


def read_moment(written: str) -> datetime | None:
    """A time without a zone is Vietnam's. None: it is no time, or of no year in which anybody plans."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    if moment.year not in YEARS:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=HCMC)


def read_day(written: str) -> date | None:
    """A day of the calendar. None: it is none, or of no year in which anybody plans."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return day if day.year in YEARS else None


def between(
    starts: str, ends: str, *, now: datetime, longest: timedelta, farthest: timedelta = FARTHEST
) -> tuple[datetime, datetime] | Wrong:
    """From one moment to another that is still to come, or what is wrong with them."""
    first, last = read_moment(starts), read_moment(ends)
    if first is None or last is None:
        return Wrong.UNREAD
    if last <= first:
        return Wrong.BACKWARDS
    if last <= now:
        return Wrong.OVER
    if last - first > longest:
        return Wrong.TOO_LONG
    return Wrong.TOO_FAR if first > now + farthest else (first, last)
