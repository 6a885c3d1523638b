"""Takes out of a question whatever could point at somebody: what is left are common words, or nothing."""

import re
from collections import Counter
from functools import cache

from directory import articles, places
from directory.reading import Reading, Word, read
from directory.reading.syllables import common

FEWEST, MOST = 2, 10  # words: fewer say nothing, more tell a story, and a story is somebody's own
SHARED = 2  # our own articles that must use a rarer word before it counts as nobody's
_MASKED = re.compile(r"⟦[a-z]+⟧")
# Who speaks and to whom, greetings, particles and "I want to know": nothing of the question, and a habit of writing.
_SPEAKING = (
    "em e anh chi minh toi tui tao to ban ad admin shop bac co chu chau con ong ba thay nguoi oi a ah nhe nha nhi da "
    "vay voi cho hoi xin chao alo hello hi ok thi la ma cai gium dum ho nua the roi muon can biet nao"
)
_NUMBERS = "hai bon bay tam chin muoi tram nghin ngan trieu ty chuc ruoi"
_ALSO_NUMBERS = "một năm lăm sáu"  # without their marks these are other words too
_NAMES_FOLLOW = "ten nick facebook zalo fb"
NAMED = 3  # words after one that introduces a name


def clean(text: str) -> tuple[str, ...]:
    """The common words of a question, in their order and each once; empty where too few or too many are left.

    Gone: numbers, names as far as a rule sees them, places, rare words, whoever speaks. Nothing here knows the person.
    """
    reading = read(_MASKED.sub(" ", text))
    named = {at for place in places.read(reading).places for at in range(place.start, place.end)}
    named |= _names(reading)
    left = [
        word.plain
        for at, word in enumerate(reading.words)
        if at not in named and word.plain not in _left_out() and word.form not in _ALSO_NUMBERS.split()
        and _is_common(word.plain)
    ]
    words = tuple(dict.fromkeys(left))
    return words if FEWEST <= len(words) <= MOST else ()


def _is_common(word: str) -> bool:
    return word.isalpha() and (word in common() or word in _ours())


def _names(reading: Reading) -> set[int]:
    """Words after "tên", and words written with a capital inside a sentence."""
    found: set[int] = set()
    is_loud = reading.text.isupper()
    for at, word in enumerate(reading.words):
        if word.plain in _NAMES_FOLLOW.split():
            found.update(range(at + 1, at + 1 + NAMED))
        if at and not is_loud and _has_capital(reading, word) and not _begins(reading, word):
            found.add(at)
    return found


def _has_capital(reading: Reading, word: Word) -> bool:
    return reading.text[word.start : word.start + 1].isupper()


def _begins(reading: Reading, word: Word) -> bool:
    return reading.text[: word.start].rstrip()[-1:] in (".", "!", "?", "…", ";", "")


@cache
def _left_out() -> frozenset[str]:
    return frozenset(f"{_SPEAKING} {_NUMBERS} {_NAMES_FOLLOW}".split())


@cache
def _ours() -> frozenset[str]:
    """Words that several of our own articles and their phrasings use: whoever writes them is one of many."""
    count: Counter[str] = Counter()
    for article in articles.load():
        said = read(" ".join((article.title, *article.questions)))
        count.update(set(said.tokens))
    return frozenset(word for word, n in count.items() if n >= SHARED)
