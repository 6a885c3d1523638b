"""When a place is open: the usual week, days with a rule of their own, and holidays on which nobody can be sure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from directory import holidays
from directory.wording import HCMC

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
AHEAD = 15  # days looked ahead for the next opening: longer than any holiday
_WEEK, _DAY = 10080, 1440
_SPAN = re.compile(r"^(\w{3})(?:-(\w{3}))? (\d\d):(\d\d)-(\d\d):(\d\d)$")
_APART = re.compile(
    r"^(?:(?P<named>tet|holidays)|(?P<first>\d{4}-\d\d-\d\d)(?:\.\.(?P<last>\d{4}-\d\d-\d\d))?)"
    r" (?:(?P<word>closed|usual)|(?P<times>\d\d:\d\d-\d\d:\d\d))$"
)
Times = tuple[tuple[int, int], ...]


class ListingProblem(ValueError):
    """A listing cannot be kept as it is; the message says how to mend it."""


@dataclass(frozen=True, slots=True)
class Apart:
    """Days that do not follow the week. `times` None: as on any such weekday; empty: closed."""

    named: Literal["tet", "holidays", ""]
    first: date | None
    last: date | None
    times: Times | None

    def holds(self, day: date) -> bool:
        if self.named == "tet":
            return holidays.is_tet(day)
        if self.named == "holidays":
            return holidays.is_holiday(day)
        return self.first is not None and self.last is not None and self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Hours:
    """Weekly opening times: (weekday 0–6, minute it opens, minute it closes; more than 1440 is the next day).

    `apart`: rules of single days, of the new year and of other holidays, the narrowest first.
    """

    spans: tuple[tuple[int, int, int], ...]
    apart: tuple[Apart, ...] = ()

    @classmethod
    def parse(cls, lines: list[str] | None) -> "Hours | None":
        """From lines such as `mon-fri 08:00-17:00` and `tet closed`; None stays None. Raises ListingProblem."""
        if lines is None:
            return None
        weekly = [line for line in lines if _APART.match(line.strip().lower()) is None]
        apart = _apart([line for line in lines if _APART.match(line.strip().lower())])
        return cls(tuple(span for line in weekly for span in _spans(line)), apart)

    @property
    def is_always(self) -> bool:
        """Round the clock, every day of the week."""
        merged = _merged(self)
        return bool(merged) and merged[0][1] - merged[0][0] >= _WEEK

    def usual(self, day: date) -> Times:
        """What the week says of this day."""
        return tuple((begins, ends) for weekday, begins, ends in self.spans if weekday == day.weekday())

    def on(self, day: date) -> Times | None:
        """The times of this day; None: a holiday, and nobody has said what holds then."""
        for one in self.apart:
            if one.holds(day):
                return self.usual(day) if one.times is None else one.times
        if holidays.may_be_holiday(day):
            return self._perhaps(day)
        return None if holidays.is_holiday(day) and not self.is_always else self.usual(day)

    def _perhaps(self, day: date) -> Times | None:
        """A day that may be a holiday: sure only where it makes no difference."""
        may_hold = (one for one in self.apart if one.named == "holidays" or (one.named and holidays.may_be_tet(day)))
        rule = next(may_hold, None)
        makes_none = self.is_always if rule is None else rule.times is None
        return self.usual(day) if makes_none else None


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether a place is open at a moment, until when, or when it opens next (local times)."""

    state: Literal["open", "closed", "unknown"]
    closes: datetime | None = None
    opens: datetime | None = None
    is_holiday: bool = False  # the week says open now, or before `opens`, but that is a holiday, or may be one

    @property
    def is_always(self) -> bool:
        return self.state == "open" and self.closes is None


def apart_lines(lines: Iterable[str]) -> tuple[str, ...]:
    """Of the lines of a form those that speak of days with a rule of their own."""
    return tuple(line for line in lines if _APART.match(line.strip().lower()))


def far_day(line: str) -> bool:
    """Whether a line names a day of another century: a slip of the hand, or a spreadsheet's "for ever"."""
    found = _APART.match(line.strip().lower())
    named = (found["first"], found["last"]) if found else ()
    return any(day is not None and not day.startswith("20") for day in named)


def begins_as_it_ends(line: str) -> bool:
    """`mon 08:00-08:00`: a mistake more often than a day and a night."""
    return re.search(r" (\d\d:\d\d)-\1$", line.strip()) is not None


def clashing(hours: Hours | None) -> str:
    """Two times of one day that lie over each other and differ, as `08:00-17:00 / 09:00-12:00`; or nothing."""
    if hours is None:
        return ""
    days = [[(begins, ends) for day, begins, ends in hours.spans if day == weekday] for weekday in range(7)]
    for spans in (*days, *(one.times or () for one in hours.apart)):
        told = sorted(set(spans))
        for before, after in pairwise(told):
            if after[0] < before[1]:
                return " / ".join(f"{_clock(begins)}-{_clock(ends)}" for begins, ends in (before, after))
    return ""


def _clock(minute: int) -> str:
    """A minute of the day or the next; midnight that ends a day is 24:00."""
    minute = minute if minute <= _DAY else minute - _DAY
    return f"{minute // 60:02}:{minute % 60:02}"


def is_open(hours: Hours | None, at: datetime) -> Opening:
    """Open, closed or unknown at this moment, in Vietnam's time, also past midnight and on holidays."""
    if hours is None:
        return Opening("unknown")
    local = at.astimezone(HCMC)
    today = local.date()
    if hours.apart:
        return _by_calendar(hours, local.replace(second=0, microsecond=0))
    found = _by_week(hours, local)
    if not holidays.is_near(today) or found.is_always or not hours.spans:
        return found
    change = found.closes or found.opens or local
    days = range(-1, (change.date() - today).days + 1)
    reached = [today + timedelta(days=step) for step in days]
    if any(holidays.is_holiday(day) or holidays.may_be_holiday(day) for day in reached):
        return _by_calendar(hours, local.replace(second=0, microsecond=0))
    return found


def open_on(hours: Hours | None, day: date) -> Opening:
    """Whether it opens at all on this day; unknown where nobody has said what holds on a holiday."""
    if hours is None or not (hours.spans or hours.apart):
        return Opening("unknown")
    times = hours.on(day)
    if times is None:
        return Opening("unknown", is_holiday=True) if hours.usual(day) else Opening("closed")
    return Opening("open" if times else "closed")


def _by_week(hours: Hours, local: datetime) -> Opening:
    """No day within reach is different from its weekday."""
    merged = _merged(hours)
    minute = local.weekday() * _DAY + local.hour * 60 + local.minute
    midnight = datetime.combine(local.date(), time(), HCMC) - timedelta(days=local.weekday())
    for shift in (0, _WEEK):
        for begins, ends in merged:
            if begins <= minute + shift < ends:
                if ends - begins >= _WEEK:
                    return Opening("open")
                return Opening("open", closes=midnight + timedelta(minutes=ends - shift))
    coming = [begins + shift for begins, _ in merged for shift in (0, _WEEK) if begins + shift > minute]
    return Opening("closed", opens=midnight + timedelta(minutes=min(coming)) if coming else None)


@lru_cache(maxsize=4096)
def _by_calendar(hours: Hours, local: datetime) -> Opening:
    """Day by day, from yesterday on (its last hours may reach into today)."""
    today, minute = local.date(), local.hour * 60 + local.minute
    midnight = datetime.combine(today, time(), HCMC)
    sure: list[tuple[int, int]] = []
    unsure: list[tuple[int, int]] = []
    for step in range(-1, AHEAD + 1):
        day = today + timedelta(days=step)
        told = hours.on(day)
        spans = hours.usual(day) if told is None else told
        (unsure if told is None else sure).extend((step * _DAY + a, step * _DAY + b) for a, b in spans)
    joined = _joined(sorted(sure))
    for begins, ends in joined:
        if begins <= minute < ends:
            is_endless = ends >= (AHEAD + 1) * _DAY
            return Opening("open") if is_endless else Opening("open", closes=midnight + timedelta(minutes=ends))
    if any(begins <= minute < ends for begins, ends in unsure):
        return Opening("unknown", is_holiday=True)
    coming = next((begins for begins, _ in joined if begins > minute), None)
    opens = None if coming is None else midnight + timedelta(minutes=coming)
    is_unsure = any(minute < begins and (coming is None or begins < coming) for begins, _ in unsure)
    return Opening("closed", opens=opens, is_holiday=is_unsure)


@lru_cache(maxsize=4096)
def _merged(hours: Hours) -> tuple[tuple[int, int], ...]:
    """Spans of the week in minutes from Monday, touching ones joined, the week seen as a circle."""
    merged = _joined(sorted((day * _DAY + begins, day * _DAY + ends) for day, begins, ends in hours.spans))
    if merged and merged[-1][1] - _WEEK >= merged[0][0]:
        if len(merged) == 1:
            return ((merged[0][0], merged[0][0] + _WEEK),)
        first = merged.pop(0)
        merged[-1] = (merged[-1][0], max(merged[-1][1], first[1] + _WEEK))
    return tuple(merged)


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for begins, ends in spans:
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(ends, joined[-1][1]))
        else:
            joined.append((begins, ends))
    return joined


def _spans(line: str) -> list[tuple[int, int, int]]:
    match = _SPAN.match(line.strip().lower())
    if match is None or match[1] not in DAYS or (match[2] or match[1]) not in DAYS:
        raise ListingProblem(f"Hours are written like “mon-fri 08:00-17:00” or “tet closed”, not “{line}”.")
    first, last = DAYS.index(match[1]), DAYS.index(match[2] or match[1])
    begins, ends = int(match[3]) * 60 + int(match[4]), int(match[5]) * 60 + int(match[6])
    if begins > 1439 or ends > _DAY or last < first:
        raise ListingProblem(f"Hours run from 00:00 to 24:00, days from mon to sun, unlike “{line}”.")
    return [(day, begins, ends if ends > begins else ends + _DAY) for day in range(first, last + 1)]


def _apart(lines: list[str]) -> tuple[Apart, ...]:
    """Single days before the new year, the new year before other holidays; several times of the same days together."""
    found: dict[tuple[str, str, str], Apart] = {}
    for line in lines:
        match = _APART.match(line.strip().lower())
        assert match is not None
        key = (match["named"] or "", match["first"] or "", match["last"] or match["first"] or "")
        times = _times(match, line)
        before = found.get(key)
        if before is not None and (not before.times or not times):
            raise ListingProblem(f"“{line}” says something else of days that another line speaks of.")
        together = (*(before.times or ()), *(times or ())) if before else times
        found[key] = Apart(match["named"] or "", *_days(match, line), together)  # type: ignore[arg-type]
    order = {"": 0, "tet": 1, "holidays": 2}
    return tuple(sorted(found.values(), key=lambda one: (order[one.named], _length(one))))


def _length(one: Apart) -> timedelta:
    return one.last - one.first if one.first and one.last else timedelta()


def _times(match: "re.Match[str]", line: str) -> Times | None:
    if match["word"]:
        return () if match["word"] == "closed" else None
    return tuple((begins, ends) for _, begins, ends in _spans(f"mon {match['times']}"))


def _days(match: "re.Match[str]", line: str) -> tuple[date | None, date | None]:
    if not match["first"]:
        return None, None
    try:
        first, last = date.fromisoformat(match["first"]), date.fromisoformat(match["last"] or match["first"])
    except ValueError:
        raise ListingProblem(f"“{line}” names a day that does not exist.") from None
    if not timedelta() <= last - first <= timedelta(days=366):
        raise ListingProblem(f"“{line}”: the last day comes after the first, at most a year later.")
    return first, last
