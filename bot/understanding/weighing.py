"""Weighs what the model feels of danger against what else a message sounds like: a known trouble without violence, or
a kind of violence."""

import math
from collections.abc import Sequence

from bot.understanding.model import Opinion, chance
from bot.understanding.topics import FAINT, Topics

VIOLENT = ("violence.", "mind.suicide", "health.emergency")  # needs that mean danger


def weigh(second: Opinion, heard: Topics, weights: Sequence[float]) -> Opinion:
    """The same opinion, danger weighed anew; unchanged without weights. Danger now is left as it is."""
    if not weights:
        return second
    start, *pushes = weights
    moved = start + sum(push * sign for push, sign in zip(pushes, signs(second, heard), strict=True))
    return Opinion(chance(moved), second.now)


def signs(second: Opinion, heard: Topics) -> tuple[float, ...]:
    """What is weighed: the model's danger; the likeliest need of violence, and without; any need; the kind of violence.

    Of several stretches those looked at for needs are the first and the last."""
    violent = calm = 0.0
    for code, one in heard.needs:
        if _is_harm(code):
            violent = one if one > violent else violent
        elif one > calm:
            calm = one
    kind = max([one for _, one in heard.kinds], default=0.0)
    return tuple([odds(one) for one in (second.danger, violent, calm, heard.wants, kind)])


def _is_harm(code: str) -> bool:
    """Whoever was not paid is not in danger by that."""
    return code.startswith(VIOLENT) and code != "violence.money"


def odds(likely: float) -> float:
    """A chance as a number that adds up: 0 for even chances. What is next to nothing and next to sure stays finite."""
    held = FAINT if likely < FAINT else _SURE if likely > _SURE else likely
    return math.log(held / (1 - held))


_SURE = 1 - FAINT / 2
