"""What cannot wait: who is open, or opens first, comes before who is near and closed, also from farther away."""

from collections.abc import Iterable
from datetime import datetime

from directory import places
from directory.listing_index import ListingIndex
from directory.listings import Listing, Opening
from directory.places import PlaceKey

FAR_KM = 60
NONE_OPEN = "none_open_in_place"  # why a search went farther
# Medicine or care that has its hours: a place that opens in the morning may be too late, or a night of fear too long.
TIMELY = frozenset({"violence.sexual", "health.pep", "health.contraception", "health.emergency"})
_OPENNESS = {"open": 0, "unknown": 1, "closed": 2}
_LONG = 9_999  # hours


def wait(opening: Opening, moment: datetime | None) -> tuple[int, int]:
    """How long one has to wait there: open, then perhaps open, then by the hours until it opens."""
    if opening.state != "closed":
        return _OPENNESS[opening.state], 0
    if opening.opens is None or moment is None:
        return _OPENNESS["closed"], _LONG
    return _OPENNESS["closed"], int((opening.opens - moment).total_seconds()) // 3600


def open_around(
    index: ListingIndex, need: str, key: PlaceKey | None, middle: tuple[float, float] | None, moment: datetime
) -> list[Listing]:
    """What is surely open then in the province of a place, or not far from it."""
    province = places.province_of(key) if key else None
    near: Iterable[Listing] = index.of_province(need, province) if province else ()
    found = {one.id: one for one in near}
    if middle:
        found |= {one.id: one for one in index.around(need, middle, km=FAR_KM)}
    return [one for one in found.values() if one.opening(moment).state == "open"]
