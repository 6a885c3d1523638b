"""What somebody answers who is asked whether she has taken something or hurt herself already, in her own words."""

import re

from bot.dialogues.kit import Turn
from directory.reading import fold

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


def _typed(turn: Turn) -> str:
    return fold(turn.text).strip(" .!?")


def _without_polite(typed: str) -> str:
    return " ".join(word for word in typed.split() if word not in POLITE) or typed
