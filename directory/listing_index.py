"""Finds listings by need, place and the words of their names without looking at each: a copy that never changes."""

import math
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import chain
from typing import Any

from rapidfuzz.distance import OSA

from directory import places
from directory.gazetteer import forget_with_lists
from directory.listings import Listing
from directory.places import PlaceKey, Tier
from directory.reading import fold
from directory.reading.spelling import mark_of

Ids = tuple[str, ...]
Spelt = tuple[str, str]  # a word without its marks, and as `mark_of` writes it

SHORTEST_SLIP = 4  # shorter words turn into other words with a single slip
MOST_NAMED, _COMMON = 200, 0.04  # a word that more listings bear, or a larger share of very many, tells none of them
_SLIP, _BY_EAR, _OTHER_LETTER = 0.9, 0.85, 0.8  # what a word with a slip counts
_KM_A_DEGREE = 111.2
_LAST = 40  # words
# Looked for as such.
KINDS = frozenset(
    {"cdc", "hospital", "pharmacy", "private_clinic", "psychologist", "social_work_centre", "women_union"}
)


@dataclass(frozen=True, slots=True)
class Name:
    """The words of a listing's name and of its organisation's, without and with their marks.

    `parts`: what alone may be typed: all of it, the service's name, the organisation's name.
    `words`: all of it, without their order.
    """

    plain: tuple[str, ...]
    marked: frozenset[str]
    parts: tuple[tuple[str, ...], ...]
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class ListingIndex:
    """Where every listing stands. A sealed one stands under its province only, so that no search tells more."""

    by_id: Mapping[str, Listing] = field(default_factory=dict)
    by_commune: Mapping[tuple[str, str], Ids] = field(default_factory=dict)  # (need, commune) → ids
    by_province: Mapping[tuple[str, str], Ids] = field(default_factory=dict)
    by_need: Mapping[str, Ids] = field(default_factory=dict)
    sealed: Mapping[tuple[str, str], Ids] = field(default_factory=dict)  # (need, province) → ids
    names: Mapping[str, Name] = field(default_factory=dict)
    by_word: Mapping[str, Ids] = field(default_factory=dict)
    by_slip: Mapping[str, frozenset[str]] = field(default_factory=dict)  # a word with one letter left out → words
    by_sound: Mapping[str, frozenset[str]] = field(default_factory=dict)  # as it is said → words
    # Communes with a listing for a need, from south to north; found when they are first asked for.
    reach: dict[str, Sequence[tuple[float, float, str]]] = field(default_factory=dict, compare=False, repr=False)
    # The words of the last few searches: one search looks at a word several times.
    last: dict[str, Mapping[str, float]] = field(default_factory=dict, compare=False, repr=False)

    def changed(self, gone: Iterable[str], come: Iterable[Listing]) -> "ListingIndex":
        """A new index without `gone` and with `come`; the old one stays as it is for whoever is reading it."""
        work = _Work(self)
        for id in gone:
            work.take_out(id)
        for one in {one.id: one for one in come}.values():
            work.take_out(one.id)
            work.put_in(one)
        return work.done()

    def inside(self, need: str, key: PlaceKey) -> list[Listing]:
        """The listings for a need in a place, sealed ones of its province among them."""
        province = places.province_of(key) or ""
        if key.tier in (Tier.NEW_PROVINCE, Tier.OLD_PROVINCE):
            ids: Iterable[str] = self.by_province.get((need, province), ())
        else:
            by_commune, there = self.by_commune, [(need, code) for code in sorted(places.communes_of(key))]
            ids = dict.fromkeys(chain.from_iterable(by_commune[one] for one in there if one in by_commune))
        found = [self.by_id[id] for id in ids]
        if key.tier in (Tier.NEW_PROVINCE, Tier.OLD_PROVINCE):
            own = places.communes_of(key)
            found = [one for one in found if one.is_sealed or not own or places.communes_of(one.place) & own]
            return found
        return found + [self.by_id[id] for id in self.sealed.get((need, province), ())]

    def around(self, need: str, middle: tuple[float, float], *, km: float) -> list[Listing]:
        """The listings for a need not farther than `km` from a point, by the points of their communes."""
        lat, lon = middle
        high, wide = km / _KM_A_DEGREE, km / (_KM_A_DEGREE * max(0.2, math.cos(math.radians(lat))))
        ids: dict[str, None] = {}
        if (there := self.reach.get(need)) is None:
            points = _commune_points()
            there = self.reach[need] = [one for one in points if (need, one[2]) in self.by_commune]
        for _, over, code in there[bisect_left(there, (lat - high,)) : bisect_right(there, (lat + high, math.inf))]:
            if abs(over - lon) <= wide:
                ids.update(dict.fromkeys(self.by_commune.get((need, code), ())))
        return [self.by_id[id] for id in ids]

    def of_need(self, need: str) -> Iterator[Listing]:
        """Every listing for a need, looked up only as far as they are wanted."""
        return map(self.by_id.__getitem__, self.by_need.get(need, ()))

    def of_province(self, need: str, province: str) -> list[Listing]:
        """Every listing for a need in a province, sealed ones among them."""
        return [self.by_id[id] for id in self.by_province.get((need, province), ())]

    def rarity(self, word: str) -> float:
        """How much a word of a name says, from 0 (most names have it) up."""
        return math.log((1 + len(self.by_id)) / (1 + len(self.by_word.get(word, ()))))

    def is_telling(self, word: str) -> bool:
        """Whether few enough names have a word for it to tell them apart."""
        many = len(self.by_word.get(word, ()))
        return many <= MOST_NAMED or many <= int(len(self.by_id) * _COMMON)

    def near(self, word: str) -> Mapping[str, float]:
        """The words of names one slip away, and how near: a letter lost, doubled or swapped before another letter; and
        those that some regions say alike: "sai" and "xai", "trai" and "chai".

        Else the first letter is seldom the wrong one; what has digits in it is a number, and another number another.
        """
        if len(word) < 2 or not word.isalpha():
            return {}
        found = set(self.by_slip.get(word, ()))
        for less in _shortened(word):
            found |= self.by_slip.get(less, frozenset())
            if less in self.by_word:
                found.add(less)
        heard = {like: _BY_EAR for like in self.by_sound.get(sound_of(word), ()) if like != word}
        return heard | {
            like: _OTHER_LETTER if _is_other_letter(like, word) else _SLIP
            for like in found
            if like[0] == word[0] and OSA.distance(like, word, score_cutoff=1) == 1
        }

    def near_again(self, word: str) -> Mapping[str, float]:
        """The same, at once for the words that were just looked at."""
        if (found := self.last.get(word)) is None:
            if len(self.last) >= _LAST:
                self.last.clear()
            found = self.last[word] = self.near(word)
        return found

    def words_like(self, word: str) -> frozenset[str]:
        """The words of names that this may be: itself, or, if no name has it, those one slip away."""
        if word in self.by_word or len(word) < SHORTEST_SLIP:
            return frozenset({word}) if word in self.by_word else frozenset()
        return frozenset(self.near(word))


EMPTY = ListingIndex()


def of_kind(kind: str) -> str:
    """Under what the places of one of the `KINDS` stand, as those for a need do."""
    return f"kind:{kind}"


class _Work:
    """The copies that are written while an index is made from the one before."""

    def __init__(self, old: ListingIndex) -> None:
        self.by_id = dict(old.by_id)
        self.by_commune, self.by_province = dict(old.by_commune), dict(old.by_province)
        self.by_need, self.sealed = dict(old.by_need), dict(old.sealed)
        self.names, self.by_word, self.by_slip = dict(old.names), dict(old.by_word), dict(old.by_slip)
        self.by_sound = dict(old.by_sound)
        self.spelt: dict[str, Spelt] = {}
        self.fresh: defaultdict[int, defaultdict[Any, list[str]]] = defaultdict(lambda: defaultdict(list))

    def take_out(self, id: str) -> None:
        one = self.by_id.pop(id, None)
        if one is None:
            return
        for table, key in self._places_of(one):
            table[key] = tuple(other for other in table.get(key, ()) if other != id)
        name = self.names.pop(id)
        for word in name.words:
            self.by_word[word] = tuple(other for other in self.by_word.get(word, ()) if other != id)

    def put_in(self, one: Listing) -> None:
        self.by_id[one.id] = one
        for table, key in self._places_of(one):
            self.fresh[id(table)][key].append(one.id)
        self.names[one.id] = _name(one, self.spelt)
        for word in self.names[one.id].words:
            if word not in self.by_word:
                self.by_word[word] = ()
                self.by_sound[sound_of(word)] = self.by_sound.get(sound_of(word), frozenset()) | {word}
                for less in _shortened(word):
                    self.by_slip[less] = self.by_slip.get(less, frozenset()) | {word}
            self.fresh[id(self.by_word)][word].append(one.id)

    def done(self) -> ListingIndex:
        tables: tuple[dict[Any, Ids], ...]
        tables = (self.by_commune, self.by_province, self.by_need, self.sealed, self.by_word)
        for table in tables:
            for key, ids in self.fresh[id(table)].items():
                table[key] = (*table.get(key, ()), *ids)
        return ListingIndex(
            self.by_id, self.by_commune, self.by_province, self.by_need, self.sealed, self.names, self.by_word,
            self.by_slip, self.by_sound,
        )  # fmt: skip

    def _places_of(self, one: Listing) -> Iterable[tuple[dict[Any, Ids], Any]]:
        own = (of_kind(one.kind),) if one.kind in KINDS else ()
        for need in dict.fromkeys((*one.needs, *own)):
            yield self.by_need, need
            yield self.by_province, (need, one.province)
            if one.is_sealed:
                yield self.sealed, (need, one.province)
            else:
                for code in places.communes_of(one.place):
                    yield self.by_commune, (need, code)


def build(listings: Iterable[Listing]) -> ListingIndex:
    """The index of these listings."""
    return EMPTY.changed((), listings)


def _name(one: Listing, spelt: dict[str, Spelt]) -> Name:
    """`spelt`: words that were looked at before; names of services share most of theirs."""
    service, organisation, street = (_words(text) for text in (one.service, one.organisation, one.street or ""))
    written = (*service, *organisation, *street)  # a sealed place has no street
    spelt |= {word: (fold(word), mark_of(word)) for word in written if word not in spelt}
    plain = tuple(spelt[word][0] for word in written)
    parts = (plain, plain[: len(service)], plain[len(service) : len(service) + len(organisation)])
    demo = {"mau"} if "mẫu" in written else set[str]()  # "(mẫu)" says only that it is made up
    alone = tuple(tuple(word for word in dict.fromkeys(part) if word not in demo) for part in parts)
    return Name(plain, frozenset(spelt[word][1] for word in written), alone, frozenset(plain))


def _words(text: str) -> list[str]:
    words = ("".join(sign for sign in word if sign.isalnum()) for word in text.lower().split())
    return [word for word in words if word]


def _shortened(word: str) -> Iterable[str]:
    """The word with one letter left out, each once; none for what is no word."""
    if len(word) < 2 or not word.isalpha():
        return ()
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


# Letters that are one sound somewhere in the country, at the beginning and at the end of a syllable.
_BEGINS = {
    "tr": "ch", "x": "s", "gi": "d", "r": "d", "v": "d", "z": "d", "n": "l", "k": "c", "q": "c", "ngh": "ng", "gh": "g",
    "f": "ph",
}  # fmt: skip
_ENDS = {"ng": "n", "nh": "n", "ch": "t", "c": "t", "y": "i"}
_SYLLABLE = re.compile(
    r"(ngh|ng|nh|gh|gi(?=[aeouy])|kh|ph|th|tr|ch|[bcdfghklmnpqrstvxz]?)([aeiouy]*?)(ng|nh|ch|[cmnptyiuo])?"
)


@lru_cache(maxsize=20_000)
def sound_of(word: str) -> str:
    """A syllable as it is said where fewest sounds are told apart; what is no syllable is only itself."""
    if (parts := _SYLLABLE.fullmatch(word)) is None:
        return word
    begin, rest, end = parts[1], parts[2], parts[3] or ""
    return _BEGINS.get(begin, begin) + rest + _ENDS.get(end, end)


def _is_other_letter(one: str, other: str) -> bool:
    return len(one) == len(other) and sorted(one) != sorted(other)


@cache
def _commune_points() -> Sequence[tuple[float, float, str]]:
    """Latitude, longitude and code of every commune, from south to north."""
    communes = ((key.code, unit.point) for key, unit in places.units().items() if key.tier is Tier.NEW_COMMUNE)
    return sorted((*point, code) for code, point in communes if point)


forget_with_lists(_commune_points)
