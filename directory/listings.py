"""A place that helps: what it does, for whom, when it is open, and what may never be said of a sealed one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from directory.hours import DAYS, Hours, ListingProblem, Opening, is_open
from directory.places import PlaceKey

STATES = ("draft", "published", "stale", "withdrawn")
__all__ = ["DAYS", "STATES", "Hours", "Listing", "ListingProblem", "Notice", "Opening", "is_open"]


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
