"""Finds the words of a message that may be the name of a place, and weighs what speaks for it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from directory import landmarks, reforms
from directory.gazetteer import PlaceKey, Tier, is_province, units, words_of
from directory.landmarks import Landmark
from directory.place_words import (
    ShortName,
    content,
    has_district,
    is_named_like_a_province,
    marks_of,
    name_set,
    names,
    short_names,
    type_words,
    word_set,
)
from directory.reading import Reading
from directory.reading.spelling import Word, bare, is_syllable, mark_of, marks_agree

LONGEST = 400  # words; a longer message names its place before that, or again
_NAME_WORDS = 6
_NUMBERED = re.compile(r"(q|quan|p|f|ph|phuong)\.?(\d{1,2})")
_PARTING = re.compile(r"[^\s\-–'’/]")
_STRONG, _WEAK, _TYPED, _BESIDE, _ALONE = 2, 1, 3, 3, 3


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


@dataclass(frozen=True, slots=True)
class Span:
    """Words that may name a place. `start` and `end` count tokens; `kind` is the type word before them."""

    start: int
    end: int
    name: str
    keys: tuple[PlaceKey, ...]
    kind: str = ""
    landmark: Landmark | None = None
    evidence: int = 0
    need: int = 0
    is_home: bool = False
    is_left: bool = False
    is_denied: bool = False

    @property
    def has_province(self) -> bool:
        return any(is_province(key) for key in self.keys)


def lay_out(reading: Reading) -> list[Tok]:
    """The words with short names and short types seen as such; `q3` is two."""
    found: list[Tok] = []
    text = reading.text
    is_shouted = text.isupper()
    short_types = content()["short_types"]
    words = reading.words[:LONGEST]
    for at, word in enumerate(words):
        is_same = bool(found) and (word.start, word.end) == (found[-1].word.start, found[-1].word.end)
        if is_same and word.how and (found[-1].short or found[-1].kind):
            continue  # the second word of what a short name was read as
        typed = text[word.start : word.end].lower()
        is_capital = not is_shouted and text[word.start].isupper()
        is_parted = at > 0 and _PARTING.search(text[words[at - 1].end : word.start]) is not None
        if numbered := _NUMBERED.fullmatch(typed):
            kind = "quan" if numbered[1] in ("q", "quan") else "phuong"
            found.append(Tok(replace(word, plain=kind, marked=kind), at, kind, kind, None, False, is_parted))
            found.append(Tok(replace(word, plain=numbered[2], marked=numbered[2]), at, numbered[2]))
        elif (short := short_names().get(typed)) and _means_place(words, at, short):
            found.append(Tok(replace(word, plain=typed, marked=typed), at, typed, "", short, is_capital, is_parted))
        elif kind := short_types.get(typed, ""):
            found.append(Tok(word, at, typed, kind, None, is_capital, is_parted))
        else:
            found.append(Tok(word, at, typed, "", None, is_capital, is_parted))
    return found


def _means_place(words: Sequence[Word], at: int, short: ShortName) -> bool:
    """Whether reading left the short name alone or read it as the place; "ct" read as công ty is no place."""
    word = words[at]
    if not word.how:
        return True
    said = [one.plain for one in words[at : at + 5] if (one.start, one.end) == (word.start, word.end)]
    read = " ".join(said)
    return read in names() and any(key in short.keys for key in names()[read])


def find(toks: list[Tok]) -> list[Span]:
    """Every name, longest first, none overlapping, with what speaks for it."""
    spans: list[Span] = []
    at = 0
    while at < len(toks):
        span = _short(toks, at) or _numbered(toks, at) or _named(toks, at)
        if span is None:
            at += 1
            continue
        spans.append(span)
        at = span.end
    return [_weighed(span, toks, spans) for span in spans]


def _short(toks: list[Tok], at: int) -> Span | None:
    short = toks[at].short
    if short is None:
        return None
    kind, _ = _type_before(toks, at)
    if short.only and kind != short.only:
        return None
    return Span(at, at + 1, toks[at].typed, short.keys, kind, need=_STRONG if short.is_led else _WEAK - 1)


def _numbered(toks: list[Tok], at: int) -> Span | None:
    """`quận 1`, `quan ba`, `p12`, but not `quan ba dinh`."""
    tok = toks[at]
    kind = tok.kind or (tok.plain if tok.plain in ("quan", "phuong") else "")
    if (
        kind not in ("quan", "phuong")
        or at + 1 >= len(toks)
        or tok.word.marked not in (tok.plain, kind, "quân5", "phương2")
    ):
        return None
    numbers = content()["numbers"]
    for length in (2, 1):
        if at + 1 + length > len(toks):
            continue
        said = " ".join(one.plain for one in toks[at + 1 : at + 1 + length])
        number = str(numbers.get(said, said if said.isdigit() else ""))
        if not number:
            continue
        if not said[0].isdigit() and (
            _reaches_further(toks, at + 1, length)
            or (tok.word.marked == "quan" and not _is_number(toks, at, at + 1 + length))
        ):
            return None
        keys = names().get(f"{kind} {number.lstrip('0')}", ()) or names().get(number.lstrip("0"), ())
        keys = tuple(
            key for key in keys if units()[key].kind == content()["types"][kind] or f"{kind} {number}" in names()
        )
        if keys:
            return Span(at + 1, at + 1 + length, number, keys, kind)
    return None


def _is_town(name: str) -> bool:
    return has_district(name) or is_named_like_a_province(name)


def _next_two(toks: list[Tok], at: int) -> str:
    return " ".join(tok.plain for tok in toks[at : at + 2])


def _is_number(toks: list[Tok], at: int, end: int) -> bool:
    """Whether "quan ba", "quan tu" is a district and not a shop or a thing: something must lead to it."""
    before = toks[at - 1] if at else None
    after = toks[end] if end < len(toks) else None
    if before is None and toks[at].typed not in ("q", "q."):
        is_place = after is not None and (after.short is not None or _is_town(_next_two(toks, end)))
        return after is None or after.is_parted or is_place or _is_word(after, "asks")
    return before is None or _leads(before) >= _WEAK or len(toks) <= 4 or toks[at].typed in ("q", "q.")


def _reaches_further(toks: list[Tok], start: int, length: int) -> bool:
    """Whether a name begins at the number word: "quan ba dinh", "quan hai chau"."""
    return any(
        " ".join(one.plain for one in toks[start : start + longer]) in names()
        for longer in range(length + 1, min(_NAME_WORDS, len(toks) - start) + 1)
    )


def _named(toks: list[Tok], at: int) -> Span | None:
    known, marks = names(), landmarks.by_words()
    tok_is_o = toks[at].word.marked == "o"
    for length in range(_together(toks, at), 0, -1):
        if length > 1 and toks[at].plain in _TYPE_MARKS and _reaches_further(toks, at + 1, length - 1):
            continue  # "quan ba dinh" is quận Ba Đình, not Quản Bạ
        name = " ".join(tok.plain for tok in toks[at : at + length])
        landmark = marks.get(name)
        if landmark and _fits(toks[at : at + length], landmark.name, name) and not _is_of_type(toks, at, name):
            keys = tuple(key for spot in landmark.spots for key in spot)
            need = _STRONG if landmark.is_led else 0 if length >= 3 or _is_marked(toks[at : at + length]) else _STRONG
            return Span(at, at + length, name, keys, "", landmark, need=need)
        past = tuple(one.became.key for one in reforms.earlier_by_name().get(name, ()))
        if past and name not in known:
            return Span(at, at + length, name, past, _type_before(toks, at)[0], need=_TYPED)
        keys = known.get(name, ())
        if length > 1 and tok_is_o and _reaches_further(toks, at + 1, length - 2):
            continue  # "o lam dong" is ở Lâm Đồng, not Ô Lâm
        if keys and (length > 1 or name in _SINGLE or name in name_set("known") or _type_before(toks, at)[0]):
            kind, _ = _type_before(toks, at)
            agreeing = tuple(key for key in keys if _marks_agree(toks[at : at + length], key, name))
            if agreeing:
                agreeing = (*past, *agreeing)
                return Span(at, at + length, name, agreeing, kind, need=_needed(name, toks[at : at + length], agreeing))
    return None


def _is_of_type(toks: list[Tok], at: int, name: str) -> bool:
    """Whether a type word says that the unit of this name is meant, not the landmark."""
    wanted = _kind_name(_type_before(toks, at)[0])
    return bool(wanted) and any(units()[key].kind.lower() == wanted for key in names().get(name, ()))


def _together(toks: list[Tok], at: int) -> int:
    """How many words from here on belong together: a name does not run over a comma."""
    end = at + 1
    while end < min(at + _NAME_WORDS, len(toks)) and not toks[end].is_parted:
        end += 1
    return end - at


def _fits(toks: Sequence[Tok], said: str, name: str) -> bool:
    """Marks of a landmark are compared where it is named as the file names it first."""
    parts = said.lower().replace("/", " ").split()
    if bare(" ".join(parts)) != name:
        return True
    return all(marks_agree(tok.word, mark_of(part)) for tok, part in zip(toks, parts, strict=False))


def _is_marked(toks: Sequence[Tok]) -> bool:
    return any(tok.word.marked != tok.word.plain for tok in toks)


def _marks_agree(toks: Sequence[Tok], key: PlaceKey, name: str) -> bool:
    """Whether the marks that were typed are those of the name: "là gì" is not La Gi. Other names have no marks here."""
    marks = marks_of(key)
    if " ".join(words_of(units()[key].name)) != name or len(marks) != len(toks):
        return True
    return all(marks_agree(tok.word, mark) for tok, mark in zip(toks, marks, strict=True))


def _is_exact(toks: Sequence[Tok], keys: Sequence[PlaceKey]) -> bool:
    """Whether the marks are there and are those of one of the names."""
    typed = tuple(tok.word.marked for tok in toks)
    return _is_marked(toks) and any(marks_of(key) == typed for key in keys)


def _needed(name: str, toks: Sequence[Tok], keys: Sequence[PlaceKey]) -> int:
    """How much must speak for a name before it counts: nothing for a well-known one, much for everyday words."""
    is_exact = _is_exact(toks, keys)
    if len(toks) == 1 and not is_syllable(name):
        return 0
    if len(toks) == 1:
        return _WEAK if name == "hue" and is_exact else _STRONG if is_exact or name in ("hue", "vinh") else _TYPED + 1
    if name in name_set("never") and not is_exact:
        return _TYPED
    if name in name_set("known") or is_named_like_a_province(name):
        return 0 if is_exact or name not in name_set("ordinary") else _STRONG
    if has_district(name):
        return _WEAK if is_exact else _STRONG
    return _STRONG if is_exact else _TYPED


def _type_before(toks: list[Tok], at: int) -> tuple[str, int]:
    """The type word before a name ("thanh pho") and how many tokens it takes."""
    if at and toks[at - 1].kind:
        return str(toks[at - 1].kind), 1
    for length in (2, 1):
        words = tuple(tok.plain for tok in toks[max(0, at - length) : at])
        if len(words) == length and words in type_words():
            kind = " ".join(words)
            if length == 1 and toks[at - 1].word.marked not in (words[0], *_TYPE_MARKS.get(words[0], ())):
                continue
            return kind, length
    return "", 0


_SINGLE = ("hue", "vinh", "chu", "lak")
_TYPE_MARKS = {"quan": ("quân5",), "huyen": ("huyên5",), "phuong": ("phương2",), "xa": ("xa4",), "tinh": ("tinh3",)}


def _weighed(span: Span, toks: list[Tok], spans: list[Span]) -> Span:
    """The span with everything that speaks for it and against it."""
    kind, width = _type_before(toks, span.start)
    first = span.start - width
    before = toks[first - 1] if first > 0 else None
    evidence = 0
    fitting = [key for key in span.keys if units()[key].kind.lower() == _kind_name(kind)]
    if kind and (fitting or span.landmark is None):
        evidence += _TYPED if fitting or toks[span.start - 1].typed == kind else 0
    if before is not None:
        evidence += _leads(before)
        if not width and _is_blocked(toks, first):
            evidence -= 6
    inside = toks[span.start : span.end]
    if len(inside) > 1 and all(tok.is_capital or tok.plain.isdigit() for tok in inside):
        evidence += _STRONG
    elif inside[0].is_capital and span.start > 0:
        evidence += _WEAK
    evidence += _BESIDE if _has_town_beside(span, toks, spans) else 0
    evidence += _alone(span, toks, spans) + _opens(span, toks, first)
    return replace(
        span,
        evidence=evidence,
        is_home=_is_home(toks, first),
        is_left=_is_left(toks, first),
        is_denied=[tok.plain for tok in toks[max(0, first - 3) : first]][-2:] == ["khong", "phai"]
        or [tok.plain for tok in toks[max(0, first - 3) : first]][-3:-1] == ["khong", "phai"],
    )


def _alone(span: Span, toks: list[Tok], spans: list[Span]) -> int:
    """Nothing but places was written; or hardly anything else, and the name is no ward's."""
    sure = [one for one in spans if one.name not in name_set("never")]
    other = len(toks) - sum(one.end - one.start + _type_before(toks, one.start)[1] for one in sure)
    if other <= 0 or (other == 1 and _leads(toks[0])):
        return _ALONE
    return _WEAK if len(toks) <= 5 and (has_district(span.name) or span.landmark or span.has_province) else 0


def _opens(span: Span, toks: list[Tok], first: int) -> int:
    """A message that begins with a known name and goes on with a person or a question: "uong bi e …", "bd co ai …"."""
    if not all(_is_word(tok, "greetings") for tok in toks[:first]) or span.end >= len(toks):
        return 0
    is_known = toks[span.start].short is not None or span.name in name_set("known")
    return _STRONG if is_known and _is_word(toks[span.end], "asks") else 0


def _kind_name(kind: str) -> str:
    return str(content()["types"].get(kind, "")).lower()


def _is_word(tok: Tok, group: str, inner: str = "") -> bool:
    """Whether a word is in a list; with marks typed it must be there with these marks."""
    words = word_set(group, inner)
    return (tok.word.form in words) if tok.word.marked != tok.word.plain else tok.plain in words


def _leads(tok: Tok) -> int:
    if _is_word(tok, "leads", "strong"):
        return _STRONG
    return _WEAK if _is_word(tok, "leads", "weak") else 0


def _is_blocked(toks: list[Tok], first: int) -> bool:
    """A road, a bridge, a dish or a person has the name, not the place."""
    before = toks[first - 1]
    if _is_word(before, "dishes"):
        return True
    if not _is_word(before, "roads"):
        return False
    return not (before.plain == "pho" and first > 1 and toks[first - 2].plain == "thanh")


def _is_home(toks: list[Tok], first: int) -> bool:
    """`quê Bến Tre`, `quê em ở Bến Tre`, `gốc Huế`, `người Nghệ An`."""
    before = toks[max(0, first - 4) : first]
    if any(_is_word(tok, "home") for tok in before):
        return True
    return bool(before) and _is_word(before[-1], "people") and before[-1].plain == "nguoi"


def _is_left(toks: list[Tok], first: int) -> bool:
    """`từ Hà Nội`, `trốn khỏi quán ở Mộc Châu`: a place that was left."""
    before = toks[max(0, first - 4) : first]
    if before and _is_word(before[-1], "gone"):
        return True
    return any(tok.plain in ("khoi", "roi", "tron") and _is_word(tok, "gone") for tok in before)


def _has_town_beside(span: Span, toks: list[Tok], spans: list[Span]) -> bool:
    """Whether the province or district that holds this place stands next to it."""
    for other in spans:
        if other is span or other.landmark:
            continue
        gap = other.start - span.end if other.start >= span.end else span.start - other.end
        if gap <= 1 + (1 if other.kind or span.kind else 0) and _holds(other, span):
            return True
    return False


def _holds(outer: Span, inner: Span) -> bool:
    """Whether one reading of `outer` contains one reading of `inner`, or the other way about."""
    return any(contains(one, other) or contains(other, one) for one in outer.keys for other in inner.keys)


def contains(outer: PlaceKey, inner: PlaceKey) -> bool:
    """Whether a province or district holds a smaller place, in the lists before or after the reform."""
    if outer == inner:
        return False
    a, b = units()[outer], units()[inner]
    if outer.tier is Tier.NEW_PROVINCE:
        return not is_province(inner) and a.province == b.province
    if outer.tier is Tier.OLD_PROVINCE:
        if inner.tier is Tier.NEW_COMMUNE:
            return a.province == b.province
        return not is_province(inner) and b.old_province == outer.code
    if outer.tier is Tier.OLD_DISTRICT:
        if inner.tier is Tier.OLD_WARD:
            return b.parent == outer.code
        return inner.tier is Tier.NEW_COMMUNE and b.communes <= a.communes
    return outer.tier is Tier.NEW_COMMUNE and inner.tier is Tier.OLD_WARD and a.communes <= b.communes


def follows_move(span: Span, toks: list[Tok]) -> bool:
    """Whether words behind a home town say that the person has gone elsewhere."""
    behind = [tok.plain for tok in toks[span.end : span.end + 3]]
    return any(word in word_set("moves") for word in behind[:2]) or ("len", "day") in set(pairwise(behind))
