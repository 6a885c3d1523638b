"""She says or sends where she is while a case is open: it goes to the case, whatever the talk was about."""

import re

from bot.db import Tx
from bot.dialogues.kit import Standing, Turn
from bot.helpline import cases
from directory.places import PlaceKey
from directory.reading import fold

PLACED = ("report", "placed")
_WAITS_FOR_PLACE = frozenset({("report", "where"), ("report", "agreed")})
_SEEKS = frozenset({"find", "elsewhere", "new_place", "wrong_listing", "treated", "answer"})  # there a place is sought
_MOST = 160  # characters: who says where she is says it briefly
_SELF = "em|e|minh|m|toi|tui|t|chi|chau|con|dang|gio|hien|bay gio|hien tai|luc nay"
_HERE = re.compile(
    rf"(?:^|\b(?:{_SELF}) )(?:(?:dang|gio|hien|bay gio|van|con|bi) )*(?:o|tai|trong)\b|\bi(?: a|')m (?:in|at)\b"
)
_OF_HERS = frozenset(
    {"me", "bo", "ba", "ma", "chong", "con", "ban", "chi", "anh", "nha", "que", "dinh", "yeu", "khach"}
)
_THEIRS = re.compile(r"\b(?:no|han|ong|ba|me|bo|cha|chong|khach|chu|que|gia dinh|he|my mother|hometown)\b")
_BEFORE = re.compile(r"\b(?:hom qua|hom truoc|hoi truoc|truoc day|ngay xua|nam ngoai|yesterday|last)\b")


def note(tx: Tx, lane_id: int, turn: Turn, standing: Standing) -> bool:
    """Put the place of this message into the open case; True if there was one. Also while nothing may be said here:
    her phone is where it is, whoever holds it, and nobody on it learns that anything was noted."""
    if turn.key is not None or (turn.place is None and not turn.text):
        return False
    known = cases.of_lane(tx.connection, lane_id)
    if known is None or known.urgency == "request":
        return False
    if (place := turn.place or _said(turn, standing, has_place=known.place is not None)) is None:
        return False
    cases.set_place(tx, lane_id, place, now=turn.now, policy=turn.policy)
    turn.memory.place = place
    return True


def step(turn: Turn, standing: Standing) -> tuple[str, str] | None:
    """What answers a place that was noted; None: the question that stands open, or the rest of the message, does."""
    if (standing.dialogue, standing.step) in _WAITS_FOR_PLACE or standing.dialogue in _SEEKS:
        return None
    return PLACED if turn.place is not None or _says_nothing_else(turn) else None


def _said(turn: Turn, standing: Standing, *, has_place: bool) -> PlaceKey | None:
    """The place she names as her own. One that is known gives way only to plain words that she is somewhere else."""
    meaning = turn.meaning
    if meaning is None or not meaning.places or meaning.place_is_ambiguous or len(turn.text) > _MOST:
        return None
    plain = fold(turn.text)
    is_past = _BEFORE.search(plain) is not None
    is_here = not is_past and any(_is_hers(plain[: match.start()]) for match in _HERE.finditer(plain))
    is_open = not is_past and not has_place and not _THEIRS.search(plain)
    is_sought = standing.dialogue in _SEEKS or bool(meaning.needs and meaning.danger.level == "none")
    return meaning.places[0].key if is_here or (is_open and not is_sought) else None


def _is_hers(before: str) -> bool:
    """ "Em ở", not "mẹ em ở"."""
    return (before.split() or [""])[-1] not in _OF_HERS


def _says_nothing_else(turn: Turn) -> bool:
    meaning = turn.meaning
    if meaning is None or meaning.danger.level == "now":
        return False
    if meaning.danger.level != "none" and meaning.danger.source != "model":
        return False
    is_asking = bool(meaning.needs and meaning.danger.level == "none") or (meaning.intent == "ask" and meaning.articles)
    return not is_asking and meaning.intent in (None, "find", "unclear", "report", "greeting", "ask")
