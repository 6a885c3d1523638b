"""What a message sounds like beside danger: its needs, its intent, the kind of violence, which article answers it."""

import json
from binascii import a2b_base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from pathlib import Path
from typing import Any

from bot.understanding.features import Groups
from bot.understanding.model import RARITY, chance

MODEL = Path(__file__).resolve().parent / "topics-model.tsv"
# One feature is one whole number of three bytes a lane: how many (1), how rare, then a weight for each head.
_LANE = 3
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


def sounds_like(parts: Sequence[Groups], heads: Heads | None = None) -> Topics:
    """The likely needs, intents, kinds of violence and articles; of a long message those of its first stretch and its last."""
    used = heads or shipped()
    scores = [_scores(groups, used) for groups in ((parts[0],) if len(parts) == 1 else (parts[0], parts[-1]))]
    best = {name: max(one[at] for one in scores) for at, name in enumerate(used.names)}
    asks = best.get("asks:any", 0.0)
    return Topics(_of("need", best), _of("intent", best), _of("kind", best), _of("topic", best), asks)


def _of(kind: str, best: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    found = [(name.partition(":")[2], round(score, 4)) for name, score in best.items() if name.startswith(f"{kind}:")]
    return tuple(sorted(found, key=lambda one: (-one[1], one[0])))


def names_of(groups: Groups) -> set[str]:
    """The features the heads look at: words and pairs of words, short runs of letters, concepts."""
    words, letters, named, *_ = groups
    made = {f"w {one}" for one in words if one.count(" ") <= 1}
    made.update([f"l {one}" for one in letters])
    made.update([f"c {one}" for one in named if "&" not in one and ">" not in one])
    return made


def _scores(groups: Groups, heads: Heads) -> list[float]:
    total = sum(map(heads.table.get, names_of(groups), repeat(0)))
    lanes = total.to_bytes(_LANE * (len(heads.names) + 2), "little")
    bytes_of = zip(lanes[::3], lanes[1::3], lanes[2::3], strict=True)
    sums = [low | middle << 8 | high << 16 for low, middle, high in bytes_of]
    count, norm = sums[0], (sums[1] / RARITY) ** 0.5 or 1.0
    return [
        chance(((one - _MIDDLE * count) * step / norm + bias) * slope)
        for one, step, bias, slope in zip(sums[2:], heads.steps, heads.bias, heads.slope, strict=True)
    ]


def pack(rarity: int, weights: bytes) -> int:
    """One feature as one number; a weight of 128 pushes nowhere."""
    lanes = bytearray(_LANE * (len(weights) + 2))
    lanes[0] = 1
    lanes[3:5] = rarity.to_bytes(2, "little")
    lanes[6::3] = weights
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
    return Heads(tuple(head["names"]), table, tuple(head["steps"]), tuple(head["bias"]), tuple(head["slope"]))
