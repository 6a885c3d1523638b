"""A question that is passed over, in words or with a tap: that is no answer, and it is not asked again."""

import re
from collections.abc import Sequence

from bot.dialogues.kit import Done, Item, Say, Standing, Turn
from directory.reading import fold
from directory.wording import t

_SHORT = 80  # characters
SKIP = "skip"  # the key of a choice that passes a question over
_WHO = "(?:(?:thoi|a|da|em|e|minh|m|toi|tui|t|chi|chau|con|cho|xin|xin phep|de|please|pls) )*"
_NOT = "(?:khong|ko|k|kh|hk|hok|hong|hem|khum|chang|chua)"
_TELL = "(?:tra loi|tl|noi|ke|chia se|nhac(?: lai| den| toi)?|cho biet)"
_OF_IT = (
    "(?:(?: ve)? (?:cau|chuyen|viec|dieu|cai|phan)(?: hoi)? (?:nay|do|ay|kia|khac)| ra| nua| dau| luc nay| bay gio)*"
)
_SOFTLY = "(?: (?:di|nha|nhe|a|luon|ha|giup|em|minh|duoc khong|dc k|dc ko|please|pls|thanks))*"
_WAYS = (
    rf"{_WHO}(?:bo qua|bo wa|boqua|bq|skip|pass)(?: (?:cau|cai|phan|viec|chuyen)?(?: hoi)? ?(?:nay|do|ay)?)?{_SOFTLY}",
    rf"{_WHO}(?:qua |sang |hoi |chuyen )*cau (?:khac|tiep(?: theo)?){_SOFTLY}",
    rf"{_WHO}{_NOT} (?:(?:co )?(?:muon|thich|tien|can) )?{_TELL}{_OF_IT}{_SOFTLY}",
    r"(?:please )?(?:skip|pass|next question)(?: it| this| that| one| question| please)*",
    r"(?:i )?(?:would |d |ll )?(?:rather|prefer) not(?: to)?(?: say| tell| answer| talk)?(?: about)?"
    r"(?: it| this| that)?",
    r"(?:i )?(?:do not|don t|dont|do nt) (?:want|wanna|wish|like|feel like)(?: to)? "
    r"(?:say|tell|answer|talk(?:ing)? about)(?: it| this| that)?",
    r"no (?:answer|comment)",
)
_WORD = re.compile(r"\w+")
_SAID = re.compile("|".join(f"(?:{way})" for way in _WAYS))
_TAKES_BACK = re.compile(r"\bnoi chuyen(?! (?:nay|do|ay|kia))")  # "không muốn nói chuyện" is a no to talking


# Below a list or an answer: it is enough. To a question of yes or no these words say no.
_ENOUGH = re.compile(
    rf"{_WHO}(?:thoi(?: khoi| duoc roi| du roi)?|khong can(?: nua| dau)?|du roi|vay (?:la )?(?:du|duoc) roi|the thoi|"
    rf"vay thoi|khoi(?: can)?|xong roi){_SOFTLY}|(?:no thanks|no thank you|that s (?:enough|all)|enough|never mind)"
)
_SHOWN = frozenset({"find", "answer", "welcome"})


def is_enough(turn: Turn, standing: Standing) -> bool:
    """ "Thôi", "không cần nữa" where something was shown or looked for: no more of it is shown."""
    plain = _words(turn.text)
    return turn.key is None and standing.dialogue in _SHOWN and _ENOUGH.fullmatch(plain) is not None


def is_said(text: str) -> bool:
    """Whether these words, as a whole message, pass a question over: "bỏ qua", "em không muốn nói", "skip"."""
    plain = _words(text)
    return _SAID.fullmatch(plain) is not None and not _TAKES_BACK.search(plain)


def _words(text: str) -> str:
    """Folded, without signs; of a story nothing, for whoever passes a question over says so briefly."""
    return " ".join(_WORD.findall(fold(text))) if len(text) <= _SHORT else ""


def is_skipped(turn: Turn) -> bool:
    """Whether she passes the question over."""
    return turn.key == SKIP or (turn.key is None and is_said(turn.text))


def is_of_question(turn: Turn, standing: Standing) -> bool:
    """Whether a question of ours stands open and these words pass it over; a colleague's own is not ours."""
    return standing.step is not None and turn.key is None and is_said(turn.text)


def take(turn: Turn, standing: Standing) -> None:
    """The words that pass the open question over become the tap that does."""
    if is_of_question(turn, standing):
        turn.key, turn.meaning = SKIP, None


def left(turn: Turn) -> Sequence[Item]:
    """The question is left where it is; whatever comes next is heard afresh."""
    return [Say(t("treated.enough", turn.language)), Done()]


def choice(turn: Turn) -> tuple[str, str]:
    """The tap that passes a question over."""
    return SKIP, t("danger.skip", turn.language)
