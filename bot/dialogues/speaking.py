"""Goes on in the language that was chosen by its button."""

from collections.abc import Sequence

from sqlalchemy import select, update

from bot.db import Tx
from bot.dialogues.kit import Do, Item, Say, Turn
from bot.dialogues.repeated import go_back
from bot.outbox import Option, tell_person
from bot.tables import lane, person
from directory import languages, wording
from directory.wording import FALLBACK, t


def speak(turn: Turn) -> Sequence[Item]:
    """From now on in this language, with the question that stood open; nothing where the choice was none we speak."""
    kind, _, code = (turn.key or "").partition(":")
    if kind != "speak" or not languages.is_enabled(code):
        return ()
    turn.language = turn.memory.chosen = code
    turn.memory.is_asked_which = False
    return (Do(lambda tx, lane_id: _remember(tx, lane_id, code)), Say(from_now_on(code)), *go_back(turn))


def from_now_on(code: str) -> str:
    """That we speak this language from now on; where it has no such sentence yet, that the rest is in Vietnamese."""
    if "small.language" in wording.catalogue(code):
        return t("small.language", code)
    return t("small.language_begun", code, name=languages.named(code))


def which_goes_on(tx: Tx, lane_id: int, turn: Turn) -> None:
    """She chose a language by name and writes in another: asked once, in the one she writes; no question is lost."""
    turn.memory.is_asked_which = True
    options = tuple(
        Option("small", "spoken", f"speak:{code}", languages.known()[code].name) for code in (FALLBACK, turn.language)
    )
    chosen = languages.known()[turn.language].name
    tell_person(tx, lane_id, t("small.which_goes_on", FALLBACK, chosen=chosen), now=turn.now, options=options)


def _remember(tx: Tx, lane_id: int, code: str) -> None:
    mine = select(lane.c.person_id).where(lane.c.id == lane_id).scalar_subquery()
    tx.execute(update(person).where(person.c.id == mine).values(language=code))
