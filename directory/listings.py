"""A place that helps: what it does, for whom, when it is open, and what may never be said of a sealed one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from directory.hours import DAYS, Apart, Hours, ListingProblem, Opening, is_open, open_on
from directory.languages import marked
from directory.places import PlaceKey
from directory.wording import FALLBACK, HCMC, day, t

STATES = ("draft", "published", "stale", "withdrawn")
FRIENDLY = "friendly"  # an attribute of a listing that no form and no file gives: see directory.friendly
NOTICES = ("closed", "full", "no_prep", "no_tests", "moved_hours")
__all__ = [
    "DAYS", "NOTICES", "STATES", "Friendly", "Hours", "Listing", "ListingProblem", "Notice", "Opening", "is_open",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence with a first and a last day: "đóng cửa đến 5/1". With a `code`: a usual one, in every language."""

    text: str
    starts_on: date
    ends_on: date
    code: str = ""
    language: str = FALLBACK

    def holds_on(self, day: date) -> bool:
        """From its first day to the end of its last."""
        return self.starts_on <= day <= self.ends_on

    def said(self, language: str) -> str:
        if self.code:
            return usual_notice(self.code, self.ends_on, language)
        return marked(self.text, self.language, language)


@dataclass(frozen=True, slots=True)
class Friendly:
    """Why a place is called friendly, and since when."""

    why: str
    on: date

    def said(self, language: str) -> str:
        return t(f"listing.friendly.{self.why}", language, date=day(self.on, language))


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
    point: tuple[float, float] | None = None
    notices: tuple["Notice", ...] = ()
    modified_at: datetime | None = None
    friendly: Friendly | None = None
    known_by: str = ""  # what the lasting id of its organisation is made of

    def __post_init__(self) -> None:
        if self.is_sealed and (self.street or self.directions or self.point):
            raise ListingProblem("A sealed place has no street, no directions and no point: remove them.")

    @property
    def checked_on(self) -> date | None:
        """The oldest of the groups checked: a listing is as fresh as its stalest part."""
        return min(self.verified_on.values(), default=None)

    @property
    def doubt(self) -> int:
        """Checked in time comes before unchecked for long, and that before what persons say is wrong."""
        return 2 if self.is_under_review else 1 if self.state == "stale" else 0

    def opening(self, at: datetime) -> Opening:
        """Open, closed or unknown at this moment; a notice of closed days or other hours goes before the hours, also
        for the night of its last day, and for the opening that would come next."""
        if not self.notices:
            return is_open(self.hours, at)
        today = at.astimezone(HCMC).date()
        codes, hours = self._codes_on(today), self._hours_without("closed")
        if "closed" in codes:
            ends = max(one.ends_on for one in self.notices if one.code == "closed" and one.holds_on(today))
            again = datetime.combine(ends + timedelta(days=1), time(), HCMC)
            after = is_open(hours, again)
            found = Opening("closed", opens=again if after.state == "open" else after.opens)
        elif "moved_hours" in codes:
            return Opening("unknown")
        else:
            found = is_open(hours, at)
        if found.opens and "moved_hours" in self._codes_on(found.opens.date()):
            return Opening("closed")
        if found.state == "open" and is_open(self._hours_without("closed", "moved_hours"), at).state != "open":
            return Opening("unknown")  # it opened yesterday, if it did
        return found

    def _hours_without(self, *codes: str) -> Hours | None:
        """The hours, closed on the days of notices with these codes."""
        days = tuple(Apart("", one.starts_on, one.ends_on, ()) for one in self.notices if one.code in codes)
        return replace(self.hours, apart=(*days, *self.hours.apart)) if self.hours and days else self.hours

    def opening_on(self, day: date) -> Opening:
        """The same for a whole day."""
        codes = self._codes_on(day)
        if "closed" in codes:
            return Opening("closed")
        return Opening("unknown") if "moved_hours" in codes else open_on(self.hours, day)

    def _codes_on(self, day: date) -> frozenset[str]:
        return frozenset(one.code for one in self.notices if one.code and one.holds_on(day))

    def notices_on(self, day: date, language: str = "vi") -> tuple[str, ...]:
        """The sentences shown with it on this day."""
        return tuple(one.said(language) for one in self.notices if one.holds_on(day))


def written_attributes(codes: Iterable[str]) -> tuple[str, ...]:
    """The attributes that people write, without what only a visit or good reports can give."""
    return tuple(code for code in codes if code != FRIENDLY)


def usual_notice(code: str, until: date, language: str = "vi") -> str:
    """One of the usual sentences, with its last day."""
    return t(f"notice.{code}", language, until=day(until, language))
