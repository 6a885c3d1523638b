"""Forgets a person for good: one question that says what goes, then nothing is left and nothing more is sent."""

from collections.abc import Sequence
from typing import Any

from bot.dialogues.kit import Ask, Dialogue, Do, Done, Item, Say, Turn
from bot.helpline import erasure
from directory.reading import fold
from directory.wording import t

_YES = {"co", "xoa", "xoa het", "xoa di", "dong y", "yes", "ok", "u", "uh", "vang", "da", "delete"}


class Erase(Dialogue):
    """Asked once, never "why"; `reception` does the rest in two deeds."""

    name = "erase"

    def start(self, turn: Turn) -> Sequence[Item]:
        return [Do(lambda tx, lane_id: erasure.counts(tx.connection, lane_id), lambda counts: _ask(turn, counts))]

    def sure(self, turn: Turn) -> Sequence[Item]:
        """The answer. Only a clear yes erases; `turn.notes` tells reception to begin."""
        if turn.key == "yes" or (turn.key is None and fold(turn.text).strip(" .!?") in _YES):
            turn.notes["erase"] = "now"
            return []
        return [Say(t("erase.kept", turn.language)), Done()]


def _ask(turn: Turn, counts: Any) -> Sequence[Item]:
    question = t("erase.question", turn.language, messages=counts.messages)
    if counts.has_open_case:
        question = f"{question}\n{t('erase.open_case', turn.language)}"
    options = (("yes", t("erase.yes", turn.language)), ("no", t("erase.no", turn.language)))
    return [Ask(question, options, "sure")]
