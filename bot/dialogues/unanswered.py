"""A question that no article answered is noted without who asked, so that somebody may write what is missing."""

from collections.abc import Sequence

from bot import questions
from bot.dialogues.kit import Do, Item, Turn


def noted(turn: Turn) -> Sequence[Item]:
    """Note the words of this turn, unless they are a choice or tell of danger: those are nobody's reading."""
    danger = turn.meaning.danger.level if turn.meaning is not None else "none"
    if turn.key is not None or turn.media is not None or danger != "none" or not turn.text:
        return ()
    text, now = turn.text, turn.now
    return (Do(lambda tx, lane_id: questions.asked(tx, lane_id, text, now=now)),)
