"""What words have in common: a husband, a locked door, laughter; so that a rare word still says something."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from sys import intern
from typing import NamedTuple

from directory.compiled import kept
from directory.reading.spelling import Word, bare, mark_of, marks_agree
from directory.seedfiles import load_table

TABLE = Path(__file__).resolve().parent / "concepts.yaml"


class Phrase(NamedTuple):
    """One entry of the table. `marks_needed`: without its marks the word means something else too often."""

    marks: tuple[str, ...]
    concept: str
    marks_needed: bool


class Tag(NamedTuple):
    """A concept, and which words of the message stand for it; `concept` is None for a word in no group."""

    concept: str | None
    start: int
    end: int


def tags(words: Sequence[Word]) -> list[Tag]:
    """The message as concepts, the longest phrase first, each word in one of them."""
    table, longest = _table()
    plain = tuple([word.plain for word in words])
    found, at = [], 0
    while at < len(plain):
        most = longest.get(plain[at : at + 2], 1)
        for length in range(min(most, len(plain) - at) if most > 1 else 1, 0, -1):
            entries = table.get(plain[at : at + length])
            concept = entries and _agreed(entries, words[at : at + length])
            if concept:
                found.append(Tag(concept, at, at + length))
                at += length
                break
        else:
            found.append(Tag(None, at, at + 1))
            at += 1
    return found


def _agreed(entries: Sequence[Phrase], said: Sequence[Word]) -> str | None:
    for marks, concept, marks_needed in entries:
        for word, mark in zip(said, marks, strict=True):
            if word.marked != mark and (marks_needed or not marks_agree(word, mark)):
                break
        else:
            return concept
    return None


@cache
def _table() -> tuple[Mapping[tuple[str, ...], tuple[Phrase, ...]], Mapping[tuple[str, ...], int]]:
    """Phrases by their folded words, and how long the longest is that begins with two words."""
    return kept("concepts", _read)


def _read() -> tuple[Mapping[tuple[str, ...], tuple[Phrase, ...]], Mapping[tuple[str, ...], int]]:
    content = load_table(TABLE)
    table: dict[tuple[str, ...], list[Phrase]] = {}
    longest: dict[tuple[str, ...], int] = {}
    for concept, phrases in content["concepts"].items():
        for written in phrases.split(","):
            words = written.strip().removesuffix("!").split()
            key = tuple(intern(bare(word)) for word in words)  # each word once, however many phrases it stands in
            marks = tuple(intern(mark_of(word)) for word in words)
            table.setdefault(key, []).append(Phrase(marks, str(concept), written.strip().endswith("!")))
            if len(key) > 1:
                longest[key[:2]] = max(longest.get(key[:2], 0), len(key))
    return {words: tuple(many) for words, many in table.items()}, longest
