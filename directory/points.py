"""A point on the map, as it is written down: "21.0285, 105.8542"; checked against what we know of Vietnam."""

import re
from functools import cache

from directory import places
from directory.places import PlaceKey, Tier

Point = tuple[float, float]
_WRITTEN = re.compile(r"^\s*(\d{1,3}(?:\.\d{1,17})?)\s*[,;\s]\s*(\d{1,3}(?:\.\d{1,17})?)\s*$")
_BESIDE = 0.5  # degrees that a point may lie outside of the middles of all communes
FAR_KM = 80  # from the middle of the place that the listing names: farther away one of the two is wrong


def parsed(written: str) -> Point | None:
    """(degrees north, degrees east), or None if it is not written so."""
    found = _WRITTEN.match(written)
    return (float(found[1]), float(found[2])) if found else None


def tidied(written: str) -> str:
    """The same point, always written the same way; what is none stays as it is."""
    point = parsed(written)
    return written.strip() if point is None else ", ".join(str(round(degrees, 6)) for degrees in point)


def problem(written: str, place: PlaceKey | None) -> str:
    """The key of the sentence that says what is wrong with it; empty if nothing is."""
    point = parsed(written)
    if point is None:
        return "listing.problem.point"
    south, north, west, east = _reach()
    if not (south <= point[0] <= north and west <= point[1] <= east):
        turned = south <= point[1] <= north and west <= point[0] <= east
        return "listing.problem.point_turned" if turned else "listing.problem.point_abroad"
    middle = places.centre_of(place) if place else None
    is_wide = place is not None and place.tier in (Tier.NEW_PROVINCE, Tier.OLD_PROVINCE)
    if middle and not is_wide and places.distance_km(point, middle) > FAR_KM:
        return "listing.problem.point_far"
    return ""


@cache
def _reach() -> tuple[float, float, float, float]:
    """South, north, west and east of everything we know, islands too."""
    known = [unit.point for unit in places.units().values() if unit.point]
    north, east = [lat for lat, _ in known], [lon for _, lon in known]
    return min(north) - _BESIDE, max(north) + _BESIDE, min(east) - _BESIDE, max(east) + _BESIDE
