"""Clears a message of what is not language, invisible signs and look-alike letters, and parts it into words."""

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

from directory.reading.gluing import cut
from directory.reading.syllables import bare, common, is_syllable, price

_SEED = Path(__file__).resolve().parent.parent / "seed"
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
                        "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]")  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_OTHER_ALPHABET = re.compile("[\u0370-\u03ff\u0400-\u052f]")
_LATIN = re.compile("[a-zA-Z\u00c0-\u024f\u1e00-\u1eff]")
_ALIKE = str.maketrans("авсеһіјкмнорѕтухґԁԛԝАВСЕНІЈКМОРЅТУХαικνορτυχΑΒΕΗΙΚΜΝΟΡΤΥΧ",
                       "abcehijkmhopstuxrdqwABCEHIJKMOPSTYXaiknoptuxABEHIKMNOPTYX")  # fmt: skip
_WRITTEN_SO = str.maketrans(
    {"ð": "đ", "Ð": "Đ", "Ɖ": "Đ", "ɖ": "đ", "ƌ": "đ", "ı": "i", "ɑ": "a", "ⅼ": "l", **dict.fromkeys("ʼʹꞌʽ", "'")}
)
_WIDE = re.compile("[\uff01-\uff5e\U0001d400-\U0001d7ff\u24b6-\u24e9\U0001f130-\U0001f149\U0001f150-\U0001f169"
                   "\U0001f170-\U0001f189]")  # fmt: skip
# Signs that cry for help without a word, and signs that stand for one. Faces say nothing here.
_EMOJI = {
    "🆘": "sos", "🔪": "dao", "🗡": "dao", "🔫": "súng", "🩸": "máu", "🚑": "cấp cứu", "🚨": "cứu", "🚓": "công an",
    "🚔": "công an", "👮": "công an", "🏥": "bệnh viện", "💉": "kim tiêm", "💊": "thuốc", "🤰": "bầu", "👊": "đấm",
    "🩹": "băng", "⚖": "luật", "📞": "gọi",
}  # fmt: skip
_SEPARATORS = r".*_\-@/·•'’|+~^$!,"
_TOKEN = re.compile(
    rf"(?<![^\W_])[^\W\d_]{{1,4}}(?:[{_SEPARATORS}]{{1,3}}[^\W\d_]{{1,4}}){{1,9}}(?![^\W_])"
    rf"|[^\W_]+|[{''.join(_EMOJI)}]"
)
_PART = re.compile(r"[^\W_]+")
# Without one of these no word is taken apart, masked or a sign: then words are only letters and digits in a row.
_TAKEN_APART = re.compile(rf"[^\W\d_][{_SEPARATORS}]{{1,3}}[^\W\d_]|[{''.join(_EMOJI)}]")
_INNER = re.compile(rf"[{_SEPARATORS}]+")
_LEET = str.maketrans("@$!0134", "asioiea")
_ONE_LETTER_RUN = 40

Written = tuple[str, int, int, str]  # the word in lower case, where it stands, and how it was joined


def clean(text: str) -> str:
    """The text in NFC without control, invisible and direction signs, in plain Latin letters; line breaks stay."""
    if text.isascii():
        return _CONTROL.sub(" ", text).strip()
    text = unicodedata.normalize("NFC", _CONTROL.sub(" ", _INVISIBLE.sub("", text)))
    plain = _WIDE.sub(_narrow, text.translate(_WRITTEN_SO))
    if (others := len(_OTHER_ALPHABET.findall(plain))) and len(_LATIN.findall(plain)) >= others:
        plain = plain.translate(_ALIKE)
    return unicodedata.normalize("NFC", plain).strip()


def _narrow(match: "re.Match[str]") -> str:
    made = unicodedata.normalize("NFKC", match.group())
    if len(made) == 1 and made != match.group():
        return made
    code = ord(match.group())
    for start in (0x1F130, 0x1F150, 0x1F170):
        if start <= code < start + 26:
            return chr(ord("A") + code - start)
    return match.group()


def lower(text: str) -> str:
    """Lower case where it keeps the length, so that places in the text stay true."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := sign.lower()) == 1 else sign for sign in text)


def written_words(text: str) -> list[Written]:
    """The words of a cleaned text in lower case; `đ.á.n.h`, `đ á n h` and `h*ếp` are one word each."""
    lowered = lower(text)
    if _TAKEN_APART.search(lowered) is None:
        return _single_letters_joined(_parted(lowered))
    found: list[Written] = []
    for match in _TOKEN.finditer(lowered):
        word, start, end = match.group(), match.start(), match.end()
        if word.isalnum():
            found.append((word, start, end, ""))
        elif word in _EMOJI:
            found.extend((part, start, end, "emoji") for part in _EMOJI[word].split())
        elif joined := _unmasked(word):
            found.append((joined, start, end, "masked"))
        else:
            for part in _PART.finditer(word):
                found.append((part.group(), start + part.start(), start + part.end(), ""))
    return _single_letters_joined(found)


def _parted(lowered: str) -> list[Written]:
    """Words that are only letters and digits in a row: between them stands nothing that could be taken for one."""
    found: list[Written] = []
    end = 0
    for word in _PART.findall(lowered):
        start = lowered.find(word, end)
        end = start + len(word)
        found.append((word, start, end, ""))
    return found


@lru_cache(maxsize=10_000)
def _unmasked(word: str) -> str | None:
    """The word behind the signs, or None if the signs only stand between words."""
    if "*" in word:
        return _guessed(word)
    leet = word.translate(_LEET)
    parts = [part for part in _INNER.split(leet) if part]
    joined = "".join(parts)
    if not is_syllable(bare(joined)):
        return None
    if len(parts) == 1:
        return joined
    if len(parts) >= 3 and all(len(part) <= 2 for part in parts):
        return joined
    if all(is_syllable(bare(part)) for part in parts):
        return None
    return joined if bare(joined) in common() else None


def _guessed(word: str) -> str | None:
    """`h*ếp` as hiếp: the likeliest of the words that matter whose shown letters are these."""
    shown = [re.escape(bare(part)) for part in re.split(r"\*+", _INNER.sub("*", word.translate(_LEET)))]
    joined = word.replace("*", "")
    if len(shown) >= 3 and is_syllable(bare(joined)):
        return joined  # the stars stood between the letters
    pattern = re.compile("[a-z]{0,2}".join(shown))
    marks = {sign for sign in word if not sign.isascii()}
    fitting = [one for one in triggers() if pattern.fullmatch(bare(one)) and len(one) > len(joined)]
    exact = [one for one in fitting if marks <= set(one)] or ([] if marks else fitting)
    return min(exact, key=lambda one: (abs(len(one) - len(word)), price(bare(one))), default=None)


@cache
def triggers() -> tuple[str, ...]:
    """The words that matter most, with marks. Source: `seed/triggers.txt`."""
    lines = (_SEED / "triggers.txt").read_text("utf-8").splitlines()
    return tuple(dict.fromkeys(word for line in lines if not line.startswith("#") for word in line.split()))


def _single_letters_joined(words: list[Written]) -> list[Written]:
    """Three or more single letters in a row are one word taken apart, if together they can be read."""
    if not any(end - start == 1 for _, start, end, _ in words):
        return words
    found: list[Written] = []
    at = 0
    while at < len(words):
        if not _is_letter(words[at]):
            found.append(words[at])
            at += 1
            continue
        stop = at
        while stop < min(len(words), at + _ONE_LETTER_RUN) and _is_letter(words[stop]) and _is_next(words, at, stop):
            stop += 1
        lead, pieces = _first_apart("".join(word for word, _, _, _ in words[at:stop])) if stop - at >= 3 else (1, ())
        end = at + lead if pieces else max(stop, at + 1)
        found.extend(words[at:end])
        at = end
        for piece in pieces:
            found.append((piece, words[at][1], words[at + len(piece) - 1][2], "masked"))
            at += len(piece)
    return found


@lru_cache(maxsize=10_000)
def _first_apart(joined: str) -> tuple[int, tuple[str, ...]]:
    """How many single letters stay single ("e đ á n h") and the words behind them."""
    for lead in range(min(3, len(joined) - 2)):
        if pieces := _taken_apart(joined[lead:]):
            return lead, pieces
    return 0, ()


@lru_cache(maxsize=10_000)
def _taken_apart(joined: str) -> tuple[str, ...]:
    """The words in a row of single letters; none where single letters are shortenings ("e k a")."""
    for stop in range(min(len(joined), 7), 2, -1):
        if is_syllable(bare(joined[:stop])):
            price, pieces = cut(joined[stop:]) if len(joined) - stop > 2 else (0.0, ())
            return (joined[:stop], *pieces) if pieces and price / len(pieces) < 8.5 else (joined[:stop],)
    price, pieces = cut(joined)
    is_good = pieces and price / len(pieces) < 8.5 and len(joined) / len(pieces) >= 2.5
    return pieces if is_good else ()


def _is_letter(written: Written) -> bool:
    return len(written[0]) == 1 and written[0].isalpha()


def _is_next(words: list[Written], first: int, at: int) -> bool:
    return at == first or words[at][1] - words[at - 1][2] <= 2
