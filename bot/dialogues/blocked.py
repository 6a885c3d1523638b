"""Somebody who is kept out for a while: the safety card once a day, with the rules and when it ends; else quiet."""

from collections.abc import Sequence

from bot.db import Tx
from bot.dialogues.card import safety_card
from bot.dialogues.kit import Dialogue, Do, Done, Item, Say, Turn
from bot.helpline import blocks
from bot.helpline.escalation import when
from directory.wording import t


class Blocked(Dialogue):
    """Danger never comes here: it goes its usual way."""

    name = "blocked"

    def start(self, turn: Turn) -> Sequence[Item]:
        return [Done()]

    def card(self, turn: Turn) -> Sequence[Item]:
        now, language = turn.now, turn.language

        def until(tx: Tx, lane_id: int) -> str:
            return when(blocks.until(tx.connection, lane_id, now), now, language)

        return [
            Do(until, lambda moment: [Say(t("blocked.until", language, when=moment))]),
            Say(t("blocked.rules", language)),
            Say(safety_card(turn)),
            Done(),
        ]
