"""The words around place names (leads, types, roads, home towns) and short names, from `seed/place-words.yaml`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from directory.gazetteer import (
    PlaceKey,
    Tier,
    by_name,
    districts,
    forget_with_lists,
    is_province,
    kept_of_lists,
    units,
    words_of,
)
from directory.reading import SEED
from directory.reading.spelling import bare, is_syllable, mark_of
from directory.seedfiles import load_table


@dataclass(frozen=True, slots=True)
class ShortName:
    """`sg`, `bd`: what it stands for; `is_led`: only where a place is expected; `only`: only behind this type word;
    `unless`: beside these words it is something else; `is_busy`: behind "ở" too; `is_behind`: only there a town."""

    keys: tuple[PlaceKey, ...]
    is_led: bool
    only: str
    unless: frozenset[str]
    is_busy: bool = False
    is_behind: bool = False


_APOSTROPHE = re.compile(r"\s*['’]\s*")


@cache
def content() -> Mapping[str, Any]:
    """The whole file."""
    found: Mapping[str, Any] = load_table(SEED / "place-words.yaml")
    return found


@cache
def word_set(name: str, inner: str = "") -> frozenset[str]:
    """One of the lists of words."""
    written = content()[name][inner] if inner else content()[name]
    return frozenset(str(written).split())


@cache
def name_set(name: str) -> frozenset[str]:
    """One of the lists of names."""
    return frozenset(" ".join(one.split()) for one in str(content()[name]).split(","))


def _keys(written: str) -> tuple[PlaceKey, ...]:
    return tuple(PlaceKey(Tier(tier), code) for tier, code in (one.split(":") for one in written.split()))


@cache
def short_names() -> Mapping[str, ShortName]:
    """Short names by the letters typed."""
    return {
        str(short): ShortName(
            _keys(one["as"]),
            bool(one.get("led")),
            str(one.get("only", "")),
            frozenset(str(one.get("unless", "")).split()),
            bool(one.get("busy")),
            bool(one.get("behind")),
        )
        for short, one in content()["short"].items()
    }


@cache
def names() -> Mapping[str, tuple[PlaceKey, ...]]:
    """Every name a unit goes by, folded; official names, those without their apostrophe, and other ones together."""
    found = dict(by_name())
    for name, official in without_apostrophe().items():
        found[name] = tuple(dict.fromkeys((*found.get(name, ()), *(key for one in official for key in by_name()[one]))))
    for name, written in content()["also"].items():
        keys = _keys(str(written))
        found[str(name)] = tuple(dict.fromkeys((*keys, *found.get(str(name), ()))))
    return found


@cache
def without_apostrophe() -> Mapping[str, frozenset[str]]:
    """Names as they are typed without the sign, "ea hleo", "mdrak", and which names those are with it."""
    found: dict[str, set[str]] = {}
    for unit in units().values():
        if _APOSTROPHE.search(unit.name):
            bare_of_it = " ".join(words_of(_APOSTROPHE.sub("", unit.name)))
            found.setdefault(bare_of_it, set()).add(" ".join(words_of(unit.name)))
    return {name: frozenset(official) for name, official in found.items()}


@cache
def letters_inside() -> frozenset[tuple[str, str]]:
    """Letters that stand for a type elsewhere, behind the word of a name that they are part of: "ea h leo"."""
    both = (pair for name in names() for pair in pairwise(name.split()))
    return frozenset(pair for pair in both if len(pair[1]) == 1 and pair[1] in content()["short_types"])


@cache
def marks_of(key: PlaceKey) -> tuple[str, ...]:
    """The marks of an official name, word by word."""
    parts = units()[key].name.replace("-", " ").replace("'", " ").split()
    return tuple(mark_of(part.lower()) for part in parts)


@cache
def is_named_like_a_province(name: str) -> bool:
    return any(is_province(key) for key in names().get(name, ()))


@cache
def everyday() -> frozenset[str]:
    """Names of wards and communes that are ordinary words side by side. Source: `seed/everyday-pairs.txt`."""
    return frozenset((SEED / "everyday-pairs.txt").read_text("utf-8").splitlines())


@cache
def has_district(name: str) -> bool:
    return any(key.tier is Tier.OLD_DISTRICT for key in names().get(name, ()))


@cache
def type_words() -> Mapping[tuple[str, ...], str]:
    """Type words as sequences of folded words, with the type they mean."""
    found = {tuple(words_of(str(words))): str(kind) for words, kind in content()["types"].items()}
    return found


@cache
def joined_names() -> Mapping[str, tuple[PlaceKey, ...]]:
    """Towns, districts and provinces as one word, "sapa", or with a first letter alone, "pthiet", "strang", where only
    one is called so."""
    return kept_of_lists("joined-names", _join)


def _join() -> Mapping[str, tuple[PlaceKey, ...]]:
    found: dict[str, set[str]] = {}
    for key, unit in units().items():
        words = words_of(unit.name)
        name = " ".join(words)
        is_town = key.tier is Tier.OLD_DISTRICT and not is_named_like_a_province(name)
        if len(words) > 1 and (is_town or key.tier is Tier.OLD_PROVINCE):
            found.setdefault("".join(words), set()).add(name)
            if len(words) == 2 and len(words[1]) >= _LETTERS:
                found.setdefault(words[0][0] + words[1], set()).add(name)
    known = {said: names()[next(iter(called))] for said, called in found.items() if len(called) == 1}
    known = {said: keys for said, keys in known.items() if not has_district(said)}  # KBang is no Kim Bảng
    return {said: keys for said, keys in known.items() if _tells(said) and _is_one_town(keys)}


_LETTERS = 4  # so many letters are seldom anything else
_OTHER = frozenset({"babe"})


def _tells(said: str) -> bool:
    return len(said) >= _LETTERS and not is_syllable(said) and said not in _OTHER


def _is_one_town(keys: Sequence[PlaceKey]) -> bool:
    return any(is_province(key) for key in keys) or sum(key.tier is Tier.OLD_DISTRICT for key in keys) == 1


@cache
def initials() -> Mapping[str, tuple[PlaceKey, ...]]:
    """Districts by their first letters: they count only where their province stands behind them, "bđ hn"."""
    found: dict[str, tuple[PlaceKey, ...]] = {}
    for unit in districts():
        words = unit.name.replace("-", " ").replace("'", " ").lower().split()
        if len(words) > 1:
            letters = "".join(word[0] for word in words)
            for said in {letters, bare(letters)}:
                if is_syllable(bare(said)) or (said in content()["short_types"] and said not in _TYPES_TOO):
                    continue
                found[said] = (*found.get(said, ()), unit.key)
    return found


_TYPES_TOO = ("tx", "tp")  # Thanh Xuân, Tân Phú


def contains(outer: PlaceKey, inner: PlaceKey) -> bool:
    """Whether a province or district holds a smaller place, in the lists before or after the reform."""
    if outer == inner:
        return False
    a, b = units()[outer], units()[inner]
    if outer.tier is Tier.NEW_PROVINCE:
        return not is_province(inner) and a.province == b.province
    if outer.tier is Tier.OLD_PROVINCE:
        if inner.tier is Tier.NEW_COMMUNE:
            return a.province == b.province
        return not is_province(inner) and b.old_province == outer.code
    if outer.tier is Tier.OLD_DISTRICT:
        if inner.tier is Tier.OLD_WARD:
            return b.parent == outer.code
        return inner.tier is Tier.NEW_COMMUNE and b.communes <= a.communes
    return outer.tier is Tier.NEW_COMMUNE and inner.tier is Tier.OLD_WARD and a.communes <= b.communes


for _known in (
    names,
    without_apostrophe,
    letters_inside,
    marks_of,
    is_named_like_a_province,
    has_district,
    joined_names,
    initials,
):
    forget_with_lists(_known)
