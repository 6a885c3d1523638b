"""From the ward asked for to the old district around it, before anything farther: what lies where, and how far."""

from collections.abc import Iterable
from functools import cache

from directory import gazetteer, places
from directory.listing_index import ListingIndex
from directory.listings import Listing
from directory.places import PlaceKey, Tier

_SMALL = frozenset({Tier.OLD_WARD, Tier.NEW_COMMUNE})


def is_within(one: Listing, key: PlaceKey) -> bool:
    """Whether it lies in a place, and not only in a larger one, or a neighbour that shares a commune of today."""
    if one.is_sealed or one.place == key:
        return True
    own = places.communes_of(key)
    return one.place.tier is not Tier.OLD_DISTRICT and bool(own) and places.communes_of(one.place) <= own


def is_only_around(inside: Iterable[Listing], key: PlaceKey) -> bool:
    """Whether a ward was asked for, and of all that may lie there we know the old district only."""
    return key.tier in _SMALL and not any(is_within(one, key) for one in inside)


def in_district(index: ListingIndex, need: str, key: PlaceKey) -> tuple[PlaceKey, list[Listing]] | None:
    """The old district around a ward or commune, and what is known there; sealed places are known by province only."""
    district = district_of(key)
    if district is None:
        return None
    found = [one for one in index.inside(need, district) if not one.is_sealed and _belongs(one, district)]
    return (district, found) if found else None


@cache
def district_of(key: PlaceKey) -> PlaceKey | None:
    """Of a commune that was made of parts of several, the one whose middle is nearest."""
    if key.tier not in _SMALL:
        return None
    if (parent := PlaceKey(Tier.OLD_DISTRICT, places.units()[key].parent)) in places.units():
        return parent
    own, middle = places.communes_of(key), places.centre_of(key)
    around = [one for one in gazetteer.districts() if own and own <= one.communes]
    if not around:
        return None
    if middle is None:
        return around[0].key
    return min(around, key=lambda one: places.distance_km(one.point, middle) if one.point else 9_999.0).key


def _belongs(one: Listing, district: PlaceKey) -> bool:
    if one.place.tier is Tier.OLD_WARD:
        return places.units()[one.place].parent == district.code
    return is_within(one, district)


gazetteer.forget_with_lists(district_of)
