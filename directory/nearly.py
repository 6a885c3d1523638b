"""Finds names that a message nearly says: a letter lost, doubled or swapped, a space too few, another tone."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from directory.reading import Reading, Step, fold
from directory.reading.hygiene import lower
from directory.reading.shortenings import FOREIGN
from directory.reading.spelling import Word, bare, is_syllable

MOST_WORDS = 60  # what is looked for stands in the beginning of a longer message
_LONG = 6  # letters; longer ones are several words glued
_WIDEST = 30  # letters of a name
_GUESSED = frozenset({Step.AS_TYPED, Step.SLIP, Step.EAR, Step.GLUED, Step.STRETCHED})
_TYPES = ("quan", "huyen", "thixa", "thanhpho", "phuong", "xa", "tinh")
_GLUED_TYPES = tuple(kind for kind in _TYPES if len(kind) > 3)
LEADS = frozenset((*_GLUED_TYPES, "o", "thi", "tp", "tx"))  # what stands before a place


@dataclass(frozen=True, slots=True)
class Cut:
    """The letters of a message without spaces and marks, and where a word may begin or end in them.

    `marks[n]` is the place of the word (in `words`) that the letters between `at[n]` and `at[n + 1]` belong to;
    `after[n]` the place after the word that part `n - 1` ends, and `led[n]` the next part from `n` on that leads to a
    place."""

    letters: str
    at: tuple[int, ...]
    marks: tuple[int, ...]
    after: tuple[int, ...]
    led: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """A name nearly said, how many slips away, and which words of the message say it."""

    name: str
    slips: int
    start: int
    end: int


class Names:
    """Names as letters without spaces, by first letter and length: the first letter is seldom the wrong one."""

    def __init__(self, names: Iterable[str], *, most: int = 2) -> None:
        self._by_start: defaultdict[tuple[str, int, int], list[str]] = defaultdict(list)
        self._all = frozenset(names)
        for name in sorted(self._all):
            for slips in range(1, most + 1):
                for length in range(len(name) - slips, len(name) + slips + 1):
                    self._by_start[name[0], length, slips].append(name)

    def near(self, letters: str, slips: int) -> list[tuple[str, int]]:
        """The names at most so many slips away, nearest first."""
        if slips < 0:
            return []
        if letters in self._all:
            return [(letters, 0)]
        there = self._by_start.get((letters[:1], len(letters), slips)) if letters else None
        if not there:
            return []
        found = process.extract(letters, there, scorer=OSA.distance, score_cutoff=slips, limit=4)
        return sorted(((name, int(far)) for name, far, _ in found), key=lambda pair: (pair[1], pair[0]))


def cuts(reading: Reading) -> Sequence[Cut]:
    """The message as it was typed, and, where that differs, as it was read."""
    words = reading.words[:MOST_WORDS]
    text = reading.text[: words[-1].end] if words else ""  # no more of a message than is compared
    first = _cut(_typed(text, words), len(words))
    if not any(word.how for word in words):
        return (first,)
    second = _cut([(word.plain, at) for at, word in enumerate(words)], len(words))
    return (first,) if first.letters == second.letters and first.at == second.at else (first, second)


def _typed(text: str, words: Sequence[Word]) -> list[tuple[str, int]]:
    """Each written word once, folded, with the place of the first word it was read as."""
    found: list[tuple[str, int]] = []
    lowered, last = lower(text), (-1, -1)
    for at, word in enumerate(words):
        if (word.start, word.end) != last:
            last = (word.start, word.end)
            letters = fold(lowered[word.start : word.end])
            found.append((letters if letters.isalnum() else "".join(filter(str.isalnum, letters)), at))
    return found


def _cut(words: Sequence[tuple[str, int]], count: int) -> Cut:
    """Joined, with places to cut between words, around a glued "ở" and a glued "quận"."""
    letters, at, marks = "", [0], []
    leads: list[bool] = []
    for number, (word, place) in enumerate(words):
        behind = words[number + 1][0] if number + 1 < len(words) else ""
        for part in _parts(word):
            letters += part
            at.append(len(letters))
            marks.append(place)
            is_town = part != "thi" or behind.startswith(("x", "tr"))  # "phá thi" is phá thai, "thị xã" a town
            leads.append(part in LEADS and is_town)
    after, led = [0], [len(leads)]
    for end in range(1, len(marks) + 1):
        mark = marks[end - 1]
        after.append(next((one for one in marks[end:] if one > mark), count))
        start = len(leads) - end
        led.append(start if leads[start] else led[-1])
    return Cut(letters, tuple(at), tuple(marks), tuple(after), tuple(reversed(led)))


@lru_cache(maxsize=10_000)
def _parts(word: str) -> tuple[str, ...]:
    if len(word) < 4 and (is_syllable(word) or len(word) < 3):
        return (word,) if word else ()
    for kind in _GLUED_TYPES:
        if word != kind and word.startswith(kind):
            return (kind, word[len(kind) :])
        if word != kind and word.endswith(kind):
            return (word[: -len(kind)], kind)
    if word[0] == "o" and is_syllable(word[1:]):
        return ("o", word[1:])
    return (word[:-1], "o") if word[-1] == "o" and (is_syllable(word[:-1]) or len(word) > _LONG) else (word,)


def is_broken(word: Word, text: str) -> bool:
    """Whether a word was typed as no Vietnamese word is, and reading could only guess at it."""
    return word.how in _GUESSED and _is_none(text[word.start : word.end])


@lru_cache(maxsize=10_000)
def _is_none(typed: str) -> bool:
    plain = bare(typed.lower())
    return plain.isalpha() and not is_syllable(plain) and plain not in FOREIGN


def windows(cut: Cut, *, shortest: int, widest: int = _WIDEST) -> Iterator[tuple[int, int, str]]:
    """Every row of parts of fitting length: first part, part after the last, and the letters."""
    for start in range(len(cut.marks)):
        for end in range(start + 1, len(cut.marks) + 1):
            length = cut.at[end] - cut.at[start]
            if length > widest:
                break
            if length >= shortest:
                yield start, end, cut.letters[cut.at[start] : cut.at[end]]


def is_led(cut: Cut, start: int, end: int) -> bool:
    """Whether parts hold or closely follow a word that a place comes after: "ở", "quận"."""
    return cut.led[max(0, start - 2)] < end


def place_of(cut: Cut, start: int, end: int) -> tuple[int, int]:
    """The words of the message (first, after the last) that the parts belong to."""
    return cut.marks[start], cut.after[end]


def best(found: Iterable[Near]) -> list[Near]:
    """Without overlap: fewest slips for their length first, then the longest."""
    taken: set[int] = set()
    kept: list[Near] = []
    for one in sorted(found, key=lambda near: (near.slips * 4 - len(near.name), near.name)):
        own = set(range(one.start, one.end))
        if taken.isdisjoint(own):
            taken |= own
            kept.append(one)
    return kept
