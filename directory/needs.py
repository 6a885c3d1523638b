"""The taxonomy of needs, and which of them a message speaks of."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz import fuzz, process

from directory import added, nearly, spoken
from directory.keywords import PLAINLY, WEAKLY, Keyword, by_spelling, spelt
from directory.keywords import longest as longest_of
from directory.need_slips import SHORT, is_nearer_another, joined, nearly_longer, nearly_named, nearly_short
from directory.reading import SEED, Reading, Step
from directory.reading import read as read_text
from directory.reading.spelling import Word, marks_agree
from directory.seedfiles import load_table

_ENOUGH = 0.8
_SLIPPED = 0.8  # how much words with a slip in them count beside words that are right
_ANY_CLINIC = "health.general"  # says less than what is done there
_AS_MEANT = (Step.AS_TYPED, Step.TELEX)  # how words are read that mean what stands there: "hoóc" is no "hóc"
MOST_WORDS = 500  # of a longer message the beginning says what is wanted


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
    content = load_table(SEED / "needs.yaml")
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


@cache
def groups() -> Mapping[str, Mapping[str, str]]:
    """The groups of needs in their order, each with what it is called by language."""
    content = load_table(SEED / "needs.yaml")
    told = {group["code"]: group["label"] for group in content["groups"]}
    return {code: told[code] for code in dict.fromkeys(one.group for one in NEEDS.values())}


def group_of(code: str) -> str:
    """The group a need belongs to: `health`, `legal`, ..."""
    return all_needs()[code].group


@dataclass(frozen=True, slots=True)
class NeedReading:
    """The needs of a message, best first, the words that name them, and how many slips are in these."""

    guesses: tuple[NeedGuess, ...]
    words: frozenset[int]
    slips: int = 0


@cache
def _phrases() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The phrases of four different words and more, and their needs: shorter ones are like too much."""
    with added.using(added.NOTHING):
        both = [(read_text(phrase).plain, need.code) for need in all_needs().values() for phrase in need.phrases]
    long = [(words, code) for words, code in both if len(set(words.split())) >= 4]
    return tuple(words for words, _ in long), tuple(code for _, code in long)


def read(
    reading: Reading, *, by_likeness: bool = True, is_search: bool = False, spared: frozenset[int] = frozenset()
) -> tuple[NeedGuess, ...]:
    """The needs a message speaks of, best first; empty when none is stated.

    `by_likeness`: where no word names a need, look for a known phrase that the whole message is like. `is_search`: the
    message is known to say what is looked for, so shorter and more damaged words are taken for needs too.
    """
    return read_with_words(reading, by_likeness=by_likeness, is_search=is_search, spared=spared).guesses


def read_with_words(
    reading: Reading, *, by_likeness: bool = True, is_search: bool = False, spared: frozenset[int] = frozenset()
) -> NeedReading:
    """The same, and the words that name them: "nhóm đồng đẳng" is not the commune Đồng Đăng.

    `spared`: words that say a place, so that "Cát Hải" is not nearly "có thai".
    """
    scores: dict[str, float] = {}
    named, taken = _named(reading, spared)
    slips = 0
    for near in nearly_longer(reading, [place for _, place in named], spared) if is_search and named else ():
        keyword, _ = joined()[1][near.name]  # "điều tịr si đa" is no "si đa"
        named = [(one, place) for one, place in named if not near.start <= place.start < near.end]
        taken.update(range(near.start, near.end))
        slips += near.slips
        scores[keyword.code] = max(scores.get(keyword.code, 0), _SLIPPED * keyword.weight)
    for keyword, _ in named:
        if keyword.code:
            scores[keyword.code] = max(scores.get(keyword.code, 0), keyword.weight)
    is_other = bool(named) and not scores  # "thuốc lá" is nothing we know, whatever else it is like
    is_sure = any(score > WEAKLY for score in scores.values())  # then a second one must stand there as it is
    if not is_sure and (is_search or not scores):
        for near in nearly_named(reading, taken | spared, is_search=is_search):
            keyword, _ = joined()[1][near.name]
            taken.update(range(near.start, near.end))
            slips += near.slips
            scores[keyword.code] = max(scores.get(keyword.code, 0), _SLIPPED * keyword.weight)
        for at, code in nearly_short(reading, taken | spared) if is_search and not scores else ():
            taken.add(at)
            slips += 1
            scores[code] = _SLIPPED * PLAINLY
    if by_likeness and not (scores or is_other) and 3 <= len(reading.tokens) <= 40:
        scores = _like(reading, spared, least=2 if is_search else 0)
    best = sorted(scores.items(), key=lambda item: (-item[1], item[0] == _ANY_CLINIC))[:3]
    return NeedReading(tuple(NeedGuess(code, score) for code, score in best), frozenset(taken), slips)


def is_other(reading: Reading) -> bool:
    """Whether a short message names only what looks like a need and is none: "thuê xe máy"."""
    return bool(other_words(reading))


def names_other(reading: Reading) -> bool:
    """Whether a short message names what only looks like ours, whatever else stands beside it."""
    return len(reading.words) <= SHORT and any(not keyword.code for keyword, _ in _named(reading)[0])


def other_words(reading: Reading) -> frozenset[int]:
    """Where those words stand; empty where a need is named beside them, or the message is a long one."""
    if len(reading.words) > SHORT:
        return frozenset()
    named, taken = _named(reading)
    return frozenset(taken) if named and not any(keyword.code for keyword, _ in named) else frozenset()


def _named(reading: Reading, spared: frozenset[int] = frozenset()) -> tuple[Sequence[tuple[Keyword, range]], set[int]]:
    """The keywords that stand in the message, longest first, and where; and their words, each of one keyword.

    Letters that are `spared` as a place mean nothing else: in "o hk hn" stands no hộ khẩu, and "o dong dang" says
    where, not with whom.
    """
    tokens = reading.tokens[:MOST_WORDS]
    taken: set[int] = set()
    found: list[tuple[Keyword, range]] = []
    for keyword, at in _there(tokens, added.current()):
        place = range(at, at + len(keyword.marks))
        said = reading.words[at : at + len(keyword.marks)]
        agrees = all(marks_agree(word, mark) for word, mark in zip(said, keyword.marks, strict=True))
        if keyword.is_strict and agrees and len(said) < len(tokens):  # alone it can hardly be anything else
            agrees = any(word.marked != word.plain for word in said)
        if len(said) == 1 and agrees:
            agrees = _is_itself(said[0], keyword.marks[0]) and not is_nearer_another(reading, said[0])
        if agrees and taken.isdisjoint(place) and not (spared and _is_place(reading, place, spared)):
            taken.update(place)
            found.append((keyword, place))
    return found, taken


def _is_place(reading: Reading, words: range, spared: frozenset[int]) -> bool:
    if any(at in spared and reading.words[at].how not in _AS_MEANT for at in words):
        return True
    return words.start > 0 and spared.issuperset(words) and reading.tokens[words.start - 1] in nearly.LEADS


@lru_cache(maxsize=2)  # one message is asked about several times
def _there(tokens: tuple[str, ...], own: added.Added) -> Sequence[tuple[Keyword, int]]:
    """The keywords whose words stand in the message, marks or not, and where each begins; in the order of the table."""
    known, longest, said = by_spelling(own), longest_of(own), spelt(tokens)
    there = [
        (keyword, at)
        for at, token in enumerate(said)
        if token in longest
        for size in range(1, min(longest[token], len(said) - at) + 1)
        for keyword in known.get(said[at : at + size], ())
    ]
    return sorted(there, key=lambda pair: (pair[0].order, pair[1]))


def _is_itself(word: Word, mark: str) -> bool:
    """Whether a word alone is meant: typed without any marks, or with its own tone. "Thuê" is no thuế, "lâu" no lậu."""
    tones = {word.marked[-1:], mark[-1:]}
    return word.marked in (word.plain, mark) or tones == {"3", "4"}


# Words that say nothing of what is looked for: two messages that share only these are not alike.
_EVERYWHERE_WORDS = """
o dau cho nao co khong em chi anh minh toi tui ban muon can tim mua xin di lam thi ma la a oi voi cho giup hoi gi the
"""
_EVERYWHERE = frozenset(_EVERYWHERE_WORDS.split())


def _like(reading: Reading, spared: frozenset[int] = frozenset(), *, least: int) -> dict[str, float]:
    """No word names a need: perhaps the message is like a whole phrase of one, in `least` words that say something."""
    words, codes = _phrases()
    said = [word.plain for at, word in enumerate(reading.words) if at not in spared]
    if len(said) < 3:
        return {}
    telling = set(said) - _EVERYWHERE
    likely = {number: words[number] for number in _sharing(telling, least)} if least else words
    alike = process.extract(
        " ".join(said),
        likely,
        scorer=fuzz.token_set_ratio,
        score_cutoff=_ENOUGH * 100,
        limit=None,
    )
    scores: dict[str, float] = {}
    for _, score, number in alike:
        code = codes[number]
        scores[code] = max(scores.get(code, 0), round(score / 100 * 0.9, 2))
    return scores


def _sharing(telling: Iterable[str], least: int) -> list[int]:
    """The numbers of the phrases that have so many of these words: only they are compared letter by letter."""
    known = _phrases_by_word()
    counts = Counter(number for word in telling for number in known.get(word, ()))
    return sorted(number for number, many in counts.items() if many >= least)


@cache
def _phrases_by_word() -> Mapping[str, Sequence[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for number, phrase in enumerate(_phrases()[0]):
        for word in set(phrase.split()):
            found[word].append(number)
    return dict(found)


_WISHED = {
    "open_now": ("bay gio", "dang mo", "con mo", "gio nay", "mo cua khong", "luc nay", "open now"),
    "evening": ("buoi toi", "toi nay", "ban dem", "ban toi", "dem nay", "evening", "tonight"),
    "weekend": ("cuoi tuan", "thu bay", "chu nhat", "weekend"),
    "free": ("mien phi", "khong mat tien", "khong co tien", "free"),
    "after_hours": ("ngoai gio", "after hours", "outside office hours"),
    "no_papers": ("khong giay to", "mat giay to", "mat can cuoc"),
    "pharmacy": ("nha thuoc", "hieu thuoc", "tiem thuoc", "quay thuoc", "pharmacy", "drugstore"),
    "psychologist": ("bac si tam ly", "chuyen gia tam ly", "nha tam ly", "psychologist"),
    "anonymous": ("an danh", "giau ten", "khong can ten", "khong ten tuoi"),
    "trans": ("chuyen gioi", "hormone", "trans"),
    "women": ("cho nu", "cho phu nu", "bac si nu", "chi em", "for women"),
    "men": ("cho nam", "mb", "gay", "msm", "dong tinh nam", "for men"),
}
_WISHES: dict[str, list[tuple[str, str]]] = {}  # by their first word
for _wish, _many in _WISHED.items():
    for _words in _many:
        _WISHES.setdefault(_words.split()[0], []).append((f" {_words} ", _wish))
# Looked for as it was typed: read as Vietnamese, "no name" is something else.
_IN_ENGLISH = re.compile(
    r"\b(?:(?P<no_papers>no (?:papers|id)|without (?:papers|id)|undocumented)"
    r"|(?P<anonymous>anonymous(?:ly)?|(?:without (?:a |my |giving a |giving my )?|no )name))\b"
)
_ENGLISH_STARTS = ("no ", "without ", "undocumented", "anonymous")  # how each of these begins
_DENYING = (" khong ", " chang ", " khoi ", " chua ")
# "Không cần giấy tờ", "không ai hỏi giấy tờ", "khỏi trình căn cước", "chưa có CCCD"; never "có cần giấy tờ không".
_NO_PAPERS = re.compile(
    r" (?:khong|chang|khoi|chua)(?: (?:bi|ai|phai|can|bat|duoc)){0,3}"
    r" (?:can|co|hoi|doi|bat|xem|mang|trinh|nop|yeu cau|xuat trinh|kiem tra)"
    r"(?: (?:co|mang|theo|trinh|nop|xem|bat ky|the)){0,2}"
    r" (?:giay to|giay tuy than|can cuoc|chung minh|cccd|cmnd|ho chieu|passport) "
)
_PRIVATE = re.compile(r" (?:phong kham|pk|bac si|benh vien|bv) tu(?: nhan)? (?!van |do )")  # "tư vấn" is advice
# "Không hỏi tên", "khỏi khai tên", "không muốn nói tên"; never "không biết tên".
_NO_NAME = re.compile(
    r" (?:khong|chang|khoi|chua)(?: (?:bi|ai|phai|can|bat|muon)){0,3}"
    r" (?:hoi|ghi|lay|luu|doi|khai|de lai|noi|cho biet|xung|khai bao|dien)(?: ho)? ten "
)


def wishes(reading: Reading) -> frozenset[str]:
    """How the place should be, beside what it is for."""
    plain = f" {reading.plain} "
    said = (pair for word in reading.tokens if word in _WISHES for pair in _WISHES[word])
    found = {wish for words, wish in said if words in plain}
    if any(map(plain.__contains__, _DENYING)):  # what the two patterns begin with
        found |= {"no_papers"} if _NO_PAPERS.search(plain) else set()
        found |= {"anonymous"} if _NO_NAME.search(plain) else set()
    if " tu " in plain and _PRIVATE.search(plain):
        found.add("private_clinic")
    if reading.text.isascii():
        typed = reading.text.lower()
        if any(map(typed.__contains__, _ENGLISH_STARTS)):
            found |= {str(said.lastgroup) for said in _IN_ENGLISH.finditer(typed)}
    language = spoken.wish_in(reading.plain)
    return frozenset({*found, language} if language else found)
