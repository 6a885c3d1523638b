"""Reads what a finger or an ear got wrong: a letter too many or too few, two letters swapped, spelling by sound."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from directory.reading.hygiene import triggers
from directory.reading.syllables import bare, common, is_syllable, price

_BEGINNINGS = (
    ("dz", "v"), ("dz", "d"), ("f", "ph"), ("w", "qu"), ("j", "gi"), ("j", "d"), ("z", "v"), ("z", "d"), ("k", "c"),
    ("c", "k"), ("q", "c"), ("ng", "ngh"), ("ngh", "ng"), ("g", "gh"), ("gh", "g"), ("qh", "qu"), ("p", "ph"),
)  # fmt: skip
_ENDINGS = (
    ("g", "ng"), ("h", "nh"), ("k", "c"), ("k", "ch"), ("nk", "nh"), ("x", "ch"), ("q", "c"), ("ck", "ch"), ("w", "u"),
    ("uh", "u"), ("ah", "a"), ("p", "p"), ("z", ""), ("j", "i"), ("ngg", "ng"),
)  # fmt: skip
_EAR, _SLIP, _SWAP, _TRIGGER = 2.0, 7.0, 5.0, -2.5


@lru_cache(maxsize=20_000)
def by_ear(word: str) -> str | None:
    """`fải` as phải, `uốg` as uống, `wá` as quá, `nge` as nghe; the likeliest, or None."""
    found = set()
    starts = {word} | {right + word[len(left) :] for left, right in _BEGINNINGS if word.startswith(left)}
    for one in starts:
        found.add(one)
        found.update(one[: -len(left)] + right for left, right in _ENDINGS if one.endswith(left))
    fitting = [one for one in found if one != word and is_syllable(bare(one))]
    return min(fitting, key=lambda one: (_price(one), one), default=None)


@lru_cache(maxsize=20_000)
def slip(word: str) -> tuple[float, str | None]:
    """The price and the word meant, if it is one slip away from a frequent syllable."""
    plain = bare(word)
    if not 4 <= len(plain) <= 9 or not plain.isalpha():
        return math.inf, None
    found: dict[str, float] = {}
    for at in range(len(plain) - 1):
        swapped = plain[:at] + plain[at + 1] + plain[at] + plain[at + 2 :]
        if swapped in common():
            found[swapped] = _cost(swapped) + _SWAP
    shorter = _shorter(plain)
    for one in _lost().get(plain, ()):
        found[one] = min(found.get(one, math.inf), _cost(one) + _SLIP + _first(plain, one))
    for less in shorter:
        if less in common():
            found[less] = min(found.get(less, math.inf), _cost(less) + _SLIP + _first(plain, less))
        for one in _lost().get(less, ()):
            if len(one) == len(plain):
                found[one] = min(found.get(one, math.inf), _cost(one) + _SLIP + 1.5 + _first(plain, one))
    if not found:
        return math.inf, None
    best = min(found, key=lambda one: (found[one], one))
    return found[best], best


def _first(typed: str, meant: str) -> float:
    """The first letter is seldom the wrong one."""
    return 0.0 if typed[0] == meant[0] else 3.0


def _price(word: str) -> float:
    return price(bare(word)) + _EAR


def _cost(plain: str) -> float:
    return common()[plain] + (_TRIGGER if plain in _plain_triggers() else 0.0)


def _shorter(word: str) -> Iterable[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


@cache
def _plain_triggers() -> frozenset[str]:
    return frozenset(bare(word) for word in triggers())


@cache
def _lost() -> Mapping[str, tuple[str, ...]]:
    """What is left of each frequent syllable of four letters or more when one letter is lost."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for one in common():
        if len(one) >= 4:
            for less in _shorter(one):
                found[less].append(one)
    return {less: tuple(many) for less, many in found.items()}
