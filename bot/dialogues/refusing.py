"""A no to talking with somebody, in the words people use; what only sounds like a wish for a person is no yes."""

import re

from bot.dialogues.kit import Standing, Turn
from directory.reading import fold

_NOT = "khong|ko|k|kh|kg|hk|hok|hong|hem|khum|chua|chang|khoi|dung"
_WHO = "(?:(?:thoi|a|da|em|e|minh|m|toi|tui|chi|thiet|that ra|gio|hien tai|bay gio|luc nay) )*"
# Of these words alone a plain no is made: whoever says more than that is asked once more, or heard. "Không gọi được",
# "chưa kể với ai" tell something.
_SOFTLY = "dau|a|nua|luc nay|bay gio|nha|nhe|chi|ad|ban|oi|het|ca"
_WHOM = "voi|ai|nguoi|that|la|khac|dong nghiep|tu van"
_OF_IT = f"noi|chuyen|gap|ke|goi|bao|cho|biet|doc|xem|tro chuyen|chia se|{_WHOM}|{_SOFTLY}"
_REFUSES = re.compile(
    rf"{_WHO}(?:{_NOT})(?: co)? (?:muon|can|thich|dam|tien)(?: (?:{_OF_IT}))+"
    rf"|{_WHO}(?:{_NOT})(?: co)? (?:muon|can|thich)(?: (?:{_SOFTLY}))*"
    rf"|{_WHO}(?:dung|khoi)(?: co)? (?:goi|bao|ke|noi|cho|gap)(?: (?:{_OF_IT}))*"
    rf"|{_WHO}(?:{_NOT})(?: co)? (?:gap (?:ai|nguoi|dong nghiep)|cho (?:ai |nguoi khac )?(?:doc|biet|xem))"
    rf"(?: (?:{_OF_IT}))*"
    r"|(?:no )?(?:i )?(?:do not|don t|dont) (?:want|need|wanna)(?: (?:to|talk|speak|a|any|anyone|anybody|with|human|"
    r"person|people|colleague|now|please))*|no (?:human|person|thanks|thank you)(?: please)?"
    r"|(?:please )?(?:do not|don t|dont) (?:tell|call) (?:anyone|anybody)"
)
_DOUBTS = re.compile(
    rf"\b(?:{_NOT}|so|ngai|lo|no|not|don t|dont|never|afraid|scared)\b"
    r"|\b(?:ai|gi) (?:vay|the)\b|\bla ai\b|\bvoi ai$|\bwho\b"
)
_ASKS_FOR = re.compile(
    r"(?: (?:co )?(?:duoc|dc|dk)?)? (?:khong|ko|k|kh|hk|hok|hong|hem|chua)(?: (?:a|vay|chi|ad|ban|oi))*$"
)


_MOST = 200  # characters
# A colleague is offered, or will be when this is answered.
_LEAD_THERE = frozenset(
    {("report", step) for step in ("talk", "agreed", "now_or_not", "harmed")} | {("human", "wanted")}
)


def is_refused(turn: Turn, standing: Standing) -> bool:
    """Whether these words say no to a colleague, where one is offered or will be: nobody is called because of them."""
    return (standing.dialogue, standing.step) in _LEAD_THERE and refuses(turn)


def refuses(turn: Turn) -> bool:
    """ "Em không muốn nói chuyện với ai", "đừng gọi ai hết": nothing else is said, and no rule hears danger."""
    if turn.key is not None or len(turn.text) > _MOST or _REFUSES.fullmatch(_words(turn)) is None:
        return False
    danger = turn.meaning.danger if turn.meaning is not None else None
    return danger is None or danger.level == "none" or (danger.source == "model" and danger.rule is None)


def wishes(turn: Turn) -> bool:
    """A plain wish for a person: "muốn gặp người thật", "nói chuyện với ai đó được không"; no fear, who or not."""
    is_heard = turn.key is None and turn.meaning is not None and turn.meaning.intent == "human"
    return is_heard and _DOUBTS.search(_ASKS_FOR.sub("", _words(turn))) is None


def _words(turn: Turn) -> str:
    return " ".join(re.findall(r"\w+", fold(turn.text[:_MOST])))
