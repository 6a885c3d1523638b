"""Shifts from an iCalendar file: an event is a shift, its title the sign-in name of a colleague."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]
from icalendar import Calendar

from bot.rota.brought import PlanProblem
from bot.rota.moments import FARTHEST, YEARS
from directory.wording import HCMC

MOST = 2_000
LONG_AGO = 20_000  # so many repetitions at most are passed over until today: of a daily one fifty years
_TITLE = re.compile(r"^(?P<name>.*?)\s*(?:\((?P<rung>\d)\))?$", re.DOTALL)


def read_events(raw: bytes, *, since: datetime | None = None) -> Sequence[dict[str, str | None]]:
    """Rows as in a table of shifts: `hoa (1)` is hoa on rung 1, a category is the province.

    Times without a zone are Vietnam's; repeated events are written out for a year, cancelled ones left out. `since`:
    of one that is repeated only what is not over by then, and a year from there on. Raises PlanProblem.
    """
    try:
        events: list[Any] = list(Calendar.from_ical(raw).walk("VEVENT"))
    except (ValueError, IndexError, KeyError, TypeError, AttributeError) as problem:
        raise PlanProblem([f"This is no iCalendar file ({type(problem).__name__})."]) from None
    moved = {(str(one.get("UID")), _moment(one["RECURRENCE-ID"].dt)) for one in events if "RECURRENCE-ID" in one}
    rows: list[dict[str, str | None]] = []
    for number, event in enumerate(events, 1):
        try:
            rows.extend(_rows(event, moved, since))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as problem:
            raise PlanProblem([f"event {number}: cannot be read ({type(problem).__name__})."]) from None
        if len(rows) > MOST:
            raise PlanProblem([f"More than {MOST} shifts in one file: bring them in by the year."])
    return rows


def _rows(event: Any, moved: set[tuple[str, datetime]], since: datetime | None) -> Iterator[dict[str, str | None]]:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    if (zone := _unknown_zone(event)) is not None:
        raise PlanProblem([f"The time zone {zone} is not known: write the times of Vietnam, or in UTC."])
    title = _TITLE.match(str(event.get("SUMMARY", "")).strip())
    categories = event.get("CATEGORIES")
    province = str(categories.cats[0]) if categories is not None and getattr(categories, "cats", None) else ""
    starts = _moment(event["DTSTART"].dt)
    if starts.year not in YEARS:
        raise PlanProblem([f"An event begins in the year {starts.year:04}: mistyped, surely."])
    lasts = _moment(event.end) - starts
    is_instance = "RECURRENCE-ID" in event
    for begins in _occurrences(event, starts, None if since is None else since - lasts):
        if is_instance or (str(event.get("UID")), begins) not in moved:
            yield {
                "name": title["name"] if title else "",
                "province": province.strip(),
                "rung": (title["rung"] if title else None) or "0",
                "starts": begins.isoformat(),
                "ends": (begins + lasts).isoformat(),
            }


def _unknown_zone(event: Any) -> str | None:
    """A zone that is named and cannot be looked up: read as Vietnam's, its shifts would stand at the wrong hours."""
    for name in ("DTSTART", "DTEND"):
        told = event.get(name)
        zone = told.params.get("TZID") if told is not None else None
        if zone and isinstance(told.dt, datetime) and told.dt.tzinfo is None:
            return str(zone)[:60]
    return None


def _occurrences(event: Any, starts: datetime, after: datetime | None) -> Iterator[datetime]:
    gone = {_moment(one.dt) for one in _dates(event, "EXDATE")}
    seen: set[datetime] = set()
    for begins in (*_by_rule(event, starts, after), *(_begins(one.dt) for one in _dates(event, "RDATE"))):
        if begins not in gone and begins not in seen:
            seen.add(begins)
            yield begins


def _by_rule(event: Any, starts: datetime, after: datetime | None) -> Iterator[datetime]:
    rule = event.get("RRULE")
    if rule is None:
        yield starts
        return
    text = re.sub(r"UNTIL=(\d{8})(T\d{6})?(?=;|$)", lambda told: _until(told, starts), rule.to_ical().decode())
    latest, found = max(starts, after or starts) + FARTHEST, 0
    for number, begins in enumerate(rrulestr(text, dtstart=starts)):
        if begins > latest or found > MOST or number > LONG_AGO:
            return
        if after is None or begins > after:
            found += 1
            yield begins


def _until(told: re.Match[str], starts: datetime) -> str:
    """A last day or hour without a zone is meant where the shift is, or an early shift would come once too often."""
    last = datetime.strptime(told[1] + (told[2] or "T235959"), "%Y%m%dT%H%M%S").replace(tzinfo=starts.tzinfo)
    return f"UNTIL={last.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _begins(told: Any) -> datetime:
    """One further date; a period counts from its beginning and lasts as long as the event."""
    return _moment(told[0] if isinstance(told, tuple) else told)


def _dates(event: Any, name: str) -> list[Any]:
    told = event.get(name)
    if told is None:
        return []
    return [one for part in (told if isinstance(told, list) else [told]) for one in part.dts]


def _moment(told: date | datetime) -> datetime:
    if not isinstance(told, datetime):
        return datetime(told.year, told.month, told.day, tzinfo=HCMC)
    return told if told.tzinfo else told.replace(tzinfo=HCMC)
