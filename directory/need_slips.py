"""The words of needs that a message nearly says: with a slip, glued, in another tone, or a short one mistyped."""

from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cache

from rapidfuzz.distance import OSA

from directory import added, nearly
from directory.keywords import Keyword, keywords
from directory.reading import SEED, Reading, Step, fold
from directory.reading.spelling import Word, is_syllable
from directory.seedfiles import load_table

SHORT = 12  # words; in a longer message chance makes too much look like something
_LONG = 7  # letters of keywords that words which are right may be a slip of
_VOWELS = frozenset("aeiouy")
_SHORTEST, _LONGEST_JOINED = 6, 24  # letters of keywords that may be mistyped


def is_nearer_another(reading: Reading, word: Word) -> bool:
    """Whether a word that was read by a guess is nearer another short word: "préep" is PrEP and no PEP."""
    typed = fold(reading.text[word.start : word.end])
    near = _short()[0].near(typed, 1) if word.how == Step.SLIP and len(typed) > len(word.plain) + 1 else []
    return bool(near) and near[0][0] != word.plain


@cache
def joined() -> tuple[nearly.Names, Mapping[str, tuple[Keyword, tuple[str, ...]]]]:
    """The keywords as letters without spaces, and their words; of two that look alike the first of the file."""
    found: dict[str, tuple[Keyword, tuple[str, ...]]] = {}
    for words, many in keywords(added.NOTHING).items():
        letters = "".join(words)
        is_apt = bool(many[0].code) and not many[0].is_strict and letters.isascii()
        if is_apt and _SHORTEST <= len(letters) <= _LONGEST_JOINED:
            found.setdefault(letters, (many[0], words))
    return nearly.Names(found), found


def nearly_named(reading: Reading, taken: set[int], *, is_search: bool) -> Sequence[nearly.Near]:
    """The keywords that are nearly there, where none stands exactly."""
    count = min(len(reading.words), nearly.MOST_WORDS)
    if len(taken) >= count or (count > SHORT and not is_search):
        return ()
    broken = [nearly.is_broken(word, reading.text) for word in reading.words[:count]]
    if not is_search and not any(broken):
        return ()  # words that are right mean themselves
    names, _ = joined()
    found = []
    for cut in nearly.cuts(reading):
        for start, end, letters in nearly.windows(cut, shortest=_SHORTEST - 1, widest=_LONGEST_JOINED + 2):
            first, after = nearly.place_of(cut, start, end)
            is_broken, is_led = any(broken[first:after]), is_search and nearly.is_led(cut, start, end)
            if not taken.isdisjoint(range(first, after)) or (is_led and not is_broken):
                continue
            may_be = is_broken or (is_search and after - first > 2)
            slips = _allowed(len(letters), is_broken=may_be, is_search=is_search)
            for name, far in names.near(letters, slips)[:1]:
                if is_led and "o" not in joined()[1][name][1]:
                    continue  # a place begins there; "cho o tmạ" is chỗ ở tạm
                other_tone = (
                    not far and _ends(reading, after, taken) and _is_other_tone(name, reading.words[first:after])
                )
                if is_broken or other_tone or _may_be_slips(name, _typed(reading, first, after)):
                    found.append(nearly.Near(name, far, first, after))
    return nearly.best(found)


def nearly_longer(reading: Reading, named: Sequence[range], spared: Set[int]) -> Sequence[nearly.Near]:
    """The keywords with one slip that hold a whole one that stands there, and beside it a word that is none: the slip
    is in that word, so the longer one is meant."""
    count = min(len(reading.words), nearly.MOST_WORDS)
    own = {at for place in named for at in place}
    broken = {at for at in range(count) if at not in own | spared and _is_none(reading, reading.words[at])}
    if not broken:
        return ()
    names, _ = joined()
    found = []
    for cut in nearly.cuts(reading):
        for start, end, letters in nearly.windows(cut, shortest=_SHORTEST, widest=_LONGEST_JOINED + 1):
            at = range(*nearly.place_of(cut, start, end))
            if broken.isdisjoint(at) or own.isdisjoint(at) or not spared.isdisjoint(at):
                continue
            held = [place for place in named if not set(place).isdisjoint(at)]
            if nearly.is_led(cut, start, end) or not all(set(place) <= set(at) for place in held):
                continue
            said = max(len("".join(reading.tokens[place.start : place.stop])) for place in held)
            if (near := names.near(letters, 1)) and len(near[0][0]) > said + 1:
                found.append(nearly.Near(*near[0], at.start, at.stop))
    return nearly.best(found)


def _is_none(reading: Reading, word: Word) -> bool:
    """Whether a word is no Vietnamese one, guessed at or not."""
    typed = fold(reading.text[word.start : word.end])
    return nearly.is_broken(word, reading.text) or (not word.how and typed.isalpha() and not is_syllable(typed))


@cache
def _short() -> tuple[nearly.Names, Mapping[str, str]]:
    """The short words of the tables as they are typed, and their needs: bhyt, cmnd, prep."""
    content = load_table(SEED / "keywords.yaml")["needs"]
    found = {str(words): code for code, many in content.items() for words in many if _is_short(str(words))}
    return nearly.Names(found, most=1), found


def _is_short(words: str) -> bool:
    return 4 <= len(words) < _SHORTEST and words.isascii() and words.isalpha() and not is_syllable(words)


def nearly_short(reading: Reading, taken: Set[int]) -> Iterator[tuple[int, str]]:
    """Words that are no Vietnamese ones and one slip away from a short word that names a need: "bhty", "cmdn"."""
    names, codes = _short()
    for at, word in enumerate(reading.words[: nearly.MOST_WORDS]):
        typed = fold(reading.text[word.start : word.end])
        if at in taken or not typed.isalpha() or is_syllable(typed):
            continue
        if near := names.near(typed, 1):
            yield at, codes[near[0][0]]
        elif name := next((name for name in _THREE if _is_jumbled(typed, name)), ""):
            yield at, _THREE[name]


_THREE = {"hiv": "health.hiv_test", "arv": "health.arv"}


def _is_jumbled(typed: str, name: str) -> bool:
    """Whether three letters were swapped or one of them doubled: "hvi", "arrv"; one lost leaves too little."""
    return typed[0] == name[0] and len(typed) in (3, 4) and set(typed) == set(name) and OSA.distance(typed, name) == 1


def _typed(reading: Reading, first: int, after: int) -> list[str]:
    """The words as they were typed: "vn" is one, whatever it is short for."""
    spans = dict.fromkeys((word.start, word.end) for word in reading.words[first:after])
    return [fold(reading.text[start:end]) for start, end in spans]


def _may_be_slips(name: str, typed: Sequence[str]) -> bool:
    """Whether words that are each right may still be slips: a letter lost, doubled or swapped, never another one.

    "Nhà thờ" is no nhà trọ, and "phòng khách" no phòng khám. In few letters only where a vowel is gone: "vay vn".
    """
    _, meant = joined()[1][name]
    if len(meant) != len(typed) or (len(name) < _LONG and all(_VOWELS & set(word) for word in typed)):
        return False
    pairs = list(zip(typed, meant, strict=True))
    is_other_letter = any(len(said) == len(word) and sorted(said) != sorted(word) for said, word in pairs)
    return not is_other_letter and sum(OSA.distance(said, word) for said, word in pairs) <= 2


def _ends(reading: Reading, after: int, taken: Set[int]) -> bool:
    """Whether nothing goes on there but a place or another need: "tìm trò chơi" is no "tìm trọ"."""
    return after >= len(reading.words) or after in taken or reading.tokens[after] in nearly.LEADS


def _is_other_tone(name: str, said: Sequence[Word]) -> bool:
    """Whether one word has another tone than in this keyword and the others are its own: "vay vồn". A tone where none
    is, or none where one is, makes another word: "xin báo" is no "xin bao"."""
    marks = joined()[1][name][0].marks
    if len(marks) != len(said):
        return False
    other = [(word.marked, mark) for word, mark in zip(said, marks, strict=True) if word.marked != mark]
    return len(other) == 1 and all(one[-1].isdigit() for one in other[0]) and other[0][0][:-1] == other[0][1][:-1]


def _allowed(length: int, *, is_broken: bool, is_search: bool) -> int:
    """How many slips so many letters may have; outside of a search words that are right mean themselves."""
    if is_search:
        return 2 if length >= (6 if is_broken else 9) else 1
    return 1 if is_broken and length >= 7 else -1
