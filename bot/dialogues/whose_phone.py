"""What a message tells of who holds the phone: a polite question that may be hers, and her wish that we be still."""

import re

from bot.db import Tx
from bot.dialogues.kit import Standing, Turn
from bot.helpline import relay
from bot.helpline.casebook import Case
from directory.reading import fold

_POLITE = re.compile(r"\b(?:a|em|e|chi|c|da|minh|ad|ban|please|sorry)\b|\b(?:trung tam|trang|nhom|hoi|ben) gi day\b")
_OTHERS = re.compile(
    r"\b(?:vo|chong|tao|may|bay|no|thang|con nay|ban gai|nguoi yeu|co ay|ban ay|me|wife|husband|girlfriend|her|his)\b"
)
_ASKED = frozenset({"report", "entrust", "consent", "erase", "mute", "check_in"})  # there "dung" may be "đúng": yes
_STILL = re.compile(r"\b(?:stop|don't|do not|no more|please stop) (?:texting|messag|writing|sending|text|write|send)")
_SHORT = 80  # characters


def may_be_herself(turn: Turn) -> bool:
    """ "Đây là ai ạ" after a colleague's first words is a natural question of hers; "mày nhắn gì với vợ tao" is not."""
    plain = fold(turn.text)
    is_polite = "stranger" in turn.situations and "aside" not in turn.situations and _POLITE.search(plain) is not None
    return is_polite and _OTHERS.search(plain) is None


def says_still(turn: Turn) -> bool:
    """She asks in so many words that nothing more is written to her."""
    is_said = "quiet" in turn.situations or _STILL.search(turn.text.lower()) is not None
    return is_said and turn.key is None and len(turn.text) <= _SHORT


def wants_quiet(tx: Tx, turn: Turn, standing: Standing, known: Case | None) -> bool:
    """ "Dừng", "đừng nhắn nữa" while help is on its way: not a line more on her phone, and help goes on."""
    meaning = turn.meaning
    if meaning is None or turn.key is not None or known is None:
        return False
    is_watched = meaning.danger.level != "none" or bool(turn.situations & {"aside", "stranger"})
    if known.urgency == "request" and not (says_still(turn) and is_watched):
        return False  # "dừng", "đừng nhắn nữa" of somebody in the daytime queue is the end of it, as ever
    is_said = says_still(turn) or meaning.intent == "stop"
    if not is_said or len(turn.text) > _SHORT or (meaning.danger.level == "now" and meaning.danger.source != "model"):
        return False
    is_yes_perhaps = turn.text.strip(" .!").lower() == "dung"
    return not (is_yes_perhaps and (standing.dialogue in _ASKED or relay.is_colleague_last(tx.connection, known.id)))
