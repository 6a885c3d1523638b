"""Takes glued words apart (`bidanh`, `quanbinhthanh`): the cheapest way to cut them into syllables and shortenings."""

import math
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

from directory.reading.keyboards import from_telex, from_vni
from directory.reading.shortenings import FOREIGN
from directory.reading.syllables import bare, common, price

_SEED = Path(__file__).resolve().parent.parent / "seed"
LONGEST = 60  # letters; nobody glues more
_WIDEST = 8
_JOINT = 1.2  # the price of each cut
_TELEX, _SHORT, _DIGITS, _FOREIGN = 4.5, 6.5, 5.5, 5.0
_NEVER = math.inf
# Shortenings that people run into the next word; others would only cut good words to pieces.
_RUN_ON = (
    "ko hk hok dc đc vs xn bcs sdt bv pk ad ck vk nt lm ng tp sg hn "
    "hnay hqua ntn arv cccd bhyt iem bj bit wa trc mik mk ny"
)
_GLUED = frozenset(_RUN_ON.split())
_PAIR = -6.0  # two syllables that often stand together
Cut = tuple[float, tuple[str, ...]]


@lru_cache(maxsize=20_000)
def cut(word: str) -> Cut:
    """The price and the pieces, each as it was typed; an infinite price if the letters cannot be cut."""
    if not 3 <= len(word) <= LONGEST:
        return _NEVER, ()
    best: list[tuple[float, int]] = [(0.0, 0)] + [(_NEVER, 0)] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - _WIDEST), end):
            if best[start][0] is _NEVER or (start == 0 and end == len(word)):
                continue
            total = best[start][0] + _piece(word[start:end]) + _JOINT
            if start and (bare(word[best[start][1] : start]), bare(word[start:end])) in pairs():
                total += _PAIR
            if total < best[end][0]:
                best[end] = (total, start)
    if best[-1][0] == _NEVER:
        return _NEVER, ()
    pieces, at = [], len(word)
    while at:
        pieces.append(word[best[at][1] : at])
        at = best[at][1]
    return best[-1][0], tuple(reversed(pieces))


@cache
def pairs() -> frozenset[tuple[str, str]]:
    """Syllables that often stand together, so that "quatroi" is quá trời and not quạt rồi. Source: `seed/pairs.txt`."""
    lines = (_SEED / "pairs.txt").read_text("utf-8").splitlines()
    spoken = (line.split() for line in lines if not line.startswith("#"))
    return frozenset(pair for words in spoken for pair in pairwise(bare(word) for word in words))


@lru_cache(maxsize=40_000)
def _piece(part: str) -> float:
    """What it costs to read these letters as one piece."""
    if part.isdigit():
        return _DIGITS
    if part in FOREIGN:
        return _FOREIGN
    plain = bare(part)
    if len(part) == 1:
        # Only words of one letter that people glue; a lone consonant is a shortening and dear.
        return {"e": 5.5, "o": 5.5, "a": 6.5}.get(plain, _NEVER if plain not in "uyikr" else 11.0)
    known = common().get(plain)
    cost = known if known is not None and _is_well_marked(part) else price(plain) if _is_well_marked(part) else _NEVER
    if part in _GLUED:
        cost = min(cost, _SHORT if len(part) == 2 else _SHORT - 0.5)
    if cost == _NEVER and (decoded := from_telex(part) or from_vni(part)):
        cost = price(bare(decoded)) + _TELEX
    return cost + (1.0 if len(part) == 2 else 0.0)


def _is_well_marked(part: str) -> bool:
    """Two tones, or a mark on the last letter of a rime that cannot bear it, belong to two syllables."""
    if part.isascii():
        return True
    return sum(sign in _TONED for sign in part) <= 1


_TONED = frozenset("áàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ")
