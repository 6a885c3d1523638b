"""A small network of two layers beside the straight lines for needs, intents and articles: development only.

What the heads have in common (a sore throat of any wording) is learnt once, in the hidden lanes that all of them share.
Parts are left out at random while it learns, so that nothing hangs on one word.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

HIDDEN = 96
BATCH = 256
TIMES, FEWEST, MOST = 30, 1200, 3200  # so often each message is learnt from; steps of a small set, and of a large one
LEFT_OUT = 0.4  # so much of what goes in, and of the hidden lanes, is missing each time
PACE, MEMORY, MEMORY_OF_SIZE = 3e-3, 0.9, 0.999  # of Adam
SHRINK = 1e-6
SELDOM = -3.0  # where each head begins: most messages are not its own
WORDS_A_MESSAGE = 60  # so many features are in one, about; for the size of what the first layer begins with


@dataclass(frozen=True, slots=True)
class Net:
    """Weights and starts of both layers, as arrays: features to hidden lanes, hidden lanes to heads."""

    first: Any
    first_start: Any
    second: Any
    second_start: Any

    def scores(self, features: Any) -> Any:
        """One row a message, one column a head; above 0 it is rather so than not."""
        numpy = import_module("numpy")
        hidden = numpy.maximum(features @ self.first + self.first_start, 0)
        return hidden @ self.second + self.second_start


def learn(features: Any, wanted: Any, known: Any) -> Net:
    """`features`: a sparse matrix, one row a message; `wanted` and `known`: one column a head, ones and zeros: what is
    so, and where anything is known of it. The same rows give the same net."""
    numpy = import_module("numpy")
    chance = numpy.random.default_rng(0)
    (count, width), heads = features.shape, wanted.shape[1]
    features, wanted, known = (one.astype(numpy.float32) for one in (features, wanted, known))
    steps = min(MOST, max(FEWEST, TIMES * count // BATCH))
    first = chance.normal(size=(width, HIDDEN)) * (0.7 * (2 / WORDS_A_MESSAGE) ** 0.5)
    parts = [
        first.astype(numpy.float32), numpy.zeros(HIDDEN, numpy.float32),
        (chance.normal(size=(HIDDEN, heads)) * 0.1).astype(numpy.float32), numpy.full(heads, SELDOM, numpy.float32),
    ]  # fmt: skip
    means, sizes = [numpy.zeros_like(one) for one in parts], [numpy.zeros_like(one) for one in parts]
    order, at = chance.permutation(count), 0
    for step in range(1, steps + 1):
        if at >= count:
            order, at = chance.permutation(count), 0
        rows = order[at : at + BATCH]
        at += BATCH
        slopes = _slopes(parts, features[rows].copy(), wanted[rows], known[rows], chance)
        pace = PACE * (1 - step / steps)
        for part, slope, mean, size in zip(parts, slopes, means, sizes, strict=True):
            mean *= MEMORY
            mean += (1 - MEMORY) * slope
            size *= MEMORY_OF_SIZE
            size += (1 - MEMORY_OF_SIZE) * slope * slope
            root = numpy.sqrt(size / (1 - MEMORY_OF_SIZE**step)) + 1e-8
            part -= pace * (mean / (1 - MEMORY**step)) / root
    return Net(*parts)


def _slopes(parts: list[Any], features: Any, wanted: Any, known: Any, chance: Any) -> tuple[Any, ...]:
    """How each weight moves the loss on these rows, some of what goes in and of the hidden lanes left out."""
    numpy = import_module("numpy")
    first, first_start, second, second_start = parts
    features.data *= (chance.random(len(features.data)) >= LEFT_OUT) / (1 - LEFT_OUT)
    before = features @ first + first_start
    there = ((chance.random(before.shape) >= LEFT_OUT) / (1 - LEFT_OUT)).astype(numpy.float32) * (before > 0)
    hidden = before * there
    chances = 1 / (1 + numpy.exp(-(hidden @ second + second_start)))
    off = (chances - wanted) * known / len(wanted)
    back = (off @ second.T) * there
    return (
        numpy.asarray(features.T @ back) + SHRINK * first, back.sum(0),
        hidden.T @ off + SHRINK * second, off.sum(0),
    )  # fmt: skip
