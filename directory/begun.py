"""Recognises questions about topics begun in the console: by words that their phrasings use and others do not."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from directory.reading import Reading, read
from directory.reading.spelling import Word, marks_agree
from directory.reading.syllables import price

Pair = tuple[str, str]
Key = tuple[str, str]  # the id of a topic, and a language

# Fitted on questions to the topics of the list, each taken for one that was begun with twelve phrasings, without cues.
# Of questions about something else, many of them about a neighbour, 25 in 1,000 reach `SHOWN` and 11 `LIKELY`.
WEIGHTS, FROM = (0.316, 0.197, 0.298, 5.557, -0.629), -3.791  # of `Learnt.parts`
SHOWN, LIKELY = -1.0, 0.0
BY_CUE = 3.0  # words that an editor has said to mean this topic
ASKED = 0.05  # where they stand alone, it is asked whether this is meant, and not told straight away
LEAST = 3.5  # with less than this in common a topic is not looked at closely
LONGEST = 60  # words; of a longer message the beginning says what it is about
_EVERYDAY, _WORDS = 400.0, 8  # how much everyday speech counts beside the phrasings; so many words has a message
_RAREST = 12.5  # and no word is rarer than this
_TONES = "12345"
_FEW_WORDS, _FEW_PAIRS = 6.0, 3.0  # so many phrasings' worth of doubt


@dataclass(frozen=True, slots=True)
class Topic:
    """What was learnt of one topic in one language. `words`, `pairs`: how much each speaks for it."""

    id: str
    words: Mapping[str, float]
    share: Mapping[str, float]  # of the phrasings that hold it
    pairs: Mapping[Pair, float]
    marks: Mapping[str, tuple[str, ...]]  # how a word is written there, where it was written with marks
    phrasings: tuple[tuple[frozenset[str], float], ...]  # the words of each, and its length
    cues: tuple[tuple[Word, ...], ...]


@dataclass(frozen=True, slots=True)
class Said:
    """One question as every topic looks at it."""

    words: tuple[Word, ...]
    rarity: Mapping[str, float]
    length: float
    pairs: frozenset[Pair]


@dataclass(frozen=True, slots=True)
class Learnt:
    """All topics that were begun, and how rare each word is. Made once for a set of articles; never changes."""

    topics: tuple[Topic, ...]
    by_word: Mapping[str, tuple[tuple[int, float], ...]]  # for which topics a word speaks, and how much
    rarity: Mapping[str, float]

    def strengths(self, reading: Reading) -> Mapping[str, float]:
        """How strongly each topic is meant, best first; only those above `SHOWN`."""
        if not self.topics:
            return {}
        heard: defaultdict[int, float] = defaultdict(float)
        for word in {word.plain for word in reading.words[:LONGEST]}:
            for at, push in self.by_word.get(word, ()):
                heard[at] += push
        near = [self.topics[at] for at, sum_ in sorted(heard.items()) if sum_ >= LEAST or self.topics[at].cues]
        if not near:
            return {}
        said = self.said(reading)
        found: dict[str, float] = {}
        for topic in near:
            strength = self._strength(topic, said)
            if strength >= max(SHOWN, found.get(topic.id, SHOWN)):
                found[topic.id] = strength
        return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))

    def said(self, reading: Reading) -> Said:
        words = reading.words[:LONGEST]
        rarity = {word.plain: self.rarity.get(word.plain) or _rarity(word.plain) for word in words}
        length = math.sqrt(sum(one * one for one in rarity.values())) or 1.0
        return Said(words, rarity, length, frozenset((one.plain, two.plain) for one, two in pairwise(words)))

    def _strength(self, topic: Topic, said: Said) -> float:
        cue = BY_CUE if any(_stands_in(one, said) for one in topic.cues) else 0.0
        parts = self.parts(topic, said)
        if parts[0] < LEAST and not cue:
            return -math.inf
        told = sum(weight * part for weight, part in zip(WEIGHTS, parts, strict=True)) + FROM
        return told + cue if told >= SHOWN else min(told + cue, ASKED)

    def parts(self, topic: Topic, said: Said) -> tuple[float, ...]:
        """What is weighed: words, pairs, the word that most phrasings turn on, the nearest phrasing, the length."""
        words = {one.plain for one in said.words if one.plain in topic.words and _agrees(one, topic.marks)}
        heard = sum(topic.words[word] for word in words)
        joined = sum(topic.pairs[pair] for pair in said.pairs if pair in topic.pairs and words.issuperset(pair))
        turned_on = max((topic.words[word] * topic.share[word] for word in words), default=0.0)
        nearest = 0.0
        for phrasing, length in topic.phrasings:
            shared = sum(said.rarity[word] ** 2 for word in words & phrasing)
            nearest = max(nearest, shared / (said.length * length))
        return heard, joined, turned_on, nearest, math.log(1 + len(said.rarity))


NOTHING = Learnt((), {}, {})


@dataclass(frozen=True, slots=True)
class Corpus:
    """In how many phrasings each word and each pair stands."""

    size: int
    words: Counter[str]
    pairs: Counter[Pair]

    @classmethod
    def of(cls, many: Sequence[Reading]) -> "Corpus":
        pairs = Counter(pair for one in many for pair in set(pairwise(one.tokens)))
        return cls(len(many), Counter(word for one in many for word in set(one.tokens)), pairs)

    def chance(self, word: str) -> float:
        """That a message which is not about the topic holds this word."""
        return _in_speech(word, self.words[word], self.size)

    def chance_of(self, pair: Pair) -> float:
        return (self.pairs[pair] + 0.5) / (self.size + 1)


@dataclass(frozen=True, slots=True)
class Taught:
    """What is to be learnt from: by topic and language the phrasings and the cues, by language all other articles."""

    phrasings: Mapping[Key, Sequence[str]]
    cues: Mapping[Key, Sequence[str]]
    others: Mapping[str, Sequence[Reading]]


def learn(taught: Taught) -> Learnt:
    """Everything that tells these topics from all others."""
    readings = {key: [read(one) for one in many] for key, many in taught.phrasings.items()}
    topics: list[Topic] = []
    rarity: dict[str, float] = {}
    for (id, language), mine in readings.items():
        beside = [one for key, many in readings.items() if key[1] == language and key[0] != id for one in many]
        others = Corpus.of([*taught.others.get(language, ()), *beside])
        rarity |= {word: -math.log(others.chance(word)) for word in {*others.words, *_words_of(mine)}}
        topics.append(_topic(id, mine, others, [read(cue).words for cue in taught.cues.get((id, language), ())]))
    by_word: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for at, topic in enumerate(topics):
        for word in {*topic.words, *(cue[0].plain for cue in topic.cues)}:
            by_word[word].append((at, topic.words.get(word, 0.0)))
    return Learnt(tuple(topics), {word: tuple(many) for word, many in by_word.items()}, rarity)


def alone(taught: Taught, id: str, language: str) -> tuple[str, ...]:
    """The phrasings of a topic that would not find it if they were not there: nothing else in it is like them."""
    own = taught.phrasings[id, language]
    found = []
    for at, phrase in enumerate(own):
        rest = {**taught.phrasings, (id, language): (*own[:at], *own[at + 1 :])}
        if len(own) > 1 and id not in learn(replace(taught, phrasings=rest)).strengths(read(phrase)):
            found.append(phrase)
    return tuple(found)


def _topic(id: str, mine: Sequence[Reading], others: Corpus, cues: Sequence[tuple[Word, ...]]) -> Topic:
    own = Corpus.of(mine)
    words = {word: _push(n, own.size, others.chance(word), _FEW_WORDS) for word, n in own.words.items()}
    pairs = {pair: _push(n, own.size, others.chance_of(pair), _FEW_PAIRS) for pair, n in own.pairs.items()}
    marks: defaultdict[str, set[str]] = defaultdict(set)
    for word in (word for one in mine for word in one.words if word.marked != word.plain):
        marks[word.plain].add(word.marked)
    phrasings = []
    for said in (frozenset(one.tokens) for one in mine if one.tokens):
        phrasings.append((said, math.sqrt(sum(math.log(others.chance(word)) ** 2 for word in said))))
    return Topic(
        id=id,
        words={word: push for word, push in words.items() if push > 0},
        share={word: n / own.size for word, n in own.words.items()},
        pairs={pair: push for pair, push in pairs.items() if push > 0},
        marks={word: tuple(sorted(many)) for word, many in marks.items()},
        phrasings=tuple(phrasings),
        cues=tuple(filter(None, cues)),
    )


def _push(n: int, of: int, elsewhere: float, doubt: float) -> float:
    """How much oftener here than elsewhere, as a logarithm; what was seen once is believed with doubt."""
    return math.log((n + doubt * elsewhere) / (of + doubt) / elsewhere)


def _words_of(many: Iterable[Reading]) -> set[str]:
    return {word for one in many for word in one.tokens}


def _in_speech(word: str, n: int, of: int) -> float:
    """The chance of a word in a message: as it stands in the phrasings, and as common as it is in everyday speech."""
    usual = min(0.5, _WORDS * math.exp(-min(price(word), _RAREST)))
    return (n + _EVERYDAY * usual) / (of + _EVERYDAY)


def _rarity(word: str) -> float:
    """Of a word that no phrasing holds."""
    return -math.log(_in_speech(word, 0, 0))


def _agrees(word: Word, marks: Mapping[str, Sequence[str]]) -> bool:
    """Whether it is the same word as far as marks were typed: "mất" is not "mắt", "mat" may be."""
    known = marks.get(word.plain)
    return known is None or any(_is_written(word, mark) for mark in known)


def _stands_in(cue: Sequence[Word], said: Said) -> bool:
    """Whether the words of a cue stand side by side."""
    if any(word.plain not in said.rarity for word in cue):
        return False
    plain = [word.plain for word in cue]
    for at in range(len(said.words) - len(cue) + 1):
        there = said.words[at : at + len(cue)]
        if [word.plain for word in there] == plain and all(map(_is_same, there, cue)):
            return True
    return False


def _is_same(word: Word, other: Word) -> bool:
    return other.marked == other.plain or _is_written(word, other.marked)


def _is_written(word: Word, mark: str) -> bool:
    """ "mát" may be a hasty "mắt"; "mất" is another word."""
    letters, named = word.marked.rstrip(_TONES), mark.rstrip(_TONES)
    is_other = letters != named and not letters.isascii() and not named.isascii()
    return not is_other and marks_agree(word, mark)
