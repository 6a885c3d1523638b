"""A place that helps: what it does, for whom, when it is open, and what may never be said of a sealed one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from directory.places import PlaceKey
from directory.wording import HCMC

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
STATES = ("draft", "published", "stale", "withdrawn")
_SPAN = re.compile(r"^(\w{3})(?:-(\w{3}))? (\d\d):(\d\d)-(\d\d):(\d\d)$")


class ListingProblem(ValueError):
    """A listing cannot be kept as it is; the message says how to mend it."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Weekly opening times: (weekday 0–6, minute it opens, minute it closes; more than 1440 is the next day)."""

    spans: tuple[tuple[int, int, int], ...]

    @classmethod
    def parse(cls, lines: list[str] | None) -> "Hours | None":
        """From lines such as `mon-fri 08:00-17:00`; None stays None (unknown). Raises ListingProblem."""
        return None if lines is None else cls(tuple(span for line in lines for span in _spans(line)))


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether a place is open at a moment, until when, or when it opens next (local times)."""

    state: Literal["open", "closed", "unknown"]
    closes: datetime | None = None
    opens: datetime | None = None

    @property
    def is_always(self) -> bool:
        return self.state == "open" and self.closes is None


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence with a first and a last day: "đóng cửa đến 5/1"."""

    text: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class Listing:
    """One service at one place, as it may be shown. `id` is the place of service's UUID."""

    id: str
    service_id: str
    organisation: str
    service: str
    kind: str
    needs: tuple[str, ...]
    place: PlaceKey
    province: str
    hours: Hours | None
    phones: tuple[str, ...]
    reception: Mapping[str, str]
    price: Mapping[str, str]
    papers: Mapping[str, str]
    audience: tuple[str, ...]
    languages: tuple[str, ...]
    attributes: tuple[str, ...]
    verified_on: Mapping[str, date]
    state: str
    is_sealed: bool
    is_demo: bool
    is_under_review: bool
    revision: int
    street: str | None = None
    directions: str = ""
    notices: tuple["Notice", ...] = ()
    modified_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.is_sealed and (self.street or self.directions):
            raise ListingProblem("A sealed place has no street and no directions: remove them.")

    @property
    def checked_on(self) -> date | None:
        """The oldest of the groups checked: a listing is as fresh as its stalest part."""
        return min(self.verified_on.values(), default=None)

    def notices_on(self, day: date) -> tuple[str, ...]:
        """The sentences shown with it on this day."""
        return tuple(one.text for one in self.notices if one.starts_on <= day <= one.ends_on)


def is_open(hours: Hours | None, at: datetime) -> Opening:
    """Open, closed or unknown at this moment, in Vietnam's time, also past midnight."""
    if hours is None:
        return Opening("unknown")
    local = at.astimezone(HCMC)
    merged = _merged(hours)
    minute = local.weekday() * 1440 + local.hour * 60 + local.minute
    midnight = datetime.combine(local.date(), time(), HCMC) - timedelta(days=local.weekday())
    for shift in (0, 10080):
        for begins, ends in merged:
            if begins <= minute + shift < ends:
                if ends - begins >= 10080:
                    return Opening("open")
                return Opening("open", closes=midnight + timedelta(minutes=ends - shift))
    coming = [begins + shift for begins, _ in merged for shift in (0, 10080) if begins + shift > minute]
    return Opening("closed", opens=midnight + timedelta(minutes=min(coming)) if coming else None)


def _merged(hours: Hours) -> list[tuple[int, int]]:
    """Spans of the week in minutes from Monday, touching ones joined, the week seen as a circle."""
    spans = sorted((day * 1440 + begins, day * 1440 + ends) for day, begins, ends in hours.spans)
    merged: list[tuple[int, int]] = []
    for begins, ends in spans:
        if merged and begins <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(ends, merged[-1][1]))
        else:
            merged.append((begins, ends))
    if len(merged) > 1 and merged[-1][1] - 10080 >= merged[0][0]:
        first = merged.pop(0)
        merged[-1] = (merged[-1][0], max(merged[-1][1], first[1] + 10080))
    return merged


def _spans(line: str) -> list[tuple[int, int, int]]:
    match = _SPAN.match(line.strip().lower())
    if match is None or match[1] not in DAYS or (match[2] or match[1]) not in DAYS:
        raise ListingProblem(f"Hours are written like “mon-fri 08:00-17:00”, not “{line}”.")
    first, last = DAYS.index(match[1]), DAYS.index(match[2] or match[1])
    begins, ends = int(match[3]) * 60 + int(match[4]), int(match[5]) * 60 + int(match[6])
    if begins > 1439 or ends > 1440 or last < first:
        raise ListingProblem(f"Hours run from 00:00 to 24:00, days from mon to sun, unlike “{line}”.")
    return [(day, begins, ends if ends > begins else ends + 1440) for day in range(first, last + 1)]
