"""The taxonomy of needs, and which of them a message speaks of."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz

from directory.reading import SEED, Reading
from directory.reading import read as read_text
from directory.reading.spelling import marks_agree
from directory.seedfiles import load_yaml

_ENOUGH = 0.8
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


@cache
def _keywords() -> tuple[tuple[str, tuple[str, ...], str, float], ...]:
    """(folded words, their marks, code, weight), longest first. Source: `seed/keywords.yaml`."""
    content = load_yaml((SEED / "keywords.yaml").read_text("utf-8"))
    found = []
    for code, many in content["needs"].items():
        for words in many:
            reading = read_text(str(words))
            marks = tuple(word.marked for word in reading.words)
            found.append((reading.plain, marks, code, 0.7 if str(words) in _WEAK else 0.95))
    return tuple(sorted(found, key=lambda entry: -len(entry[0])))


@cache
def _phrases() -> tuple[tuple[str, str], ...]:
    return tuple((read_text(phrase).plain, need.code) for need in all_needs().values() for phrase in need.phrases)


def read(reading: Reading) -> tuple[NeedGuess, ...]:
    """The needs a message speaks of, best first; empty when none is stated."""
    rest = f" {reading.plain[:2000]} "
    scores: dict[str, float] = {}
    for words, marks, code, weight in _keywords():
        at = rest.find(f" {words} ")
        while at >= 0:
            first = rest.count(" ", 0, at)
            said = reading.words[first : first + len(marks)]
            if all(marks_agree(word, mark) for word, mark in zip(said, marks, strict=False)):
                scores[code] = max(scores.get(code, 0), weight)
                blank = " ".join("|" for _ in marks)
                rest = f"{rest[:at]} {blank} {rest[at + len(words) + 2 :]}"
            at = rest.find(f" {words} ", at + 1)
    if not scores and 2 <= len(reading.tokens) <= 40:
        for words, code in _phrases():
            score = fuzz.token_set_ratio(words, reading.plain) / 100 * min(1, len(reading.tokens) / 3)
            if len(set(words.split())) >= 4 and score >= _ENOUGH:
                scores[code] = max(scores.get(code, 0), round(score * 0.9, 2))
    return tuple(NeedGuess(code, score) for code, score in sorted(scores.items(), key=lambda item: -item[1])[:3])


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
    return frozenset(wish for wish, many in _WISHES.items() if any(f" {words} " in plain for words in many))
