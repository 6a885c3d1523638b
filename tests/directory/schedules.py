"""Random opening hours, and a slow way to see minute by minute whether a place is open: it shares no code with ours."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NEW_YEARS = (date(2026, 2, 17), date(2027, 2, 6), date(2028, 1, 26), date(2029, 2, 13), date(2030, 2, 2))
HUNG_KINGS = (date(2026, 4, 26), date(2027, 4, 16), date(2028, 4, 4), date(2029, 4, 23), date(2030, 4, 12))
CLOSED, OPEN, UNKNOWN = 0, 1, 2
AHEAD = 16  # days


@dataclass(frozen=True)
class Schedule:
    """`week`: (weekday, begins, ends); `rules`: what other days say, the narrowest first."""

    week: tuple[tuple[int, int, int], ...]
    rules: tuple[tuple[str, date | None, date | None, str, tuple[tuple[int, int], ...]], ...]

    def lines(self) -> list[str]:
        """As somebody writes it into the form."""
        told = [f"{DAYS[day]} {_clock(begins)}-{_clock(ends)}" for day, begins, ends in self.week]
        for name, first, last, word, times in self.rules:
            days = name or (f"{first}..{last}" if first != last else f"{first}")
            told += [f"{days} {word}"] if word else [f"{days} {_clock(a)}-{_clock(b)}" for a, b in times]
        return told


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def some_schedule(random: Random, around: date) -> Schedule:
    """Lunch breaks, nights, whole days, single days and holidays with and without rules."""
    def times() -> tuple[int, int]:
        begins = random.choice((0, 420, 480, 780, 1200, 1320, random.randrange(1440)))
        return begins, random.choice((1440, 1020, 690, 120, random.randrange(1, 1441)))

    week: list[tuple[int, int, int]] = []
    if random.random() < 0.15:
        week = [(day, 0, 1440) for day in range(7)]
    else:
        week = [(day, *times()) for day in range(7) for _ in range(random.choice((0, 1, 1, 2)))]
    rules: list[tuple[str, date | None, date | None, str, tuple[tuple[int, int], ...]]] = []
    if random.random() < 0.4:
        first = around + timedelta(days=random.randrange(-2, 6))
        rules.append(("", first, first + timedelta(days=random.choice((0, 0, 1, 7))), *_told(random, times)))
    for name in ("tet", "holidays"):
        if random.random() < 0.4:
            rules.append((name, None, None, *_told(random, times)))
    return Schedule(tuple(week), tuple(rules))


def _told(random: Random, times) -> tuple[str, tuple[tuple[int, int], ...]]:  # type: ignore[no-untyped-def]
    word = random.choice(("closed", "usual", "", ""))
    return word, () if word else tuple(times() for _ in range(random.choice((1, 1, 2))))


def some_moment(random: Random) -> datetime:
    """Half of them around a holiday."""
    day = date(2026, 3, 1) + timedelta(days=random.randrange(4 * 365))
    if random.random() < 0.5:
        day = random.choice((*NEW_YEARS[1:], *HUNG_KINGS, date(2027, 1, 1), date(2028, 4, 30), date(2029, 9, 2)))
        day += timedelta(days=random.randrange(-5, 6))
    return datetime.combine(day, time(random.randrange(24), random.randrange(60)), ZONE)


def timeline(schedule: Schedule, today: date) -> bytearray:
    """The state of every minute from yesterday's first to the last of the sixteenth day from now."""
    minutes = bytearray((AHEAD + 2) * 1440)
    always = _is_round_the_clock(schedule)
    days = [(at, today + timedelta(days=at - 1)) for at in range(AHEAD + 1)]
    for kind in (UNKNOWN, OPEN):  # what is sure goes over what is not
        for at, day in days:
            state, spans = _of_day(schedule, day, always)
            if state == kind:
                for begins, ends in spans:
                    for minute in range(at * 1440 + begins, at * 1440 + (ends if ends > begins else ends + 1440)):
                        minutes[minute] = kind
    return minutes


def _of_day(schedule: Schedule, day: date, always: bool) -> tuple[int, tuple[tuple[int, int], ...]]:
    usual = tuple((begins, ends) for weekday, begins, ends in schedule.week if weekday == day.weekday())
    is_tet = any(-1 <= (day - first).days <= 3 for first in NEW_YEARS)
    is_off = is_tet or day in HUNG_KINGS or (day.month, day.day) in ((1, 1), (4, 30), (5, 1), (9, 2))
    is_near_tet = not is_tet and any(-3 <= (day - first).days <= 7 for first in NEW_YEARS)
    is_perhaps = (day.month, day.day) in ((9, 1), (9, 3)) or is_near_tet or day in _free_instead(day.year)
    for name, first, last, word, times in schedule.rules:
        if is_perhaps and (name == "holidays" or (name == "tet" and is_near_tet)):
            return (OPEN if word == "usual" else UNKNOWN), usual
        is_meant = {"tet": is_tet, "holidays": is_off, "": bool(first and last and first <= day <= last)}[name]
        if is_meant:
            return OPEN, usual if word == "usual" else () if word == "closed" else times
    return (UNKNOWN if (is_off or is_perhaps) and not always else OPEN), usual


@cache
def _free_instead(year: int) -> frozenset[date]:
    """For every holiday on a weekend the next day that is free of neither, counted forward from it."""
    off = {date(year, 1, 1) + timedelta(days=n) for n in range(366)}
    off = {day for day in off if day in HUNG_KINGS or (day.month, day.day) in ((1, 1), (4, 30), (5, 1), (9, 2))}
    off |= {first + timedelta(days=n) for first in NEW_YEARS for n in range(-1, 4)}
    found: set[date] = set()
    for day in sorted(one for one in off if one.weekday() >= 5):
        later = day
        while later in off or later in found or later.weekday() >= 5:
            later += timedelta(days=1)
        found.add(later)
    return frozenset(found)


def _is_round_the_clock(schedule: Schedule) -> bool:
    seen = set()
    for day, begins, ends in schedule.week:
        for minute in range(begins, ends if ends > begins else ends + 1440):
            seen.add((day * 1440 + minute) % 10080)
    return len(seen) == 10080
