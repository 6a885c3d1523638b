"""The taxonomy of needs, and which of them a message speaks of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz import fuzz, process

from directory import added, nearly, spoken
from directory.reading import SEED, Reading
from directory.reading import read as read_text
from directory.reading.spelling import marks_agree
from directory.seedfiles import load_yaml

_ENOUGH = 0.8
_WEAKLY = 0.7
_SLIPPED = 0.8  # how much words with a slip in them count beside words that are right
_SHORT = 12  # words; in a longer message chance makes too much look like something
_SHORTEST, _LONGEST_JOINED = 6, 24  # letters of keywords that may be mistyped
MOST_WORDS = 500  # of a longer message the beginning says what is wanted
# Words that many needs share: they count less than a word that names one need.
_WEAK = frozenset(
    ["xét nghiệm", "khám", "phòng khám", "bác sĩ", "chuyển giới", "về quê", "thuế", "hiv", "bị bắt", "khinh", "khóc"]
)


@dataclass(frozen=True, slots=True)
class Need:
    """One thing a person may be looking for. `urgency`: crisis, urgent or normal."""

    code: str
    group: str
    labels: Mapping[str, str]
    urgency: str
    kinds: tuple[str, ...]
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NeedGuess:
    """A need and how sure we are, from 0 to 1."""

    code: str
    score: float


@cache
def all_needs() -> Mapping[str, Need]:
    """Every need by its code, in the order of the taxonomy. Source: `seed/needs.yaml`."""
    content = load_yaml((SEED / "needs.yaml").read_text("utf-8"))
    found: dict[str, Need] = {}
    for group in content["groups"]:
        for one in group["needs"]:
            phrases = tuple(one.get("phrases", ()))
            kinds = tuple(one["listing_kinds"])
            found[one["code"]] = Need(one["code"], group["code"], one["label"], one["urgency"], kinds, phrases)
    return found


NEEDS: Mapping[str, Need] = all_needs()


def label(code: str, language: str = "vi") -> str:
    """What people call this need."""
    labels = all_needs()[code].labels
    return labels.get(language) or labels["vi"]


def group_of(code: str) -> str:
    """The group a need belongs to: `health`, `legal`, ..."""
    return all_needs()[code].group


@dataclass(frozen=True, slots=True)
class _Keyword:
    """Words that name a need. `order`: longer ones go before shorter ones."""

    order: int
    marks: tuple[str, ...]
    code: str
    weight: float


@cache
def _shipped() -> list[tuple[Reading, str, float]]:
    """Words, need and weight. Source: `seed/keywords.yaml`."""
    content = load_yaml((SEED / "keywords.yaml").read_text("utf-8"))
    with added.using(added.NOTHING):
        return [
            (read_text(str(words)), code, _WEAKLY if str(words) in _WEAK else 0.95)
            for code, many in content["needs"].items()
            for words in many
        ]


@lru_cache(maxsize=4)
def _keywords(own: added.Added) -> Mapping[tuple[str, ...], tuple[_Keyword, ...]]:
    """By their folded words; `own` are those that maintainers have added."""
    more = [(read_text(words), code, 0.95) for code, many in own.needs.items() for words in many]
    readings = [*_shipped(), *more]
    found: dict[tuple[str, ...], list[_Keyword]] = {}
    for order, (reading, code, weight) in enumerate(sorted(readings, key=lambda entry: -len(entry[0].plain))):
        marks = tuple(word.marked for word in reading.words)
        found.setdefault(reading.tokens, []).append(_Keyword(order, marks, code, weight))
    return {words: tuple(many) for words, many in found.items()}


def named_by(reading: Reading) -> str | None:
    """The need that just these words name already; they can name one only."""
    known = _keywords(added.current()).get(reading.tokens, ())
    return known[0].code if known else None


@lru_cache(maxsize=4)
def _longest(own: added.Added) -> int:
    return max(map(len, _keywords(own)))


@cache
def _phrases() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The phrases of four different words and more, and their needs: shorter ones are like too much."""
    with added.using(added.NOTHING):
        both = [(read_text(phrase).plain, need.code) for need in all_needs().values() for phrase in need.phrases]
    long = [(words, code) for words, code in both if len(set(words.split())) >= 4]
    return tuple(words for words, _ in long), tuple(code for _, code in long)


def read(reading: Reading, *, by_likeness: bool = True, is_search: bool = False) -> tuple[NeedGuess, ...]:
    """The needs a message speaks of, best first; empty when none is stated.

    `by_likeness`: where no word names a need, look for a known phrase that the whole message is like. `is_search`: the
    message is known to say what is looked for, so shorter and more damaged words are taken for needs too.
    """
    return read_with_words(reading, by_likeness=by_likeness, is_search=is_search)[0]


def read_with_words(
    reading: Reading, *, by_likeness: bool = True, is_search: bool = False, spared: frozenset[int] = frozenset()
) -> tuple[tuple[NeedGuess, ...], frozenset[int]]:
    """The same, and the words that name them: "nhóm đồng đẳng" is not the commune Đồng Đăng.

    `spared`: words that say a place, so that "Cát Hải" is not nearly "có thai".
    """
    scores: dict[str, float] = {}
    named, taken = _named(reading)
    for keyword in named:
        scores[keyword.code] = max(scores.get(keyword.code, 0), keyword.weight)
    if is_search or not scores:
        sure = any(score > _WEAKLY for score in scores.values())
        for near in _nearly_named(reading, taken | spared, is_search=is_search, is_sure=sure):
            keyword = _joined()[1][near.name]
            taken.update(range(near.start, near.end))
            scores[keyword.code] = max(scores.get(keyword.code, 0), _SLIPPED * keyword.weight)
    if by_likeness and not scores and 3 <= len(reading.tokens) <= 40:
        scores = _like(reading)
    best = sorted(scores.items(), key=lambda item: -item[1])[:3]
    return tuple(NeedGuess(code, score) for code, score in best), frozenset(taken)


def _named(reading: Reading) -> tuple[Sequence[_Keyword], set[int]]:
    """The keywords that stand in the message, longest first, and their words; each word belongs to one of them."""
    own = added.current()
    known, tokens = _keywords(own), reading.tokens[:MOST_WORDS]
    there = [
        (keyword, at)
        for at in range(len(tokens))
        for size in range(1, min(_longest(own), len(tokens) - at) + 1)
        for keyword in known.get(tokens[at : at + size], ())
    ]
    taken: set[int] = set()
    found: list[_Keyword] = []
    for keyword, at in sorted(there, key=lambda pair: (pair[0].order, pair[1])):
        place = range(at, at + len(keyword.marks))
        said = reading.words[at : at + len(keyword.marks)]
        agrees = all(marks_agree(word, mark) for word, mark in zip(said, keyword.marks, strict=True))
        if agrees and taken.isdisjoint(place):
            taken.update(place)
            found.append(keyword)
    return found, taken


@cache
def _joined() -> tuple[nearly.Names, Mapping[str, _Keyword]]:
    """The keywords as letters without spaces; of two that look alike the first of the file."""
    found: dict[str, _Keyword] = {}
    for words, many in _keywords(added.NOTHING).items():
        letters = "".join(words)
        if _SHORTEST <= len(letters) <= _LONGEST_JOINED and letters.isascii():
            found.setdefault(letters, many[0])
    return nearly.Names(found), found


def _nearly_named(reading: Reading, taken: set[int], *, is_search: bool, is_sure: bool) -> Sequence[nearly.Near]:
    """The keywords that are nearly there, where none stands exactly."""
    count = min(len(reading.words), nearly.MOST_WORDS)
    if len(taken) >= count or (count > _SHORT and not is_search):
        return ()
    names, _ = _joined()
    found = []
    for cut in nearly.cuts(reading):
        for start, end, letters in nearly.windows(cut, shortest=_SHORTEST - 1, widest=_LONGEST_JOINED + 2):
            first, after = nearly.place_of(cut, start, end, count)
            if not taken.isdisjoint(range(first, after)) or (is_search and nearly.is_led(cut, start, end)):
                continue
            is_broken = any(nearly.is_broken(word, reading.text) for word in reading.words[first:after])
            slips = _allowed(len(letters), is_broken=is_broken, is_search=is_search and (is_broken or not is_sure))
            for name, far in names.near(letters, slips)[:1]:
                found.append(nearly.Near(name, far, first, after))
    return nearly.best(found)


def _allowed(length: int, *, is_broken: bool, is_search: bool) -> int:
    """How many slips so many letters may have; outside of a search words that are right mean themselves."""
    if is_search:
        return 2 if length >= (6 if is_broken else 9) else 1
    return 1 if is_broken and length >= 7 else -1


def _like(reading: Reading) -> dict[str, float]:
    """No word names a need: perhaps the message is like a whole phrase of one."""
    words, codes = _phrases()
    alike = process.extract(
        reading.plain,
        words,
        scorer=fuzz.token_set_ratio,
        score_cutoff=_ENOUGH * 100,
        limit=None,
    )
    scores: dict[str, float] = {}
    for _, score, number in alike:
        code = codes[number]
        scores[code] = max(scores.get(code, 0), round(score / 100 * 0.9, 2))
    return scores


_WISHES = {
    "open_now": ("bay gio", "dang mo", "con mo", "gio nay", "mo cua khong", "luc nay", "open now"),
    "evening": ("buoi toi", "toi nay", "ban dem", "ban toi", "dem nay", "evening", "tonight"),
    "weekend": ("cuoi tuan", "thu bay", "chu nhat", "weekend"),
    "free": ("mien phi", "khong mat tien", "khong co tien", "free"),
    "no_papers": ("khong co giay to", "khong giay to", "khong can can cuoc", "mat can cuoc", "no papers"),
    "trans": ("chuyen gioi", "hormone", "trans"),
    "women": ("cho nu", "cho phu nu", "bac si nu", "chi em", "for women"),
    "men": ("cho nam", "mb", "gay", "msm", "dong tinh nam", "for men"),
}


def wishes(reading: Reading) -> frozenset[str]:
    """How the place should be, beside what it is for."""
    plain = f" {reading.plain} "
    found = frozenset(wish for wish, many in _WISHES.items() if any(f" {words} " in plain for words in many))
    language = spoken.wish_in(reading.plain)
    return found | {language} if language else found
