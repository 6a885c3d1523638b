"""From what somebody typed on a phone to clean, comparable words: marks, shortenings and stray signs are smoothed."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import yaml

from directory.reading.spelling import Word, looks_like_vni, mark_of, rejoin, repair

SEED = Path(__file__).resolve().parent.parent / "seed"

_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_WORD = re.compile(r"[^\W_]+")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_CLAUSE = re.compile(r"[.!?…;\n]+")


@dataclass(frozen=True, slots=True)
class Reading:
    """One message: the cleaned text, its folded words, the same as one string, and clause by clause.

    `words` are the same tokens with their marks and their place in `text`."""

    text: str
    tokens: tuple[str, ...]
    plain: str
    clauses: tuple[str, ...]
    words: tuple[Word, ...] = ()


def fold(text: str) -> str:
    """Lower case, without marks, đ as d. Folding twice changes nothing."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold()).replace("đ", "d")
    plain = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return unicodedata.normalize("NFKC", plain).casefold().replace("đ", "d")


def clean(text: str) -> str:
    """The text in NFC without control, invisible and direction signs; line breaks stay."""
    return _CONTROL.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFC", text))).strip()


def read(raw: str) -> Reading:
    """Read one message of any length; never raises."""
    text = clean(raw)
    words = _words(text)
    tokens = tuple(word.plain for word in words)
    return Reading(text, tokens, " ".join(tokens), _clauses(text, words), words)


def _clauses(text: str, words: tuple[Word, ...]) -> tuple[str, ...]:
    """The folded words between full stops and line breaks."""
    found: list[list[str]] = [[]]
    ends = [match.start() for match in _CLAUSE.finditer(text)]
    at = 0
    for word in words:
        while at < len(ends) and ends[at] < word.start:
            found.append([])
            at += 1
        found[-1].append(word.plain)
    return tuple(" ".join(clause) for clause in found if clause)


def _words(text: str) -> tuple[Word, ...]:
    lowered = rejoin(_same_length_lower(text))
    written = [(match.group(), match.start(), match.end()) for match in _WORD.finditer(lowered)]
    is_vni = looks_like_vni([word for word, _, _ in written])
    return tuple(
        Word(fold(part), mark_of(part), start, end) for word, start, end in written for part in _smooth(word, is_vni)
    )


def _same_length_lower(text: str) -> str:
    """Lower case where it keeps the length, so that places in the text stay true."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := sign.lower()) == 1 else sign for sign in text)


@lru_cache(maxsize=20_000)
def _smooth(word: str, is_vni: bool) -> tuple[str, ...]:
    """The syllables of one written word; a shortening counts only as it is written ("ca", not "cả")."""
    short = shortenings()
    word = _STRETCHED.sub(r"\1", word)
    if word in short:
        return tuple(short[word].split())
    parts = repair(word, is_vni)
    return tuple(syllable for part in parts for syllable in short.get(part, part).split())


@cache
def shortenings() -> Mapping[str, str]:
    """Teencode as it is written, marks included."""
    content = yaml.safe_load((SEED / "teencode.yaml").read_text("utf-8"))
    return {str(short): fold(str(long)) for short, long in content["words"].items()}
