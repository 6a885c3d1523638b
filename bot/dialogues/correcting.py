"""What a message tells of a place's new phone, hours or address; what masking took out is looked at here alone."""

import re
import unicodedata
from datetime import datetime, timedelta

from bot.dialogues.kit import Standing, Turn
from bot.keeping import hours_said
from bot.keeping.corrections import FIELDS, LONGEST
from bot.masking import Hidden, mark
from directory import naming
from directory.reading import fold

KNOWN_FOR = timedelta(minutes=30)  # so long a number typed after "this number is wrong" is taken for the new one
_SHORT = 14  # words
_ABOUT_PLACES = frozenset({None, "find", "ask", "unclear", "wrong_listing", "feedback"})
_PUBLIC = re.compile(r"(?<!\d)1[89]00[ .-]?\d{2,4}(?:[ .-]?\d{2})?(?!\d)")
_CLOCK = re.compile(r"\b\d{1,2} ?(?:h|g|gio|:) ?(?:\d{2})?\b|24 ?/ ?24|\bca ngay\b")
_NEW = re.compile(r"\b(?:moi|doi (?:sang|thanh|qua|ve|lai)|chuyen (?:sang|qua|ve|toi|den)|dung la|phai la|new)\b")
_PLAINLY_NEW = re.compile(
    r"\b(?:(?:so|gio|dia chi|sdt|lich|cho|mo cua) moi|moi (?:la|dung)|doi (?:sang|thanh|qua|ve|lai)|"
    r"chuyen (?:sang|qua|ve|toi|den)|dung la|phai la|new (?:number|phone|hours|address|one)|now)\b"
)
# A street that masking leaves where it stands: "12 đường Lê Lợi", "chuyển sang 25 Lê Lợi rồi".
_STREET = re.compile(
    r"\b\d+[a-z]?(?:/\d+[a-z]?)* ?,? ?(?:duong|pho|ngo|ngach|hem|kiet|quoc lo|dai lo)\b|\b(?:duong|so nha) [\w/]+ \w+"
    r"|\bdia chi\b.*\d|\b(?:chuyen|doi) (?:sang|qua|ve|toi|den) (?:so )?\d+[a-z]?(?:/\d+[a-z]?)*"
    r" (?!cho|noi|quan|phuong|benh|phong)[a-z]+ [a-z]+.*\broi\b"
)
_MARK = re.compile(r"⟦[a-z]+⟧")
_TIMES = re.compile(r"\b\d{1,2} ?(?:h|g|gio|:) ?(?:\d{2})?\b|24 ?/ ?24|\bt ?[2-7]\b|\b\d{1,2}\b")
# What may stand beside a number, hours or an address and still leave it one and nothing else.
_BESIDE = frozenset(
    word
    for row in (
        "la so dien thoai dt sdt day nay do a ah nha nhe ne oi ban vang dung moi gio mo cua dong lam viec ca ngay hang",
        "tu den toi sang trua chieu thu cn chu nhat hai ba bon nam sau bay cac tuan nghi va dia chi o tai doi thanh",
        "cho ho roi",
        "the it its is number phone address hours open opens from to until and now new mon tue wed thu fri sat sun am",
        "pm thanks cam on",
    )
    for word in row.split()
)
# Whoever says this may be telling of herself ("tới" and "tối" between hours are not "tôi").
_OWN = re.compile(
    r"\b(?:m[iì]nh|em|e|tôi|tui|tao|tớ|cháu|chau|zalo|zl|facebook|fb|telegram|whatsapp|me|my|mine|i|"
    r"(?<!\d )(?<!\d)(?<!h )(?<!h)toi(?! ?\d))\b"
)
_ASKS = re.compile(
    r"\?|\b(?:sao|gi|nao|dau|bao nhieu|may gio|co phai|phai khong|duoc khong|dung khong|what|when|where|which|who|why|"
    r"how|can|should|is it|is this|are you|do you)\b|\b(?:khong|ko|k|hong|hok|hem|chua|ha)\W*$"
)


def value(turn: Turn, part: str) -> str:
    """What she says is right, for a part that was asked about; empty where the message has nothing of the kind."""
    if turn.key is not None or part not in FIELDS:
        return ""
    if part == "phone":
        hidden = [text for kind, text in turn.fragments if kind == "phone"]
        return ", ".join(dict.fromkeys([*hidden, *_PUBLIC.findall(turn.text)]))[:LONGEST]
    if part == "hours":
        return turn.text[:LONGEST] if _CLOCK.search(fold(turn.text)[:300]) else ""
    names_place = bool(turn.meaning and turn.meaning.places) or _has(turn, part, fold(turn.text)[:300])
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
    """Whether this message, right after the list, is plainly the new number, hours or address of what was wrong.

    Plainly: that alone, or with the word that it is new. Never one that speaks of herself, asks, tells of trouble or
    names another place: a number in it may be her own.
    """
    place_id, part = remembered(turn)
    is_after = (standing.dialogue, standing.step) == ("find", "after")
    intent = turn.meaning.intent if turn.meaning else None
    if not part or not is_after or intent not in _ABOUT_PLACES or turn.key is not None or not turn.text:
        return False
    plain = fold(turn.text)[:300]
    if not _has(turn, part, plain) or _is_hers_or_asks(turn, plain) or _names_another(turn, place_id):
        return False
    if _is_bare(turn, part, plain):
        return True
    return bool(_PLAINLY_NEW.search(plain)) and not (turn.meaning and turn.meaning.needs)


def is_told(turn: Turn, standing: Standing) -> bool:
    """Whether this message, right after a list, plainly says what is new of a place on it: "số mới là …"."""
    is_after = (standing.dialogue, standing.step) == ("find", "after") and bool(turn.memory.last_shown)
    intent = turn.meaning.intent if turn.meaning else None
    if not is_after or intent not in _ABOUT_PLACES or not volunteered(turn)[1]:
        return False
    plain = fold(turn.text)[:300]
    is_plain = _PLAINLY_NEW.search(plain) is not None and not (turn.meaning and turn.meaning.needs)
    return is_plain and not _is_hers_or_asks(turn, plain)


def _is_hers_or_asks(turn: Turn, plain: str) -> bool:
    said = unicodedata.normalize("NFC", turn.text).casefold()
    is_danger = turn.meaning is not None and turn.meaning.danger.level != "none"
    return is_danger or _OWN.search(said) is not None or _ASKS.search(plain) is not None


def _names_another(turn: Turn, place_id: str) -> bool:
    named = naming.called(turn.shelf, turn.reading)
    return bool(named) and place_id not in {one.id for one in named}


def _is_bare(turn: Turn, part: str, plain: str) -> bool:
    """Whether the value stands there alone; after a street its quarter and town may follow."""
    if part == "hours" and len(_CLOCK.findall(plain)) < 2 and not hours_said.lines_of(turn.text):
        return False
    if part == "address":
        signs = [one for one in (mark(Hidden.STREET), mark(Hidden.PLACE)) if one in plain]
        street = signs[0] if signs else found[0] if (found := _STREET.search(plain)) else plain
        before, _, after = plain.partition(street)
        return _is_little(before) and len(after.split()) <= _SHORT and not (turn.meaning and turn.meaning.needs)
    left = _MARK.sub(" ", _PUBLIC.sub(" ", plain))
    return _is_little(_TIMES.sub(" ", left) if part == "hours" else left)


def _is_little(words: str) -> bool:
    return all(word in _BESIDE for word in re.findall(r"\w+", words))


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
    is_kept = is_late(turn, standing) or is_told(turn, standing)
    return is_kept or bool(_is_about_wrong(turn) and volunteered(turn)[1])


def _is_about_wrong(turn: Turn) -> bool:
    return turn.meaning is not None and turn.meaning.intent == "wrong_listing"


def _part_of(turn: Turn, plain: str) -> str:
    return next((part for part in FIELDS if _has(turn, part, plain)), "")


def _has(turn: Turn, part: str, plain: str) -> bool:
    kinds = {kind for kind, _ in turn.fragments}
    if part == "phone":
        return "phone" in kinds or _PUBLIC.search(turn.text) is not None
    if part == "address":
        return "place" in kinds or _STREET.search(plain) is not None
    return _CLOCK.search(plain) is not None


def _with_places(text: str, fragments: tuple[tuple[str, str], ...]) -> str:
    """The words with the street and house put back; phones, names and links stay masked."""
    taken = [told for kind, told in fragments if kind == "place"]
    for sign in (mark(Hidden.STREET), mark(Hidden.PLACE)):  # in this order they were taken out
        while sign in text and taken:
            text = text.replace(sign, taken.pop(0), 1)
    return text
