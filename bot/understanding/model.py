"""A second opinion on danger: the weight of words in messages that colleagues wrote for practice."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from directory.reading import Reading

MODEL = Path(__file__).resolve().parent / "danger-model.json"
_WINDOW = 80


@dataclass(frozen=True, slots=True)
class Opinion:
    """How likely the message speaks of danger at all, and of danger now; each from 0 to 1."""

    danger: float
    now: float


def features(tokens: tuple[str, ...]) -> set[str]:
    """What the model looks at: words, pairs of words, and words with one word skipped."""
    words = ["^", *tokens, "$"]
    pairs = {f"{one} {two}" for one, two in pairwise(words)}
    skips = {f"{one} _ {two}" for one, two in zip(words, words[2:], strict=False)}
    return {*tokens, *pairs, *skips}


def opinion(reading: Reading) -> Opinion:
    """The model's opinion; of a long message that of its most dangerous stretch."""
    tokens = reading.tokens
    starts = range(0, max(1, len(tokens) - _WINDOW // 2), _WINDOW // 2)
    found = [_score(tokens[start : start + _WINDOW]) for start in starts]
    return Opinion(max(one.danger for one in found), max(one.now for one in found))


def _score(tokens: tuple[str, ...]) -> Opinion:
    weights = _weights()
    seen = features(tokens)
    scale = 1 / math.sqrt(len(seen))
    danger, now = weights["bias"]
    for one in seen:
        if pair := weights.get(one):
            danger += pair[0] * scale
            now += pair[1] * scale
    return Opinion(_chance(danger), _chance(now))


def _chance(value: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))


@cache
def _weights() -> Mapping[str, tuple[float, float]]:
    content = json.loads(MODEL.read_text("utf-8"))
    return {str(word): (float(pair[0]), float(pair[1])) for word, pair in content.items()}


def learn(examples: Iterable[tuple[tuple[str, ...], str]], *, rounds: int = 12) -> dict[str, list[float]]:
    """Weights from (words, level) pairs; the same examples give the same weights. Rare and light words are dropped."""
    rows = [(sorted(features(tokens)), level) for tokens, level in examples]
    weights: dict[str, list[float]] = {"bias": [0.0, 0.0]}
    for turn in range(rounds):
        rate = 1.2 / (1 + turn * 0.35)
        for at in range(len(rows)):
            seen, level = rows[(at * 7919 + turn * 31) % len(rows)]
            scale = 1 / math.sqrt(len(seen))
            for side, wanted in enumerate((level != "none", level == "now")):
                total = weights["bias"][side] + scale * sum(weights[one][side] for one in seen if one in weights)
                step = rate * (wanted - _chance(total))
                weights["bias"][side] += 0.05 * step
                for one in seen:
                    own = weights.setdefault(one, [0.0, 0.0])
                    own[side] += step * scale * 3 - 0.00002 * own[side]
    kept = {one: [round(value, 2) for value in pair] for one, pair in weights.items() if max(map(abs, pair)) >= 0.35}
    return dict(sorted({**kept, "bias": [round(value, 3) for value in weights["bias"]]}.items()))
