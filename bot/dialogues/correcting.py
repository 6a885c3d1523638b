"""What a message tells of a place's new phone, hours or address; what masking took out is looked at here alone."""

import re
from datetime import datetime, timedelta

from bot.dialogues.kit import Standing, Turn
from bot.keeping import hours_said
from bot.keeping.corrections import FIELDS, LONGEST
from bot.masking import Hidden, mark
from directory.reading import fold

KNOWN_FOR = timedelta(minutes=30)  # so long a number typed after "this number is wrong" is taken for the new one
_SHORT = 14  # words
_ABOUT_PLACES = frozenset({None, "find", "ask", "unclear", "wrong_listing", "feedback"})
_PUBLIC = re.compile(r"(?<!\d)1[89]00[ .-]?\d{2,4}(?:[ .-]?\d{2})?(?!\d)")
_CLOCK = re.compile(r"\b\d{1,2} ?(?:h|g|gio|:) ?(?:\d{2})?\b|24 ?/ ?24|\bca ngay\b")
_NEW = re.compile(r"\b(?:moi|doi (?:sang|thanh|qua|ve|lai)|chuyen (?:sang|qua|ve|toi|den)|dung la|phai la|new)\b")


def value(turn: Turn, part: str) -> str:
    """What she says is right, for a part that was asked about; empty where the message has nothing of the kind."""
    if turn.key is not None or part not in FIELDS:
        return ""
    if part == "phone":
        hidden = [text for kind, text in turn.fragments if kind == "phone"]
        return ", ".join(dict.fromkeys([*hidden, *_PUBLIC.findall(turn.text)]))[:LONGEST]
    if part == "hours":
        return turn.text[:LONGEST] if _CLOCK.search(fold(turn.text)[:300]) else ""
    names_place = bool(turn.meaning and turn.meaning.places) or _has(turn, part, "")
    return _with_places(turn.text, turn.fragments)[:LONGEST].strip() if names_place else ""


def volunteered(turn: Turn, part: str | None = None) -> tuple[str, str]:
    """(part, value) of what nobody asked for but the message plainly tells: "số mới là …"; ("", "") without."""
    if turn.key is not None or not turn.text:
        return "", ""
    plain = fold(turn.text)[:300]
    found = _part_of(turn, plain) if part is None else part
    if found not in FIELDS or not _NEW.search(plain) or not _has(turn, found, plain):
        return "", ""
    return found, value(turn, found)


def answered(turn: Turn) -> tuple[str, str]:
    """(part, value) of an answer to "which part is wrong" that gives the right one at once."""
    plain = fold(turn.text)[:300] if turn.key is None else ""
    found = _part_of(turn, plain) if plain else ""
    return (found, value(turn, found)) if found else ("", "")


def is_answer(turn: Turn) -> bool:
    """Whether words typed to "which part is wrong" are an answer, whatever question they also sound like."""
    intent = turn.meaning.intent if turn.meaning else None
    return intent == "wrong_listing" or (intent in _ABOUT_PLACES and bool(answered(turn)[0]))


def remember(turn: Turn, place_id: str, part: str) -> None:
    """What the next message may still add."""
    turn.notes["fix"] = f"{part}|{place_id}|{turn.now.isoformat()}"


def remembered(turn: Turn) -> tuple[str, str]:
    """(place id, part) that was said to be wrong a moment ago; ("", "") if it was not."""
    told = turn.notes.get("fix", "").split("|")
    if len(told) != 3 or turn.now - datetime.fromisoformat(told[2]) > KNOWN_FOR:
        turn.notes.pop("fix", None)
        return "", ""
    return told[1], told[0]


def is_late(turn: Turn, standing: Standing) -> bool:
    """Whether this message, right after the list, is plainly the new number or address of what was wrong.

    Never one that asks for a person or tells of trouble: a number in it may be her own.
    """
    _, part = remembered(turn)
    is_after = (standing.dialogue, standing.step) == ("find", "after")
    intent = turn.meaning.intent if turn.meaning else None
    if not part or not is_after or intent not in _ABOUT_PLACES or turn.key is not None or not turn.text:
        return False
    plain = fold(turn.text)[:300]
    if part == "hours":
        return len(_CLOCK.findall(plain)) > 1 or bool(_NEW.search(plain) and _CLOCK.search(plain))
    return _has(turn, part, plain)


def is_plain_hours(turn: Turn, standing: Standing) -> bool:
    """Days and hours and little else, to the question for them: bare numbers may feel like a threat to the model."""
    if (standing.dialogue, standing.step) != ("wrong_listing", "value") or remembered(turn)[1] != "hours":
        return False
    is_only_felt = turn.meaning is not None and turn.meaning.danger.source == "model"
    return is_only_felt and len(turn.text.split()) <= _SHORT and bool(hours_said.lines_of(turn.text))


def is_expected(turn: Turn, standing: Standing) -> bool:
    """Whether what was masked is kept after all, as a suggestion: then nobody is told that it is not needed."""
    if (standing.dialogue, standing.step) == ("wrong_listing", "value"):
        return bool(turn.fragments)
    if (standing.dialogue, standing.step) == ("wrong_listing", "part"):
        return is_answer(turn) and bool(turn.fragments)
    return is_late(turn, standing) or bool(_is_about_wrong(turn) and volunteered(turn)[1])


def _is_about_wrong(turn: Turn) -> bool:
    return turn.meaning is not None and turn.meaning.intent == "wrong_listing"


def _part_of(turn: Turn, plain: str) -> str:
    return next((part for part in FIELDS if _has(turn, part, plain)), "")


def _has(turn: Turn, part: str, plain: str) -> bool:
    kinds = {kind for kind, _ in turn.fragments}
    if part == "phone":
        return "phone" in kinds or _PUBLIC.search(turn.text) is not None
    if part == "address":
        return "place" in kinds
    return _CLOCK.search(plain) is not None


def _with_places(text: str, fragments: tuple[tuple[str, str], ...]) -> str:
    """The words with the street and house put back; phones, names and links stay masked."""
    taken = [told for kind, told in fragments if kind == "place"]
    for sign in (mark(Hidden.STREET), mark(Hidden.PLACE)):  # in this order they were taken out
        while sign in text and taken:
            text = text.replace(sign, taken.pop(0), 1)
    return text
