"""Reads words however the phone wrote them: Telex and VNI remains, glued words, letters split by dots, stray marks."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

_SEED = Path(__file__).resolve().parent.parent / "seed"
_TONES = {"\u0301": "1", "\u0300": "2", "\u0309": "3", "\u0303": "4", "\u0323": "5"}
_SHAPES = {"\u0302", "\u0306", "\u031b"}  # â ă ơ: these stay on the letter
_ONSET = "ngh|ch|gh|gi|kh|ng|nh|ph|qu|th|tr|[bcdghklmnprstvx]"
_RIME = (
    "a|ac|ach|ai|am|an|ang|anh|ao|ap|at|au|ay|e|ec|ech|em|en|eng|enh|eo|ep|et|eu|i|ia|ich|iec|iem|ien|ieng|iep|iet|"
    "ieu|im|in|inh|ip|it|iu|o|oa|oac|oach|oai|oam|oan|oang|oanh|oao|oat|oay|oc|oe|oen|oeo|oet|oi|om|on|ong|ooc|oong|op|"
    "ot|u|ua|uac|uan|uang|uat|uay|uc|ue|uech|uenh|ui|um|un|ung|uo|uoc|uoi|uom|uon|uong|uop|uot|uou|up|ut|uu|uy|uya|uych|"
    "uyen|uyet|uynh|uyt|uyu|y|ych|yem|yen|yet|yeu|ynh|yt|en|uân|ap|eu"
)
_LEGAL = re.compile(rf"(?:{_ONSET})?(?:{_RIME})")
_TELEX_LETTERS = (("aa", "â"), ("ee", "ê"), ("oo", "ô"), ("aw", "ă"), ("ow", "ơ"), ("uw", "ư"), ("dd", "đ"))
_TELEX_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_VNI_TONES = {"1": "\u0301", "2": "\u0300", "3": "\u0309", "4": "\u0303", "5": "\u0323"}
_VNI_SHAPES = {"6": ("aeo", "\u0302"), "7": ("uo", "\u031b"), "8": ("a", "\u0306")}
_VNI = re.compile(r"(?=[^\W_]*[a-z])(?=[^\W_]*[1-9])[a-z][a-z1-9]{1,9}")
_NUMBERED = re.compile(r"(?:q|p|f|quan|phuong|tang|phong|lop|so|to|khu|hem|ngo|thang|ngay|thu|t)\d+")
_SPLIT = re.compile(
    r"(?<![^\W_])(?:[^\W\d_]{1,2}[.*_\-@]){1,7}[^\W\d_]{1,3}(?![^\W_])"
    r"|(?<![^\W_])(?:[^\W\d_] ){2,7}[^\W\d_](?![^\W_])"
)
_LEET = re.compile(r"(?<=[^\W\d_])@(?=[^\W\d_])")
# English and brand words that would otherwise be taken for Telex.
_FOREIGN = frozenset(
    [
        "test",
        "sex",
        "gel",
        "clip",
        "chat",
        "prep",
        "pep",
        "app",
        "bill",
        "free",
        "ok",
        "zalo",
        "facebook",
        "fb",
        "trans",
        "gay",
        "les",
        "bot",
        "shop",
        "sos",
        "help",
        "sim",
        "web",
        "link",
        "video",
        "bar",
        "pub",
        "spa",
        "nail",
        "massage",
        "karaoke",
        "hotel",
        "room",
        "room",
        "need",
        "is",
        "are",
        "was",
        "now",
        "this",
        "these",
        "please",
        "safe",
        "police",
        "yes",
        "his",
        "has",
        "us",
        "as",
        "or",
        "for",
        "her",
        "after",
        "over",
        "near",
        "were",
        "doctor",
        "condom",
        "condoms",
        "pills",
        "lawyer",
        "anyone",
        "office",
        "photos",
        "does",
    ]
)


@dataclass(frozen=True, slots=True)
class Word:
    """One syllable: `plain` (no marks), `marked` (letter marks, then the tone as a digit), and where it stands."""

    plain: str
    marked: str
    start: int
    end: int


def mark_of(word: str) -> str:
    """`đánh` as `đanh1`: the tone goes to the end, so that hoà and hòa are one. No marks: the word itself."""
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
    if word.marked == word.plain:
        return True
    typed, named = word.marked[-1:], mark[-1:]
    tones = (typed if typed.isdigit() else "", named if named.isdigit() else "")
    return word.plain == bare(mark).rstrip("12345") and (tones[0] in ("", tones[1]) or set(tones) == {"3", "4"})


def bare(word: str) -> str:
    """The word without any mark."""
    signs = unicodedata.normalize("NFD", word.replace("đ", "d").replace("ð", "d"))
    return "".join(sign for sign in signs if not unicodedata.combining(sign))


def is_syllable(plain: str) -> bool:
    """Whether these letters can be a Vietnamese syllable."""
    return _LEGAL.fullmatch(plain) is not None


def rejoin(text: str) -> str:
    """`đ.á.n.h`, `đ á n h` and `d@m` as one word again; everything else keeps its place and length."""

    def close(match: "re.Match[str]") -> str:
        whole = match.group()
        parts = [part for part in re.split(r"[.*_\-@ ]", whole) if part]
        joined = "".join(parts)
        if not is_syllable(bare(joined)) or (len(parts) < 3 and all(is_syllable(bare(part)) for part in parts)):
            return whole
        return joined + " " * (len(whole) - len(joined))

    return _SPLIT.sub(close, _LEET.sub("a", text))


def looks_like_vni(words: list[str]) -> bool:
    """Whether the digits inside the words of a message are VNI marks."""
    found = [word for word in words if _VNI.fullmatch(word) and not _NUMBERED.fullmatch(word)]
    inside = [word for word in found if re.search(r"[a-z][1-9]+[a-z]|[a-z][6-9][1-5]$", word)]
    return bool(inside) or len(found) >= 2


@lru_cache(maxsize=20_000)
def repair(word: str, is_vni: bool = False) -> tuple[str, ...]:
    """The syllables a lower-case word stands for, with marks where the typing shows them; itself if nothing fits."""
    plain = bare(word)
    if word in _FOREIGN or len(word) > 40:
        return (word,)
    if is_vni and (decoded := _from_vni(word)):
        return (decoded,)
    if plain.isdigit() or is_syllable(plain):
        return (word,)
    ways = (_by_ear, _from_telex) if word[0] in "wfjz" else (_from_telex, _by_ear)
    for attempt in (way(word) for way in ways):
        if attempt and is_syllable(bare(attempt)):
            return (attempt,)
    return _unglue(word) or (word,)


def _from_vni(word: str) -> str | None:
    if not _VNI.fullmatch(word):
        return None
    letters, tone = "", ""
    for sign in word:
        if sign in _VNI_TONES:
            tone = _VNI_TONES[sign]
        elif sign == "9":
            letters = letters[:-1] + "đ" if letters[-1:] == "d" else letters.replace("d", "đ", 1)
        elif sign in _VNI_SHAPES:
            bases, mark = _VNI_SHAPES[sign]
            at = max((letters.rfind(base) for base in bases), default=-1)
            if at < 0:
                return None
            letters = letters[: at + 1] + mark + letters[at + 1 :]
        elif sign.isdigit():
            return None
        else:
            letters += sign
    return _with_tone(unicodedata.normalize("NFC", letters), tone)


def _from_telex(word: str) -> str | None:
    tone, kept = "", ""
    for sign in word:
        if sign in _TELEX_TONES and any(letter in "aeiouyăâêôơưw" for letter in bare(kept)):
            tone = _TELEX_TONES[sign]
        else:
            kept += sign
    for typed, letter in _TELEX_LETTERS:
        kept = kept.replace(typed, letter)
    if kept[:1] == "d" and kept.endswith("d"):
        kept = "đ" + kept[1:-1]
    kept = re.sub(r"uow|ươw|uơ", "ươ", kept).replace("w", "ư")
    if re.fullmatch(r"[^aeo]*([aeo])[^aeo]+\1", kept):  # the second letter typed at the end: "lana" is lân
        kept = re.sub(r"([aeo])([^aeo]+)\1$", lambda found: found[1] + "\u0302" + found[2], kept)
    return _with_tone(unicodedata.normalize("NFC", kept), tone)


def _with_tone(letters: str, tone: str) -> str | None:
    if not is_syllable(bare(letters)):
        return None
    vowels = [at for at, letter in enumerate(letters) if bare(letter) in "aeiouy"]
    if not tone or not vowels:
        return letters
    at = vowels[-1]
    return unicodedata.normalize("NFC", letters[: at + 1] + tone + letters[at + 1 :])


def _by_ear(word: str) -> str | None:
    for typed, heard in (("f", "ph"), ("w", "qu"), ("j", "gi"), ("z", "d"), ("dz", "d")):
        if word.startswith(typed) and is_syllable(bare(heard + word[len(typed) :])):
            return heard + word[len(typed) :]
    if word.endswith(("k", "g", "h")) and is_syllable(bare(word[:-1] + {"k": "c", "g": "ng", "h": "nh"}[word[-1]])):
        return word[:-1] + {"k": "c", "g": "ng", "h": "nh"}[word[-1]]
    swapped = [word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)]
    return next((one for one in swapped if len(word) > 3 and is_syllable(bare(one)) and bare(one) in common()), None)


@cache
def common() -> dict[str, float]:
    """Frequent syllables with the cost of using one, for taking glued words apart. Source: `seed/syllables.txt`."""
    words = (_SEED / "syllables.txt").read_text("utf-8").split()
    return {word: 1.0 + place / len(words) for place, word in enumerate(words)}


def _unglue(word: str) -> tuple[str, ...] | None:
    """The cheapest way to cut a long word into frequent syllables, or None."""
    plain, costs = bare(word), common()
    if not 4 <= len(plain) == len(word):
        return None
    best: list[tuple[float, int]] = [(0.0, 0)] + [(1e9, 0)] * len(plain)
    for end in range(1, len(plain) + 1):
        for start in range(max(0, end - 7), end):
            part = plain[start:end]
            short = 1.5 if len(part) == 1 else 0.6 if len(part) == 2 else 0.0
            price = costs.get(part, 2.6 if len(part) > 2 and is_syllable(part) else 2.0 if part.isdigit() else 1e9)
            if best[start][0] + price + short < best[end][0]:
                best[end] = (best[start][0] + price + short, start)
    if best[-1][0] > 1e8:
        return None
    cuts, at = [], len(plain)
    while at:
        cuts.append(word[best[at][1] : at])
        at = best[at][1]
    return tuple(reversed(cuts))
