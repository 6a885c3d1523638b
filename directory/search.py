"""Finds listings for a need and a place: near before far, open before closed, never another need."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from directory import needs as needs_
from directory import places
from directory.listings import Listing, Opening, is_open
from directory.places import PlaceKey
from directory.reading import read
from directory.shelf import Shelf
from directory.wording import HCMC

FAR_KM = 60


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for. `exclude`: already shown, or said to be not the right one."""

    needs: tuple[str, ...]
    places: tuple[PlaceKey, ...] = ()
    wishes: frozenset[str] = frozenset()
    at: datetime | None = None
    near: tuple[float, float] | None = None
    limit: int = 3
    exclude: frozenset[str] = frozenset()
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Hit:
    """A listing with what made it fit."""

    listing: Listing
    score: float
    opening: Opening
    distance_km: float | None
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What is shown. `widened`: these are not in the place asked for. `nothing`: why there is nothing."""

    results: tuple[Hit, ...]
    widened: Mapping[str, Any] | None = None
    nothing: Mapping[str, Any] | None = None


def question(text: str, *, at: datetime, near: tuple[float, float] | None = None, limit: int = 3) -> Question:
    """A question from what somebody typed."""
    reading = read(text)
    codes = tuple(guess.code for guess in needs_.read(reading))
    keys = tuple(guess.key for guess in places.read(reading).places[:1])
    return Question(codes, keys, needs_.wishes(reading), at, near, limit, text=text)


def search(shelf: Shelf, asked: Question) -> Found:
    """Up to `limit` listings for the first need that has any; in the place first, then near it, marked as widened."""
    if not asked.needs:
        return Found((), nothing={"reason": "no_need", "nearest": []})
    fitting = [one for one in shelf if asked.needs[0] in one.needs and _suits(one, asked)]
    fitting = [one for one in fitting if one.id not in asked.exclude]
    if not fitting:
        return Found((), nothing={"reason": "none_known", "nearest": []})
    if not asked.places:
        return Found(_best(fitting, asked, asked.near))
    key = asked.places[0]
    inside = [one for one in fitting if _is_in(one, key)]
    if inside:
        return Found(_best(inside, asked, asked.near or places.centre_of(key)))
    middle = asked.near or places.centre_of(key)
    near = [one for one in fitting if one.province == places.province_of(key) or _km(one, middle) <= FAR_KM]
    chosen = near or fitting
    hits = _best(chosen, asked, middle, by_distance=True)
    if not near:
        nearest = [{"id": hit.listing.id, "place": places.name_of(hit.listing.place)} for hit in hits]
        return Found((), nothing={"reason": "none_near", "nearest": nearest})
    to = hits[0].listing.place
    return Found(hits, {"from": _as_key(key), "to": _as_key(to), "why": "none_in_place"})


def as_json(asked: Question, found: Found, language: str = "vi") -> dict[str, Any]:
    """The shape of `search --json`."""
    return {
        "query": asked.text,
        "understood": {
            "needs": list(asked.needs),
            "places": [_as_key(key) for key in asked.places],
            "words": sorted(asked.wishes),
            "open_at": None,
        },
        "widened": found.widened,
        "results": [_as_result(hit, language) for hit in found.results],
        "nothing": found.nothing,
    }


def _as_result(hit: Hit, language: str) -> dict[str, Any]:
    one, opening = hit.listing, hit.opening
    return {
        "id": one.id,
        "service": one.service,
        "organisation": one.organisation,
        "place": places.name_of(one.place, language),
        "open": opening.state,
        "closes": opening.closes.astimezone(HCMC).strftime("%H:%M") if opening.closes else None,
        "opens": opening.opens.astimezone(HCMC).strftime("%H:%M") if opening.opens else None,
        "phones": list(one.phones),
        "verified_on": one.checked_on.isoformat() if one.checked_on else None,
        "distance_km": None if one.is_sealed or hit.distance_km is None else round(hit.distance_km, 1),
        "score": round(hit.score, 2),
    }


def _as_key(key: PlaceKey) -> dict[str, str]:
    return {"tier": str(key.tier), "code": key.code}


def _is_in(one: Listing, key: PlaceKey) -> bool:
    if key.tier in (places.Tier.NEW_PROVINCE, places.Tier.OLD_PROVINCE):
        return one.province == places.province_of(key)
    return one.place == key or bool(places.communes_of(one.place) & places.communes_of(key))


def _suits(one: Listing, asked: Question) -> bool:
    """Whom a place does not receive is not sent there."""
    wanted = asked.wishes & {"trans", "men", "women"}
    return not one.audience or not wanted or bool(wanted & set(one.audience))


def _km(one: Listing, middle: tuple[float, float] | None) -> float:
    point = places.centre_of(one.place)
    return places.distance_km(point, middle) if point and middle else 10_000.0


def _best(
    fitting: Iterable[Listing], asked: Question, middle: tuple[float, float] | None, *, by_distance: bool = False
) -> tuple[Hit, ...]:
    hits = [_hit(one, asked, middle) for one in fitting]

    def rank(hit: Hit) -> tuple[float, ...]:
        far = round((hit.distance_km or 0) / 5) if by_distance or asked.near else 0
        return (far, hit.opening.state == "closed", hit.listing.is_under_review, -hit.score)

    return tuple(sorted(hits, key=lambda hit: (rank(hit), hit.listing.id))[: asked.limit])


def _hit(one: Listing, asked: Question, middle: tuple[float, float] | None) -> Hit:
    opening = is_open(one.hours, asked.at) if asked.at else Opening("unknown")
    place_in_list = one.needs.index(asked.needs[0])
    score = 0.9 - 0.03 * place_in_list + 0.03 * len(asked.wishes & set(one.attributes))
    score -= 0.2 if one.state == "stale" or one.is_under_review else 0
    score += 0.05 if opening.state == "open" else 0
    shown = one.notices_on(asked.at.astimezone(HCMC).date()) if asked.at else ()
    return Hit(one, max(0.0, min(score, 1.0)), opening, _km(one, middle) if middle else None, shown)


def hit_now(one: Listing, at: datetime) -> Hit:
    """A listing as it is at this moment, for showing it outside a search."""
    return Hit(one, 1.0, is_open(one.hours, at), None, one.notices_on(at.astimezone(HCMC).date()))
