"""Whether help is looked for in a place that is named: not where somebody was born, was hurt long ago, or what a dish,
a bus or a person is called. Learnt from the same examples; what finds names of places at all are the rules."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, repeat
from pathlib import Path
from typing import Any

from bot.understanding.model import chance
from directory.place_cues import Tok, type_before
from directory.place_spans import Span
from directory.place_words import everyday, has_district, name_set

MODEL = Path(__file__).resolve().parent / "places-model.tsv"
SHORT_OF = 3  # a name for which so much less speaks than the rules ask for may still be meant
MOST = 12  # names in one message
NEAR, BESIDE = 6, 3  # words on each side that count as near, and those whose place counts
ENOUGH, DOUBTFUL = 0.25, 0.55  # from here on it is meant: where the rules find it, and where they do not
PLAIN = 8  # a name for which so much more speaks than the rules ask for is meant: "phường Trung Hoà, Cầu Giấy, Hà Nội"
STERN = 0.86  # where the rules do not, and the name is words of every day: "prep là gì" is no La Gi
FINE = 0.05  # chances so near each other are alike: then what stands first goes first
UNSURE, SILENT = 0.4, 0.25
# Words at which another time or thought begins, and what the words of a clause say of the place in it.
_TURNS = frozenset({"gio", "h", "hien", "nay", "ma", "nhung", "con", "xong", "roi", "r"})
_SAYING = {
    "past": "truoc trc hoi xua tung luc qua hom ngoai do cu",
    "future": "mot mai sau tinh dinh mo uoc muon sap",
    "home": "que goc khau sinh nguoi dan",
    "others": "chong ck vo vk ong bo ba me ma con khach ban anh chu nhom nguoi ny ex bac",
    "self": "em e minh toi tui t chi",
    "now": "gio h dang hien nay",
}
_OF = {name: frozenset(words.split()) for name, words in _SAYING.items()}
_SEEKING = ("find", "report", "help_now")


@dataclass(frozen=True, slots=True)
class Weights:
    """The trained file; `table`: what each feature weighs, by its sign and by what it says behind it."""

    bias: float
    step: float
    table: Mapping[str, Mapping[str, int]]
    made_from: str = ""


def choose(found: Sequence[Span], toks: Sequence[Tok], *, likely: list[float] | None = None) -> list[Span]:
    """The names that say where help is looked for, the likeliest first: "quê Huế, giờ em ở Vinh" is about Vinh.

    `likely` is filled with the chance of each."""
    spans = candidates(found)
    chances = [0.0 if span.is_denied or span.is_aside else how_likely(span, toks, spans) for span in spans]
    taken = [(span, chance) for span, chance in zip(spans, chances, strict=True) if chance >= _enough_for(span)]
    taken.sort(key=lambda one: -round(one[1] / FINE))
    if likely is not None:
        likely.extend(chance for _, chance in taken)
    return [span for span, _ in taken]


def _enough_for(span: Span) -> float:
    is_elsewhere = span.is_home or span.is_left or span.is_denied or span.is_aside
    if span.evidence >= span.need + PLAIN and not is_elsewhere:
        return 0.0
    if span.evidence >= span.need:
        return ENOUGH
    return STERN if span.name in name_set("never") else DOUBTFUL


def is_idle(likely: Sequence[float], intents: Mapping[str, float]) -> bool:
    """Whether a name that may or may not be meant stands where neither a search nor a need for help is heard."""
    heard = sum(intents.get(intent, 0.0) for intent in _SEEKING)
    return bool(likely) and max(likely) < UNSURE and heard < SILENT


def candidates(found: Sequence[Span]) -> list[Span]:
    """Names for which at least something speaks."""
    return [span for span in found if span.evidence >= span.need - SHORT_OF][:MOST]


def how_likely(span: Span, toks: Sequence[Tok], spans: Sequence[Span], weights: Weights | None = None) -> float:
    """The chance, from 0 to 1, that help is looked for there."""
    used = weights or shipped()
    weight = 0
    for sign, said in _said(span, toks, spans):
        if (table := used.table.get(sign)) is not None:
            weight += sum(map(table.get, said, repeat(0)))
    return chance(used.bias + used.step * weight)


def features(span: Span, toks: Sequence[Tok], spans: Sequence[Span]) -> set[str]:
    """What speaks for and against: the words around the name, and how it was found. Never the name itself."""
    return {f"{sign} {one}" for sign, said in _said(span, toks, spans) for one in said}


def _said(span: Span, toks: Sequence[Tok], spans: Sequence[Span]) -> list[tuple[str, Collection[str]]]:
    """The same, each by its sign: nothing twice."""
    kind, width = type_before(toks, span.start)
    first, end = span.start - width, span.end
    plain = [tok.plain for tok in toks]
    before, after = plain[:first], plain[end:]
    own, rest = _clause(toks, first, end)
    clause, everywhere = {*own, *rest}, set(plain)
    enough = [one for one in spans if one.evidence >= one.need]
    around = [*before, "#", *after]
    made: list[tuple[str, Collection[str]]] = [
        ("<", set(before[-NEAR:])),
        (">", set(after[:NEAR])),
        ("w", {*before, *after}),
        ("b", {f"{one} {two}" for one, two in pairwise(around)}),
        ("--", (" ".join(before[-2:]),)),
        ("++", (" ".join(after[:2]),)),
        ("-+", (f"{before[-1] if before else '^'} _ {after[0] if after else '$'}",)),
        ("c", set(own)),
        ("d", set(rest)),
        ("of", [name for name, words in _OF.items() if not words.isdisjoint(own)]),
        ("far", [n for n, words in _OF.items() if words.isdisjoint(clause) and not words.isdisjoint(everywhere)]),
        ("kind", (kind,)),
        ("is", [name for name, is_so in _facts(span, toks, first) if is_so]),
        ("more", (str(max(-SHORT_OF, min(6, span.evidence - span.need))),)),
        ("speaks", (str(min(9, span.evidence)),)),
        ("asked", (str(span.need),)),
        ("words", (str(min(len(toks) // 3, 10)),)),
        ("long", (str(min(end - span.start, 4)),)),
        ("place", (f"{min(enough.index(span), 3) if span in enough else '-'} of {min(len(enough), 3)}",)),
    ]
    for far in range(1, BESIDE + 1):
        made.append((f"-{far}", (before[-far] if far <= len(before) else "^",)))
        made.append((f"+{far}", (after[far - 1] if far <= len(after) else "$",)))
    return made


def _clause(toks: Sequence[Tok], first: int, end: int) -> tuple[Sequence[str], Sequence[str]]:
    """The words before and behind the name that belong to it: to the next comma, or to where another time begins."""
    start = first
    while start > 0 and not toks[start].is_parted and not (start < first and toks[start].plain in _TURNS):
        start -= 1
    stop = end
    while stop < len(toks) and not toks[stop].is_parted and toks[stop].plain not in _TURNS:
        stop += 1
    return [tok.plain for tok in toks[start:first]], [tok.plain for tok in toks[end:stop]]


def _facts(span: Span, toks: Sequence[Tok], first: int) -> list[tuple[str, bool]]:
    inside = toks[span.start : span.end]
    is_any_marked = any(tok.word.marked != tok.word.plain for tok in toks)
    is_marked = any(tok.word.marked != tok.word.plain for tok in inside)
    return [
        *((name, span.name in name_set(name)) for name in ("known", "ordinary", "never", "same")),
        ("home", span.is_home),
        ("left", span.is_left),
        ("denied", span.is_denied),
        ("landmark", span.landmark is not None),
        ("everyday", " ".join(tok.plain for tok in inside) in everyday()),
        ("province", span.has_province),
        ("district", not span.has_province and has_district(span.name)),
        ("marked", is_marked),
        ("bare among marks", is_any_marked and not is_marked),
        ("capital", all(tok.is_capital for tok in inside)),
        ("short", inside[0].short is not None),
        ("enough", span.evidence >= span.need),
        ("first", first == 0),
        ("last", span.end == len(toks)),
        ("parted before", toks[first].is_parted),
        ("parted behind", span.end < len(toks) and toks[span.end].is_parted),
    ]


@cache
def shipped() -> Weights:
    """The weights that come with the product."""
    return load(MODEL)


def load(path: Path) -> Weights:
    """Read the file: a first line of JSON, then a feature and its weight a line."""
    first, *rest = path.read_text("utf-8").splitlines()
    head: dict[str, Any] = json.loads(first)
    table: dict[str, dict[str, int]] = {}
    for line in rest:
        feature, _, weight = line.rpartition("\t")
        sign, _, said = feature.partition(" ")
        table.setdefault(sign, {})[said] = int(weight)
    return Weights(head["bias"], head["step"], table, head["made_from"])
