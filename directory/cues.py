"""Recognises a question by its cues: words that must stand together, as maintainers wrote them in `topics.yaml`."""

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from rapidfuzz.distance import OSA

from directory import added, articles
from directory.compiled import kept
from directory.reading import Reading, fold
from directory.reading.spelling import is_syllable
from directory.reading.syllables import price

NEEDED = 5.0  # how much must be said before one cue alone is nearly believed
FUZZY_FROM = 5  # shorter words turn into other words with a single slip
LONGEST = 200  # words; a longer message is a story, and its beginning says what it is about
SHORT = 14  # words of a question that names one thing
_DOORS = frozenset({"phong", "nha", "duong", "ngo", "hem", "kiet", "lau", "tang"})  # "phòng 111" is no national line
REACH = 6  # words of one phrase may stand this far apart, not more

Phrase = tuple[str, ...]
Heard = Sequence[frozenset[str]]  # for each word of the question, what it may be


@dataclass(frozen=True, slots=True)
class Cue:
    """All `parts` must stand in the question; each part is any one of its phrases. `rarest`: of each phrase of a part
    the word that is said least, so that most parts that are not there are seen not to be by one look."""

    parts: tuple[tuple[Phrase, ...], ...]
    rarest: tuple[frozenset[str], ...]


def scores(reading: Reading, *, spared: frozenset[int] = frozenset()) -> Mapping[str, float]:
    """For each topic how well its cues fit, from 0 to 1; topics without any are left out.

    `spared`: words that name something else, and count as no part of a cue."""
    if spared:
        left = tuple("" if at in spared else token for at, token in enumerate(reading.tokens[:LONGEST]))
        return _scores(tuple(map(_heard, left)))
    # As smoothed, and as typed: smoothing a name that is no Vietnamese word may lose it.
    ways = {reading.tokens[:LONGEST], tuple(re.findall(r"[^\W_]+", fold(reading.text)))[:LONGEST]}
    found: dict[str, float] = {}
    for tokens in ways:
        for id, score in _scores(tuple(map(_heard, tokens))).items():
            found[id] = max(found.get(id, 0.0), score)
    return found


def decided(reading: Reading) -> str | None:
    """The topic whose `surely` a short question holds, whatever else it sounds like; None where none does."""
    if len(reading.tokens) > SHORT or any(a in _DOORS and b.isdigit() for a, b in pairwise(reading.tokens)):
        return None
    present = frozenset(reading.tokens)
    if present.isdisjoint(_sure_words()):
        return None
    heard = tuple(frozenset({token}) for token in reading.tokens)
    return next((id for id, cue in _surely() if _weight(heard, present, cue, NEEDED)), None)


def _scores(heard: Heard) -> Mapping[str, float]:
    """Several cues strengthen each other; the same cue says more in a short question than in a long story."""
    present = frozenset().union(*heard)
    needed = NEEDED * min(1.0, max(0.35, len(heard) / 12))
    doubt: dict[str, float] = {}
    known, numbered = _by_word(), _numbered()
    for number in sorted({number for word in present if word in known for number in known[word]}):
        id, cue = numbered[number]
        if any(map(present.isdisjoint, cue.rarest)):
            continue  # most end here
        if weight := _weight(heard, present, cue, needed):
            doubt[id] = doubt.get(id, 1.0) * (1.0 - weight)
    for id, cue in _added(added.current()):
        if weight := _weight(heard, present, cue, needed):
            doubt[id] = doubt.get(id, 1.0) * (1.0 - weight)
    return {id: 1.0 - left for id, left in doubt.items()}


def _weight(heard: Heard, present: frozenset[str], cue: Cue, needed: float) -> float:
    strength = 0.0
    for part in cue.parts:
        there = [_rarity(one) for one in part if present.issuperset(one) and (len(one) == 1 or _stands_in(one, heard))]
        if not there:
            return 0.0
        strength += max(there)
    return min(0.9, 1.0 - math.exp(-strength / needed))


@cache
def _numbered() -> tuple[tuple[str, Cue], ...]:
    return tuple((id, cue) for id, cues in _cues().items() for cue in cues)


@lru_cache(maxsize=4)
def _added(own: added.Added) -> tuple[tuple[str, Cue], ...]:
    """What maintainers have added; how much the words of the shipped cues say stays as it is."""
    known = articles.topics()
    return tuple((id, _cue(phrase)) for id, many in own.topics.items() if id in known for phrase in many)


@cache
def _by_word() -> Mapping[str, tuple[int, ...]]:
    """The cues of whose rarest part a phrase has this word for its rarest: no others need a look."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for number, (_, cue) in enumerate(_numbered()):
        for word in min(cue.rarest, key=lambda words: sum(map(_how_common, words))):
            found[word].append(number)
    return {word: tuple(numbers) for word, numbers in found.items()}


def _how_common(word: str) -> float:
    return math.exp(-price(word))


@cache
def _rarity(phrase: Phrase) -> float:
    """How much a phrase says: words that many topics share say little."""
    return sum(math.log((1 + len(_cues())) / (1 + _topics_with().get(word, 0))) for word in phrase)


def _stands_in(phrase: Phrase, heard: Heard) -> bool:
    """Whether the words stand in this order, near each other."""
    starts = [at for at, words in enumerate(heard) if phrase[0] in words]
    return any(_follows(phrase[1:], heard[at + 1 : at + REACH]) for at in starts)


def _follows(rest: Phrase, heard: Heard) -> bool:
    at = 0
    for word in rest:
        step = next((n for n, words in enumerate(heard[at : at + 2]) if word in words), None)
        if step is None:
            return False
        at += step + 1
    return True


@lru_cache(maxsize=20_000)
def _heard(token: str) -> frozenset[str]:
    """The words this token may stand for: itself, or, if it is no syllable at all, words one slip away."""
    if len(token) < FUZZY_FROM or token in _topics_with() or is_syllable(token):
        return frozenset({token})
    near = (word for word in _topics_with() if len(word) >= FUZZY_FROM)
    return frozenset({token, *(word for word in near if OSA.distance(word, token, score_cutoff=1) <= 1)})


@cache
def _surely() -> tuple[tuple[str, Cue], ...]:
    return tuple((topic.id, _cue(written)) for topic in articles.topics().values() for written in topic.surely)


@cache
def _sure_words() -> frozenset[str]:
    """One word of each phrase of a part of these: without any of them none stands there."""
    return frozenset(word for _, cue in _surely() for word in min(cue.rarest, key=len))


@cache
def _cues() -> dict[str, tuple[Cue, ...]]:
    known = articles.topics().values()
    return kept("cues", lambda: {topic.id: tuple(_cue(written) for written in topic.cues) for topic in known})


def _cue(written: str) -> Cue:
    said = (part.split("|") for part in written.split(" + "))
    parts = tuple(tuple(tuple(fold(phrase).split()) for phrase in part) for part in said)
    return Cue(parts, tuple(frozenset(min(phrase, key=_how_common) for phrase in part) for part in parts))


@cache
def _topics_with() -> dict[str, int]:
    counts: dict[str, int] = {}
    for cues in _cues().values():
        words = {word for cue in cues for part in cue.parts for phrase in part for word in phrase}
        for word in words:
            counts[word] = counts.get(word, 0) + 1
    return counts
