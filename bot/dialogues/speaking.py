"""Goes on in the language that was chosen by its button."""

from collections.abc import Sequence

from sqlalchemy import select, update

from bot.db import Tx
from bot.dialogues.kit import Do, Done, Item, Say, Turn
from bot.tables import lane, person
from directory import languages
from directory.wording import t


def speak(turn: Turn) -> Sequence[Item]:
    """From now on in this language; nothing where the choice was no language that persons may choose."""
    kind, _, code = (turn.key or "").partition(":")
    if kind != "speak" or not languages.is_enabled(code):
        return ()
    turn.language = code
    return (Do(lambda tx, lane_id: _remember(tx, lane_id, code)), Say(t("small.language", code)), Done())


def _remember(tx: Tx, lane_id: int, code: str) -> None:
    mine = select(lane.c.person_id).where(lane.c.id == lane_id).scalar_subquery()
    tx.execute(update(person).where(person.c.id == mine).values(language=code))
