"""Where a listing is, as far as it may be said or asked: of a sealed one the province, and nothing finer."""

from collections.abc import Sequence

from directory import places
from directory.listings import Listing
from directory.places import PlaceKey, Tier


def open_place(one: Listing) -> PlaceKey:
    """The place that may be named."""
    return PlaceKey(Tier.NEW_PROVINCE, one.province) if one.is_sealed else one.place


def said(one: Listing, language: str = "vi") -> str:
    """The same in words."""
    return places.provinces()[one.province] if one.is_sealed else places.name_of(one.place, language)


def province_km(one: Listing, asked: Sequence[PlaceKey], middle: tuple[float, float] | None) -> float:
    """How far the province of a sealed one is from a place that lies in another; in its own it is everywhere alike."""
    its = places.centre_of(PlaceKey(Tier.NEW_PROVINCE, one.province))
    is_own = not asked or places.province_of(asked[0]) == one.province
    return 0.0 if is_own or its is None or middle is None else places.distance_km(its, middle)


def lies_in(one: Listing, key: PlaceKey, communes: frozenset[str]) -> bool:
    """Whether it is in a place with these communes. Whoever names one ward after the other learns nothing of a
    sealed one: it lies in all of its province alike.
    """
    if one.is_sealed:
        return one.province == places.province_of(key)
    return bool(places.communes_of(one.place) & communes)
