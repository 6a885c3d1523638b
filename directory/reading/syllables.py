"""Which letters can be a Vietnamese syllable, generated from beginnings, rimes and tones; and how common each is."""

import math
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_SEED = Path(__file__).resolve().parent.parent / "seed"
_BEGINNINGS = "b ch d đ g gh gi h k kh l m n ng ngh nh ph qu r s t th tr v x c p"
# Rimes as they are written after most beginnings; `gi` and `qu` take those that begin without their own i and u.
_RIMES = (
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en eng eo ep et "
    "ê êch êm ên ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu "
    "o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong op ot "
    "ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt u ua uân uâng uât uây uê uêch uênh "
    "uc ui um un ung uôc uôi uôm uôn uông uôt "
    "uơ up ut uy uya uych uyên uyêt uyn uyp uyt uynh uyu ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu "
    "y yêm yên yêng yêt yêu"
)
# Written by few words each, or against the rule of their beginning.
_SINGLE = "boong xoong goong mooc gi quy quyên quyêt quyt quych quynh quyn quay quơ quôc quơi"
_FRONT = "iyeê"  # before these stand k, gh, ngh; before all others c, g, ng
_Y_ALONE = frozenset({"y", "yêm", "yên", "yêng", "yêt", "yêu"})
_Y_AFTER = frozenset({"h", "k", "l", "m", "s", "t"})
_TONES = ("", "\u0301", "\u0300", "\u0309", "\u0303", "\u0323")
_STOPS = ("c", "ch", "p", "t")
_UNKNOWN = 12.5  # the price of a legal syllable that nobody uses much


def bare(word: str) -> str:
    """The word without any mark."""
    if word.isascii():
        return word
    signs = unicodedata.normalize("NFD", word.replace("đ", "d").replace("ð", "d"))
    return "".join(sign for sign in signs if not unicodedata.combining(sign))


def _made() -> set[str]:
    """Every legal syllable with its letter marks and without its tone."""
    rimes = _RIMES.split()
    found = {rime for rime in rimes if rime != "uya"}
    for onset in _BEGINNINGS.split():
        for rime in rimes:
            first = rime[0]
            if onset in ("k", "gh", "ngh") and first not in _FRONT:
                continue
            if onset in ("c", "g", "ng") and first in _FRONT:
                continue
            if rime in _Y_ALONE and (rime != "y" or onset not in (*_Y_AFTER, "qu")):
                continue
            if onset == "qu" and first in "ouư":
                continue
            if onset == "gi" and first == "i":
                found.add("g" + rime)
                continue
            found.add(onset + rime)
    return found | set(_SINGLE.split())


@cache
def marked_syllables() -> frozenset[str]:
    """Legal syllables with letter marks (ươ, đ), without tone."""
    return frozenset(_made())


@cache
def plain_syllables() -> frozenset[str]:
    """Legal syllables without any mark."""
    return frozenset(bare(one) for one in marked_syllables())


@cache
def table() -> frozenset[str]:
    """Every legal syllable with every tone it can carry, the tone where the old style of writing puts it."""
    found = set()
    for one in marked_syllables():
        for tone in _TONES:
            if one.endswith(_STOPS) and tone not in ("\u0301", "\u0323"):
                continue
            found.add(with_tone(one, tone))
    return frozenset(found)


def is_syllable(plain: str) -> bool:
    """Whether these letters, without marks, can be a Vietnamese syllable."""
    return plain in plain_syllables()


def with_tone(letters: str, tone: str) -> str:
    """`hoa` and the grave accent as `hòa`: on ê, ơ, â and their like; else on the first of two vowels at the end."""
    if not tone:
        return letters
    is_gi = letters.startswith("gi") and len(letters) > 2 and _vowel(letters[2])
    start = 2 if is_gi or letters.startswith("qu") else 0
    places = [at for at in range(start, len(letters)) if _vowel(letters[at])]
    if not places:
        places = [at for at in range(len(letters)) if _vowel(letters[at])][:1]
    if not places:
        return letters
    shaped = [at for at in places if letters[at] in "âăêôơư"]
    if shaped:
        at = shaped[-1]
    elif places[-1] != len(letters) - 1 or len(places) == 3:
        at = places[min(1, len(places) - 1)] if len(places) > 1 else places[0]
    else:
        at = places[0]
    return letters[:at] + unicodedata.normalize("NFC", letters[at] + tone) + letters[at + 1 :]


def _vowel(letter: str) -> bool:
    return letter in "aăâeêioôơuưy"


@cache
def common() -> Mapping[str, float]:
    """Frequent syllables and the price of reading one: the rarer, the dearer. Source: `seed/syllables.txt`."""
    words = dict.fromkeys((_SEED / "syllables.txt").read_text("utf-8").split())
    total = sum(1 / (place + 3) for place in range(len(words)))
    return {word: math.log(total * (place + 3)) for place, word in enumerate(words)}


def price(plain: str) -> float:
    """What it costs to read these letters as one syllable; infinite for letters that are none."""
    found = common().get(plain)
    if found is not None:
        return found
    return _UNKNOWN if plain in plain_syllables() else math.inf
