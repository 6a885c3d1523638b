"""How a place should be, beside what it is for: free, without papers, in the evening, open then, in a language."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from directory import spoken
from directory.listings import Listing, Opening

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


def _is_evening(one: Listing, opens: Opens) -> bool:
    spans = one.hours.spans if one.hours else ()
    return "evening" in one.attributes or any(begins <= _EVENING < ends for _, begins, ends in spans)


def _is_weekend(one: Listing, opens: Opens) -> bool:
    return "weekend" in one.attributes or any(day >= 5 for day, _, _ in (one.hours.spans if one.hours else ()))


def _is_after_hours(one: Listing, opens: Opens) -> bool:
    return _is_evening(one, opens) or _is_weekend(one, opens)


def _is_open_then(one: Listing, opens: Opens) -> bool:
    return opens(one).state != "closed"


def _speaks(wish: str) -> Keeps:
    code = wish.removeprefix(spoken.WISH)
    return lambda one, opens: code in one.languages


_WISHES: Mapping[str, Keeps] = {
    "free": lambda one, opens: "free" in one.attributes,
    "no_papers": lambda one, opens: "no_papers" in one.attributes,
    "evening": _is_evening,
    "after_hours": _is_after_hours,
    "weekend": _is_weekend,
    "open_now": _is_open_then,
    "trans": lambda one, opens: "trans" in one.audience or "health.trans" in one.needs,
}
