"""A question that no article answered is noted without who asked, so that somebody may write what is missing."""

from collections.abc import Sequence

from bot import questions
from bot.dialogues.kit import Do, Item, Turn
from directory import cleaning

ASKED = "asked"  # in the notes of the talk (sealed, 72 hours at most) while the person chooses among articles


def noted(turn: Turn) -> Sequence[Item]:
    """Note the words of this turn, unless they are a choice or tell of danger: those are nobody's reading."""
    if not _may_be_noted(turn):
        return ()
    words, now = cleaning.clean(turn.text), turn.now
    return (Do(lambda tx, lane_id: questions.asked_in(tx, lane_id, words, now=now)),) if words else ()


def remember(turn: Turn) -> None:
    """Several articles may be meant: the cleaned words wait for the answer to "which", no longer."""
    turn.notes.pop(ASKED, None)
    if _may_be_noted(turn) and (words := cleaning.clean(turn.text)):
        turn.notes[ASKED] = " ".join(words)


def remembered(turn: Turn) -> Sequence[Item]:
    """It was none of these: note what was asked. Whatever the answer, the words are gone from the talk."""
    words, now = tuple(turn.notes.pop(ASKED, "").split()), turn.now
    return (Do(lambda tx, lane_id: questions.asked_in(tx, lane_id, words, now=now)),) if words else ()


def _may_be_noted(turn: Turn) -> bool:
    danger = turn.meaning.danger.level if turn.meaning is not None else "none"
    return turn.key is None and turn.media is None and danger == "none" and bool(turn.text)
