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
    labels: Mapping[str, tuple[tuple[int, str], ...]]  # of each kind of head: which heads, and what each means
    lanes: int  # of one feature
    own: tuple[int, ...]  # those of them that are these heads' lines


def sounds_like(parts: Sequence[Groups], heads: Heads | None = None) -> Topics:
    """The likely needs, intents, kinds and articles; of a long message those of its first stretch and its last."""
    used = heads or shipped()
    scores = [_scores(groups, used) for groups in ((parts[0],) if len(parts) == 1 else (parts[0], parts[-1]))]
    best = scores[0] if len(scores) == 1 else [max(pair) for pair in zip(*scores, strict=True)]
    found = {kind: _ordered(labels, best) for kind, labels in used.labels.items()}
    asks, wants = (dict(found[kind]).get("any", 0.0) if kind in found else missing for kind, missing in _ANY)
    return Topics(found["need"], found.get("intent", ()), found.get("kind", ()), found.get("topic", ()), asks, wants)


_ANY = (("asks", 0.0), ("wants", 1.0))  # and what is thought where a file has no such head
_FAINT_SCORE = math.log(FAINT / (1 - FAINT))


def _ordered(labels: Sequence[tuple[int, str]], best: Sequence[float]) -> tuple[tuple[str, float], ...]:
    least = _FAINT_SCORE
    there = [(label, _chance(score)) for at, label in labels if (score := best[at]) >= least]
    return tuple(sorted(there, key=lambda one: (-one[1], one[0])))


def _chance(score: float) -> float:
    return round(1 / (1 + math.exp(-min(30.0, score))), 4)


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
    low, high, *sums = _added(there[:_AT_ONCE], _RARE + heads.lanes)
    for at in range(_AT_ONCE, len(there), _AT_ONCE):
        more, much_more, *others = _added(there[at : at + _AT_ONCE], _RARE + heads.lanes)
        low, high, sums = low + more, high + much_more, [a + b for a, b in zip(sums, others, strict=True)]
    part, zero = 1 / (((low + (high << 8)) / RARITY) ** 0.5 or 1.0), MIDDLE * len(there)
    first = len(heads.names)
    inner = sums[heads.lanes - len(heads.rows) :]
    hidden = zip(inner, heads.lean[first:], heads.start[first:], heads.rows, strict=True)
    awake = [(int(step), row) for one, lean, start, row in hidden if (step := (one - zero) * part * lean + start) >= 1]
    steps = [step if step < _MOST else _MOST for step, _ in awake]
    said = sum([step * row for step, (_, row) in zip(steps, awake, strict=True)]).to_bytes(_ROW * first, "little")
    zero_beside = MIDDLE * sum(steps)
    lines = map(sums.__getitem__, heads.own)
    both = zip(lines, heads.lean, heads.start, _lanes("I", said), heads.lean_beside, strict=False)
    return [
        (line - zero) * part * lean + start + (beside - zero_beside) * lean_beside
        for line, lean, start, beside, lean_beside in both
    ]


def _added(many: Sequence[int], lanes: int) -> Sequence[int]:
    """The sum of each lane."""
    wide = lanes + lanes % 2
    even = sum(map(_every_second(wide).__and__, many))
    sums = [0] * wide
    sums[::2] = _lanes("H", even.to_bytes(wide, "little"))
    sums[1::2] = _lanes("H", ((sum(many) - even) >> 8).to_bytes(wide, "little"))
    return sums[:lanes]


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
    labels = {kind: tuple((own.index(at), label) for at, label in whole.labels[kind]) for kind in kinds}
    beside = tuple(whole.lean_beside[at] for at in own)
    return Heads(
        tuple(whole.names[at] for at in own), whole.tables, lean, start, rows, beside, labels, whole.lanes, own
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
    for line in there:
        feature, rarity, weights = line.split("\t")
        tables[feature[0]][feature[2:]] = pack(int(rarity), a2b_base64(weights))
    labels: dict[str, list[tuple[int, str]]] = {"need": [], "intent": [], "kind": []}
    for at, name in enumerate(head["names"]):
        kind, _, label = name.partition(":")
        labels.setdefault(kind, []).append((at, label))
    known = {kind: tuple(many) for kind, many in labels.items()}
    rows = tuple(_row(a2b_base64(row)) for row in head["rows"])
    own = len(head["names"])
    lean, start = ((*many[:own], *(one * _TO_ONE for one in many[own:])) for many in (head["lean"], head["start"]))
    beside = tuple(one / _TO_ONE for one in head["lean_beside"])
    lanes = own + len(rows)
    return Heads(
        tuple(head["names"]), tuple(tables.values()), lean, start, rows, beside, known, lanes, tuple(range(own))
    )
