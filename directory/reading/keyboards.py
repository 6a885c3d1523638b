"""Undoes what a Vietnamese keyboard left behind: Telex (`ddanhs`) and VNI (`d9a1nh`), also half converted."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from directory.reading.syllables import bare, is_syllable, with_tone

_TELEX_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_VNI_TONES = {"1": "\u0301", "2": "\u0300", "3": "\u0309", "4": "\u0303", "5": "\u0323"}
_VNI_SHAPES = {"6": ("aeo", "\u0302"), "7": ("uo", "\u031b"), "8": ("a", "\u0306")}
_TONE_SIGNS = frozenset(_TELEX_TONES.values())
_STOPS = ("c", "ch", "p", "t")
_VOWELS = frozenset("aăâeêioôơuưy")
_VNI = re.compile(r"(?=[^\W_]*[^\W\d_])(?=[^\W_]*[1-9])[^\W\d_][^\W_]{1,9}")
_NUMBERED = re.compile(r"(?:q|p|f|h|k|ct|quan|phuong|tang|phong|lop|so|to|khu|hem|ngo|thang|ngay|thu|t|ngach|ap|km)\d+")
# A tone typed before another vowel ("thira") is rarer than two words glued.
LATE_TONE = re.compile(r"[sfrxj][^\W\d_]*[aeiouy]")
_TELEX_ONLY = re.compile(r"aa|ee|oo|dd|[aeiouy]w|uw|[aeiouyw][a-z]{0,2}[sfrxj]$")
_TELEX_PART = re.compile(r"aa|ee|oo|dd|[aeiouy]w|[sfrxj](?: |$)")  # one of these stands in each of them
_MIDDLE = re.compile(r"[^\W\d_][1-9]+[^\W\d_]|[^\W\d_][6-9][1-5]$")
_SURE = frozenset({"bi5", "co1", "no1", "la2", "d9i", "o73"})  # alone enough to show a VNI keyboard


def is_numbered(word: str) -> bool:
    """`q1`, `quan5`, `thang7`: a word and its number."""
    return _NUMBERED.fullmatch(word) is not None


def looks_like_vni(words: Iterable[str]) -> bool:
    """Whether the digits inside the words of a message are VNI marks."""
    found = [word for word in words if not word.isalpha() and _VNI.fullmatch(word) and not _NUMBERED.fullmatch(word)]
    if not found:
        return False
    good = [word for word in found if from_vni(word) is not None]
    return len(good) >= 2 or any(_MIDDLE.search(word) or word in _SURE for word in good)


def looks_like_telex(words: Sequence[str]) -> bool:
    """Whether a message has several words that only a Telex keyboard leaves: then test-like words are Telex too."""
    if _TELEX_PART.search(" ".join(words)) is None:
        return False
    found = 0
    for word in words:
        found += word.isascii() and _TELEX_ONLY.search(word) is not None and from_telex(word) is not None
        if found >= 2:
            return True
    return False


@lru_cache(maxsize=20_000)
def from_vni(word: str) -> str | None:
    """`d9a1nh` as đánh; None if the digits are no marks of one syllable."""
    if not _VNI.fullmatch(word):
        return None
    letters, tone = _split_tone(word)
    kept = ""
    for sign in letters:
        if sign in _VNI_TONES:
            tone = _VNI_TONES[sign]
        elif sign == "9":
            kept = kept[:-1] + "đ" if kept[-1:] == "d" else kept.replace("d", "đ", 1)
        elif sign in _VNI_SHAPES:
            bases, mark = _VNI_SHAPES[sign]
            at = max((kept.rfind(base) for base in bases), default=-1)
            if at < 0:
                return None
            kept = kept[:at] + unicodedata.normalize("NFC", kept[at] + mark) + kept[at + 1 :]
            if sign == "7" and "uơ" in kept and not kept.endswith("uơ"):
                kept = kept.replace("uơ", "ươ")
        elif sign == "0":
            tone = ""
        elif sign.isdigit():
            return None
        else:
            kept += sign
    return _syllable(kept, tone)


@lru_cache(maxsize=20_000)
def from_telex(word: str) -> str | None:
    """`ddanhs` as đánh, `nguwowif` as người, `đaoj` as đạo; None if these keys make no syllable."""
    letters, tone = _split_tone(word)
    kept = ""
    for sign in letters:
        if sign in _TELEX_TONES and any(letter in _VOWELS or letter == "w" for letter in kept):
            if tone and not word.isascii():
                return None  # the phone did write a tone: a second one belongs to another word
            tone = _TELEX_TONES[sign]
        elif sign == "w":
            kept = _horned(kept)
        elif sign in "aeo" and (at := kept.rfind(sign)) >= 0 and _near(kept, at):
            kept = kept[:at] + {"a": "â", "e": "ê", "o": "ô"}[sign] + kept[at + 1 :]
        elif sign == "d" and kept[:1] == "d":
            kept = "đ" + kept[1:]
        else:
            kept += sign
    if "uơ" in kept and not kept.endswith("uơ"):
        kept = kept.replace("uơ", "ươ")
    made = _syllable(kept, tone)
    return made if made != word else None


def _near(kept: str, at: int) -> bool:
    """The second letter of aa, ee, oo may stand behind the consonants that end a syllable: "lana" is lân."""
    return not any(letter in _VOWELS for letter in kept[at + 1 :])


def _horned(kept: str) -> str:
    """What a w makes of the letters before it."""
    for at in range(len(kept) - 1, -1, -1):
        if kept[at] in "aou" and not (kept[at] == "u" and kept[at - 1 : at] == "q"):
            if kept[at] == "o" and kept[at - 1 : at] == "u" and kept[at - 2 : at - 1] != "q":
                return kept[: at - 1] + "ươ" + kept[at + 1 :]
            return kept[:at] + {"a": "ă", "o": "ơ", "u": "ư"}[kept[at]] + kept[at + 1 :]
        if kept[at] in "ăơư":
            return kept
    return kept + "ư"


def _split_tone(word: str) -> tuple[str, str]:
    """The letters with their shapes, and the tone that the phone did write."""
    if word.isascii():
        return word, ""
    signs = unicodedata.normalize("NFD", word)
    tone = next((sign for sign in signs if sign in _TONE_SIGNS), "")
    return unicodedata.normalize("NFC", "".join(sign for sign in signs if sign not in _TONE_SIGNS)), tone


def _syllable(letters: str, tone: str) -> str | None:
    if not is_syllable(bare(letters)):
        return None
    if tone and letters.endswith(_STOPS) and tone not in ("\u0301", "\u0323"):
        return None
    return with_tone(letters, tone)
