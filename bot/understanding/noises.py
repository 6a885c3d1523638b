"""The same message typed badly: without marks, in Telex or VNI, with a letter lost, with words run together."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from random import Random

_TELEX = {"\u0301": "s", "\u0300": "f", "\u0309": "r", "\u0303": "x", "\u0323": "j"}
_VNI = {"\u0301": "1", "\u0300": "2", "\u0309": "3", "\u0303": "4", "\u0323": "5"}
_TELEX_SHAPES = {"\u0302": "", "\u0306": "w", "\u031b": "w", "đ": "dd"}  # â: the letter again
_VNI_SHAPES = {"\u0302": "6", "\u0306": "8", "\u031b": "7", "đ": "d9"}
_GAP = re.compile(r"(?<=[^\W\d_]) (?=[^\W\d_])")

Noise = Callable[[str, Random], str]


def stripped(text: str, random: Random) -> str:
    """Without any mark."""
    letters = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(sign for sign in letters if not unicodedata.combining(sign))


def decomposed(text: str, random: Random) -> str:
    """Letters and marks apart, as some phones paste it."""
    return unicodedata.normalize("NFD", text)


def upper(text: str, random: Random) -> str:
    """In capitals."""
    return text.upper()


def telex(text: str, random: Random) -> str:
    """Typed for Telex with the keyboard off."""
    return " ".join(_typed(word, _TELEX, _TELEX_SHAPES) for word in text.split(" "))


def vni(text: str, random: Random) -> str:
    """Typed for VNI with the keyboard off."""
    return " ".join(_typed(word, _VNI, _VNI_SHAPES) for word in text.split(" "))


def letter_lost(text: str, random: Random) -> str:
    """One letter of a longer message missing."""
    places = [at for at, sign in enumerate(text) if sign.isalpha()]
    if len(places) < 6:
        return text
    at = random.choice(places)
    return text[:at] + text[at + 1 :]


def words_glued(text: str, random: Random) -> str:
    """Two words run together."""
    gaps = [gap.start() for gap in _GAP.finditer(text)]
    if not gaps:
        return text
    at = random.choice(gaps)
    return text[:at] + text[at + 1 :]


NOISES: Mapping[str, Noise] = {
    "stripped": stripped, "nfd": decomposed, "upper": upper, "telex": telex, "vni": vni,
    "letter lost": letter_lost, "words glued": words_glued,
}  # fmt: skip


def _typed(word: str, tones: Mapping[str, str], shapes: Mapping[str, str]) -> str:
    made, tone = "", ""
    for sign in unicodedata.normalize("NFD", word.lower()):
        if sign in tones:
            tone = tones[sign]
        elif sign in shapes:
            made += shapes[sign] or made[-1:]
        else:
            made += sign
    return made + tone
