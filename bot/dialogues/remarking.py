"""Hears in plain words that a place was wrong or unkind: "ở đó nó chửi em", "chỗ thứ 2 gọi không được"; no button."""

import re
from collections.abc import Sequence

from bot.dialogues import following
from bot.dialogues.kit import Standing, Turn
from directory import followup, naming
from directory.listings import Listing
from directory.reading import fold

_LONGEST = 30  # words; a longer story is listened to
# "Chỗ này", "ở đó", "số này": the place that was just shown.
_POINTS = re.compile(
    r"\b(?:cho|noi|phong kham|pk|benh vien|bv|tram|tram y te|nhom|trung tam|tt|so|sdt|dia chi|co so|tiem|nha thuoc)"
    r" (?:nay|do|ay|kia|dau|cuoi|thu|[1-3]|ban (?:chi|dua|gui|cho|gioi thieu|noi|bao))\b"
    r"|\b(?:o|tai|den|toi|toi|qua) (?:do|day|kia|cho)\b|\bso [1-3]\b|\bban chi\b"
    r"|\b(?:this|that|the) (?:place|clinic|number|one|hospital)\b|\bthere\b"
)
# Who works in such a place; at home or at work nobody is called so.
_STAFF = re.compile(
    r"\b(?:y ta|bac si|bs|dieu duong|ho ly|le tan|nhan vien|tu van vien|doctor|nurse|staff|receptionist)\b"
)
_WORD = re.compile(r"\w+")
_HOME = re.compile(r"\b(?:ve nha|o nha|nha tro|phong tro|chong|ck|bo|ba|me|khach|chu|ma mi|bao ke|nguoi yeu|ny)\b")
_ASKS = re.compile(
    r"\?\s*$|\b(?:may gio|bao gio|khi nao)\b|\b(?:khong|chua|ha|hay chua|hay khong)\W*$|^\W*(?:co bi|lieu|neu|lo)\b"
)
_PLAINLY = re.compile(r"\b(?:goi|lien lac|bam|alo)\b.*\bduoc\W*$|\broi\b")


def heard(turn: Turn, standing: Standing) -> str | None:
    """The dialogue that takes it: "treated" or "wrong_listing"; None where it is no word about a place we know of.

    What a rule calls violence goes first; where the model alone feels it, a place that is plainly meant explains it.
    """
    told = turn.situations & {"treated", "mistreated", "gone"}
    if turn.key is not None or not told or _is_grave(turn):
        return None
    reading = turn.reading
    plain = f"{reading.plain} ¦ {fold(turn.text)}"
    if len(reading.words) > _LONGEST or asks(turn) or (_is_felt(turn) and _HOME.search(plain)):
        return None
    if not (_is_pointed(turn, standing, plain) or _is_named(turn)):
        return None
    return "wrong_listing" if told == {"gone"} else "treated"


def named(turn: Turn) -> Sequence[Listing]:
    """The places a message names: of those shown by their name as it stands there, else any by its telling words."""
    plain = f" {' '.join(_WORD.findall(fold(turn.text)))} "
    shown = (turn.shelf.get(id_) for id_ in turn.memory.last_shown)
    exact = [one for one in shown if one is not None and f" {_name(one)} " in plain]
    return exact or whole(turn) or naming.called(turn.shelf, turn.reading)


def _is_named(turn: Turn) -> bool:
    if whole(turn) or turn.called:
        return True
    shown = set(turn.memory.last_shown)
    return bool(shown) and any(one.id in shown for one in named(turn))


def whole(turn: Turn) -> Sequence[Listing]:
    """Those called by their whole name, with the word for such a place."""
    found = turn.whole
    return () if found.is_bare else found.listings


def _name(one: Listing) -> str:
    words = _WORD.findall(fold(one.service.partition("(")[0]))
    return " ".join(words) if len(words) > 1 else "¦"


def asks(turn: Turn) -> bool:
    """Whether it asks how a place is, and tells nothing of it."""
    return _ASKS.search(fold(turn.text)) is not None and _PLAINLY.search(turn.reading.plain) is None


def meant(turn: Turn) -> Sequence[Listing]:
    """The one of those shown that is plainly meant: by its number, or because it alone was asked about; else all."""
    shown = [turn.shelf.get(id_) for id_ in turn.memory.last_shown]
    at = followup.which(turn.reading, len(shown)) if turn.key is None and turn.text else None
    if at is not None:
        one = shown[at]
        return [one] if one is not None else []
    if (one_asked := following.focus(turn)) is not None:
        return [one_asked]
    return [one for one in shown if one is not None]


def _is_felt(turn: Turn) -> bool:
    return turn.meaning is not None and turn.meaning.danger.level != "none"


def _is_grave(turn: Turn) -> bool:
    danger = turn.meaning.danger if turn.meaning else None
    if danger is None or danger.level == "none":
        return False
    return danger.level == "now" or danger.source != "model" or danger.rule is not None


def _is_pointed(turn: Turn, standing: Standing, plain: str) -> bool:
    if not turn.memory.last_shown:
        return False
    is_after = standing.dialogue in ("find", "treated", "wrong_listing")
    is_about_staff = _STAFF.search(plain) is not None
    return _POINTS.search(plain) is not None or (is_after and (is_about_staff or "gone" in turn.situations))
