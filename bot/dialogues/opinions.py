"""What somebody thinks of an answer, in her own words: it helped, it did not, something in it is wrong."""

import re
from collections.abc import Mapping

from bot.dialogues.kit import Turn
from directory.reading import fold

ALL = ("helped", "not_helped", "wrong")
BAD = ("not_helped", "wrong")
# Short messages that ask nothing (folded).
_SAID: Mapping[str, tuple[str, ...]] = {
    "wrong": (
        "bai nay sai", "bai sai", "noi sai", "viet sai", "thong tin sai", "sai roi", "tra loi sai", "tl sai", "sai bet",
        "sai be bet", "noi bay", "tra loi bay", "khong dung dau", "this is wrong", "thats wrong", "that is wrong",
        "wrong answer", "not true",
    ),
    "not_helped": (
        "khong giup duoc", "khong giup gi", "chua giup duoc", "chua giup gi", "khong co ich", "khong huu ich",
        "khong dung y", "chua dung y", "sai y", "khong lien quan", "lac de", "khong phai cai em hoi",
        "khong phai dieu em hoi", "khong tra loi dung", "tra loi linh tinh", "tra loi gi ky", "tra loi gi vay troi",
        "tra loi nhu cc", "noi nhu cc", "tl nhu cc", "tra loi nhu cl", "noi nhu cl",
        "not helpful", "not useful", "not helping", "did not help", "didnt help", "doesnt help", "does not help",
        "no help", "not what i asked", "not my question",
    ),
    "helped": ("huu ich", "co ich", "giup duoc roi", "giup em nhieu", "helpful", "that helps", "this helped"),
}  # fmt: skip
_ASKS_ON = ("bao nhieu", "o dau", "the nao", "bao lau", "khi nao", "may gio", "how much", "how long")
_ASKS = frozenset({"khong", "sao", "chua", "nao", "ha"})
MOST_SAID = 9  # words


def kind(opinion: str, id: str) -> str:
    """Under which name it is counted what is thought of an article."""
    return f"{opinion}:{id}"[:40]


def said(turn: Turn) -> str:
    """ "helped", "not_helped" or "wrong"; empty for anything else."""
    if turn.key is not None:
        return ""
    words = re.findall(r"[^\W_]+", fold(turn.text).replace("'", ""))
    tokens = turn.reading.tokens
    if not 1 <= len(tokens) <= MOST_SAID or "?" in turn.text or tokens[-1] in _ASKS:
        return ""
    ways = (f" {' '.join(tokens)} ", f" {' '.join(words)} ")  # read as Vietnamese, English is something else
    if any(f" {one} " in way for one in _ASKS_ON for way in ways):
        return ""  # "không đúng ý, em hỏi giá bao nhiêu"
    return next((name for name, many in _SAID.items() if any(f" {one} " in way for one in many for way in ways)), "")
