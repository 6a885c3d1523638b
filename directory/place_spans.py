"""Finds the words of a message that may be the name of a place, and weighs what speaks for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from directory import added, landmarks, reforms
from directory.gazetteer import PlaceKey, forget_with_lists, is_province, units
from directory.landmarks import Landmark
from directory.place_asides import is_aside
from directory.place_cues import (
    STRONG,
    TYPE_MARKS,
    WEAK,
    Tok,
    is_blocked,
    is_home,
    is_left,
    is_word,
    kind_name,
    leads,
    type_before,
    venue_before,
)
from directory.place_cuts import cuts_short, is_beside, name_word, together
from directory.place_marks import are_exact, are_of, fits, is_marked, of_the_type, politely
from directory.place_words import (
    contains,
    content,
    everyday,
    has_district,
    is_named_like_a_province,
    name_set,
    names,
    word_set,
)
from directory.reading.spelling import is_syllable

_NAME_WORDS = 8
_MOST_NAMES = 40  # a message with more names than that is no question for one of them
_FEW = 3
_TYPED, _BESIDE, _ALONE = 4, 4, 3
_SURE, _MUCH, _MOST = 3, 4, 6  # what a name of everyday words, of a ward, of one syllable needs


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
    is_aside: bool = False  # named, and not meant

    @property
    def has_province(self) -> bool:
        return any(is_province(key) for key in self.keys)


def find(toks: list[Tok]) -> list[Span]:
    """Every name, longest first, none overlapping, with what speaks for it."""
    spans: list[Span] = []
    at = 0
    words, more = [*map(name_word, toks)], landmarks.added_by_words(added.current())
    known = longest_from()
    # Most words begin no name: one look each.
    begins = [
        word in known or both in known for word, both in zip(words, map(" ".join, pairwise([*words, ""])), strict=True)
    ]
    while at < len(toks) and len(spans) < _MOST_NAMES:
        tok = toks[at]
        span = _short(toks, at) if tok.short is not None else None
        if span is None and (tok.kind in _NUMBERED if tok.kind else tok.word.plain in _NUMBERED):
            span = _numbered(toks, at)
        if span is None and (begins[at] or more):
            span = _named(toks, at, words, more)
        if span is None:
            at += 1
            continue
        spans.append(span)
        at = span.end
    return [_weighed(span, toks, spans) for span in spans]


_NUMBERED = ("quan", "phuong")


def _short(toks: list[Tok], at: int) -> Span | None:
    short = toks[at].short
    if short is None:
        return None
    kind, _ = type_before(toks, at)
    if (short.only and kind != short.only) or (kind and _is_whole(toks, at, kind)):
        return None
    return Span(at, at + 1, toks[at].typed, short.keys, kind, need=STRONG if short.is_led else WEAK - 1)


def _is_whole(toks: list[Tok], at: int, kind: str) -> bool:
    """Whether a unit of just this type is called so: "huyện Na Hang" is not Nghệ An, "huyện Kbang" no Kim Bảng."""
    words = [name_word(tok) for tok in toks[at : at + _FEW]]
    named = (names().get(" ".join(words[:length]), ()) for length in range(1, len(words) + 1))
    return any(units()[key].kind.lower() == kind_name(kind) for keys in named for key in keys)


def _numbered(toks: list[Tok], at: int) -> Span | None:
    """`quận 1`, `quan ba`, `p12`, but not `quan ba dinh`."""
    tok = toks[at]
    kind = tok.kind or (tok.plain if tok.plain in _NUMBERED else "")
    if (
        kind not in _NUMBERED
        or at + 1 >= len(toks)
        or tok.word.marked
        not in (tok.plain, kind, "quân5", "phương2", *(("quân",) if toks[at + 1].plain.isdigit() else ()))
    ):
        return None
    if type_before(toks, at)[0] in ("huyen", "xa", "thi tran", "thi xa"):
        return None  # "huyện Quản Bạ"
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
            or (tok.word.marked == kind and not _is_number(toks, at, at + 1 + length))
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
    if toks[at].typed in ("q", "p"):
        return True
    before = toks[at - 1] if at else None
    after = toks[end] if end < len(toks) else None
    is_place = after is not None and (after.short is not None or _is_town(_next_two(toks, end)))
    if not (after is None or after.is_parted or is_place or is_word(after, "asks")):
        return False
    return before is None or leads(before) >= WEAK or len(toks) <= 4 or toks[at].typed in ("q", "q.")


def _reaches_further(toks: list[Tok], start: int, length: int) -> bool:
    """Whether a name begins at the number word: "quan ba dinh", "quan hai chau"."""
    return any(
        " ".join(one.plain for one in toks[start : start + longer]) in names()
        for longer in range(length + 1, (together(toks, start, _NAME_WORDS) if start < len(toks) else 0) + 1)
    )


def _named(toks: list[Tok], at: int, said: Sequence[str], more: Mapping[str, Landmark]) -> Span | None:
    """`said`: all words as names have them; `more`: landmarks that maintainers have added."""
    longest = max(_longest_known(said, at), _longest_of(toks[at].plain, more))
    if not longest or toks[at].typed in ("tp", "tx", "tt") or _is_in_type(toks, at):
        return None
    known, marks, earlier = names(), landmarks.by_words(), reforms.earlier_by_name()
    tok_is_o = toks[at].word.marked == "o"
    reach = together(toks, at, longest)
    for length in range(reach, 0, -1):
        name = " ".join(said[at : at + length])
        landmark = marks.get(name) or more.get(name)
        if not (landmark or name in known or name in earlier) or (length > 1 and _is_none(toks, at, length)):
            continue
        if landmark and fits(toks[at : at + length], landmark, name) and not _is_of_type(toks, at, name):
            keys = tuple(key for spot in landmark.spots for key in spot)
            need = STRONG if landmark.is_led else 0 if length >= 3 or is_marked(toks[at : at + length]) else STRONG
            return Span(at, at + length, name, keys, "", landmark, need=need)
        past = tuple(one.became.key for one in earlier.get(name, ()))
        if past and name not in known:
            return Span(at, at + length, name, past, type_before(toks, at)[0], need=_SURE)
        keys = known.get(name, ())
        if length > 1 and tok_is_o and _reaches_further(toks, at + 1, length - 2):
            continue  # "o lam dong" is ở Lâm Đồng, not Ô Lâm
        if keys and not name.isdigit() and (length > 1 or _is_name_alone(name) or type_before(toks, at)[0]):
            kind, _ = type_before(toks, at)
            agreeing = tuple(key for key in keys if are_of(toks[at : at + length], key, name))
            agreeing = of_the_type(toks[at - 1], kind, keys, agreeing) if kind else agreeing
            if agreeing:
                agreeing = (*past, *agreeing, *politely(toks[at : at + length]))
                return Span(at, at + length, name, agreeing, kind, need=_needed(name, toks[at : at + length], agreeing))
    return None


def _is_name_alone(name: str) -> bool:
    """Whether one word may be a name: a well-known one, or a district spelt as nothing else is, "KBang"."""
    return name in _SINGLE or name in name_set("known") or (has_district(name) and not is_syllable(name))


def _is_in_type(toks: list[Tok], at: int) -> bool:
    """Whether a word is the second of a type: "thành phố Huế" is no ward Phố Huế."""
    return at > 0 and at + 1 < len(toks) and type_before(toks, at + 1)[1] == 2


def _is_none(toks: list[Tok], at: int, length: int) -> bool:
    """Whether these words only look like a name: another one, a number or a type word begins among them."""
    if cuts_short(toks, at, length) or is_beside(toks, at, length):
        return True
    if any(_has_number(toks, inner) for inner in range(at + 1, at + length)):
        return True  # "ben quan 8" is bên quận 8, not Bến Quan
    # "quan ba dinh" is quận Ba Đình, not Quản Bạ
    return toks[at].plain in TYPE_MARKS and _reaches_further(toks, at + 1, length - 1)


def _has_number(toks: list[Tok], at: int) -> bool:
    """Whether a numbered district begins there, in digits or with the marks of "quận bảy"."""
    if at + 1 >= len(toks) or not (toks[at + 1].plain.isdigit() or toks[at].word.marked == TYPE_MARKS["quan"][0]):
        return False
    return _numbered(toks, at) is not None


def _longest_known(said: Sequence[str], at: int) -> int:
    """How many words the longest name or landmark has that begins with this word and the next; 0: none does."""
    known, first = longest_from(), said[at]
    return (known.get(f"{first} {said[at + 1]}", 0) if at + 1 < len(said) else 0) or known.get(first, 0)


@cache
def longest_from() -> Mapping[str, int]:
    """By the first two words of a name or landmark, how many the longest such name has; one by itself has one."""
    found: dict[str, int] = {}
    for name in (*names(), *landmarks.by_words(), *reforms.earlier_by_name()):
        words = name.split()
        begins = " ".join(words[:2])
        found[begins] = max(found.get(begins, 0), len(words))
    return found


forget_with_lists(longest_from)


def _longest_of(first: str, more: Mapping[str, Landmark]) -> int:
    """The same of the few landmarks that maintainers have added."""
    return max((len(name.split()) for name in more if name.split()[0] == first), default=0) if more else 0


def _is_of_type(toks: list[Tok], at: int, name: str) -> bool:
    """Whether a type word says that the unit of this name is meant, not the landmark."""
    wanted = kind_name(type_before(toks, at)[0])
    return bool(wanted) and any(units()[key].kind.lower() == wanted for key in names().get(name, ()))


def _needed(name: str, toks: Sequence[Tok], keys: Sequence[PlaceKey]) -> int:
    """How much must speak for a name before it counts: nothing for a well-known one, much for everyday words."""
    is_exact = are_exact(toks, keys) and name not in name_set("same")
    if len(toks) == 1 and not is_syllable(name):
        return 0
    if len(toks) == 1:
        return (
            WEAK if name == "hue" and is_exact else STRONG if name in ("hue", "vinh") else _SURE if is_exact else _MOST
        )
    if name in name_set("never") and not is_exact:
        return _SURE
    if has_district(name) and any(len(word) >= _FEW and not is_syllable(word) for word in name.split()):
        return 0  # "m drak": nothing else is spelt so
    if name in name_set("known") or is_named_like_a_province(name):
        return 0 if is_exact or name not in name_set("ordinary") else STRONG
    if has_district(name):
        return WEAK if is_exact else STRONG
    if is_exact:
        return WEAK if len(toks) > 2 else STRONG
    return _MUCH if " ".join(tok.plain for tok in toks) in everyday() else STRONG


_SINGLE = ("hue", "vinh", "chu", "lak")


def _weighed(span: Span, toks: list[Tok], spans: list[Span]) -> Span:
    """The span with everything that speaks for it and against it."""
    kind, width = type_before(toks, span.start)
    first = span.start - width
    before = toks[first - 1] if first > 0 else None
    floor = max((one.end for one in spans if one.end <= first), default=0)
    clause = next((at for at in range(first, 0, -1) if at < len(toks) and toks[at].is_parted), 0)
    behind = toks[max(floor, first - 4, min(clause, first)) : first]
    evidence = 0
    fitting = [key for key in span.keys if units()[key].kind.lower() == kind_name(kind)]
    if kind:
        evidence += _TYPED if fitting else WEAK
    is_beside_town = _has_town_beside(span, toks, spans)
    if before is not None:
        evidence += STRONG if venue_before(toks, first) else leads(before)
        is_first = toks[first].is_parted  # "an mi goi roi, ninh kieu": the noodles have no name
        is_part = is_beside_town and floor == first  # "tam duong lai chau" is no road
        if not width and not is_first and not is_part and span.landmark is None and is_blocked(toks, first):
            evidence -= 6
    inside = toks[span.start : span.end]
    if len(inside) > 1 and all(tok.is_capital or tok.plain.isdigit() for tok in inside):
        evidence += STRONG
    elif inside[0].is_capital and span.start > 0:
        evidence += WEAK
    evidence += _BESIDE if is_beside_town else 0
    evidence += _alone(span, toks, spans) + _opens(span, toks, first, clause)
    return replace(
        span,
        evidence=evidence,
        is_home=is_home(behind),
        is_left=is_left(behind),
        is_denied=[tok.plain for tok in toks[max(0, first - 3) : first]][-2:] == ["khong", "phai"]
        or [tok.plain for tok in toks[max(0, first - 3) : first]][-3:-1] == ["khong", "phai"],
        is_aside=evidence >= span.need - _FEW and is_aside(toks, first, span.end),
    )


def _alone(span: Span, toks: list[Tok], spans: list[Span]) -> int:
    """Nothing but places was written; or hardly anything else, and the name is no ward's."""
    sure = [one for one in spans if one.name not in name_set("never")]
    other = len(toks) - sum(one.end - one.start + type_before(toks, one.start)[1] for one in sure)
    is_known = bool(has_district(span.name) or span.landmark or span.has_province)
    if other <= 0 or (other == 1 and leads(toks[0])):
        return _ALONE if is_known else WEAK
    return WEAK if len(toks) <= 5 and is_known and not _is_led(span) else 0


def _is_led(span: Span) -> bool:
    """Whether it is a landmark whose words are ordinary: "cua ong" is mostly somebody's, and no harbour."""
    return span.landmark is not None and span.landmark.is_led


def _opens(span: Span, toks: list[Tok], first: int, clause: int) -> int:
    """A clause that begins with a known name and goes on with a person or a question: "uong bi e …", "…, bd co ai …";
    or is nothing else: "…, binh thanh"."""
    after = toks[span.end] if span.end < len(toks) else None
    if not first and len(toks) > _FEW and after and is_word(after, "seeks") and has_district(span.name):
        return _SURE
    is_known = toks[span.start].short is not None or span.name in name_set("known") or span.has_province
    is_plain = has_district(span.name) and span.name not in everyday() and span.name not in name_set("never")
    if _is_led(span) or not (is_known or span.landmark or is_plain):
        return 0
    if not all(is_word(tok, "greetings") for tok in toks[clause:first]):
        return 0
    if after is None:
        return STRONG if clause else 0
    return STRONG if after.is_parted or is_word(after, "asks") or is_word(after, "opens") else 0


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


def follows_move(span: Span, toks: list[Tok]) -> bool:
    """Whether words behind a home town say that the person has gone elsewhere."""
    behind = [tok.plain for tok in toks[span.end : span.end + 3]]
    return any(word in word_set("moves") for word in behind[:2]) or ("len", "day") in set(pairwise(behind))
