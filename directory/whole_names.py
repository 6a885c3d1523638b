"""Which listings a message calls by their whole name: "pk doi gio", "TTYT Cầu Giấy", also with one letter wrong."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from directory import duplicates, naming, needs, places, whereabouts
from directory.listings import Listing
from directory.naming import KINDS
from directory.places import PlaceGuess
from directory.plain_words import PLAIN
from directory.reading import Reading
from directory.shelf import Shelf

_MOST_WORDS = 16  # a longer message tells something
_LONG = 7  # letters that a name without its kind has before one of them may be wrong
_ALONE = 6  # letters of a name that is a single word
# Words that lead to a name, or ask for what stands there; beside them nothing else is said.
_SMALL_WORDS = """
duong vao dang toi den qua tim kiem hoi xem thong tin ve ten la cai nay kia do ay vay the thi a ah oi ne nhe nha luon
where is the clinic find me show hi hello dc sdt lien he lien lac cach goi chi tiet nhu nao ban e m t mk con
"""
_SMALL = PLAIN | frozenset(_SMALL_WORDS.split())
_KINDS = frozenset(word for kind in KINDS for word in kind.split()) - PLAIN


# What a name begins with that says only what kind of place it is, written out.
_LEADS_WORDS = """
trung tam/phong kham/phong/benh vien/tram/y te/cau lac bo/nhom/dong dang/van phong/cong ty/dich vu/co so/diem/nha thuoc
quay/dem/nha/tam lanh/to chuc/truong/nghe/cong tac xa hoi/da khoa/phu nu/tu van/tro giup/phap ly/xet nghiem/cap thuoc
kiem soat benh tat/clinic
"""
_LEADS = tuple(tuple(lead.split()) for line in _LEADS_WORDS.split("\n") for lead in line.split("/") if lead)
_TYPES = ("o", "quan", "huyen", "thanh", "pho", "tinh", "phuong", "xa", "tp")


@dataclass(frozen=True, slots=True)
class Called:
    """The listings of that name. `is_all`: beside the name stand only small words, what is needed there and where it
    is, so its card is what is asked. `is_bare`: no word for such a place stands before it."""

    listings: tuple[Listing, ...] = ()
    is_all: bool = False
    is_bare: bool = False


@dataclass(frozen=True, slots=True)
class _Name:
    """The name of a listing or of who runs it, looked at once."""

    said: str
    all: tuple[str, ...]
    own: tuple[str, ...]  # without the words of its kind: of "Bệnh viện Bồ Câu" the last two
    words: frozenset[str]
    is_plain: bool  # "co may" may be anything


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to read a message."""

    said: str
    words: tuple[str, ...]
    telling: frozenset[str]  # neither small nor a kind
    has_kind: bool


@dataclass(frozen=True, slots=True)
class _Fit:
    one: Listing
    name: str
    rest: frozenset[str]  # the words beside the name
    is_bare: bool


def called(shelf: Shelf, reading: Reading) -> Called:
    """Those named in full, with their kind before; or, where nothing else is said, without it or with one slip. Those
    with the marks that were typed come first.

    Words that name a need or a place only are no name: "phòng khám phụ khoa", "xét nghiệm HIV".
    """
    if not 0 < len(reading.words) <= _MOST_WORDS:
        return Called()
    ways = [_way(said) for said in dict.fromkeys(_ways(reading)) if said]
    found = [fit for one in _likely(shelf, ways) for fit in _fits(one, ways)]
    if not found:
        return Called()
    guess = next(iter(places.read(reading).places), None)
    of_need = _words_of_need(reading)
    other = of_need | _place_words(reading, guess)
    whole = [fit for fit in found if not other.issuperset(_named(fit.name).own) or fit.rest <= _SMALL]
    longest = [fit for fit in whole if not any(fit.name in more.name and fit.name != more.name for more in whole)]
    beside = _SMALL | (of_need if guess is None else frozenset())
    alone = [fit for fit in longest if fit.rest <= beside or (fit.rest <= _SMALL | other and _is_there(fit.one, guess))]
    kept = alone or longest
    said = naming.all_words(reading)
    ids = sorted({fit.one.id for fit in kept}, key=lambda id: (-naming.marks_of(shelf.index, id, said), id))
    return Called(tuple(map(shelf.index.by_id.__getitem__, ids)), bool(alone), all(fit.is_bare for fit in kept))


def _ways(reading: Reading) -> Iterator[str]:
    """The message as it was typed and as it was read, with what names shorten written out."""
    yield duplicates.plain_name(reading.text)
    yield duplicates.plain_name(reading.plain)


def _way(said: str) -> _Way:
    words = tuple(said.split())
    return _Way(f" {said} ", words, frozenset(words) - _SMALL - _KINDS, not _KINDS.isdisjoint(words))


def _likely(shelf: Shelf, ways: Sequence[_Way]) -> Iterator[Listing]:
    """The listings that share a telling word with the message, as it stands or one slip away."""
    index = shelf.index
    words = {word for way in ways for word in way.words}
    near = {like for word in words if len(word) > 2 and word not in index.by_word for like in index.near(word)}
    ids = {id for word in words | near if index.is_telling(word) for id in index.by_word.get(word, ())}
    yield from (index.by_id[id] for id in sorted(ids))


def _fits(one: Listing, ways: Sequence[_Way]) -> Iterator[_Fit]:
    for said, name in _names_of(one.service, one.organisation):
        for way in ways:
            if len(name.own) < len(name.all) and name.said in way.said:
                rest = frozenset(way.said.replace(name.said, " ").split())
                yield _Fit(one, said, rest, is_bare=False)
            elif name.is_plain and not way.has_kind:
                continue
            elif len(way.telling - name.words) <= 1 and _is_nearly(name.all, name.own, way.words):
                yield _Fit(one, said, frozenset(), is_bare=not way.has_kind)


def _is_nearly(name: Sequence[str], own: Sequence[str], said: Sequence[str]) -> bool:
    """Whether a name is all that a message says: without its kind, with another kind, or with one slip."""
    for whole, most in ((name, 1), (own, 1 if len("".join(own)) >= _LONG else 0)):
        for size in {len(whole), *((len(whole) - 1, len(whole) + 1) if most else ())} - {0}:
            for at in range(len(said) - size + 1):
                if said[at][0] != whole[0][0]:
                    continue  # a slip is never in the first letter
                rest = {*said[:at], *said[at + size :]}
                if rest <= _SMALL | _KINDS and _is_like(said[at : at + size], whole, most):
                    return True
    return False


def _is_like(typed: Sequence[str], whole: Sequence[str], most: int) -> bool:
    """One letter lost, doubled, swapped or wrong, never in the number of "Hoa Sen 2"; one word at least is right."""
    one, other = " ".join(typed), " ".join(whole)
    if one == other:
        return len(whole) > 1 or len(one) >= _ALONE
    if not most or re.findall(r"\d+", one) != re.findall(r"\d+", other) or set(typed).isdisjoint(whole):
        return False
    return one[0] == other[0] and OSA.distance(one, other, score_cutoff=most) <= most


@lru_cache(maxsize=8192)
def _names_of(service: str, organisation: str) -> tuple[tuple[str, _Name], ...]:
    """The names of a listing that say more than their kind, each once."""
    both = dict.fromkeys(map(duplicates.plain_name, (service, organisation)))
    return tuple((said, name) for said in both if (name := _named(said)).own)


@lru_cache(maxsize=8192)
def _named(name: str) -> _Name:
    own = words = tuple(name.split())
    while lead := next((len(one) for one in _LEADS if own[: len(one)] == one), 0):
        own = own[lead:]
    return _Name(f" {name} ", words, own, frozenset(words), _SMALL.issuperset(own))


def _words_of_need(reading: Reading) -> frozenset[str]:
    found = needs.read_with_words(reading, by_likeness=False).words
    return frozenset(reading.words[at].plain for at in found)


def _place_words(reading: Reading, guess: PlaceGuess | None) -> frozenset[str]:
    if guess is None:
        return frozenset()
    return frozenset((*_TYPES, *(word.plain for word in reading.words[guess.start : guess.end])))


def _is_there(one: Listing, guess: PlaceGuess | None) -> bool:
    """Whether it lies in the place that is named beside it."""
    return guess is not None and whereabouts.lies_in(one, guess.key, places.communes_of(guess.key))
