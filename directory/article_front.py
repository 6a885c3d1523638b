"""Looks at the front matter of an article before it is believed: each field is there, and is what it should be."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

ROLES = ("doctor", "lawyer", "peer", "none")  # who must check a text; "none": only its sources
SINCE = ("source", "law")
WANTED = ("id", "title", "needs", "sources", "valid_from", "review_by", "state", "reviewer", "review")
FIELDS = (*WANTED, "questions", "cues", "facts", "valid_to", "since", "reviewed_on", "next", "audio")
_OF_WORDS = ("needs", "questions", "facts", "sources", "cues")
_LISTS = (*_OF_WORDS, "next")
_DAYS = ("valid_from", "valid_to", "review_by", "reviewed_on")
_MUST_BE_DAYS = ("valid_from", "review_by")
_FIELD = re.compile(r"([\w-]+)\s*:(?:\s|$)")
_DAY = re.compile(r"^(\w+):\s*(\d{4}-\d{1,2}-\d{1,2})\s*(?:#.*)?$", re.MULTILINE)


def fault(front: object, states: Sequence[str]) -> tuple[str, str] | None:
    """(field, what is wrong with it) of the first thing that cannot be believed; None where all can."""
    if not isinstance(front, dict):
        return "---", "the front matter is no list of fields"
    if missing := [field for field in WANTED if field not in front]:
        return "", f"missing {', '.join(missing)}: write it above this line, as docs/articles.md shows"
    for field in ("id", "title"):
        if not isinstance(front[field], str) or not (front[field].strip() or field == "title"):
            return field, f"{field} is a text, not {front[field]!r}"
    for field in _LISTS:
        if not isinstance(front.get(field, []), list) and not (front[field] is None and field not in WANTED):
            return field, f"{field} is a list, not {front[field]!r}"
    for field in _OF_WORDS:
        for one in front.get(field) or ():
            if not isinstance(one, str) or not one.strip():
                return field, f"{field} is a list of words, and {one!r} is none: write it between quotation marks"
    if not isinstance(front.get("audio"), str | None):
        return "audio", f"audio is the name of a file, not {front['audio']!r}"
    if not front["sources"]:
        return "sources", f"{front['id']}: missing a source"
    return _days(front) or _review(front, states)


def _days(front: Mapping[str, object]) -> tuple[str, str] | None:
    for field in _DAYS:
        said = front.get(field)
        is_day = isinstance(said, date) and not isinstance(said, datetime)
        if not is_day and (said is not None or field in _MUST_BE_DAYS):
            return field, f"{field} is a day such as 2027-01-31 without quotation marks, not {said!r}"
    return None


def _review(front: Mapping[str, object], states: Sequence[str]) -> tuple[str, str] | None:
    for field, known in (("state", states), ("review", ROLES), ("since", SINCE)):
        if front.get(field, known[0]) not in known:
            return field, f"{field} is one of {', '.join(known)}, not {front[field]!r}"
    if front["reviewer"] not in (None, front["review"]):
        return "reviewer", f"reviewer is null or {front['review']}, who must look; never a name or another role"
    if front["state"] == "reviewed" and front["reviewer"] is None:
        return "state", "reviewed, and no reviewer has looked"
    if front["reviewer"] is not None and front.get("reviewed_on") is None:
        return "reviewer", "a reviewer has looked, and reviewed_on does not say when"
    return None


def unread(problem: Exception) -> tuple[str, int]:
    """What the reader of YAML stumbled over, in words, and the line of the file where it began."""
    marks = (getattr(problem, "context_mark", None), getattr(problem, "problem_mark", None))
    line = next((mark.line + 2 for mark in marks if mark is not None), 1)  # the front matter begins on the second line
    why = getattr(problem, "problem", None) or str(problem).splitlines()[0]
    return f"The front matter cannot be read from here on: {why}. A bracket, quotation mark or space is missing.", line


def strange(text: str) -> Iterator[tuple[int, str]]:
    """(line, what is wrong) of each field that no article has, or that stands twice: one of them would be lost unseen.

    `text`: the front matter with the line of dashes above it.
    """
    seen: set[str] = set()
    for line, row in enumerate(text.splitlines(), 1):
        if (found := _FIELD.match(row)) is None:
            continue
        if found[1] not in FIELDS:
            yield line, f"{found[1]} is no field of an article: {', '.join(FIELDS)}"
        elif found[1] in seen:
            yield line, f"{found[1]} stands twice: leave one"
        seen.add(found[1])


def wrong_day(text: str) -> tuple[str, str]:
    """The first field whose day is in no calendar, such as 2026-13-01, and what to say of it."""
    for field, day in _DAY.findall(text):
        try:
            date.fromisoformat(day)
        except ValueError:
            return field, f"{field}: {day} is in no calendar"
    return "", "a value of the front matter cannot be read"
