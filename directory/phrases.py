"""Finds the article whose known phrasings are most like a question, by rare words and pairs of words in common."""

import math
import sys
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

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
    """Phrasings by the words in them. Made once for a set of articles; never changes.

    Words have numbers, those that several articles know before those of one alone; what is known of them stands under
    their numbers in arrays, which take a third of the memory of tables by word."""

    topics: "array[int]"  # of each phrasing, which of `named` it belongs to
    words: Mapping[str, int]
    spread: "array[int]"  # of each word how many articles know it
    starts: "array[int]"  # where its phrasings begin in `near`; one more than there are words
    near: "array[int]"  # the number of a phrasing and, in the last bits, the weight of the word in it in fine steps
    named: tuple[str, ...]  # the articles, in the order of the lanes
    shared: tuple[int, ...]  # of each word that several articles know its weight in every one, a lane each
    alone: "array[int]"  # of each other word the lane of its article and, in the last bits, its weight there
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
        asked = self._asked(tokens)
        sums, alone, several = 0, [], len(self.shared)
        for at, weight in asked:
            if at < several:
                sums += self.shared[at] * round(weight * _FINE)
            else:
                alone.append((self.alone[at - several], round(weight * _FINE)))
        lanes = array("I", sums.to_bytes(_LANE * len(self.named), "little"))
        if sys.byteorder == "big":
            lanes.byteswap()
        for packed, fine in alone:
            lanes[packed >> _BITS] += (packed & _FINEST) * fine
        whole = {topic: lane / _FINE**2 for topic, lane in enumerate(lanes) if lane >= _LIKELY}
        if not whole:
            return {}
        single: dict[int, float] = {}
        topics, starts, near = self.topics, self.starts, self.near
        for at, weight in asked:
            for packed in near[starts[at] : starts[at + 1]]:
                if topics[number := packed >> _BITS] in whole:
                    single[number] = single.get(number, 0.0) + weight * (packed & _FINEST) / _FINEST
        nearest: dict[int, float] = {}
        for number, score in single.items():
            topic = topics[number]
            if score >= nearest.get(topic, 0.0):
                nearest[topic] = score
        return {self.named[topic]: min(1.0, OWN * best + (1 - OWN) * whole[topic]) for topic, best in nearest.items()}

    def _asked(self, tokens: Sequence[str]) -> list[tuple[int, float]]:
        """The words and pairs that some phrasing has, by their numbers, as `_weighed` weighs them."""
        known, spread, rarity = self.words, self.spread, self.rarity
        words, pairs = set(tokens), {f"{one} {two}" for one, two in pairwise(tokens)}
        single = [*map(known.get, words)]
        there = [(at, rarity[spread[at]]) for at in (*single, *map(known.get, pairs)) if at is not None]
        strange = single.count(None) * (rarity[0] / 2) ** 2
        length = math.sqrt(sum([rare * rare for _, rare in there]) + strange) or 1.0
        return [(at, rare / length) for at, rare in there]


def index(phrasings: Iterable[tuple[str, str]]) -> Index:
    """An index of (article, phrasing) pairs; phrasings are read as questions are read."""
    tokens = [(topic, tuple(read(phrase).tokens)) for topic, phrase in phrasings]
    claims: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    holders: defaultdict[str, set[str]] = defaultdict(set)
    for topic, said in tokens:
        claims[said].add(topic)
        for word in _features(said):
            holders[word].add(topic)
    count = len({topic for topic, _ in tokens}) or 1
    rarity = (math.log(1 + count), *(math.log((1 + count) / known) for known in range(1, count + 1)))
    rare = {word: rarity[len(topics)] for word, topics in holders.items()}
    common = {word for word, topics in holders.items() if len(topics) > max(8, COMMON * count)}
    near: defaultdict[str, list[int]] = defaultdict(list)
    sums: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for number, (topic, said) in enumerate(tokens):
        for word, weight in _weighed(_features(said), rare, rarity[0]).items():
            sums[topic][word] += weight
            if word not in common:
                near[word].append(number << _BITS | round(weight * _FINEST))
    named = {topic: lane for lane, topic in enumerate(sums)}
    by_topic, alone = _laid_out(sums.values(), holders)
    words = (*by_topic, *alone)
    starts = accumulate((len(near.get(word, ())) for word in words), initial=0)
    return Index(
        array("H", (named.get(topic, 0) for topic, _ in tokens)),  # 0: of what says no word at all
        {word: at for at, word in enumerate(words)},
        array("H", (len(holders[word]) for word in words)),
        array("I", starts),
        array("I", (packed for word in words for packed in near.get(word, ()))),
        tuple(named),
        tuple(by_topic.values()),
        array("I", alone.values()),
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


def _weighed(words: frozenset[str], rare: Mapping[str, float], strange: float) -> Mapping[str, float]:
    """Weights of length one. A word no phrasing knows counts half: the question is partly about something else."""
    weights = {word: rare[word] if word in rare else 0.0 if " " in word else strange / 2 for word in words}
    length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {word: weight / length for word, weight in weights.items()}
