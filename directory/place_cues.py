"""How the search for places sees a message: short names, type words, and the words that lead to a place or away."""

import re
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import NamedTuple

from directory.gazetteer import PlaceKey, forget_with_lists, is_province, units
from directory.place_words import (
    ShortName,
    contains,
    content,
    has_district,
    initials,
    joined_names,
    letters_inside,
    name_set,
    names,
    short_names,
    type_words,
    word_set,
)
from directory.reading import Reading, fold
from directory.reading.hygiene import lower
from directory.reading.spelling import Word, mark_of

LONGEST = 400  # words; a longer message names its place before that, or again
_PLAIN_FROM = 4  # letters; a short name of so many is nothing else
STRONG, WEAK = 2, 1  # how much a word that leads to a place says
TYPE_MARKS = {"quan": ("quân5",), "huyen": ("huyên5",), "phuong": ("phương2",), "xa": ("xa4",), "tinh": ("tinh3",)}
_APOSTROPHES = "'’‘`´′"
_PARTING = re.compile(rf"[^\s\-–{_APOSTROPHES}/]")
_NUMBERED = re.compile(r"(q|quan|p|f|ph|phuong)\.?(\d{1,2})")


class Tok(NamedTuple):
    """One word of a message as the search for places sees it."""

    word: Word
    at: int
    typed: str
    kind: str = ""
    short: ShortName | None = None
    is_capital: bool = False
    is_parted: bool = False  # a comma or the like stands before it

    @property
    def plain(self) -> str:
        return self.word.plain

    @property
    def is_marked(self) -> bool:
        """Whether marks were typed; "ky" beside "ki" is none."""
        return self.word.marked != self.word.plain and self.word.marked != mark_of(self.word.plain)


_made: Callable[[tuple[object, ...]], Tok] = partial(tuple.__new__, Tok)  # most words go this way: a third of `Tok(…)`


def lay_out(reading: Reading) -> list[Tok]:
    """The words with short names and short types seen as such; `q3` is two."""
    found: list[Tok] = []
    text = reading.text
    lowered = lower(text)
    is_shouted = text.isupper()
    short_types = content()["short_types"]
    words = reading.words[:LONGEST]
    has_apostrophe = any(map(text.__contains__, _APOSTROPHES))
    odd = _odd_forms()
    end = 0
    for at, word in enumerate(words):
        start, before, end = word.start, end, word.end
        is_same = bool(word.how and found) and (start, end) == (found[-1].word.start, found[-1].word.end)
        if is_same and (found[-1].short or found[-1].kind):
            continue  # the second word of what a short name was read as
        typed = lowered[start:end]
        is_capital = not is_shouted and text[start].isupper()
        gap = text[before:start] if at else ""
        is_parted = gap not in ("", " ") and _PARTING.search(gap) is not None
        is_usual = typed not in odd and not typed[-1].isdigit() and not has_apostrophe
        if is_usual and not (found and found[-1].typed in _QUAN):
            found.append(_made((word, at, typed, "", None, is_capital, is_parted)))
        elif typed[-1].isdigit() and (numbered := _NUMBERED.fullmatch(typed)):
            kind = "quan" if numbered[1] in ("q", "quan") else "phuong"
            found.append(Tok(word._replace(plain=kind, marked=kind), at, kind, kind, None, False, is_parted))
            found.append(Tok(word._replace(plain=numbered[2], marked=numbered[2]), at, numbered[2]))
        elif typed in _TODAY and _is_today(words, at, found):
            found.append(Tok(word._replace(plain=typed, marked=typed), at, typed, "", None, is_capital, is_parted))
        elif (short := _short_name(words, at, typed, lowered, found, has_apostrophe)) is not None:
            found.append(Tok(word._replace(plain=typed, marked=typed), at, typed, "", short, is_capital, is_parted))
        elif (kind := short_types.get(typed, "")) and not (found and (found[-1].plain, typed) in letters_inside()):
            found.append(Tok(word, at, typed, kind, None, is_capital, is_parted))
        else:
            found.append(Tok(word, at, typed, "", None, is_capital, is_parted))
    return found


_QUAN = ("q", "quận")


@cache
def _odd_forms() -> frozenset[str]:
    """What may be more than a word as it was typed: letters that stand for a place, a type or today."""
    return frozenset({*short_names(), *initials(), *joined_names(), *content()["short_types"], *_TODAY})


def _short_name(
    words: Sequence[Word], at: int, typed: str, text: str, found: Sequence[Tok], has_apostrophe: bool
) -> ShortName | None:
    if not (has_apostrophe or typed in _maybe_short() or (found and found[-1].typed in ("q", "quận"))):
        return None
    short = short_names().get(typed)
    if typed in initials() and (town := _by_its_letters(words, at, typed, text)) is not None:
        return town  # "bđ hn": of all that these letters may mean, it is the one in the province behind them
    if found and found[-1].typed in _QUAN and (urban := _urban(typed)):
        return ShortName(urban, True, "quan", frozenset())  # "q.pn", "q bt"
    if short is not None:
        is_led = bool(found) and _says_where(found[-1]) and not short.is_busy and not _is_medical(words, at, short)
        is_told = is_led or (not short.is_behind and _means_place(words, at, short, text))
        return short if is_told or _is_behind_its_own(found, short) else None
    keys = joined_names().get(typed) or (_with_apostrophe(words, at, text) if has_apostrophe else None)
    return ShortName(keys, False, "", frozenset()) if keys is not None else None


@cache
def _maybe_short() -> frozenset[str]:
    """Whatever may be short for a name by itself."""
    return frozenset((*short_names(), *initials(), *joined_names()))


forget_with_lists(_maybe_short)


def _with_apostrophe(words: Sequence[Word], at: int, text: str) -> tuple[PlaceKey, ...] | None:
    """ "K'Bang" is KBang, and "EaH'leo" Ea H'leo: one word but for the sign."""
    behind = next((one for one in words[at + 1 : at + 3] if one.start > words[at].start), None)
    if behind is None or len(gap := text[words[at].end : behind.start]) != 1 or gap not in _APOSTROPHES:
        return None
    name = fold(text[words[at].start : words[at].end] + text[behind.start : behind.end])
    return names().get(name) if has_district(name) else joined_names().get(name)


_TODAY = ("hn",)  # Hà Nội, or hôm nay
_OF_TODAY = frozenset(["no", "sep", "chu", "ba", "ong", "troi", "lai", "moi"])


def _is_today(words: Sequence[Word], at: int, found: Sequence[Tok]) -> bool:
    """ "hn nó nhắn" is hôm nay, unless a town or a word that leads to one stands before it."""
    behind = next((word for word in words[at + 1 : at + 4] if word.start > words[at].start), None)
    is_led = bool(found) and (found[-1].short is not None or leads(found[-1]) > 0)
    return behind is not None and not is_led and behind.plain in _OF_TODAY


def _by_its_letters(words: Sequence[Word], at: int, typed: str, text: str) -> ShortName | None:
    rest = [word for word in words[at + 1 : at + 6] if word.start > words[at].start and typed != "tp"]  # "tp hcm"
    if not rest or text[words[at].end : rest[0].start] != " ":
        return None
    short = short_names().get(text[rest[0].start : rest[0].end])
    outer = short.keys if short is not None else names().get(" ".join(word.plain for word in rest[:2]), ())
    towns = {key for key in initials()[typed] if any(is_province(one) and contains(one, key) for one in outer)}
    then = {key for key in towns if any(units()[key].old_province == one.code for one in outer)}
    towns = then if len(then) == 1 else towns  # "bc sg" is Bình Chánh; who means Bến Cát says Bình Dương
    return ShortName((next(iter(towns)),), False, "", frozenset()) if len(towns) == 1 else None


def _urban(typed: str) -> tuple[PlaceKey, ...]:
    """The urban districts of these first letters; several are asked back."""
    return tuple(key for key in initials().get(typed, ()) if units()[key].kind == "Quận")


def _is_behind_its_own(found: Sequence[Tok], short: ShortName) -> bool:
    """ "kinh mon hd": whatever else the letters mean, a town that lies there stands before them."""
    before = [found[-1].short.keys] if found and found[-1].short else []
    before += [
        names().get(" ".join(tok.plain for tok in found[-length:]), ()) for length in (2, 3) if len(found) >= length
    ]
    return any(contains(one, key) for keys in before for key in keys for one in short.keys)


def _is_medical(words: Sequence[Word], at: int, short: ShortName) -> bool:
    """`HP dạ dày` is a bacterium, not Hải Phòng."""
    beside = (*words[max(0, at - 2) : at], *words[at + 1 : at + 3])
    return any(word.plain in short.unless for word in beside)


def _says_where(tok: Tok) -> bool:
    """Whether letters behind this word are a town, whatever else chat uses them for: "nhóm ở hd", "tỉnh hg"."""
    return is_word(tok, "wheres") or tok.typed == "tp"


def _means_place(words: Sequence[Word], at: int, short: ShortName, text: str) -> bool:
    """Whether reading left the short name alone or read it as the place; "ct" read as công ty is no place."""
    word = words[at]
    if _is_medical(words, at, short):
        return False
    if not word.how or word.end - word.start >= _PLAIN_FROM:
        return True
    if at == 0 and len(words) > 1 and short.is_led:
        behind = next((one for one in words[1:4] if one.start > word.start), word)
        if behind.plain in ("co", "o"):
            return True  # "ct co cho nao …" asks in a town, no company
        if len(short.keys) > 1 and "," in text[word.end : behind.start]:
            return True  # "nt, test ở đâu": several towns, so it is asked back
    said = [one.plain for one in words[at : at + 5] if (one.start, one.end) == (word.start, word.end)]
    read = " ".join(said)
    return read in names() and any(key in short.keys for key in names()[read])


def type_before(toks: Sequence[Tok], at: int) -> tuple[str, int]:
    """The type word before a name ("thanh pho") and how many tokens it takes."""
    if at and toks[at - 1].kind:
        return str(toks[at - 1].kind), 1
    if not at or toks[at - 1].plain not in _ends_of_types():
        return "", 0
    for length in (2, 1):
        words = tuple(tok.plain for tok in toks[max(0, at - length) : at])
        if len(words) == length and words in type_words():
            kind = " ".join(words)
            if length == 1 and toks[at - 1].word.marked not in (words[0], *TYPE_MARKS.get(words[0], ())):
                continue
            return kind, length
    return "", 0


@cache
def _ends_of_types() -> frozenset[str]:
    return frozenset(words[-1] for words in type_words())


@cache
def kind_name(kind: str) -> str:
    return str(content()["types"].get(kind, "")).lower()


def is_word(tok: Tok, group: str, inner: str = "") -> bool:
    """Whether a word is in a list; with marks typed it must be there with these marks."""
    words = word_set(group, inner)
    return (tok.word.form in words) if tok.word.marked != tok.word.plain else tok.plain in words


def leads(tok: Tok) -> int:
    if is_word(tok, "leads", "strong"):
        return STRONG
    return WEAK if is_word(tok, "leads", "weak") else 0


def venue_before(toks: list[Tok], first: int) -> bool:
    """Whether a house or an office stands before the name, as in "nha nghi bai chay", "cong an thu duc"."""
    said = [tok.plain for tok in toks[max(0, first - 3) : first]]
    return any(" ".join(said[-length:]) in name_set("venues") for length in range(1, len(said) + 1))


def is_blocked(toks: list[Tok], first: int) -> bool:
    """A road, a bridge, a dish or a person has the name, not the place."""
    before = toks[first - 1]
    is_floor = before.plain.isdigit()  # "lau 3 go cong": the third floor is no hot pot
    if is_word(before, "dishes") or (
        first > 1 and not is_floor and not leads(before) and is_word(toks[first - 2], "dishes")
    ):
        return True
    if not is_word(before, "roads"):
        return False
    return not (before.plain == "pho" and first > 1 and toks[first - 2].plain == "thanh")


def is_home(before: Sequence[Tok]) -> bool:
    """`quê Bến Tre`, `quê em ở Bến Tre`, `gốc Huế`, `người Nghệ An`, by the words before the name."""
    if any(is_word(tok, "home") for tok in before):
        return True
    return bool(before) and is_word(before[-1], "people") and before[-1].plain == "nguoi"


def is_left(before: Sequence[Tok]) -> bool:
    """`từ Hà Nội`, `trốn khỏi quán ở Mộc Châu`: a place that was left, by the words before the name."""
    if before and is_word(before[-1], "gone"):
        return True
    return any(tok.plain in ("khoi", "roi", "tron") and is_word(tok, "gone") for tok in before)


forget_with_lists(_odd_forms)
