"""How old she says she is, who tells of violence: "e 15t, chủ bắt e đi khách" is graver, "em 30 tuổi" no child."""

import re
from dataclasses import replace

from bot.understanding.danger import Danger
from directory.reading import Reading

_OWN = re.compile(
    r"\b(?:em|minh|con|chau|toi|tui) (?:(?:nam nay|nam ni|moi|duoc|gan|chua toi|chua du) )?"
    r"(?:(\d\d) ?t|(\d\d) tuoi|muoi (?:bon|lam|sau|bay) tuoi)\b"
)
_OWN_IN_ENGLISH = re.compile(r"\b(?:i am|i'?m) (?:only |just )?(\d\d)\b(?! (?:weeks|days|months|years ago))")
_WEEKS = re.compile(r"\b(?:bau|thai) (?:\w+ )?\d+ ?(?:t|tuan)\b")
_OF_WEEKS = frozenset({"bau", "thai", "tuan", "chong"})  # "em 14t" may be weeks
_MINOR, _GROWN = "minor", 18
_OF_A_CHILD = "child-at-risk"  # the rule of what is done to somebody small, whoever tells it


def with_own_age(danger: Danger, reading: Reading, text: str) -> Danger:
    """The danger with the kind `minor` where she is under 18; without it where that was only felt, and she is not."""
    if danger.level == "none":
        return danger
    age = _age(reading, text)
    is_minor = age is not None and age < _GROWN
    if is_minor and danger.source == "rule" and _MINOR not in danger.kinds:
        return replace(danger, kinds=(*danger.kinds, _MINOR))
    is_grown = (age is not None and not is_minor) or _WEEKS.search(reading.plain) is not None
    if is_grown and danger.rule != _OF_A_CHILD:
        return replace(danger, kinds=tuple(kind for kind in danger.kinds if kind != _MINOR))
    return danger


def _age(reading: Reading, text: str) -> int | None:
    """Her own age in years, as far as she says it; None where it may be weeks."""
    own = _OWN.search(reading.plain)
    if own is not None and not _OF_WEEKS.isdisjoint(reading.plain.split()) and own[2] is None:
        return None
    if own is not None:
        return int(own[1] or own[2] or 17)
    return _age_in_english(text)


def is_minor_in_english(text: str) -> bool:
    """Whether somebody says to be under 18."""
    age = _age_in_english(text)
    return age is not None and 10 <= age < _GROWN


def _age_in_english(text: str) -> int | None:
    own = _OWN_IN_ENGLISH.search(text.lower().replace("’", "'"))
    return int(own[1]) if own is not None else None
