"""Which listings a message names: by the words that tell names apart, also with a slip in one of them."""

from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz.distance import OSA

from directory.listing_index import ListingIndex
from directory.listings import Listing
from directory.reading import Reading
from directory.reading.spelling import Word
from directory.shelf import Shelf

MOST_NAMED = 200  # a word that more listings bear tells none of them
NAMED = 0.75  # this much of what a name says must be typed before it is taken for that name
# Words that lead to a name and are none themselves.
PLAIN = frozenset(
    word
    for row in (
        "o tai gan cho em minh toi tui chi anh ban di den hoi xin voi a oi nhe nha nhi giup tim can muon co khong",
        "biet nao dau may gio mo cua so dien thoai dia chi la va",
    )
    for word in row.split()
)


def name_words(reading: Reading, taken: Sequence[tuple[int, int]]) -> tuple[Word, ...]:
    """The words of a message that may be of a listing's name; those of the place are `taken`."""
    spent = {at for start, end in taken for at in range(start, end)}
    return tuple(
        word
        for at, word in enumerate(reading.words[:60])
        if at not in spent and word.plain not in PLAIN and (len(word.plain) > 1 or word.plain.isdigit())
    )


def called(shelf: Shelf, reading: Reading) -> tuple[Listing, ...]:
    """The listings that a message names, wherever they are: all that fit as well as the best."""
    scores = scores_of(shelf.index, name_words(reading, ()), is_near=True)
    best = max(scores.values(), default=0.0)
    return tuple(shelf.index.by_id[id] for id in sorted(scores) if best >= NAMED and scores[id] == best)


def scores_of(index: ListingIndex, words: Sequence[Word], *, is_near: bool) -> Mapping[str, float]:
    """For each listing that shares rare words with the message, the share of its own telling words that were typed.

    `is_near`: nothing else was asked for, so the service's or the organisation's name alone will do, and beside words
    that are right another may have a slip, also a short one.
    """
    plain = [word.plain for word in words]
    typed: dict[str, float] = {}
    for one in plain:
        for like in index.words_like(one):
            typed[like] = index.rarity(like) * (1.0 if like == one else 0.9)
    rare = {word: weight for word, weight in typed.items() if len(index.by_word.get(word, ())) <= MOST_NAMED}
    if len(rare) < (1 if is_near else 2):
        return {}
    found: dict[str, float] = {}
    for id in {id for word in rare for id in index.by_word[word]}:
        parts = index.names[id].parts if is_near else index.names[id].parts[:1]
        shares = [_share(index, part, rare, plain if is_near else ()) for part in parts]
        if best := max(shares):
            found[id] = best
    return found


def _share(index: ListingIndex, part: frozenset[str], rare: Mapping[str, float], typed: Sequence[str]) -> float:
    """How much of what a name says was typed; 0 where fewer than two of its words were, or none as it is."""
    telling = [word for word in part if len(index.by_word[word]) <= MOST_NAMED]
    shared = {word: rare[word] for word in telling if word in rare}
    if len(telling) - len(shared) == 1:
        for word in telling:
            if word not in shared and any(_is_slip(one, word) for one in typed):
                shared[word] = index.rarity(word) * 0.9
    if len(shared) < 2 or (typed and shared.keys().isdisjoint(typed)):
        return 0.0
    return min(1.0, sum(shared.values()) / sum(map(index.rarity, telling)))


def _is_slip(typed: str, word: str) -> bool:
    return len(typed) > 1 and typed[0] == word[0] and OSA.distance(typed, word, score_cutoff=1) == 1


def marks_of(index: ListingIndex, id: str, words: Iterable[Word]) -> int:
    """How many words typed with marks stand with the same marks in the name."""
    marked = index.names[id].marked
    return sum(1 for word in words if word.marked != word.plain and word.marked in marked)
