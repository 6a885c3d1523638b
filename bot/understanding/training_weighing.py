"""Learns how danger is weighed against what else a message sounds like, on authors left out; development only."""

from collections.abc import Sequence
from importlib import import_module

from bot.understanding.examples import Example
from bot.understanding.model import Opinion
from bot.understanding.rules import Examined
from bot.understanding.topics import Topics
from bot.understanding.weighing import signs

STRICTNESS = 10.0  # there are six numbers to learn and many thousand examples


def learn(
    felt: Sequence[Opinion], heard: Sequence[Topics], examined: Sequence[Examined], many: Sequence[Example]
) -> tuple[float, ...]:
    """Where it begins, then one weight for each sign. Learnt where no rule stands: there a rule decides."""
    linear = import_module("sklearn.linear_model")
    used = [
        at for at, one in enumerate(many)
        if not examined[at].standing and (one.level != "none" or one.levels == ("none",))
    ]  # fmt: skip
    rows = [signs(felt[at], heard[at]) for at in used]
    made = linear.LogisticRegression(C=STRICTNESS).fit(rows, [many[at].level != "none" for at in used])
    return tuple(round(float(one), 4) for one in (*made.intercept_, *made.coef_[0]))
