"""What somebody answers, in her own words, who is asked whether she hurt herself already, or is in danger right now."""

import re
from collections.abc import Sequence

from bot.dialogues.kit import Item, Say, Turn
from directory.reading import fold
from directory.wording import t

POLITE = {"da", "a", "em", "e", "chi", "anh", "minh", "i"}
PLAIN_NO = {"chua", "khong", "ko", "k", "hk", "hok", "no", "chua a", "khong a", "chua co", "not yet"}
_YES_WORDS = "roi|co|da|yes|did|have|yes did|yes have|u|uh|da co|co roi|uong roi|da uong|cat roi|i did|i have"
_YES = frozenset(_YES_WORDS.split("|"))
_DONE_WORDS = "uong nuot vien thuoc para paracetamol panadol cat rach mau took swallowed pills tablets cut bleeding"
_DONE = frozenset(_DONE_WORDS.split())
# Nothing was done, and no word more: "em chưa uống gì". "Chưa uống hết", "chưa, nhưng sắp" say more.
_UNDONE = re.compile(
    r"(?:(?:da|a|em|e|minh|toi|tui|chi) )*(?:chua|khong|ko|k|hk|hok|hong)(?: (?:co|he|tung|bao gio|dam|chua))*"
    r"(?: (?:tu|uong|nuot|lam|cat|rach|cua|dung|hai|dau|thuoc|thuoc gi|tay|minh|ban than|bi thuong|gi|gi het|gi ca|"
    r"vien nao|dai dot|dau|a|nha|chi|ca|j|j het))*"
    r"|(?:no )?(?:i )?(?:have not|haven t|havent|did not|didn t|didnt|not)(?: (?:taken?|hurt|hurting|done|do|cut|"
    r"swallowed?|anything|any|pills?|tablets?|myself|yet|at all))*"
)
_LEFT = re.compile(
    r"(?:no|ho|khach|thang do|thang kia|ong ta|ong ay|ong do|han|chong em|nguoi ta|bon no|tui no|tui do|may nguoi do)"
    r" (?:da |moi |vua )?(?:bo |chay |quay )?(?:di|mat|ra ve|ra khoi day)(?: mat| het)? roi(?: a| chi| nha| da)?"
)
_NO_POLICE = re.compile(
    r"\b(?:khong|dung|khoi|chua) (?:\w+ ){0,2}?(?:bao|goi|keu|trinh) (?:\w+ )?(?:cong an|canh sat|phuong)\b"
)


def says_done(turn: Turn) -> bool:
    """She has: "rồi", "uống 30 viên rồi", "i took them all"."""
    if says_undone(turn):
        return False
    typed = _typed(turn)
    return turn.key == "yes" or _without_polite(typed) in _YES or not _DONE.isdisjoint(typed.split())


def says_undone(turn: Turn) -> bool:
    """She has not, plainly: "chưa", "em chưa uống gì"."""
    if turn.key is not None:
        return turn.key == "no"
    words = " ".join(re.findall(r"\w+", fold(turn.text)))
    return _without_polite(_typed(turn)) in PLAIN_NO or _UNDONE.fullmatch(words) is not None


def says_left(turn: Turn) -> bool:
    """Whoever harmed her has left: "nó bỏ đi rồi", and not a word more. "Nó về rồi" may be that he is back."""
    return turn.key is None and _LEFT.fullmatch(turn.reading.plain) is not None


def wants_no_police(turn: Turn) -> bool:
    """ "Em không muốn báo công an" is no search, and no question about reporting."""
    return turn.key is None and _NO_POLICE.search(turn.reading.plain) is not None


def no_police(turn: Turn) -> Sequence[Item]:
    """Who wants no police hears whose decision it is; of somebody under 18 we cannot say so."""
    is_hers = wants_no_police(turn) and not turn.memory.is_minor
    return [Say(t("report.no_police", turn.language))] if is_hers else []


def _typed(turn: Turn) -> str:
    return fold(turn.text).strip(" .!?")


def _without_polite(typed: str) -> str:
    return " ".join(word for word in typed.split() if word not in POLITE) or typed
