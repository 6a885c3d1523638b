"""The place of a row: by its code, its whole name, or as people say it; what could be two is named, not guessed."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from directory import places
from directory.gazetteer import forget_with_lists
from directory.places import PlaceKey, Tier
from directory.reading import fold, read

_LENGTHS = {Tier.OLD_PROVINCE: 2, Tier.NEW_PROVINCE: 2, Tier.OLD_DISTRICT: 3, Tier.OLD_WARD: 5, Tier.NEW_COMMUNE: 5}
_PROVINCES = (Tier.NEW_PROVINCE, Tier.OLD_PROVINCE)
_NEWEST = (Tier.NEW_PROVINCE, Tier.NEW_COMMUNE)
_SMALL = (Tier.OLD_WARD, Tier.NEW_COMMUNE)
# A ward or commune that a cell names by its type, up to the comma or the next type: "phường Dịch Vọng", "X. Tân Lập".
_WARD = re.compile(
    r"(?<!\w)(?<!thi )((?:phuong|xa|thi tran|dac khu|p\.|x\.|tt\.)\s*[^,;()–-]+?)"
    r"\s*(?=$|[,;()–-]|(?<!\w)(?:quan|huyen|thi xa|thanh pho|tinh|q\.|h\.|tx\.|tp)(?!\w))"
)

_DISTRICT = re.compile(r"(?<!\w)(?:quan|huyen|thi xa|q\.|h\.|tx\.?)(?!\w)")

PARTS = ("ward", "district", "province")  # smallest first, as a place is written
_TYPES = {
    "ward": re.compile(r"(?:phuong|xa|thi tran|dac khu|p\.|x\.|tt\.)(?![a-z])"),
    "district": re.compile(r"(?:quan|huyen|thi xa|thanh pho|tp|tx|q\.|h\.)(?![a-z])"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """The place; or why there is none: `several`, `other`, `code` or `ward`, and what is meant, to mend it."""

    key: PlaceKey | None
    why: str = ""
    what: str = ""


def said(words: str, tier: str, code: str, *, is_sealed: bool = False) -> Said:
    """Of the three cells of a row. Of a sealed place the words name the province alone, as we write it out."""
    coded = _coded(tier, code)
    if coded is None and (tier or code):
        return Said(None, "code", f"{tier} {code}".strip())
    if not words:
        return Said(coded)
    named = _named(words)
    if coded is None:
        found = _one_of(named, words)
        return found if found.key is None or found.key.tier in _SMALL else _unless_ward(found, words)
    if coded in named or (is_sealed and any(_is_province_of(one, coded) for one in named)):
        return Said(coded)
    return Said(None, "other", places.name_of(coded))


def with_type(part: str, written: str) -> str:
    """A ward of a column of its own, so that an unknown one is named; a district that is a number, "3"."""
    if not written or part not in _TYPES or _TYPES[part].match(fold(written)):
        return written
    return f"phường {written}" if part == "ward" else f"quận {written}" if written.isdigit() else written


def _coded(tier: str, code: str) -> PlaceKey | None:
    if tier not in set(Tier):
        return None
    bare = code.removesuffix(".0")
    key = PlaceKey(Tier(tier), bare.zfill(_LENGTHS[Tier(tier)]) if bare.isdigit() else bare)
    return key if key in places.units() else None


def _named(words: str) -> Sequence[PlaceKey]:
    """The places that these words name: those that are called so, letter by letter, before those that may be meant."""
    whole = _by_name().get(_plain(words))
    if whole:
        return whole
    found = places.read(read(words))
    if not found.places:
        return ()
    if found.is_ambiguous:
        return tuple(one.key for one in found.places)
    first = found.places[0].key
    # "phường …, Hà Nội" that finds nothing but Hà Nội has lost what matters.
    is_lost = first.tier in _PROVINCES and "," in words.strip(" ,")
    return () if is_lost else _of_its_name(first, [one.key for one in found.places], words)


def _of_its_name(first: PlaceKey, keys: Sequence[PlaceKey], words: str) -> Sequence[PlaceKey]:
    """A ward of today beside one of before that bore its name: where no district is named, either may be meant."""
    if first.tier not in _SMALL or words.count(",") > 1 or _DISTRICT.search(fold(words)):
        return (first,)
    name = places.units()[first].name
    return tuple(key for key in keys if key.tier in _SMALL and places.units()[key].name == name)


def _one_of(named: Sequence[PlaceKey], words: str) -> Said:
    """The only one, or the one in which all the others lie: the name of today before that of before the reforms."""
    if len(named) == 1:
        return Said(named[0])
    for key in sorted(named, key=lambda one: one.tier not in _NEWEST):
        if all(other == key or _lies_in(other, key) for other in named):
            return Said(key)
    return Said(None, "several", "; ".join(f"{key.tier} {key.code}" for key in named[:3])) if named else Said(None)


def _unless_ward(found: Said, words: str) -> Said:
    """A ward that nobody knows is a mistake, and not the district around it."""
    ward = _WARD.search(fold(words))
    if ward is None:
        return found
    return Said(None, "ward", words[ward.start(1) : ward.end(1)] if len(fold(words)) == len(words) else ward[1])


def _is_province_of(one: PlaceKey, coded: PlaceKey) -> bool:
    return one.tier in _PROVINCES and places.province_of(one) == places.province_of(coded)


def _lies_in(inner: PlaceKey, outer: PlaceKey) -> bool:
    if outer.tier is Tier.NEW_PROVINCE:
        return inner.tier in _PROVINCES and places.province_of(inner) == outer.code
    unit = places.units().get(inner)
    return outer.tier is Tier.NEW_COMMUNE and unit is not None and unit.communes == {outer.code}


@cache
def _by_name() -> Mapping[str, tuple[PlaceKey, ...]]:
    found: defaultdict[str, list[PlaceKey]] = defaultdict(list)
    for key, unit in places.units().items():
        short = f"{unit.kind} {unit.name} {places.provinces().get(unit.province, '')}"  # without what tells it apart
        for name in dict.fromkeys((_plain(places.name_of(key)), _plain(short))):
            found[name].append(key)
    return {name: tuple(keys) for name, keys in found.items()}


def _plain(words: str) -> str:
    return " ".join(fold(words).replace(",", " ").split())


forget_with_lists(_by_name)
