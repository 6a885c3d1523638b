"""What a message sounds like beside danger: its needs, its intent, the kind of violence, which article answers it."""

import json
import math
import sys
from array import array
from binascii import a2b_base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bot.understanding.features import Groups
from bot.understanding.model import RARITY

MODEL = Path(__file__).resolve().parent / "topics-model.tsv"
# One feature is one whole number of four bytes a lane: how many (1), how rare, then a weight for each head.
_LANE = 4
_MIDDLE = 128


@dataclass(frozen=True, slots=True)
class Topics:
    """Chances from 0 to 1, best first. Each stands for itself: two needs can both be likely."""

    needs: tuple[tuple[str, float], ...]
    intents: tuple[tuple[str, float], ...]
    kinds: tuple[tuple[str, float], ...]
    articles: tuple[tuple[str, float], ...] = ()
    asks: float = 0.0  # that some article answers it


@dataclass(frozen=True, slots=True)
class Heads:
    """The trained file: features to packed numbers (how many, how rare, one lane a head)."""

    names: tuple[str, ...]
    table: Mapping[str, int]
    steps: tuple[float, ...]
    bias: tuple[float, ...]
    slope: tuple[float, ...]
    labels: Mapping[str, tuple[tuple[int, str], ...]]  # of each kind of head: which heads, and what each means


def sounds_like(parts: Sequence[Groups], heads: Heads | None = None) -> Topics:
    """The likely needs, intents, kinds and articles; of a long message those of its first stretch and its last."""
    used = heads or shipped()
    scores = [_scores(groups, used) for groups in ((parts[0],) if len(parts) == 1 else (parts[0], parts[-1]))]
    best = scores[0] if len(scores) == 1 else [max(pair) for pair in zip(*scores, strict=True)]
    found = {kind: _ordered(labels, best) for kind, labels in used.labels.items()}
    asks = dict(found.get("asks", ())).get("any", 0.0)
    return Topics(found["need"], found["intent"], found["kind"], found.get("topic", ()), asks)


def _ordered(labels: Sequence[tuple[int, str]], best: Sequence[float]) -> tuple[tuple[str, float], ...]:
    return tuple(sorted([(label, best[at]) for at, label in labels], key=lambda one: (-one[1], one[0])))


def names_of(groups: Groups) -> set[str]:
    """The features the heads look at: words and pairs of words, short runs of letters, concepts."""
    words, letters, named, *_ = groups
    made = {f"w {one}" for one in words if one.count(" ") <= 1}
    made.update([f"l {one}" for one in letters])
    made.update([f"c {one}" for one in named if "&" not in one and ">" not in one])
    return made


def _scores(groups: Groups, heads: Heads) -> list[float]:
    total = sum(filter(None, map(heads.table.get, names_of(groups))))
    lanes = array("I", total.to_bytes(_LANE * (len(heads.names) + 2), "little"))
    if sys.byteorder == "big":
        lanes.byteswap()
    count, rarity, *sums = lanes
    norm, zero = (rarity / RARITY) ** 0.5 or 1.0, _MIDDLE * count
    return [
        round(1 / (1 + math.exp(-max(-30.0, min(30.0, ((one - zero) * step / norm + bias) * slope)))), 4)
        for one, step, bias, slope in zip(sums, heads.steps, heads.bias, heads.slope, strict=True)
    ]


def pack(rarity: int, weights: bytes) -> int:
    """One feature as one number; a weight of 128 pushes nowhere."""
    lanes = bytearray(_LANE * (len(weights) + 2))
    lanes[0] = 1
    lanes[_LANE : _LANE + 2] = rarity.to_bytes(2, "little")
    lanes[2 * _LANE :: _LANE] = weights
    return int.from_bytes(lanes, "little")


@cache
def shipped() -> Heads:
    """The heads that come with the product."""
    return load(MODEL)


def load(path: Path) -> Heads:
    """Read the file: a first line of JSON, then a feature, its rarity and its weights in base 64 a line."""
    first, *lines = path.read_text("utf-8").splitlines()
    head: dict[str, Any] = json.loads(first)
    table = {}
    for line in lines:
        feature, rarity, weights = line.split("\t")
        table[feature] = pack(int(rarity), a2b_base64(weights))
    labels: dict[str, list[tuple[int, str]]] = {"need": [], "intent": [], "kind": []}
    for at, name in enumerate(head["names"]):
        kind, _, label = name.partition(":")
        labels.setdefault(kind, []).append((at, label))
    known = {kind: tuple(many) for kind, many in labels.items()}
    return Heads(
        tuple(head["names"]), table, tuple(head["steps"]), tuple(head["bias"]), tuple(head["slope"]), known
    )  # fmt: skip
