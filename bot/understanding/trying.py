"""Which of the shipped examples would be understood otherwise if something were added to the tables or taken away."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from rapidfuzz.distance import OSA

from bot import understanding
from bot.understanding import Meaning
from bot.understanding.rules import rules
from directory import added, articles, landmarks, needs
from directory.added import Added
from directory.begun import Learnt
from directory.reading import clean, fold
from directory.reading import read as read_text

FIELDS = ("danger", "needs", "places", "intent", "articles")
_LEVELS = ("none", "violence", "now")


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence that comes with the tables. `what`: danger, harmless, need, topic or landmark; `of`: of which one."""

    text: str
    what: str
    of: str


@dataclass(frozen=True, slots=True)
class Changed:
    """One that is understood otherwise: in which `fields`, and whether it goes against what the example stands for."""

    example: Example
    before: Meaning
    after: Meaning
    fields: tuple[str, ...]

    @property
    def is_worse(self) -> bool:
        before, after = (_LEVELS.index(one.danger.level) for one in (self.before, self.after))
        if self.example.what == "harmless":
            return after > before
        if self.example.what == "danger":
            return after < before
        if self.example.what == "topic":
            return _stands_first(self.example, self.before) and not _stands_first(self.example, self.after)
        return self.example.what == "need" and _has_need(self.example, self.before, self.after)


@cache
def examples() -> tuple[Example, ...]:
    """The examples and counter-examples of the rules, the phrases of needs, the questions of articles, landmarks."""
    return (
        *(Example(text, "danger", rule.id) for rule in rules() for text in rule.examples),
        *(Example(text, "harmless", rule.id) for rule in rules() for text in rule.counters),
        *(Example(text, "need", need.code) for need in needs.NEEDS.values() for text in need.phrases),
        *(Example(text, "topic", article.id) for article in articles.load() for text in article.questions),
        *(Example(f"ở {name}", "landmark", mark.name) for name, mark in landmarks.by_words().items()),
    )


def drawn(id: str, before: Learnt, after: Learnt) -> tuple[Example, ...]:
    """The sentences that a topic begun in the console is shown for with `after`, and was not with `before`.

    Those of danger are left out: danger goes before every article."""
    found = []
    for one, words in _words_of_examples().items():
        if one.what == "danger" or words.isdisjoint(after.by_word):
            continue
        with added.using(added.NOTHING):
            reading = read_text(one.text)
        if id in after.strengths(reading) and id not in before.strengths(reading):
            found.append(one)
    return tuple(found)


def changed(said: Sequence[Sequence[str]], before: Added, after: Added) -> tuple[Changed, ...]:
    """The examples read otherwise with `after` than with `before`; `said`: the words of what differs between them.

    Only examples in which all words of one thing stand, or nearly so, are looked at: nothing else can change."""
    wanted = [frozenset(fold(word) for word in words) for words in said]
    found = []
    for one, words in _words_of_examples().items():
        if any(all(_is_near(word, words) for word in words_of) for words_of in wanted):
            with added.using(before):
                old = understanding.read(one.text)
            with added.using(after):
                new = understanding.read(one.text)
            if fields := differing(old, new):
                found.append(Changed(one, old, new, fields))
    return tuple(sorted(found, key=lambda change: not change.is_worse))


def differing(before: Meaning, after: Meaning) -> tuple[str, ...]:
    """In what two readings of one message differ; scores in tenths, a hair's breadth is no change."""
    return tuple(name for name in FIELDS if _plain(name, before) != _plain(name, after))


def _plain(name: str, meaning: Meaning) -> object:
    match name:
        case "danger":
            return meaning.danger.level, meaning.danger.doubt
        case "needs":
            return [(guess.code, round(guess.score, 1)) for guess in meaning.needs]
        case "places":
            return [guess.key for guess in meaning.places], meaning.place_is_ambiguous
        case "articles":
            return [(id, round(score, 1)) for id, score in meaning.articles]
    return meaning.intent


def _is_near(word: str, words: frozenset[str]) -> bool:
    """A slip in a word may still be read as it."""
    return word in words or (len(word) > 3 and any(OSA.distance(word, one, score_cutoff=1) <= 1 for one in words))


@cache
def _words_of_examples() -> Mapping[Example, frozenset[str]]:
    """The folded words of each, as they are written and as they are read."""
    with added.using(added.NOTHING):
        return {
            one: frozenset(re.findall(r"[^\W_]+", fold(clean(one.text)))).union(read_text(one.text).tokens)
            for one in examples()
        }


def _stands_first(example: Example, meaning: Meaning) -> bool:
    return bool(meaning.articles) and meaning.articles[0][0] == example.of


def _has_need(example: Example, before: Meaning, after: Meaning) -> bool:
    """Whether its need was understood and is no more."""
    old, new = ([guess.code for guess in one.needs] for one in (before, after))
    return example.of in old and example.of not in new
