"""Looks at the front matter of an article before it is believed: each field is there, and is what it should be."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime

ROLES = ("doctor", "lawyer", "peer", "none")  # who must check a text; "none": only its sources
SINCE = ("source", "law")
WANTED = ("id", "title", "needs", "sources", "valid_from", "review_by", "state", "reviewer", "review")
_LISTS = ("needs", "questions", "facts", "sources", "cues", "next")
_DAYS = ("valid_from", "valid_to", "review_by", "reviewed_on")
_MUST_BE_DAYS = ("valid_from", "review_by")
_DAY = re.compile(r"^(\w+):\s*(\d{4}-\d{1,2}-\d{1,2})\s*(?:#.*)?$", re.MULTILINE)


def fault(front: object, states: Sequence[str]) -> tuple[str, str] | None:
    """(field, what is wrong with it) of the first thing that cannot be believed; None where all can."""
    if not isinstance(front, dict):
        return "", "the front matter is no list of fields"
    if missing := [field for field in WANTED if field not in front]:
        return "", f"{front.get('id')}: missing {', '.join(missing)}"
    for field in ("id", "title"):
        if not isinstance(front[field], str) or not (front[field].strip() or field == "title"):
            return field, f"{field} is a text, not {front[field]!r}"
    for field in _LISTS:
        if not isinstance(front.get(field, []), list) and not (front[field] is None and field not in WANTED):
            return field, f"{field} is a list, not {front[field]!r}"
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


def wrong_day(text: str) -> tuple[str, str]:
    """The first field whose day is in no calendar, such as 2026-13-01, and what to say of it."""
    for field, day in _DAY.findall(text):
        try:
            date.fromisoformat(day)
        except ValueError:
            return field, f"{field}: {day} is in no calendar"
    return "", "a value of the front matter cannot be read"
