"""One yes hands over the place where she is, or a phone; the colleague who has the case sees it, nobody else."""

from collections.abc import Sequence

from bot.db import Tx
from bot.dialogues.consenting import is_yes
from bot.dialogues.kit import Ask, Dialogue, Do, Hand, Item, Say, Turn
from bot.helpline import cases, entrusting
from directory.wording import t


class Entrust(Dialogue):
    """Asked once for what was masked in the last message."""

    name = "entrust"

    def start(self, turn: Turn) -> Sequence[Item]:
        fragments, now = turn.fragments, turn.now

        def keep(tx: Tx, lane_id: int) -> None:
            known = cases.of_lane(tx.connection, lane_id)
            if known is not None:
                entrusting.drop(tx, known)
                entrusting.keep(tx, known, fragments, now=now)

        kinds = {kind for kind, _ in fragments}
        key = "both" if len(kinds) > 1 else kinds.pop() if kinds else "place"
        options = tuple((answer, t(f"danger.entrust.choice.{answer}", turn.language)) for answer in ("yes", "no"))
        return [Do(keep), Ask(t(f"danger.entrust.{key}", turn.language), options, "sure")]

    def sure(self, turn: Turn) -> Sequence[Item]:
        """Only a clear yes hands it over; anything else lets it go at once."""
        now, agreed = turn.now, is_yes(turn)

        def answer(tx: Tx, lane_id: int) -> str:
            known = cases.of_lane(tx.connection, lane_id)
            if known is None:
                return "gone"
            if agreed:
                return "given" if entrusting.agree(tx, known, now=now) else "gone"
            entrusting.drop(tx, known)
            return "dropped"

        return [
            Do(answer, lambda done: [Say(t(f"danger.entrust.{done}", turn.language))]),
            Hand("report", "after_entrusting"),
        ]
