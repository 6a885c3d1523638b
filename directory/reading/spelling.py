"""One read word: without marks, with its marks in comparable form, as it is written well, and where it stands."""

import unicodedata
from functools import lru_cache
from typing import NamedTuple

from directory.reading.syllables import bare, is_syllable

__all__ = ["Word", "bare", "is_syllable", "mark_of", "marks_agree"]

_TONES = {"\u0301": "1", "\u0300": "2", "\u0309": "3", "\u0303": "4", "\u0323": "5"}
_SHAPES = {"\u0302", "\u0306", "\u031b"}  # â ă ơ: these stay on the letter


class Word(NamedTuple):
    """One syllable: `plain` (no marks), `marked` (letter marks, then the tone as a digit), and where it stands.

    `form` is the syllable as it is written well; `how` the step that read it (see `Step`), empty if as typed."""

    plain: str
    marked: str
    start: int
    end: int
    form: str = ""
    how: str = ""


def mark_of(word: str) -> str:
    """`đánh` as `đanh1`: the tone goes to the end, so that hoà and hòa are one. No marks: the word itself."""
    if word.isascii() and not word.endswith("y"):
        return word
    tone, letters = "", []
    for sign in unicodedata.normalize("NFD", word):
        if sign in _TONES:
            tone = _TONES[sign]
        elif sign in _SHAPES or not unicodedata.combining(sign):
            letters.append(sign)
    made = unicodedata.normalize("NFC", "".join(letters))
    if len(made) > 1 and made[-1] == "y" and made[-2] in "hklmst":
        made = made[:-1] + "i"
    return made + tone


def marks_agree(word: Word, mark: str) -> bool:
    """Whether the marks that were typed, if any, are those of `mark`: "là" is not La, "la" may be."""
    return word.marked in (word.plain, mark) or _agree(word.marked, mark)


@lru_cache(maxsize=10_000)
def _agree(marked: str, mark: str) -> bool:
    typed, named = marked[-1:], mark[-1:]
    tones = (typed if typed.isdigit() else "", named if named.isdigit() else "")
    return bare(marked).rstrip("12345") == bare(mark).rstrip("12345") and (
        tones[0] in ("", tones[1]) or set(tones) == {"3", "4"}
    )
