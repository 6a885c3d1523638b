"""Finds listings for a need, a place and words: near before far, open before closed, never another need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from heapq import nsmallest
from typing import Any

from directory import listing_index, naming, places, soonest, times, whereabouts, widening, wished
from directory.asking import Ears, Question, question
from directory.listing_index import ListingIndex
from directory.listings import Listing, Opening
from directory.naming import Said
from directory.places import PlaceKey, Tier
from directory.shelf import Shelf
from directory.times import When
from directory.wording import HCMC

__all__ = ["Ears", "Found", "Hit", "Question", "as_key", "hit_now", "question", "search", "shown_distance"]

MOST_RANKED = 150  # of very many so many are looked at closely
_WHOM = frozenset({"trans", "men", "women"})
_NOT_FULFILLED = frozenset({"men", "women"})  # nearly every place receives them, and few say so
_FEW = 6  # words of a search that may be a name and nothing else
_LONG = 16  # words; a longer search for something says no whole name beside it but from its first word to its last
_SEVERAL = 3  # results; fewer are all for what is likeliest
_ALIKE, _AS_WELL = 0.051, 0.021  # names so near each other fit alike: one with a slip in it, and one turned

_UNKNOWN = Opening("unknown")


@dataclass(frozen=True, slots=True)
class Hit:
    """A listing with what made it fit. `is_then`: `opening` is not of now; `days`: it is of these days."""

    listing: Listing
    score: float
    opening: Opening
    distance_km: float | None
    notices: tuple[str, ...] = ()
    is_then: bool = False
    days: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What is shown. `widened`: these are not in the place asked for. `nothing`: why there is nothing.

    `dropped`: wishes that nothing there fulfils; the results do without them, and this is said. `when`: the hour or
    the days that were asked for, if they are not now.
    """

    results: tuple[Hit, ...]
    widened: Mapping[str, Any] | None = None
    nothing: Mapping[str, Any] | None = None
    dropped: frozenset[str] = frozenset()
    when: When | None = None


def search(shelf: Shelf, asked: Question) -> Found:
    """Up to `limit` listings for the first need that has any; in the place first, then near it, marked as widened."""
    index = shelf.index
    if whole := _wholly_named(index, asked):
        return _with_others(whole, _search(index, asked), asked.limit)
    return _search(index, asked)


def _search(index: ListingIndex, asked: Question) -> Found:
    of_kind = _of_kind(index, asked) if asked.kind else None
    is_there = of_kind is not None and bool(of_kind.results) and not of_kind.widened
    if not is_there and (named := _by_name(index, asked)) is not None:
        return named
    if of_kind is not None:
        return of_kind
    if not asked.needs:
        return Found((), nothing={"reason": "no_need", "nearest": []})
    need = next((code for code in asked.needs if index.by_need.get(code)), asked.needs[0])
    if not any(_may(one, asked) for one in index.of_need(need)):
        if len(asked.words) <= _FEW and (named := _by_name(index, replace(asked, needs=()))) is not None:
            return named
        return Found((), nothing={"reason": "none_known", "nearest": []})
    if asked.kind:  # none of the kind is near, and that is said
        asked = replace(asked, wishes=asked.wishes | {asked.kind})
    found = _with_rival(index, need, asked, _with_open(index, need, asked, _found(index, need, asked)))
    return _timed(found, asked)


def _of_kind(index: ListingIndex, asked: Question) -> Found | None:
    """What is asked for by its kind alone; None where none of it is near and the kind says what else may do."""
    code, found = listing_index.of_kind(asked.kind), Found((), nothing={"reason": "none_known", "nearest": []})
    if any(_may(one, asked) for one in index.of_need(code)):
        asked_so = replace(asked, wishes=asked.wishes - {asked.kind})
        found = _timed(_with_open(index, code, asked_so, _found(index, code, asked_so)), asked)
    is_new = asked.exclude.isdisjoint(index.by_need.get(code, ()))  # else some were shown, and there are no more
    return None if asked.needs and is_new and not found.results else found


def _timed(found: Found, asked: Question) -> Found:
    """With the hour or the days that were asked for, where they are to be told."""
    is_told = _is_later(asked) or bool(asked.when and asked.when.doubt)
    return replace(found, when=asked.when) if is_told else found


def _with_rival(index: ListingIndex, need: str, asked: Question, found: Found) -> Found:
    """Where another need may as well be meant, the last place is the best one for that, if it is in the place too."""
    if asked.rival in ("", need) or len(found.results) < asked.limit or asked.limit < _SEVERAL or found.widened:
        return found
    other = _found(index, asked.rival, asked)
    ids = {hit.listing.id for hit in found.results}
    more = [hit for hit in other.results if hit.listing.id not in ids][:1]
    return found if other.widened or not more else replace(found, results=(*found.results[:-1], *more))


def _found(index: ListingIndex, need: str, asked: Question) -> Found:
    if not asked.places:
        return _anywhere(index, need, asked)
    key = asked.places[0]
    inside = [one for one in index.inside(need, key) if _may(one, asked)]
    if inside and not widening.is_only_around(inside, key):
        hits, dropped = _wished(inside, asked, need, asked.near or places.centre_of(key))
        if all(_is_neighbour(hit.listing, key) for hit in hits):
            to = whereabouts.open_place(hits[0].listing)
            return Found(hits, {"from": as_key(key), "to": as_key(to), "why": "none_in_place"}, dropped=dropped)
        return Found(hits, dropped=dropped)
    return _beyond(index, need, key, asked)


def _with_open(index: ListingIndex, need: str, asked: Question, found: Found) -> Found:
    """Nothing there is open, and it cannot wait, or what is open was asked for: then what is open farther away."""
    moment, is_asked = asked.open_at or asked.at, "open_now" in found.dropped
    is_open_there = any(hit.opening.state == "open" for hit in found.results)
    if moment is None or not found.results or is_open_there or not (is_asked or need in soonest.TIMELY):
        return found
    key = asked.places[0] if asked.places else None
    middle = asked.near or (places.centre_of(key) if key else None)
    near = [one for one in soonest.open_around(index, need, key, middle, moment) if _may(one, asked)]
    if not near:
        return found
    left, dropped = _fulfilling(near, asked)
    more = [] if is_asked else [hit.listing for hit in found.results]
    hits = _best([*left, *more], asked, need, middle, by_distance=True)
    to = as_key(whereabouts.open_place(hits[0].listing))
    return Found(hits, {"from": as_key(key), "to": to, "why": soonest.NONE_OPEN} if key else None, dropped=dropped)


def _anywhere(index: ListingIndex, need: str, asked: Question) -> Found:
    """No place is known: the nearest of a shared point, else what comes first."""
    if asked.near:
        for km in (10.0, 60.0, 300.0, 3000.0):
            if near := [one for one in index.around(need, asked.near, km=km) if _may(one, asked)]:
                hits, dropped = _wished(near, asked, need, asked.near, by_distance=True)
                return Found(hits, dropped=dropped)
    hits, dropped = _wished([one for one in index.of_need(need) if _may(one, asked)], asked, need, asked.near)
    return Found(hits, dropped=dropped)


def _beyond(index: ListingIndex, need: str, key: PlaceKey, asked: Question) -> Found:
    """Nothing in the place: what is near or in its province is shown as such, otherwise only named as the nearest."""
    middle, province = asked.near or places.centre_of(key), places.province_of(key)
    if (around := widening.in_district(index, need, key)) and (there := [one for one in around[1] if _may(one, asked)]):
        left, dropped = _fulfilling(there, asked)
        told = {"from": as_key(key), "to": as_key(around[0]), "why": "none_in_place", "count": len(left)}
        return Found(_best(left, asked, need, middle, by_distance=True), told, dropped=dropped)
    near = {one.id: one for one in index.of_province(need, province)} if province else {}
    if middle:
        near |= {one.id: one for one in index.around(need, middle, km=soonest.FAR_KM)}
    chosen = [one for one in near.values() if _may(one, asked)]
    if chosen:
        hits, dropped = _wished(chosen, asked, need, middle, by_distance=True)
        to = whereabouts.open_place(hits[0].listing)
        return Found(hits, {"from": as_key(key), "to": as_key(to), "why": "none_in_place"}, dropped=dropped)
    others = [one for one in index.of_need(need) if _may(one, asked)]
    hits = _best(others, asked, need, middle, by_distance=True)
    nearest = [
        {"id": hit.listing.id, "place": whereabouts.said(hit.listing), "distance_km": shown_distance(hit)}
        for hit in hits
    ]
    return Found((), nothing={"reason": "none_near", "nearest": nearest})


def _may(one: Listing, asked: Question) -> bool:
    """Whom a place does not receive is not sent there; what was shown already is not shown again."""
    if one.id in asked.exclude:
        return False
    wanted = asked.wishes & _WHOM
    return not one.audience or not wanted or bool(wanted & set(one.audience))


# --- by name ----------------------------------------------------------------------------------------------------------


def _wholly_named(index: ListingIndex, asked: Question) -> list[Hit]:
    """What is called just so goes first, wherever it is: "phòng khám Ba Đình" may stand in another district."""
    ids = [id for id in naming.wholly(index, asked.whole) if _may(index.by_id[id], asked)]
    return _ranked(index, asked, [(id, 1.0) for id in ids], asked.whole.words)


def _with_others(whole: Sequence[Hit], found: Found, limit: int) -> Found:
    """Behind what is called so, what need and place would have found, if that is really there."""
    ids = {hit.listing.id for hit in whole}
    others = () if found.widened else tuple(hit for hit in found.results if hit.listing.id not in ids)
    return replace(found, results=(*whole, *others)[:limit], widened=None, nothing=None)


def _by_name(index: ListingIndex, asked: Question) -> Found | None:
    """The listings that are plainly meant by their name, best first; None if the words are only near a name."""
    out = naming.written_out(index, asked.every, asked.free)
    kept = [(id, one.share) for id, one in out.items() if _may(index.by_id[id], asked)]
    if not kept:
        kept = _claiming_all(index, asked)
        if _is_of_nothing_else(asked):  # words that are no name may be like one by chance: "phải không"
            kept = list({**dict(kept), **dict(_wherever(index, asked))}.items())
        elif not kept and 1 < len(asked.words) <= _LONG:
            kept = _in_place(index, asked, naming.scores_of(index, asked.words, is_near=False))
    hits = tuple(_ranked(index, asked, kept, asked.all_words or asked.words))
    return Found(hits, _elsewhere(index, asked, hits)) if hits else None


def _elsewhere(index: ListingIndex, asked: Question, hits: Sequence[Hit]) -> Mapping[str, Any] | None:
    """Said where none so called is in the place that was named beside the name, and not in it."""
    key = asked.places[0] if asked.places else None
    if key is None or any(_lies_in(hit.listing, key) for hit in hits):
        return None
    spans = {one.start for one in asked.words}
    of_place = {one.plain for one in asked.every if one.start not in spans}
    if of_place & index.names[hits[0].listing.id].words:
        return None
    return {"from": as_key(key), "to": as_key(whereabouts.open_place(hits[0].listing)), "why": "none_in_place"}


def _lies_in(one: Listing, key: PlaceKey) -> bool:
    own = places.communes_of(key)
    return not own or whereabouts.lies_in(one, key, own)


def _ranked(index: ListingIndex, asked: Question, kept: Sequence[tuple[str, float]], said: Sequence[Said]) -> list[Hit]:
    marks = {id: naming.marks_of(index, id, said) for id, _ in kept}
    ranked = sorted(kept, key=lambda pair: (-pair[1], -marks[pair[0]], index.by_id[pair[0]].doubt, pair[0]))
    need = asked.needs[0] if asked.needs else ""
    days = _notice_days(asked)
    return [_hit(index.by_id[id], asked, need, asked.near, days) for id, _ in ranked[: asked.limit]]


def _wherever(index: ListingIndex, asked: Question) -> list[tuple[str, float]]:
    """Nothing but a name is asked for: those so called, elsewhere too where the place has none so called; its words may
    be those of the name."""
    named = naming.scores_of(index, asked.every, is_near=True) if len(asked.every) > 1 else {}
    best = max((one.share for one in named.values()), default=0.0)
    beside = naming.scores_of(index, asked.words, is_near=True) if asked.places else {}
    # With a word of the place in it a name has to fit as well as any; without, one may have a slip: it is in the place.
    for many, least in ((named, best - _AS_WELL), (beside, best - _ALIKE)):
        there = _in_place(index, asked, many)
        if there and max(share for _, share in there) >= least:
            return there
    return _in_place(index, replace(asked, places=()), named)


def _is_of_nothing_else(asked: Question) -> bool:
    """Whether no need is asked for; a few words that only sound like one may rather be a name."""
    return not asked.needs or (asked.is_heard and not asked.places and len(asked.words) <= _FEW)


def _claiming_all(index: ListingIndex, asked: Question) -> list[tuple[str, float]]:
    """The listings that all the words name, where a need or a place would explain fewer of them, or less exactly."""
    is_open = asked.claimed < len(asked.all_words) and (asked.needs or asked.all_words is not asked.words)
    found = naming.covering(index, asked.all_words) if is_open else {}
    kept = {id: named for id, named in found.items() if named.words > asked.claimed}
    sure = asked if asked.all_words is asked.words else replace(asked, places=())
    return _in_place(index, sure, kept)


def _in_place(index: ListingIndex, asked: Question, named: Mapping[str, naming.Named]) -> list[tuple[str, float]]:
    """Without those whom it does not receive, and, if a place is named, those elsewhere."""
    kept = [(id, one.share) for id, one in named.items() if _may(index.by_id[id], asked)]
    if not asked.places or not kept:
        return kept
    return [(id, share) for id, share in kept if _lies_in(index.by_id[id], asked.places[0])]


# --- ranking ----------------------------------------------------------------------------------------------------------


def _wished(
    fitting: Sequence[Listing],
    asked: Question,
    need: str,
    middle: tuple[float, float] | None,
    *,
    by_distance: bool = False,
) -> tuple[tuple[Hit, ...], frozenset[str]]:
    """The best that fulfil every wish, and the wishes that nothing fulfils."""
    left, dropped = _fulfilling(fitting, asked)
    return _best(left, asked, need, middle, by_distance=by_distance), dropped


def _fulfilling(fitting: Sequence[Listing], asked: Question) -> tuple[Sequence[Listing], frozenset[str]]:
    return wished.fulfilling(fitting, asked.wishes - _NOT_FULFILLED, partial(_opening, asked=asked))


def _best(
    fitting: Sequence[Listing],
    asked: Question,
    need: str,
    middle: tuple[float, float] | None,
    *,
    by_distance: bool = False,
) -> tuple[Hit, ...]:
    """The best of these; of very many those are compared that lie best."""
    is_near = by_distance or asked.near is not None
    lies: dict[tuple[PlaceKey, tuple[float, float] | None], tuple[float, bool]] = {}

    def where(one: Listing) -> tuple[float, bool]:
        if one.is_sealed:
            return round(whereabouts.province_km(one, asked.places, middle) / 5) if is_near else 0, False
        if (there := lies.get((one.place, one.point))) is None:
            far = round((_km(one, middle) or 0) / 5) if is_near else 0
            is_beside = bool(asked.places) and not widening.is_within(one, asked.places[0])  # only shares a commune
            there = lies[one.place, one.point] = (far, is_beside)
        return there

    def rank(one: Listing) -> tuple[float, ...]:
        opening = _opening(one, asked)
        state, hours = soonest.wait(opening, asked.open_at or asked.at)
        if need in soonest.TIMELY:
            return (one.doubt, state, hours, *where(one), -_score(one, asked, need, opening))
        return (*where(one), one.doubt, state, -_score(one, asked, need, opening))

    if len(fitting) > MOST_RANKED and need not in soonest.TIMELY:
        lie = where if is_near or asked.places else lambda one: ()
        fitting = sorted(fitting, key=lambda one: (lie(one), one.doubt))[:MOST_RANKED]
    if need not in soonest.TIMELY and len(fitting) > asked.limit:  # only where these are equal are hours looked at
        lying = [((*where(one), one.doubt), one) for one in fitting]
        last = max(nsmallest(asked.limit, (how for how, _ in lying)), default=())
        fitting = [one for how, one in lying if how <= last]
    best = nsmallest(asked.limit, fitting, key=lambda one: (rank(one), one.id))
    days = _notice_days(asked)
    return tuple(_hit(one, asked, need, middle, days) for one in best)


def _is_neighbour(one: Listing, key: PlaceKey) -> bool:
    """Another old district, which only shares a commune of today with the one asked for."""
    both_old = key.tier is Tier.OLD_DISTRICT and one.place.tier is Tier.OLD_DISTRICT
    return both_old and one.place != key and not one.is_sealed


def _hit(one: Listing, asked: Question, need: str, middle: tuple[float, float] | None, noticed: Sequence[date]) -> Hit:
    """As it is shown; with the notices of these days."""
    opening = _opening(one, asked)
    notices = tuple(dict.fromkeys(text for day in noticed for text in one.notices_on(day))) if one.notices else ()
    return Hit(one, _score(one, asked, need, opening), opening, _km(one, middle), notices, _is_later(asked), asked.days)


def _is_later(asked: Question) -> bool:
    """Whether an hour or a day is asked for that is not now."""
    return bool(asked.days) or bool(asked.open_at and asked.at and asked.open_at - asked.at > times.JUST)


def _opening(one: Listing, asked: Question) -> Opening:
    if asked.days:
        return min((one.opening_on(day) for day in asked.days), key=lambda found: soonest.wait(found, None))
    moment = asked.open_at or asked.at
    return one.opening(moment) if moment and (one.hours or one.notices) else _UNKNOWN


def _score(one: Listing, asked: Question, need: str, opening: Opening) -> float:
    score = 0.9 - 0.03 * (one.needs.index(need) if need in one.needs else 3)
    score += 0.03 * len(asked.wishes.intersection(one.attributes)) if asked.wishes else 0
    score -= 0.2 if one.state == "stale" or one.is_under_review else 0
    score += 0.05 if opening.state == "open" else 0
    return max(0.0, min(score, 1.0))


def _notice_days(asked: Question) -> Sequence[date]:
    """Of which days notices are told: of today, and of those asked for."""
    if asked.at is None:
        return ()
    later = asked.days or ((asked.open_at.astimezone(HCMC).date(),) if asked.open_at else ())
    return tuple(dict.fromkeys((asked.at.astimezone(HCMC).date(), *later)))


def _km(one: Listing, middle: tuple[float, float] | None) -> float | None:
    """From the point of a listing, or the middle of its unit: roughly, and nothing for a sealed place."""
    point = None if one.is_sealed else one.point or places.centre_of(one.place)
    return places.distance_km(point, middle) if point and middle else None


def shown_distance(hit: Hit) -> float | None:
    """In kilometres, roughly; nothing for a sealed place."""
    return None if hit.listing.is_sealed or hit.distance_km is None else round(hit.distance_km, 1)


def as_key(key: PlaceKey) -> dict[str, str]:
    """A place as other programs read it."""
    return {"tier": str(key.tier), "code": key.code}


def hit_now(one: Listing, at: datetime) -> Hit:
    """A listing as it is at this moment, for showing it outside a search."""
    return Hit(one, 1.0, one.opening(at), None, one.notices_on(at.astimezone(HCMC).date()))
