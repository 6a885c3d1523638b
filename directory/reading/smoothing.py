"""One written word becomes the syllables it stands for, and remembers by which step."""

import math
import re
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from directory.reading.gluing import cut
from directory.reading.keyboards import LATE_TONE, from_telex, from_vni, is_numbered
from directory.reading.shortenings import FOREIGN, several, shortenings, shown
from directory.reading.slips import by_ear, slip
from directory.reading.spelling import mark_of
from directory.reading.syllables import bare, common, is_syllable, price

_CRIES = {"cu": "cuu", "sos": "sos"}  # `cuuuu` is cứu without its marks, not what is left when the letters are one
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_DOUBLED = re.compile(r"([^\W\d_])\1+")
_LEET = str.maketrans("@$013457", "asoieast")
_LONGEST = 60
_EAR, _TELEX, _LIMIT = 2.5, 1.0, 10.0  # prices; a piece dearer than the limit is left as it is


class Step(StrEnum):
    """How a word was read."""

    AS_TYPED = ""
    STRETCHED = "stretched"
    SHORTENING = "shortening"
    TELEX = "telex"
    VNI = "vni"
    EAR = "ear"
    SLIP = "slip"
    GLUED = "glued"
    MASKED = "masked"
    EMOJI = "emoji"
    SAYING = "saying"
    ADDED = "added"


class Keyboard(StrEnum):
    """What typed the message, as far as its words show."""

    PLAIN = "plain"
    TELEX = "telex"
    VNI = "vni"


class Piece(NamedTuple):
    """One syllable of a written word. `open`: a shortening whose neighbours decide."""

    plain: str
    marked: str
    form: str
    how: str
    open: str = ""


def piece(form: str, how: str = "", open: str = "") -> Piece:
    return Piece(bare(form), mark_of(form), form, how, open)


@lru_cache(maxsize=30_000)
def smooth(word: str, keyboard: Keyboard) -> tuple[Piece, ...]:
    """The syllables of one written word in lower case; a shortening counts only as it is written ("ca", not "cả")."""
    if keyboard is Keyboard.TELEX and (decoded := _by_telex(word)):
        return (_dialect(decoded, Step.TELEX),)
    if (found := _known(word, Step.SHORTENING)) is not None:
        return found
    if keyboard is Keyboard.VNI and not word.isalpha() and (decoded := from_vni(word)):
        return (_dialect(decoded, Step.VNI),)
    plain = bare(word)
    if is_syllable(plain) or word.isdigit() or word in FOREIGN:
        return (piece(word),)
    short = _STRETCHED.sub(r"\1", word)
    if not word.isascii() and not is_syllable(bare(short)):
        short = _without_echo(short)
    if short != word:
        return _again(word, short, keyboard)
    if len(word) > _LONGEST:
        return (piece(word),)
    return _repaired(word, keyboard)


def _without_echo(word: str) -> str:
    """`quáaa` as quá: letters that only repeat a marked one before them."""
    kept = word[:1]
    for sign in word[1:]:
        if sign.isascii() and not kept[-1].isascii() and bare(kept[-1]) == sign and sign != "d":
            continue
        kept += sign
    return kept


def _by_telex(word: str) -> str | None:
    """In a message from a Telex keyboard even "been" and "test" may be bên and tét, if that is a frequent syllable."""
    if is_syllable(word) or not word.isalpha():
        return None
    decoded = from_telex(word)
    return decoded if decoded and bare(decoded) in common() and not LATE_TONE.search(word) else None


def _dialect(decoded: str, how: str) -> Piece:
    """What a keyboard left may itself be a word of a region."""
    found = _known(decoded, how)
    return found[0] if found and len(found) == 1 else piece(decoded, how)


def _known(word: str, how: str) -> tuple[Piece, ...] | None:
    if word in several():
        return (Piece(bare(word), mark_of(word), word, how, word),)
    read = shortenings().get(word)
    if read and word in shown():
        return (Piece(bare(word), mark_of(word), " ".join(read), how),)
    return tuple(piece(one, how) for one in read) if read else None


def _again(word: str, short: str, keyboard: Keyboard) -> tuple[Piece, ...]:
    """A stretched word: `khôngggg`, `cứuuuu`, `coooo` (where Telex has two letters, two stay)."""
    if short in _CRIES:
        return (piece(_CRIES[short], Step.STRETCHED),)
    double = _STRETCHED.sub(r"\1\1", word)
    if (decoded := from_telex(double)) and bare(decoded) in common() and not is_syllable(bare(short)):
        return (piece(decoded, Step.TELEX),)
    return tuple(one._replace(how=one.how or Step.STRETCHED) for one in smooth(short, keyboard))


def _repaired(word: str, keyboard: Keyboard) -> tuple[Piece, ...]:
    """The cheapest way to read a word that is no syllable; itself if none is cheap enough."""
    best: float = math.inf
    made: tuple[Piece, ...] = (piece(word),)
    if not word.isalpha():
        return _with_digits(word, keyboard)
    if telex := from_telex(word) or (word[-2:-1] == word[-1] and from_telex(word[:-1])):
        late = 4.0 if LATE_TONE.search(word) else 0.0
        best, made = price(bare(telex)) + _TELEX + late, (piece(telex, Step.TELEX),)
    single = _DOUBLED.sub(r"\1", word)
    if single != word:
        if (found := _known(single, Step.STRETCHED)) is not None and best > _TELEX + 4.0:
            best, made = _TELEX + 4.0, found
        elif price(bare(single)) + 1.5 < best:
            best, made = price(bare(single)) + 1.5, (piece(single, Step.STRETCHED),)
    if (heard := by_ear(word)) and price(bare(heard)) + _EAR < best:
        best, made = price(bare(heard)) + _EAR, (piece(heard, Step.EAR),)
    cost, meant = slip(word)
    if meant and cost + (0.0 if word.isascii() else 3.0) < best:
        best, made = cost, (piece(meant, Step.SLIP),)
    total, pieces = cut(word)
    if total < best and total / max(1, len(pieces)) <= _LIMIT:
        return tuple(one._replace(how=Step.GLUED) for part in pieces for one in _inside(part))
    return made


def _with_digits(word: str, keyboard: Keyboard) -> tuple[Piece, ...]:
    """Letters and digits together: `quan5`, `h1ep`, `10h30`, glued VNI; what is none of these stays."""
    leet = word.translate(_LEET)
    if word[0].isalpha() and word[-1].isalpha() and leet.isalpha() and bare(leet) in common():
        return (piece(leet, Step.MASKED),)
    if (
        (decoded := from_vni(word))
        and not is_numbered(word)
        and (keyboard is Keyboard.VNI or any(sign in "6789" for sign in word))
    ):
        return (piece(decoded, Step.VNI),)
    total, pieces = cut(word) if word[0].isalpha() else (math.inf, ())
    if len(pieces) > 1 and total / len(pieces) <= _LIMIT and any(len(part) > 2 for part in pieces):
        return tuple(one._replace(how=Step.GLUED) for part in pieces for one in _inside(part))
    return (piece(word),)


def _inside(part: str) -> tuple[Piece, ...]:
    """A piece of a glued word, read like a word."""
    if len(part) == 1:
        return (piece(part),) if part in "aou" else _known(part, Step.GLUED) or (piece(part),)
    if is_syllable(bare(part)) and part not in shortenings():
        return (piece(part),)
    if (found := _known(part, Step.GLUED)) is not None:
        return found
    decoded = from_telex(part) or from_vni(part)
    return (piece(decoded),) if decoded else (piece(part),)
