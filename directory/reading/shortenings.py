"""How people shorten and respell words on phones (teencode), and what a shortening with several meanings means here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from directory.reading.syllables import bare
from directory.seedfiles import load_table

_SEED = Path(__file__).resolve().parent.parent / "seed"
_NUMBER = "#"
_START, _END = "^", "$"


@dataclass(frozen=True, slots=True)
class Choice:
    """One meaning of a shortening: `words`, and the neighbours (folded) of which one must stand beside it.

    `#` among the neighbours is any number, `^` the beginning of the message, `$` its end. Without neighbours it fits
    everywhere, so the last choice of a shortening is what it means by default."""

    words: tuple[str, ...]
    before: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()

    def fits(self, before: str, after: str) -> bool:
        """Whether this meaning fits between these two words; either side is enough."""
        if not self.before and not self.after:
            return True
        return bool(self.before & _kinds(before, _START)) or bool(self.after & _kinds(after, _END))


def _kinds(word: str, edge: str) -> frozenset[str]:
    if not word:
        return frozenset({edge})
    return frozenset({word, _NUMBER}) if word[0].isdigit() else frozenset({word})


@cache
def _content() -> Mapping[str, Any]:
    content: Mapping[str, Any] = load_table(_SEED / "teencode.yaml")
    return content


@cache
def shortenings() -> Mapping[str, tuple[str, ...]]:
    """Each shortening of one meaning, as it is written (marks included), and the syllables it stands for."""
    found: dict[str, tuple[str, ...]] = {}
    for group in _content()["words"].values():
        for words, forms in group.items():
            for form in str(forms).split():
                found[form] = tuple(str(words).split())
    return found


@cache
def several() -> Mapping[str, tuple[Choice, ...]]:
    """Shortenings whose meaning hangs on their neighbours."""
    return {str(form): tuple(map(_choice, choices)) for form, choices in _content()["several"].items()}


@cache
def shown() -> frozenset[str]:
    """Words of a region that are only shown in standard words: rules and models see the letters typed."""
    return frozenset(str(_content()["shown"]).split())


@cache
def sayings() -> Mapping[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]:
    """Spellings of two or three words, by their first word: (as written, as read)."""
    found: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for typed, read in _content()["sayings"].items():
        words = tuple(str(typed).split())
        found.setdefault(words[0], []).append((words, tuple(str(read).split())))
    return {first: tuple(many) for first, many in found.items()}


def _choice(written: Mapping[str, str]) -> Choice:
    sides = (frozenset(bare(word) for word in str(written.get(side, "")).split()) for side in ("before", "after"))
    return Choice(tuple(str(written["as"]).split()), *sides)


def meant(choices: Sequence[Choice], before: str, after: str) -> tuple[str, ...]:
    """The syllables meant between these two (folded) words."""
    return next((choice.words for choice in choices if choice.fits(before, after)), choices[-1].words)


@cache
def _foreign() -> frozenset[str]:
    lines = (_SEED / "foreign.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


FOREIGN = _foreign()
