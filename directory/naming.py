"""Which listings a message names: by the words that tell names apart, also with a slip in one of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from directory.listing_index import SHORTEST_SLIP, ListingIndex
from directory.listings import Listing
from directory.plain_words import PLAIN
from directory.reading import Reading, fold
from directory.reading.spelling import Word
from directory.shelf import Shelf

NAMED = 0.75  # this much of what a name says must be typed before it is taken for that name
_TURNED = 0.02  # what is lost where the words of a name stand in another order
_FEW = 5  # words of a message that names little beside what it is called
_LEAST_WORDS, _LEAST_FREE = 3, 2  # of a name that is taken for one whatever else was asked for
_LONGEST = 12  # words; nobody types a longer name
_MOST_WORDS = 60  # a name stands in the beginning of a longer message
KINDS = (
    "phong kham", "pk", "benh vien", "bv", "trung tam", "tt", "tram", "tram y te", "nhom", "nha thuoc", "van phong",
    "clb", "cau lac bo", "diem", "quay", "nha tam lanh", "clinic", "hospital", "group", "cho", "ben",
)  # fmt: skip
_OF_KINDS = frozenset(word for kind in KINDS for word in kind.split())
_BEGINS_NAME = frozenset(kind.split()[0] for kind in KINDS if kind not in ("cho", "ben")) | {"to", "hoi", "quy", "du"}
_TYPES_OF_TWO = frozenset({("thanh", "pho"), ("thi", "xa"), ("thi", "tran"), ("dac", "khu")})
_TYPES_OF_ONE = frozenset({("quan",), ("huyen",), ("phuong",), ("xa",), ("tinh",)})


class Said(NamedTuple):
    """A word of a message that may be of a name, and the place of the first and after the last word it was read as.

    `is_sure` False: a word that was read as another one, as it was typed; or one that is seldom part of a name.
    """

    plain: str
    marked: str
    start: int
    end: int
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class Whole:
    """A message that may be one name from end to end: as typed and as read, with and without words that only lead to
    it, each word once; and all its words."""

    ways: tuple[tuple[str, ...], ...] = ()
    words: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """How much of what a name says was typed, and how many words of the message are words of it."""

    share: float
    words: float


_NOT = Named(0.0, 0.0)


def name_words(reading: Reading, taken: Sequence[tuple[int, int]]) -> tuple[Said, ...]:
    """The words of a message that may be of a listing's name; those of the place are `taken`, its type word too.

    A word that was read as another one stands there a second time as it was typed: "bt" may be biết, or bát too.
    """
    spent = {at for start, end in taken for at in range(start - _type_before(reading, start), end)}
    words = reading.words[:_MOST_WORDS]
    found: list[Said] = []
    for at, word in enumerate(words):
        if at in spent:
            continue
        if word.plain not in PLAIN and (len(word.plain) > 1 or word.plain.isdigit()):
            found.append(Said(word.plain, word.marked, at, at + 1))
        elif word.plain in PLAIN and _is_between(words, at, spent):  # "nhóm Minh Khuê", "trung tâm Hội Ngọc"
            found.append(Said(word.plain, word.marked, at, at + 1, is_sure=False))
        if word.how and (at == 0 or words[at - 1].start != word.start):
            typed = fold(reading.text[word.start : word.end])
            after = next((end for end in range(at + 1, len(words)) if words[end].start != word.start), len(words))
            if typed != word.plain and typed.isalnum() and len(typed) > 1:
                found.append(Said(typed, typed, at, after, is_sure=False))
    return tuple(found)


def as_one(reading: Reading, of_need: Set[int], *, is_somewhere: bool) -> Whole:
    """A message as one name. None if it says no more than a need ("xét nghiệm HIV") or, where it `is_somewhere`, than a
    kind of place: "nhóm chị em" alone may be what one is called, and goes before the others."""
    plain = {at for at, word in enumerate(reading.words) if word.plain in _OF_KINDS or word.plain in PLAIN}
    rest = set(range(len(reading.words))) - plain
    if rest <= of_need and (rest or is_somewhere):
        return Whole()
    typed = dict.fromkeys((word.start, word.end) for word in reading.words)
    ways = (reading.tokens, tuple(fold(reading.text[start:end]) for start, end in typed))
    made = dict.fromkeys(one for way in ways for one in (_once(way), _once(_bare(way))) if len(one) > 1)
    return Whole(tuple(made), all_words(reading))


def all_words(reading: Reading) -> tuple[Said, ...]:
    """Every word of a message, also those that mostly lead to a name."""
    return tuple(Said(word.plain, word.marked, at, at + 1) for at, word in enumerate(reading.words))


def _bare(words: Sequence[str]) -> Sequence[str]:
    kept = [at for at, word in enumerate(words) if word not in PLAIN]
    return words[kept[0] : kept[-1] + 1] if kept else ()


def _once(words: Sequence[str]) -> tuple[str, ...]:
    """Each word once, as the index keeps names."""
    return tuple(dict.fromkeys(words))


def wholly(index: ListingIndex, whole: Whole) -> frozenset[str]:
    """The listings whose service or organisation is called so, word for word, wherever they are."""
    found: set[str] = set()
    for way in whole.ways:
        rarest = min(way, key=lambda word: len(index.by_word.get(word, ())))
        found.update(id for id in index.by_word.get(rarest, ()) if way in index.names[id].parts[1:])
    return frozenset(found)


def _is_between(words: Sequence[Word], at: int, spent: Set[int]) -> bool:
    """Whether words that may be of a name stand on both sides, so that one that leads to names may be part of it."""
    beside = (at - 1, at + 1)
    return all(0 <= n < len(words) and n not in spent and words[n].plain not in PLAIN for n in beside)


def _type_before(reading: Reading, start: int) -> int:
    """How many words of a type stand before the name of a place: one in "quận 7", two in "thành phố Vinh"."""
    before = reading.tokens[max(0, start - 2) : start]
    return 2 if before in _TYPES_OF_TWO else 1 if before[-1:] in _TYPES_OF_ONE else 0


def called(shelf: Shelf, reading: Reading) -> tuple[Listing, ...]:
    """The listings that a message names, wherever they are: all that fit as well as the best."""
    scores = scores_of(shelf.index, name_words(reading, ()), is_near=True)
    best = max((named.share for named in scores.values()), default=0.0)
    return tuple(shelf.index.by_id[id] for id in sorted(scores) if scores[id].share == best)


def plainly_called(shelf: Shelf, reading: Reading) -> tuple[Listing, ...]:
    """Those that a sentence about something else could not name by chance: "phải làm sao, mai …" is no Sao Mai.

    A word for such a place stands before, and the last words of the name stand side by side.
    """
    plain = f" {reading.plain} "
    cue = min((plain.find(f" {word} ") for word in KINDS if f" {word} " in plain), default=-1)
    if cue < 0:
        return ()
    return tuple(one for one in called(shelf, reading) if plain.find(f" {_tail(one)} ") > cue)


def _tail(one: Listing) -> str:
    words = fold(one.service.partition("(")[0]).split()
    return " ".join(words[-2:])


def scores_of(index: ListingIndex, said: Sequence[Said], *, is_near: bool) -> Mapping[str, Named]:
    """The listings of whose telling words at least `NAMED` were typed, at least two words, one of them as it is.

    `is_near`: nothing else was asked for, so the service's or the organisation's name alone will do, and beside words
    that are right another may have a slip, also a short one.
    """
    exact = {one.plain for one in said}
    telling = [word for word in exact if word in index.by_word and index.is_telling(word)]
    return _Search(index, said, telling, is_near=is_near).found() if telling and len(exact) > 1 else {}


def covering(index: ListingIndex, said: Sequence[Said]) -> Mapping[str, Named]:
    """The listings whose name has every word that was typed, but for words that most names have."""
    needed = [one for one in said if one.is_sure and index.is_telling(one.plain)]
    telling = {one.plain for one in needed if one.plain in index.by_word}
    if not telling or len(said) < 2 or len({one.start for one in needed}) > _LONGEST:
        return {}
    among = _with_all(index, said, telling, {one.start for one in needed})
    return _Search(index, said, sorted(telling), is_near=True).found(among) if among else {}


def _with_all(index: ListingIndex, said: Sequence[Said], telling: Set[str], places: Set[int]) -> set[str]:
    """The listings with one of the telling words, and a word for each of these places of the message."""
    ids = set(chain.from_iterable(index.by_word[word] for word in telling))
    there: defaultdict[int, list[Said]] = defaultdict(list)
    for one in said:
        if one.start in places:
            there[one.start].append(one)
    is_short = len(said) <= _FEW
    # What no name has as it stands, and what is long, is in the fewest names.
    for many in sorted(
        there.values(), key=lambda ways: min((way.plain in index.by_word, -len(way.plain)) for way in ways)
    ):
        words = {like for one in many for like in _likes(index, one, is_near=True, is_short=is_short)}
        ids = {id for id in ids if not words.isdisjoint(index.names[id].words)} if words else set()
        if not ids:
            break
    return ids


def _likes(index: ListingIndex, one: Said, *, is_near: bool, is_short: bool) -> Mapping[str, float]:
    """The words of names that a word of a message may be, and how near each is; itself is 1."""
    is_known = one.plain in index.by_word
    is_apt = index.is_telling(one.plain) and (is_near or not (is_known or len(one.plain) < SHORTEST_SLIP))
    near = index.near_again(one.plain) if is_apt or is_short else {}
    return {one.plain: 1.0, **near} if is_known else near


def written_out(index: ListingIndex, said: Sequence[Said], free: Set[int]) -> Mapping[str, Named]:
    """The listings whose service or organisation stands there from its first word to its last, one of them perhaps with
    a slip, beginning with what kind of thing it is; two of its words at least are `free`, of no need and no place."""
    begins = [one.start for one in said if one.plain in _BEGINS_NAME]
    said = [one for one in said if any(start <= one.start <= start + _LONGEST for start in begins)]
    if len({one.start for one in said} & free) < _LEAST_FREE:
        return {}
    telling = {one.plain for one in said if one.plain in index.by_word and index.is_telling(one.plain)}
    return _Search(index, said, telling, is_near=True).in_a_row(free) if telling else {}


class _Search:
    """What the words of one message may be, looked up once for all the names they are compared with."""

    def __init__(self, index: ListingIndex, said: Sequence[Said], telling: Iterable[str], *, is_near: bool) -> None:
        self.index = index
        self.is_near = is_near
        self.typed = sorted(telling, key=lambda word: (len(index.by_word[word]), word))
        is_short = is_near and len(said) <= _FEW  # a name and little else: a word of many names may be a slip too
        likes: defaultdict[str, list[tuple[float, Said]]] = defaultdict(list)
        for one in said:
            for like, near in _likes(index, one, is_near=is_near, is_short=is_short).items():
                likes[like].append((near, one))
        self.likes: Mapping[str, Sequence[tuple[float, Said]]] = likes
        self.all = frozenset(likes)
        self.telling = frozenset(word for word in likes if index.is_telling(word))
        self.rarity = {word: index.rarity(word) for word in likes}

    def found(self, among: set[str] | None = None) -> dict[str, Named]:
        """Every listing that is named, among those that have a telling word as it was typed and another word."""
        names, found, by_word = self.index.names, dict[str, Named](), self.index.by_word
        starts = {word: {one.start for _, one in self.likes[word]} for word in self.telling}
        telling: defaultdict[str, list[str]] = defaultdict(list)  # of each listing the telling words it may be told by
        for word in self.telling:
            for id in by_word[word] if among is None else among.intersection(by_word[word]):
                telling[id].append(word)
        for word in self.typed:
            others = {like for like in self.telling if not starts[like] <= starts[word]}
            for id in by_word[word] if among is None else among.intersection(by_word[word]):
                parts = names[id].parts if self.is_near else names[id].parts[:1]
                if others.isdisjoint(telling[id]):
                    parts = tuple(filter(self.all.issuperset, parts))  # nothing else tells it apart
                for part in parts:
                    if word in part and (named := self._named(part)).share >= NAMED:
                        found[id] = max(named, found.get(id, _NOT), key=lambda one: one.share)
        return found

    def in_a_row(self, free: Set[int]) -> dict[str, Named]:
        """The listings a name of which stands there whole, and nothing between its words: in its order, perhaps with a
        slip; turned, each word as it is, where none so long stands there exactly."""
        found: dict[str, Named] = {}
        for id in dict.fromkeys(chain.from_iterable(self.index.by_word[word] for word in self.typed)):
            for part in self.index.names[id].parts[1:]:
                if len(part) >= _LEAST_WORDS and self.all.issuperset(part) and part[0] in _BEGINS_NAME:
                    named = self._whole(part, free)
                    if named.share:
                        found[id] = max(named, found.get(id, _NOT), key=lambda one: one.share)
        most = max((named.words for named in found.values() if named.share == 1.0), default=0.0)
        is_turned = 1.0 - _TURNED
        return {id: named for id, named in found.items() if named.share != is_turned or named.words > most}

    def _whole(self, part: Sequence[str], free: Set[int]) -> Named:
        typed = [one for one in map(self._typed(part).get, part) if one is not None]
        starts = [one.start for _, one in typed]
        if len(typed) < len(part) or sorted(starts) != list(range(starts[0], starts[0] + len(part))):
            return _NOT
        slips, is_turned = sum(1 for near, _ in typed if near < 1.0), starts != sorted(starts)
        if slips > (0 if is_turned else 1) or len(free & set(starts[1:])) < _LEAST_FREE:
            return _NOT
        return Named(1.0 - _TURNED if is_turned else sum(near for near, _ in typed) / len(part), len(part))

    def _named(self, part: Sequence[str]) -> Named:
        """How much of these words of a name was typed; nothing where fewer than two were, or none as it is."""
        typed = self._typed(part)
        there = {word: typed[word] for at, word in enumerate(part) if word in typed and self._counts(part, at, typed)}
        slips = sum(1 for near, _ in there.values() if near < 1.0)
        telling = sum(1 for word in there if word in self.telling)
        if len(there) < 2 or slips > len(there) - slips or (telling < 2 and len(typed) < len(part)):
            return _NOT
        got = whole = 0.0
        for word in part:
            if word in there:
                says = self.rarity[word]
                whole += says
                got += says * there[word][0]
            elif self.index.is_telling(word):
                whole += self.index.rarity(word)
        starts = [one.start for _, one in there.values()]
        turned = _TURNED if starts != sorted(starts) else 0.0
        return Named(min(1.0, got / whole) - turned if whole else 0.0, sum(near for near, _ in typed.values()))

    def _typed(self, part: Sequence[str]) -> dict[str, tuple[float, Said]]:
        """The words of a name that were typed, the nearest first, each by a word of its own."""
        likely = [(near, word, one) for word in part if word in self.likes for near, one in self.likes[word]]
        typed: dict[str, tuple[float, Said]] = {}
        used: set[int] = set()
        for near, word, one in sorted(likely, key=lambda pair: -pair[0]):
            if word not in typed and used.isdisjoint(range(one.start, one.end)):
                typed[word] = (near, one)
                used.update(range(one.start, one.end))
        return typed

    def _counts(self, part: Sequence[str], at: int, typed: Mapping[str, tuple[float, Said]]) -> bool:
        """Whether a typed word is telling, or was typed beside a telling one as it stands beside it in the name."""
        if part[at] in self.telling:
            return True
        own = typed[part[at]][1]
        before, after = part[at - 1] if at else "", part[at + 1] if at + 1 < len(part) else ""
        is_led = before in self.telling and before in typed and typed[before][1].end == own.start
        return is_led or (after in self.telling and after in typed and typed[after][1].start == own.end)


def marks_of(index: ListingIndex, id: str, words: Iterable[Said]) -> int:
    """How many words stand with the same marks in the name; in a message with marks a word without any is meant so.

    "Nhóm Lan" is not Nhóm Làn; "nhom lan" may be either.
    """
    said, marked = tuple(words), index.names[id].marked
    if all(word.marked == word.plain for word in said):
        return 0
    return sum(1 for word in said if word.marked in marked)
