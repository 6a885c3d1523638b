"""Opening hours as people say them, "T2-T6 8h-17h", as the lines we keep; nothing where they are not plain."""

import re

from directory.hours import DAYS, Hours, ListingProblem
from directory.reading import fold

_NAMED = {"hai": 0, "ba": 1, "tu": 2, "nam": 3, "sau": 4, "bay": 5} | {str(n + 2): n for n in range(6)}
_DAY = r"(?:(?:t|thu) ?(?P<{0}>[2-7]|hai|ba|tu|nam|sau|bay)|(?P<{0}sun>cn|chu nhat))"
_DAYS = re.compile(rf"\b{_DAY.format('a')}(?: ?(?:-|–|den|toi) ?{_DAY.format('b')})?\b")
_EVERY = re.compile(r"\b(?:hang ngay|moi ngay|ca tuan|ngay nao cung)\b")
_ALWAYS = re.compile(r"\b24 ?/ ?(?:24|7)\b|\bca ngay (?:lan )?dem\b")
_TIMES = re.compile(
    r"\b(\d{1,2}) ?(?:h|g|gio|:) ?(\d{2})?\s*(?:-|–|den|toi)\s*(\d{1,2}) ?(?:h|g|gio|:) ?(\d{2})?(?!\d)"
)


def lines_of(words: str) -> tuple[str, ...]:
    """The lines, or none: then a person has to write them."""
    plain = fold(words)
    if _ALWAYS.search(plain):
        return ("mon-sun 00:00-24:00",)
    times = [f"{int(a):02}:{b or '00'}-{int(c):02}:{d or '00'}" for a, b, c, d in _TIMES.findall(plain)]
    named = list(_DAYS.finditer(plain))
    if not times or len(named) > 1 or (named and _EVERY.search(plain)):
        return ()
    days = "mon-sun" if _EVERY.search(plain) else _days(named[0]) if named else ""
    lines = tuple(f"{days} {each}" for each in times)
    try:
        Hours.parse(list(lines))
    except ListingProblem:
        return ()
    return lines if days else ()


def _days(found: "re.Match[str]") -> str:
    first = DAYS[6] if found["asun"] else DAYS[_NAMED[found["a"]]]
    if not (found["b"] or found["bsun"]):
        return first
    return f"{first}-{DAYS[6] if found['bsun'] else DAYS[_NAMED[found['b']]]}"
