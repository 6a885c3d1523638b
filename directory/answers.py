"""Which article answers a question; where none fits well, this says so instead of guessing."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from rapidfuzz.distance import OSA

from directory import articles
from directory.reading import Reading, fold, read
from directory.reading.spelling import is_syllable
from directory.wording import FALLBACK, t

THRESHOLD = 0.7  # below this an answer helps less often than it misleads
CLOSE = 0.8  # a second article is shown only if it fits nearly as well as the first
NEEDED = 5.0  # how much must be said before one cue alone is nearly believed
FUZZY_FROM = 5  # shorter words turn into other words with a single slip
LONGEST = 200  # words; a longer message is a story, and its beginning says what it is about
REACH = 6  # words of one phrase may stand this far apart, not more

Phrase = tuple[str, ...]
Heard = Sequence[frozenset[str]]  # for each word of the question, what it may be


@dataclass(frozen=True, slots=True)
class Cue:
    """All `parts` must stand in the question; each part is any one of its phrases."""

    parts: tuple[tuple[Phrase, ...], ...]


@dataclass(frozen=True, slots=True)
class ArticleHit:
    """One article that answers, as a person would read it."""

    id: str
    title: str
    score: float
    answer: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the library says to a question; `abstained` where it has nothing that fits."""

    articles: tuple[ArticleHit, ...]
    abstained: bool


def match(reading: Reading) -> tuple[tuple[str, float], ...]:
    """The topics that fit the question, best first, with a score between 0 and 1; empty where none fits well."""
    # As smoothed, and as typed: smoothing a name that is no Vietnamese word may lose it.
    ways = {reading.tokens[:LONGEST], tuple(re.findall(r"[^\W_]+", fold(reading.text)))[:LONGEST]}
    heard = [tuple(_heard(token) for token in tokens) for tokens in ways]
    scored = [(id, max(_score(way, cues) for way in heard)) for id, cues in _cues().items()]
    fitting = sorted((pair for pair in scored if pair[1] >= THRESHOLD), key=lambda pair: -pair[1])
    return tuple((id, round(score, 3)) for id, score in fitting if score >= CLOSE * fitting[0][1])[:3]


def answer(text: str, language: str = FALLBACK, *, library: articles.Library | None = None) -> Answer:
    """What a person who asks this would be shown; a topic without an article says honestly that there is none."""
    shelf = library or shipped()
    hits: list[ArticleHit] = []
    for id, score in match(read(text)):
        found = shelf.get(id, language)
        title = found.title if found else articles.topics()[id].title(language)
        body = articles.card(found, language) if found else t("article.not_written", language)
        hits.append(ArticleHit(id, title, score, body))
    return Answer(tuple(hits), not hits)


def as_json(text: str, answered: Answer) -> dict[str, Any]:
    """The answer in the shape that `ask --json` promises."""
    hits = [{"id": hit.id, "title": hit.title, "score": hit.score, "answer": hit.answer} for hit in answered.articles]
    return {"query": text, "articles": hits, "abstained": answered.abstained}


@cache
def shipped() -> articles.Library:
    """The articles that come with the product."""
    return articles.load()


def _score(heard: Heard, cues: Iterable[Cue]) -> float:
    """Several cues strengthen each other; the same cue says more in a short question than in a long story."""
    doubt = 1.0
    needed = NEEDED * min(1.0, max(0.35, len(heard) / 12))
    for cue in cues:
        doubt *= 1.0 - _weight(heard, cue, needed)
    return 1.0 - doubt


def _weight(heard: Heard, cue: Cue, needed: float) -> float:
    found: list[Phrase] = []
    for part in cue.parts:
        best = max((phrase for phrase in part if _stands_in(phrase, heard)), key=_rarity, default=None)
        if best is None:
            return 0.0
        found.append(best)
    strength = sum(_rarity(phrase) for phrase in found)
    return min(0.9, 1.0 - math.exp(-strength / needed))


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


def _heard(token: str) -> frozenset[str]:
    """The words this token may stand for: itself, or, if it is no syllable at all, words one slip away."""
    if len(token) < FUZZY_FROM or token in _topics_with() or is_syllable(token):
        return frozenset({token})
    near = (word for word in _topics_with() if len(word) >= FUZZY_FROM)
    return frozenset({token, *(word for word in near if OSA.distance(word, token, score_cutoff=1) <= 1)})


@cache
def _cues() -> dict[str, tuple[Cue, ...]]:
    return {topic.id: tuple(_cue(written) for written in topic.cues) for topic in articles.topics().values()}


def _cue(written: str) -> Cue:
    parts = (part.split("|") for part in written.split(" + "))
    return Cue(tuple(tuple(tuple(fold(phrase).split()) for phrase in part) for part in parts))


@cache
def _topics_with() -> dict[str, int]:
    counts: dict[str, int] = {}
    for cues in _cues().values():
        words = {word for cue in cues for part in cue.parts for phrase in part for word in phrase}
        for word in words:
            counts[word] = counts.get(word, 0) + 1
    return counts
