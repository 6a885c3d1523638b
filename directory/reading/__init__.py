"""From what somebody typed on a phone to clean, comparable words: marks, shortenings and stray signs are smoothed."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

SEED = Path(__file__).resolve().parent.parent / "seed"

_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_WORD = re.compile(r"[^\W_]+")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_CLAUSE = re.compile(r"[.!?…;\n]+")


@dataclass(frozen=True, slots=True)
class Reading:
    """One message: the cleaned text, its folded words, the same as one string, and clause by clause."""

    text: str
    tokens: tuple[str, ...]
    plain: str
    clauses: tuple[str, ...]


def fold(text: str) -> str:
    """Lower case, without marks, đ as d. Folding twice changes nothing."""
    bare = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    plain = "".join(letter for letter in bare if not unicodedata.combining(letter)).replace("đ", "d")
    return unicodedata.normalize("NFKC", plain)


def clean(text: str) -> str:
    """The text in NFC without control, invisible and direction signs; line breaks stay."""
    return _CONTROL.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFC", text))).strip()


def read(raw: str) -> Reading:
    """Read one message of any length; never raises."""
    text = clean(raw)
    clauses = tuple(" ".join(_words(part)) for part in _CLAUSE.split(text) if part.strip())
    tokens = tuple(" ".join(clauses).split())
    return Reading(text, tokens, " ".join(tokens), clauses)


def _words(text: str) -> list[str]:
    short = shortenings()
    found: list[str] = []
    for word in _WORD.findall(fold(text)):
        word = _STRETCHED.sub(r"\1", word)
        found.extend(short.get(word, word).split())
    return found


@cache
def shortenings() -> Mapping[str, str]:
    """Teencode by its folded spelling."""
    content = yaml.safe_load((SEED / "teencode.yaml").read_text("utf-8"))
    return {fold(str(short)): str(long) for short, long in content["words"].items()}
