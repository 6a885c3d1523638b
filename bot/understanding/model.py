"""A second opinion on danger: what messages that colleagues wrote for practice have in common, as weights."""

import json
import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from bot.understanding import packed
from bot.understanding.features import GROUPS, Groups
from directory.compiled import kept

MODEL = Path(__file__).resolve().parent / "danger-model.tsv.gz"
# One feature is one whole number that holds four: how many (1), how rare, and two weights. So a sum is one addition.
_LANE = 20
_MIDDLE = 128
_MASK = (1 << _LANE) - 1
RARITY = 8.0  # rarity is kept in eighths


@dataclass(frozen=True, slots=True)
class Opinion:
    """How strongly the message sounds of danger at all, and of danger now: chances from 0 to 1."""

    danger: float
    now: float


@dataclass(frozen=True, slots=True)
class Weights:
    """The trained model, as the file has it. `marks` and `weighed` were chosen on authors left out of training."""

    tables: tuple[Mapping[str, int], ...]
    steps: tuple[tuple[float, float], ...]
    bias: tuple[float, float]
    slope: tuple[float, float]
    marks: Mapping[str, float] = field(default_factory=dict)
    made_from: str = ""
    weighed: tuple[float, ...] = ()  # how danger is weighed against what else a message sounds like


def opinion(parts: Sequence[Groups], weights: Weights | None = None) -> Opinion:
    """The model's opinion of a message's stretches: that of the most dangerous one."""
    used = weights or shipped()
    found = [_score(groups, used) for groups in parts]
    return Opinion(max(one.danger for one in found), max(one.now for one in found))


def strongest(
    parts: Sequence[Groups], weights: Weights | None = None, *, most: int = 8
) -> list[tuple[str, str, float]]:
    """What moved the opinion most: (group, feature, push towards danger), strongest first."""
    used = weights or shipped()
    groups = max(parts, key=lambda one: _score(one, used).danger)
    found = []
    for name, table, steps, features in zip(GROUPS, used.tables, used.steps, groups, strict=True):
        norm = _norm(sum(filter(None, map(table.get, features))))
        for feature in features:
            if number := table.get(feature):
                push = ((number >> _LANE & _MASK) - _MIDDLE) * steps[0] / norm * used.slope[0]
                found.append((name, feature, round(push, 3)))
    return sorted(found, key=lambda one: (-abs(one[2]), one[1]))[:most]


def _score(groups: Groups, weights: Weights) -> Opinion:
    danger, now = weights.bias
    for table, steps, features in zip(weights.tables, weights.steps, groups, strict=True):
        total = sum(filter(None, map(table.get, features)))
        if total:
            count, norm = total >> 3 * _LANE, _norm(total)
            danger += ((total >> _LANE & _MASK) - _MIDDLE * count) * steps[0] / norm
            now += ((total & _MASK) - _MIDDLE * count) * steps[1] / norm
    return Opinion(chance(danger * weights.slope[0]), chance(now * weights.slope[1]))


def _norm(total: int) -> float:
    return math.sqrt((total >> 2 * _LANE & _MASK) / RARITY) or 1.0


def pack(rarity: int, danger: int, now: int) -> int:
    """One feature as one number: its rarity squared (in eighths), and two weights from -127 to 127."""
    return 1 << 3 * _LANE | rarity << 2 * _LANE | (danger + _MIDDLE) << _LANE | now + _MIDDLE


def chance(value: float) -> float:
    """A score as a chance from 0 to 1."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))


@cache
def shipped() -> Weights:
    """The model that comes with the product."""
    written = kept("danger-model", lambda: _flat(load(MODEL)))
    tables = (
        dict(zip(features.split("\n"), map(written.numbers.__getitem__, which), strict=True))
        for features, which in written.tables
    )
    return replace(written.rest, tables=tuple(tables))


@dataclass(frozen=True, slots=True)
class _Flat:
    """The model with its tables as one text each, and for each feature which of the numbers is its own: there are far
    fewer numbers than features, and the process holds each once."""

    tables: "tuple[tuple[str, array[int]], ...]"
    numbers: tuple[int, ...]
    rest: Weights


def _flat(weights: Weights) -> _Flat:
    numbers = {number: at for at, number in enumerate({n: None for one in weights.tables for n in one.values()})}
    tables = tuple(("\n".join(table), array("L", map(numbers.__getitem__, table.values()))) for table in weights.tables)
    return _Flat(tables, tuple(numbers), replace(weights, tables=()))


def load(path: Path) -> Weights:
    """Read a model file: a first line of JSON, then `= group` lines and one feature a line."""
    there = packed.lines(path)
    head: dict[str, Any] = json.loads(next(there))
    tables: list[dict[str, int]] = []
    same: dict[str, int] = {}
    for line in there:
        if line.startswith("= "):
            tables.append({})
            continue
        feature, _, numbers = line.partition("\t")
        number = same.get(numbers)
        if number is None:
            rarity, danger, now = numbers.split("\t")
            number = same[numbers] = pack(int(rarity), int(danger), int(now))
        tables[-1][feature] = number
    steps = tuple((float(one[0]), float(one[1])) for one in head["steps"])
    bias, slope = head["bias"], head["slope"]
    return Weights(
        tuple(tables), steps, (bias[0], bias[1]), (slope[0], slope[1]), head["marks"], head["made_from"],
        tuple(head.get("weighed", ())),
    )  # fmt: skip
