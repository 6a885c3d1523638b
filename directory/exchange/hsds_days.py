"""Days with hours of their own as HSDS tells them: schedules that hold from a day to a day, and back again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from directory.exchange.hsds_names import name
from directory.hours import Apart, Hours, ListingProblem, apart_lines

OURS = "APART:"  # begins a note that holds our own line: it comes back as it went
AHEAD = 366  # days of Tết and other holidays told with their dates
_EVERY_DAY = "MO,TU,WE,TH,FR,SA,SU"


class DaysProblem(Exception):
    """These days cannot be told as rules of ours; the message says what stands in the way."""


def schedules(owner: str, hours: Hours, *, on: date) -> list[dict[str, Any]]:
    """For each rule the days on which it holds, with the times or, where it is closed, with none.

    A rule that holds on no day that is known, or says "as usual", is told without days, so that it is not lost.
    """
    found: list[dict[str, Any]] = []
    for at, one in enumerate(hours.apart):
        runs: list[tuple[date, date] | None] = []
        if one.times is not None:
            runs += _runs(_days(one, hours.apart[:at], on))
        for times in one.times or (None,):
            line = _line(one, times)
            found += [_rule(owner, line, times, run) for run in runs or [None]]
    return found


def _days(one: Apart, before: Sequence[Apart], on: date) -> Iterator[date]:
    """The days of a rule that no narrower rule speaks of."""
    first = one.first or on
    last = one.last or on + timedelta(days=AHEAD)
    for step in range((last - first).days + 1):
        day = first + timedelta(days=step)
        if one.holds(day) and not any(other.holds(day) for other in before):
            yield day


def _runs(days: Iterable[date]) -> Iterator[tuple[date, date]]:
    run: tuple[date, date] | None = None
    for day in days:
        if run and day - run[1] == timedelta(days=1):
            run = (run[0], day)
            continue
        if run:
            yield run
        run = (day, day)
    if run:
        yield run


def _rule(owner: str, line: str, times: tuple[int, int] | None, run: tuple[date, date] | None) -> dict[str, Any]:
    told: dict[str, Any] = {"id": name("schedule", owner, line, run[0].isoformat() if run else "")}
    if run:
        told |= {"valid_from": run[0].isoformat(), "valid_to": run[1].isoformat(), "timezone": 7}
    if run and times:
        told |= {"freq": "WEEKLY", "interval": 1, "wkst": "MO", "byday": _EVERY_DAY}
        told |= {"opens_at": f"{_clock(times[0])}+07:00", "closes_at": f"{_clock(times[1] % 1440)}+07:00"}
    return {**told, "description": line, "notes": f"{OURS}{line}"}


def _line(one: Apart, times: tuple[int, int] | None) -> str:
    days = one.named or _span(one.first, one.last)
    if times is None:
        return f"{days} {'usual' if one.times is None else 'closed'}"
    return f"{days} {_clock(times[0])}-{_clock(times[1] if times[1] <= 1440 else times[1] - 1440)}"


def _span(first: date | None, last: date | None) -> str:
    return f"{first}" if first == last else f"{first}..{last}"


def is_apart(rule: Mapping[str, Any]) -> bool:
    """Whether a schedule speaks of some days only: it begins and ends, or we wrote it so."""
    return bool(rule.get("valid_from") and rule.get("valid_to")) or str(rule.get("notes") or "").startswith(OURS)


def line_of(rule: Mapping[str, Any], begins: int | None, ends: int | None) -> str:
    """Our line for such a schedule; without times it is closed. Raises DaysProblem."""
    notes = str(rule.get("notes") or "")
    if notes.startswith(OURS):
        line = notes.removeprefix(OURS)
    else:
        named = {one.strip().upper() for one in str(rule.get("byday") or _EVERY_DAY).split(",")}
        if named != set(_EVERY_DAY.split(",")):
            raise DaysProblem("hours that hold for a time, and then on some weekdays only, cannot be taken over")
        days = _span(_day(rule["valid_from"]), _day(rule["valid_to"]))
        is_open = begins is not None and ends is not None
        line = f"{days} {_clock(begins or 0)}-{_clock(ends or 0)}" if is_open else f"{days} closed"
    try:
        Hours.parse([line])
    except ListingProblem as problem:
        raise DaysProblem(str(problem)) from None
    if apart_lines([line]) != (line,):
        raise DaysProblem(f"“{line[:60]}” names no days")
    return line


def _day(told: Any) -> date:
    try:
        return date.fromisoformat(str(told)[:10])
    except ValueError:
        raise DaysProblem("valid_from and valid_to must be days such as 2026-12-24") from None


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
