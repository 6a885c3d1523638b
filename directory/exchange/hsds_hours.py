"""Opening hours between our weekly spans and the repeating rules (RRULE) of HSDS."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from directory.exchange import hsds_days
from directory.exchange.hsds_days import DaysProblem
from directory.exchange.hsds_names import name
from directory.listings import DAYS, Hours

_SHORT = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_TIME = re.compile(r"^([01]\d|2[0-4]):([0-5]\d)(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)?$")
_ZONE = re.compile(r"(Z|[+-]\d\d:?\d\d)$")


class HoursProblem(Exception):
    """These hours cannot be told as a week; the message says what stands in the way."""


def schedules(owner: str, hours: Hours | None) -> list[dict[str, Any]]:
    """One rule for each pair of times, with the weekdays on which it holds. Closing before opening: the next day."""
    days: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for day, begins, ends in hours.spans if hours else ():
        days[begins, ends].add(day)
    return [
        {"id": name("schedule", owner, str(begins), str(ends)), **_rule(begins, ends, tuple(sorted(many)))}
        for (begins, ends), many in sorted(days.items())
    ]


@lru_cache(maxsize=5_000)
def _rule(begins: int, ends: int, days: tuple[int, ...]) -> Mapping[str, Any]:
    byday = ",".join(_SHORT[day] for day in days)
    return {
        "freq": "WEEKLY",
        "interval": 1,
        "wkst": "MO",
        "byday": byday,
        "timezone": 7,
        "opens_at": f"{_clock(begins)}+07:00",
        "closes_at": f"{_clock(ends % 1440)}+07:00",
        "description": "; ".join(f"{_days(*run)} {times_of(begins, ends)}" for run in _runs(days)),
        "notes": f"RRULE:FREQ=WEEKLY;INTERVAL=1;WKST=MO;BYDAY={byday}",
    }


def lines_of(hours: Hours | None) -> tuple[str, ...] | None:
    """`mon-fri 08:00-17:00`, as a form has it."""
    if hours is None:
        return None
    return tuple(f"{_days(first, last)} {clock}" for first, last, clock in weekly(hours))


def weekly(hours: Hours) -> tuple[tuple[int, int, str], ...]:
    """(first weekday, last weekday, `08:00-17:00`), in the order of the week."""
    days: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for day, begins, ends in hours.spans:
        days[begins, ends].add(day)
    rows = [(first, begins, last, ends) for (begins, ends), many in days.items() for first, last in _runs(sorted(many))]
    return tuple((first, last, times_of(begins, ends)) for first, begins, last, ends in sorted(rows))


def lines(rules: Iterable[Mapping[str, Any]]) -> tuple[str, ...] | None:
    """Our lines for the rules of another program; None if it tells none. Raises HoursProblem."""
    spans: list[tuple[int, int, int]] = []
    days: list[str] = []
    for rule in rules:
        if hsds_days.is_apart(rule):
            days.append(_apart(rule))
            continue
        if str(rule.get("freq") or "WEEKLY") != "WEEKLY" or float(rule.get("interval") or 1) != 1:
            raise HoursProblem("only rules of every week can be taken over")
        if rule.get("valid_to") or rule.get("until"):
            raise HoursProblem("hours that hold for a time only cannot be taken over")
        begins, ends = _minutes(rule.get("opens_at")), _minutes(rule.get("closes_at"))
        named = [one.strip().upper() for one in str(rule.get("byday") or "").split(",") if one.strip()]
        if not named or not set(named) <= set(_SHORT):
            raise HoursProblem("byday must name weekdays such as MO,TU")
        ends = ends if ends > begins else ends + 1440
        spans += [(_SHORT.index(one), begins, ends) for one in dict.fromkeys(named)]
    week = lines_of(Hours(tuple(spans))) or ()
    return (*week, *dict.fromkeys(days)) or None


def _apart(rule: Mapping[str, Any]) -> str:
    has_times = bool(rule.get("opens_at") or rule.get("closes_at"))
    begins = _minutes(rule.get("opens_at")) if has_times else None
    ends = _minutes(rule.get("closes_at")) if has_times else None
    if str(rule.get("freq") or "WEEKLY") != "WEEKLY" or float(rule.get("interval") or 1) != 1:
        raise HoursProblem("only rules of every week can be taken over")
    try:
        return hsds_days.line_of(rule, begins, ends)
    except DaysProblem as problem:
        raise HoursProblem(str(problem)) from None


def _minutes(told: Any) -> int:
    match = _TIME.match(str(told or ""))
    if match is None:
        raise HoursProblem("opens_at and closes_at must be times such as 08:00+07:00")
    zone = _ZONE.search(str(told))
    if zone and zone[1].replace(":", "") != "+0700":
        raise HoursProblem("the times must be those of Vietnam (+07:00)")
    return int(match[1]) * 60 + int(match[2])


def _runs(days: Iterable[int]) -> list[tuple[int, int]]:
    """Neighbouring weekdays as (first, last)."""
    runs: list[tuple[int, int]] = []
    for day in days:
        if runs and runs[-1][1] == day - 1:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _days(first: int, last: int) -> str:
    return DAYS[first] if first == last else f"{DAYS[first]}-{DAYS[last]}"


def times_of(begins: int, ends: int) -> str:
    """`08:00-17:00`."""
    return f"{_clock(begins)}-{_clock(ends if ends <= 1440 else ends - 1440)}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
