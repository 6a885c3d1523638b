"""Finds the article whose known phrasings are most like a question, by rare words and pairs of words in common."""

import math
import sys
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from directory.reading import Reading, read

WINDOW = 22  # words looked at together; of a longer message the best stretch counts, so that a story may come first
COMMON = 0.25  # words that more than this share of the articles know tell phrasings apart too little to be looked up
LIKELY = 0.05  # an article whose phrasings as a whole share less than this holds no phrasing that is near
_LANE, _FINE = 4, 1 << 15  # bytes of a lane; weights in steps: two of length one make at most _FINE squared of them
_LIKELY = LIKELY * _FINE**2
_BITS = 16  # a phrasing's number and a weight are one whole number: thousands of pairs would be a few megabytes
_FINEST = (1 << _BITS) - 1
OWN = 0.6  # how much the single best phrasing counts; the rest is the article as a whole


@dataclass(frozen=True, slots=True)
class Index:
    """Phrasings by the words in them. Made once for a set of articles; never changes."""

    topics: tuple[str, ...]  # of each phrasing, the article it belongs to
    by_word: Mapping[str, tuple[int, ...]]  # the number of a phrasing and, in the last bits, its weight in fine steps
    named: tuple[str, ...]  # the articles, in the order of the lanes
    by_topic: Mapping[str, int]  # of each word that several articles know its weight in every one, a lane each
    alone: Mapping[str, int]  # of each other word the lane of its article and, in the last bits, its weight there
    spread: Mapping[str, int]  # of each word how many articles know it
    rarity: tuple[float, ...]  # of a word that no article knows, that one does, that two do, …
    known: Mapping[tuple[str, ...], str]  # a whole phrasing, and the one article that claims it

    def scores(self, reading: Reading) -> Mapping[str, float]:
        """For each article how much of the question it shares, from 0 to 1."""
        best: dict[str, float] = {}
        for stretch in _stretches(reading.tokens):
            for topic, score in self._look(stretch).items():
                best[topic] = max(best.get(topic, 0.0), score)
        if (own := self.known.get(tuple(reading.tokens))) is not None:
            best[own] = 1.0  # asked in the very words of a phrasing: a maintainer has said what is meant
        return best

    def _look(self, tokens: Sequence[str]) -> Mapping[str, float]:
        asked = _weighed(_features(tokens), self.spread, self.rarity)
        there = [(self.by_topic[word], weight) for word, weight in asked.items() if word in self.by_topic]
        sums = sum(own * round(weight * _FINE) for own, weight in there)
        lanes = array("I", sums.to_bytes(_LANE * len(self.named), "little"))
        if sys.byteorder == "big":
            lanes.byteswap()
        for word, weight in asked.items():
            if (packed := self.alone.get(word)) is not None:
                lanes[packed >> _BITS] += (packed & _FINEST) * round(weight * _FINE)
        whole = {topic: lane / _FINE**2 for topic, lane in zip(self.named, lanes, strict=True) if lane >= _LIKELY}
        single: defaultdict[int, float] = defaultdict(float)
        for word, weight in asked.items():
            for packed in self.by_word.get(word, ()):
                number = packed >> _BITS
                if self.topics[number] in whole:
                    single[number] += weight * (packed & _FINEST) / _FINEST
        nearest: dict[str, float] = {}
        for number, score in single.items():
            topic = self.topics[number]
            nearest[topic] = max(nearest.get(topic, 0.0), score)
        return {topic: min(1.0, OWN * near + (1 - OWN) * whole[topic]) for topic, near in nearest.items()}


def index(phrasings: Iterable[tuple[str, str]]) -> Index:
    """An index of (article, phrasing) pairs; phrasings are read as questions are read."""
    tokens = [(topic, tuple(read(phrase).tokens)) for topic, phrase in phrasings]
    claims: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    for topic, said in tokens:
        claims[said].add(topic)
    holders: defaultdict[str, set[str]] = defaultdict(set)
    for topic, said in tokens:
        for word in _features(said):
            holders[word].add(topic)
    count = len({topic for topic, _ in tokens}) or 1
    spread = {word: len(topics) for word, topics in holders.items()}
    rarity = (math.log(1 + count), *(math.log((1 + count) / known) for known in range(1, count + 1)))
    common = {word for word, topics in holders.items() if len(topics) > max(8, COMMON * count)}
    by_word: dict[str, tuple[int, ...]] = {}
    sums: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for number, (topic, said) in enumerate(tokens):
        for word, weight in _weighed(_features(said), spread, rarity).items():
            sums[topic][word] += weight
            if word not in common:
                by_word[word] = (*by_word.get(word, ()), number << _BITS | round(weight * _FINEST))
    by_topic, alone = _laid_out(sums.values(), holders)
    return Index(
        tuple(topic for topic, _ in tokens),
        by_word,
        tuple(sums),
        by_topic,
        alone,
        spread,
        rarity,
        {said: min(topics) for said, topics in claims.items() if len(topics) == 1},
    )


def _laid_out(
    totals: Iterable[Mapping[str, float]], holders: Mapping[str, set[str]]
) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Every word's weights in the articles: of several a lane each in one number, of one alone its lane and weight."""
    by_topic: defaultdict[str, int] = defaultdict(int)
    alone: dict[str, int] = {}
    for lane, total in enumerate(totals):
        length = math.sqrt(sum(weight * weight for weight in total.values())) or 1.0
        for word, weight in total.items():
            fine = round(weight / length * _FINE)
            if len(holders[word]) > 1:
                by_topic[word] |= fine << 8 * _LANE * lane
            else:
                alone[word] = lane << _BITS | fine
    return dict(by_topic), alone


def _stretches(tokens: Sequence[str]) -> Iterable[Sequence[str]]:
    if len(tokens) <= WINDOW:
        return (tokens,)
    capped = tokens[: WINDOW * 12]
    return [capped[at : at + WINDOW] for at in range(0, len(capped) - WINDOW // 2, WINDOW // 2)]


def _features(tokens: Sequence[str]) -> frozenset[str]:
    pairs = (f"{one} {two}" for one, two in pairwise(tokens))
    return frozenset((*tokens, *pairs))


def _weighed(words: frozenset[str], spread: Mapping[str, int], rarity: Sequence[float]) -> Mapping[str, float]:
    """Weights of length one. A word no phrasing knows counts half: the question is partly about something else."""
    strange = rarity[0] / 2
    weights = {word: rarity[spread[word]] if word in spread else 0.0 if " " in word else strange for word in words}
    length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {word: weight / length for word, weight in weights.items()}
