"""What a message sounds like beside danger: its needs, its intent, the kind of violence, which article answers it."""

import json
import math
import sys
from array import array
from binascii import a2b_base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from bot.understanding import packed
from bot.understanding.features import Groups
from bot.understanding.model import RARITY
from directory.compiled import kept

MODEL = Path(__file__).resolve().parent / "topics-model.tsv.gz"
# One feature is one whole number: how rare in two bytes, then a byte for each lane's weight: those of the heads'
# straight lines, then those of the net's hidden lanes. Sums need two bytes a lane, so they are taken twice: of every
# second byte, the others blotted out, and of all; what the second has more is the other half.
_RARE = 2
MIDDLE, STEPS = 128, 127
_AT_ONCE = 250  # so many features are added up before a sum of two bytes could run over
# What a hidden lane says to the heads is one whole number too, with four bytes for each head; a lane that is awake says
# it so many times as it is strong, in steps of so many to one.
_ROW = 4
_TO_ONE, _MOST = 64, 4095
FAINT = 0.002  # a smaller chance says nothing


@dataclass(frozen=True, slots=True)
class Topics:
    """Chances from `FAINT` to 1, best first. Each stands for itself: two needs can both be likely."""

    needs: tuple[tuple[str, float], ...]
    intents: tuple[tuple[str, float], ...]
    kinds: tuple[tuple[str, float], ...]
    articles: tuple[tuple[str, float], ...] = ()
    asks: float = 0.0  # that some article answers it
    wants: float = 1.0  # that it states any need at all


@dataclass(frozen=True, slots=True)
class Heads:
    """The trained file: features to packed numbers (how rare, one lane a head, then one a hidden lane), and what each
    hidden lane says to all heads beside their lines."""

    names: tuple[str, ...]
    tables: tuple[Mapping[str, int], ...]  # of words, letters and concepts
    lean: tuple[float, ...]  # what one step of a lane's sum moves it; a hidden lane is counted in steps of its own
    start: tuple[float, ...]  # and where it begins; a hidden lane below one step says nothing
    rows: tuple[int, ...]  # of each hidden lane
    lean_beside: tuple[float, ...]  # what one step of what they say together moves a head's score
    labels: tuple[tuple[str, str], ...]  # of each head its kind, and what it means
    lanes: int  # of one feature
    own: tuple[int, ...]  # those of them that are these heads' lines
    hears_wants: bool  # whether a head says if any need is stated


def sounds_like(parts: Sequence[Groups], heads: Heads | None = None) -> Topics:
    """The likely needs, intents, kinds and articles; of a long message those of its first stretch and its last."""
    used = heads or shipped()
    scores = [_scores(groups, used) for groups in ((parts[0],) if len(parts) == 1 else (parts[0], parts[-1]))]
    best = scores[0] if len(scores) == 1 else [max(pair) for pair in zip(*scores, strict=True)]
    likely: dict[str, list[tuple[float, str]]] = {}
    for at, score in enumerate(best):
        if score >= _FAINT_SCORE:
            kind, label = used.labels[at]
            # To four digits; `round` takes four times as long.
            chance = int(10_000 / (1 + math.exp(-score)) + 0.5) / 10_000
            likely.setdefault(kind, []).append((-chance, label))
    found = {kind: tuple([(label, -less) for less, label in sorted(many)]) for kind, many in likely.items()}
    ((_, asks),), ((_, wants),) = found.get("asks", _UNHEARD), found.get("wants", _UNHEARD)
    needs, intents, kinds, articles = (found.get(kind, ()) for kind in ("need", "intent", "kind", "topic"))
    return Topics(needs, intents, kinds, articles, asks, wants if used.hears_wants else 1.0)


_UNHEARD = (("any", 0.0),)
_FAINT_SCORE = math.log(FAINT / (1 - FAINT))


def names_of(groups: Groups) -> set[str]:
    """The features that heads learn from: words and pairs of words, short runs of letters, concepts."""
    words, letters, named, *_ = groups
    made = {f"w {one}" for one in words if one.count(" ") <= 1}
    made.update([f"l {one}" for one in letters])
    made.update([f"c {one}" for one in named if "&" not in one and ">" not in one])
    return made


def _scores(groups: Groups, heads: Heads) -> list[float]:
    """Of each head its score: above 0 it is rather so than not."""
    looked = zip(heads.tables, groups, strict=False)
    there = [*chain.from_iterable(filter(None, map(table.get, features)) for table, features in looked)]
    rare, sums = _added(there[:_AT_ONCE], heads.lanes)
    for at in range(_AT_ONCE, len(there), _AT_ONCE):
        more, others = _added(there[at : at + _AT_ONCE], heads.lanes)
        rare, sums = rare + more, [a + b for a, b in zip(sums, others, strict=True)]
    part, first = 1 / ((rare / RARITY) ** 0.5 or 1.0), len(heads.names)
    inner = sums[heads.lanes - len(heads.rows) :]
    said = awake = 0
    for one, lean, start, row in zip(inner, heads.lean[first:], heads.start[first:], heads.rows, strict=True):
        if (strong := one * part * lean + start) >= 1:
            step = int(strong) if strong < _MOST else _MOST
            awake += step
            said += step * row
    both = zip(
        map(sums.__getitem__, heads.own), heads.lean, heads.start,
        _signed("i", said, awake, first), heads.lean_beside, strict=False,
    )  # fmt: skip
    return [line * part * lean + start + beside * lean_beside for line, lean, start, beside, lean_beside in both]


def _added(many: Sequence[int], lanes: int) -> tuple[int, list[int]]:
    """How rare all together are, and the sum of each lane."""
    even = sum(map(_every_second(_RARE + lanes + lanes % 2).__and__, many))
    odd = (sum(many) - even) >> 8
    rare = (even & 0xFFFF) + ((odd & 0xFFFF) << 8)
    sums = [0] * lanes
    sums[::2] = _signed("h", even >> 16, len(many), (lanes + 1) // 2)
    sums[1::2] = _signed("h", odd >> 16, len(many), lanes // 2)
    return rare, sums


def _signed(kind: str, whole: int, count: int, lanes: int) -> Sequence[int]:
    """Each lane of a sum, so many times `MIDDLE` less: taken off all at once, and back into the machine's own form."""
    middles, tops = _in_each(kind, lanes)
    return _lanes(kind, ((whole - count * middles + tops) ^ tops).to_bytes(_BYTES[kind] * lanes, "little"))


_BYTES = {"h": 2, "i": 4}


@cache
def _in_each(kind: str, lanes: int) -> tuple[int, int]:
    """`MIDDLE` in every lane, and the uppermost bit of every lane."""
    wide = _BYTES[kind]
    ones = int.from_bytes((b"\1" + b"\0" * (wide - 1)) * lanes, "little")
    return MIDDLE * ones, ones << (8 * wide - 1)


@cache
def _every_second(wide: int) -> int:
    return int.from_bytes(b"\xff\0" * (wide // 2), "little")


def _lanes(kind: str, whole: bytes) -> Sequence[int]:
    lanes = array(kind, whole)
    if sys.byteorder == "big":
        lanes.byteswap()
    return lanes


def pack(rarity: int, weights: bytes) -> int:
    """One feature as one number; a weight of `MIDDLE` pushes nowhere."""
    return int.from_bytes(rarity.to_bytes(_RARE, "little") + weights, "little")


def _row(weights: bytes) -> int:
    lanes = bytearray(_ROW * len(weights))
    lanes[::_ROW] = weights
    return int.from_bytes(lanes, "little")


@cache
def shipped() -> Heads:
    """The heads that come with the product."""
    return kept("topics-model", lambda: load(MODEL))


@cache
def of_needs() -> Heads:
    """Of these only the heads for needs, and for whether any is stated: for a search nothing else is asked."""
    whole = shipped()
    kinds = ("need", "wants")
    own = tuple(at for at, name in enumerate(whole.names) if name.partition(":")[0] in kinds)
    first = len(whole.names)
    lean, start = (tuple(many[at] for at in own) + many[first:] for many in (whole.lean, whole.start))
    rows = tuple(_part_of(row, first, own) for row in whole.rows)
    labels = tuple(whole.labels[at] for at in own)
    beside = tuple(whole.lean_beside[at] for at in own)
    return Heads(
        tuple(whole.names[at] for at in own),
        whole.tables,
        lean,
        start,
        rows,
        beside,
        labels,
        whole.lanes,
        own,
        whole.hears_wants,
    )


def _part_of(row: int, heads: int, own: Sequence[int]) -> int:
    """What a hidden lane says to some of the heads only."""
    lanes = row.to_bytes(_ROW * heads, "little")
    return int.from_bytes(b"".join(lanes[_ROW * at : _ROW * (at + 1)] for at in own), "little")


def load(path: Path) -> Heads:
    """Read the packed file: a first line of JSON, then a feature, its rarity and its weights in base 64 a line."""
    tables: dict[str, dict[str, int]] = {"w": {}, "l": {}, "c": {}}
    there = packed.lines(path)
    head: dict[str, Any] = json.loads(next(there))
    # What is said most first, as in the model of danger: so it lies together in memory.
    for feature, rarity, weights in sorted((line.split("\t") for line in there), key=lambda row: int(row[1])):
        tables[feature[0]][feature[2:]] = pack(int(rarity), a2b_base64(weights))
    parts = (name.partition(":") for name in head["names"])
    known = tuple((kind, label) for kind, _, label in parts)
    rows = tuple(_row(a2b_base64(row)) for row in head["rows"])
    own = len(head["names"])
    lean, start = ((*many[:own], *(one * _TO_ONE for one in many[own:])) for many in (head["lean"], head["start"]))
    beside = tuple(one / _TO_ONE for one in head["lean_beside"])
    lanes = own + len(rows)
    return Heads(
        tuple(head["names"]),
        tuple(tables.values()),
        lean,
        start,
        rows,
        beside,
        known,
        lanes,
        tuple(range(own)),
        ("wants", "any") in known,
    )
