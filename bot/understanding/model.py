"""A second opinion on danger: what messages that colleagues wrote for practice have in common, as weights."""

import json
import math
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from bot.understanding import packed
from bot.understanding.features import GROUPS, Groups
from directory.compiled import kept

MODEL = Path(__file__).resolve().parent / "danger-model.tsv.gz"
# One feature is one whole number that holds three: how rare, and two weights. So a sum is one addition, and as long as
# it stays below 2 to the 63rd one of the machine's own.
_LANE = 22
_MIDDLE = 128
_MASK = (1 << _LANE) - 1
# A table is looked up by a print of each feature, a whole number of 64 bits that takes less memory than its words. They
# are other ones in every process, so nobody can write a message whose words have the print of others.
_PRINT = hash
RARITY = 8.0  # rarity is kept in eighths


@dataclass(frozen=True, slots=True)
class Opinion:
    """How strongly the message sounds of danger at all, and of danger now: chances from 0 to 1."""

    danger: float
    now: float


@dataclass(frozen=True, slots=True)
class Weights:
    """The trained model. Of each group of features the packed number of each, by its print: a message's features are
    looked up and never listed, so nobody needs the words. `marks` and `weighed` were chosen on authors left out."""

    tables: tuple[Mapping[int, int], ...]
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
        norm = _norm(sum(_numbers(table, features)))
        for feature in features:
            if number := sum(_numbers(table, (feature,))):
                push = ((number >> _LANE & _MASK) - _MIDDLE) * steps[0] / norm * used.slope[0]
                found.append((name, feature, round(push, 3)))
    return sorted(found, key=lambda one: (-abs(one[2]), one[1]))[:most]


def _score(groups: Groups, weights: Weights) -> Opinion:
    danger, now = weights.bias
    for table, steps, features in zip(weights.tables, weights.steps, groups, strict=True):
        there = [*_numbers(table, features)]
        if there:
            total, middle = sum(there), _MIDDLE * len(there)
            norm = _norm(total)
            danger += ((total >> _LANE & _MASK) - middle) * steps[0] / norm
            now += ((total & _MASK) - middle) * steps[1] / norm
    return Opinion(chance(danger * weights.slope[0]), chance(now * weights.slope[1]))


def _norm(total: int) -> float:
    return math.sqrt((total >> 2 * _LANE) / RARITY) or 1.0


def _numbers(table: Mapping[int, int], features: Iterable[str]) -> Iterator[int]:
    """The packed numbers of those features that the table has."""
    return filter(None, map(table.get, map(_PRINT, features)))


def by_print(features: Sequence[str], numbers: Iterable[int]) -> dict[int, int]:
    """A table. Raises TwoAlike: no two of its features may have one print (one start in two thousand million)."""
    made = dict(zip(map(_PRINT, features), numbers, strict=True))
    if len(made) != len(features):
        raise TwoAlike
    return made


class TwoAlike(Exception):
    """Two features of a model have the same print in this process; in the next one they have others."""


def pack(rarity: int, danger: int, now: int) -> int:
    """One feature as one number: its rarity squared (in eighths), and two weights from -127 to 127."""
    return rarity << 2 * _LANE | (danger + _MIDDLE) << _LANE | now + _MIDDLE


def chance(value: float) -> float:
    """A score as a chance from 0 to 1."""
    return 1 / (1 + math.exp(30.0 if value < -30.0 else -30.0 if value > 30.0 else -value))


@cache
def shipped() -> Weights:
    """The model that comes with the product."""
    return _laid_out(kept("danger-model", lambda: _read(MODEL)))


def load(path: Path) -> Weights:
    """Read a model file: a first line of JSON, then `= group` lines and one feature a line."""
    return _laid_out(_read(path))


@dataclass(frozen=True, slots=True)
class _Flat:
    """The model with its tables as one text each, and for each feature which of the numbers is its own: there are far
    fewer numbers than features, and the process holds each once. What is said most stands first, side by side: so it
    lies together in memory, where it is found sooner."""

    tables: "tuple[tuple[str, array[int]], ...]"
    numbers: tuple[int, ...]
    rest: Weights


def _laid_out(written: _Flat) -> Weights:
    tables = (
        by_print(features.split("\n") if which else (), map(written.numbers.__getitem__, which))
        for features, which in written.tables
    )
    return replace(written.rest, tables=tuple(tables))


def _read(path: Path) -> _Flat:
    there = packed.lines(path)
    head: dict[str, Any] = json.loads(next(there))
    tables: list[list[tuple[int, str]]] = []
    same: dict[str, int] = {}
    for line in there:
        if line.startswith("= "):
            tables.append([])
            continue
        feature, _, written = line.partition("\t")
        if written not in same:
            rarity, danger, now = map(int, written.split("\t"))
            same[written] = pack(rarity, danger, now)
        tables[-1].append((same[written], feature))
    numbers = {number: at for at, number in enumerate(sorted(set(same.values())))}  # the rarest last
    steps = tuple((float(one[0]), float(one[1])) for one in head["steps"])
    bias, slope = head["bias"], head["slope"]
    rest = Weights(
        (), steps, (bias[0], bias[1]), (slope[0], slope[1]), head["marks"], head["made_from"],
        tuple(head.get("weighed", ())),
    )  # fmt: skip
    return _Flat(tuple(_flat(sorted(many), numbers) for many in tables), tuple(numbers), rest)


def _flat(many: Sequence[tuple[int, str]], numbers: Mapping[int, int]) -> "tuple[str, array[int]]":
    return "\n".join(feature for _, feature in many), array("I", (numbers[number] for number, _ in many))
