"""How a place should be, beside what it is for: free, without papers, in the evening, open then, in a language."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from directory import spoken
from directory.listing_index import KINDS
from directory.listings import Listing, Opening
from directory.reading import fold

_EVENING = 19 * 60
Opens = Callable[[Listing], Opening]
Keeps = Callable[[Listing, Opens], bool]


def fulfilling(
    fitting: Sequence[Listing], wishes: Iterable[str], opens: Opens
) -> tuple[Sequence[Listing], frozenset[str]]:
    """Those that fulfil every wish; if there are none, those without the wishes that nothing fulfils."""
    dropped: set[str] = set()
    left = list(fitting)
    for wish in sorted(wishes):
        keeps = _speaks(wish) if wish.startswith(spoken.WISH) else _WISHES.get(wish)
        if keeps is None:
            continue
        if kept := [one for one in left if keeps(one, opens)]:
            left = kept
        else:
            dropped.add(wish)
    return left, frozenset(dropped)


def is_free(one: Listing) -> bool:
    """Marked so, or its price says so and nothing else: "Miễn phí xét nghiệm, thuốc 50.000 đồng" is not free."""
    return "free" in one.attributes or _says(one.price.get("vi", ""), _FREE)


def needs_no_papers(one: Listing) -> bool:
    """The same of the papers that are asked for."""
    return "no_papers" in one.attributes or _says(one.papers.get("vi", ""), _NO_PAPERS)


def asks_no_name(one: Listing) -> bool:
    """Marked so, or how one is received says so among other things: "đồng đẳng tiếp, không ghi tên"."""
    return "anonymous" in one.attributes or _NO_NAME.search(fold(one.reception.get("vi", ""))) is not None


_NO_NAME = re.compile(r"\bkhong (?:can |bi |phai )?(?:hoi|ghi|lay|luu|can|doi|khai|de lai) (?:ho )?ten\b|\ban danh\b")
_FREE = re.compile(r"(?:(?:hoan toan )?mien phi|khong (?:mat|thu|lay|ton) (?:tien|phi))(?: hoan toan| tat ca| het)?")
_NO_PAPERS = re.compile(
    r"khong (?:can|doi|hoi|yeu cau|bat)(?: co| mang| trinh)?(?: bat ky)? (?:giay to|can cuoc)(?: gi)?"
)


@lru_cache(maxsize=4_000)
def _says(text: str, words: "re.Pattern[str]") -> bool:
    return words.fullmatch(fold(text).strip(" .!")) is not None


def _is_evening(one: Listing, opens: Opens) -> bool:
    spans = one.hours.spans if one.hours else ()
    return "evening" in one.attributes or any(ends > _EVENING for _, begins, ends in spans)  # from 20:00 on too


def _is_weekend(one: Listing, opens: Opens) -> bool:
    return "weekend" in one.attributes or any(day >= 5 for day, _, _ in (one.hours.spans if one.hours else ()))


def _is_after_hours(one: Listing, opens: Opens) -> bool:
    return _is_evening(one, opens) or _is_weekend(one, opens)


def _is_open_then(one: Listing, opens: Opens) -> bool:
    return opens(one).state != "closed"


def _is_of(kind: str) -> Keeps:
    return lambda one, opens: one.kind == kind


def _speaks(wish: str) -> Keeps:
    code = wish.removeprefix(spoken.WISH)
    return lambda one, opens: code in one.languages


_WISHES: Mapping[str, Keeps] = {
    "free": lambda one, opens: is_free(one),
    "no_papers": lambda one, opens: needs_no_papers(one),
    "anonymous": lambda one, opens: asks_no_name(one),
    "evening": _is_evening,
    "after_hours": _is_after_hours,
    "weekend": _is_weekend,
    "open_now": _is_open_then,
    **{kind: _is_of(kind) for kind in KINDS},
    "trans": lambda one, opens: "trans" in one.audience or "health.trans" in one.needs,
}
