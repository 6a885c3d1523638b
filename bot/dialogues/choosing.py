"""Which dialogue takes a message: danger before everything, then the open question, then what the message is about."""

from collections.abc import Mapping

from bot.dialogues.ask import Answer
from bot.dialogues.erase import Erase
from bot.dialogues.find import Find, WrongListing
from bot.dialogues.kit import Dialogue, Standing, Turn
from bot.dialogues.report import Report
from bot.dialogues.small import Human, Small, Welcome

DIALOGUES: tuple[type[Dialogue], ...] = (Report, Find, WrongListing, Answer, Human, Erase, Small, Welcome)

_BY_INTENT = {
    "report": ("report", "start"),
    "help_now": ("report", "now"),
    "find": ("find", "start"),
    "ask": ("answer", "start"),
    "human": ("human", "start"),
    "erase": ("erase", "start"),
    "wrong_listing": ("wrong_listing", "start"),
}
_SMALL = ("greeting", "thanks", "language", "privacy", "stop", "feedback", "return_code")
_APART = ("under_18", "buyer", "harasser", "official", "provider")


def all_dialogues() -> Mapping[str, Dialogue]:
    """Every dialogue by its name; a new one is one line in DIALOGUES."""
    return {kind.name: kind() for kind in DIALOGUES}


def choose(turn: Turn, standing: Standing, word: str | None) -> tuple[str, str]:
    """(dialogue, step) for this turn. `word`: a whole-message word ("help", "erase"), looked at after danger."""
    danger = turn.meaning.danger if turn.meaning else None
    is_answering = standing.dialogue is not None and standing.step is not None
    if turn.key is None and danger is not None and danger.level == "now" and word is None:
        return "report", "now"
    if word == "help":
        return "report", "now"
    if word == "erase" and not (standing.dialogue == "erase" and is_answering):
        return "erase", "start"
    if turn.media is not None:
        return "small", "media"
    if standing.dialogue == "report" and standing.step and is_answering:
        return "report", standing.step
    if turn.is_start:
        return "welcome", "start"
    if turn.key is None and danger is not None and danger.level == "violence":
        return "report", "start"
    if is_answering and (turn.key is not None or _answers(turn, standing)):
        return str(standing.dialogue), str(standing.step)
    return _by_meaning(turn)


def _answers(turn: Turn, standing: Standing) -> bool:
    """Whether typed words are meant for the open question: yes, unless they plainly begin something else."""
    intent = turn.meaning.intent if turn.meaning else None
    if standing.dialogue == "find":
        return intent in (None, "find", "unclear", "ask", "greeting") and not _is_new_question(turn)
    if standing.dialogue == "answer":
        return intent in (None, "ask", "unclear")
    return standing.dialogue in ("erase", "human", "wrong_listing") and intent in (None, "unclear", "erase", "find")


def _is_new_question(turn: Turn) -> bool:
    meaning = turn.meaning
    return meaning is not None and meaning.intent == "ask" and not meaning.places and bool(meaning.articles)


def _by_meaning(turn: Turn) -> tuple[str, str]:
    meaning = turn.meaning
    if turn.place is not None:
        return "find", "start"
    if meaning is None:
        return "small", "unclear"
    if meaning.intent in _BY_INTENT:
        return _BY_INTENT[meaning.intent]
    if meaning.intent in ("about_bot", *_SMALL, *_APART):
        return "small", str(meaning.intent)
    if meaning.needs or meaning.places or turn.memory.last_shown:
        return "find", "start"
    return ("answer", "start") if meaning.articles else ("small", "unclear")
