"""What a colleague knows of who holds the phone: perhaps somebody else; or surely herself, who was shut out."""

from datetime import datetime

from bot import audit
from bot.db import Tx
from bot.helpline import guards, relay
from bot.helpline.casebook import Case, NotYours, hold_still, language_of
from bot.helpline.guards import Holder
from bot.helpline.moves import State


def suspect(tx: Tx, case_id: int, staff_id: int, *, now: datetime) -> None:
    """From now on nothing of the case goes to that phone, and it answers like a page about health. Raises NotYours."""
    lane_id = _lane(tx, case_id, staff_id)
    guards.go_neutral(tx, lane_id, now=now)
    audit.write(tx, staff_id, "other_hands", f"case:{case_id}", now=now)


def trust(tx: Tx, case_id: int, staff_id: int, *, now: datetime) -> bool:
    """She has no word that leads back, and the colleague is sure that it is she: she is asked whether she can talk.

    What waits is shown after her tap and not before: who wrote a while ago need not hold the phone now. False: there is
    nothing to undo, or a word was agreed, and then only that word leads back. Raises NotYours.
    """
    lane_id = _lane(tx, case_id, staff_id)
    if guards.holder(tx.connection, lane_id) is not Holder.NEUTRAL or guards.has_word(tx.connection, lane_id):
        return False
    relay.ask_first(tx, lane_id, language_of(tx, lane_id), now=now)
    audit.write(tx, staff_id, "surely_herself", f"case:{case_id}", now=now)
    return True


def _lane(tx: Tx, case_id: int, staff_id: int) -> int:
    known: Case | None = hold_still(tx, case_id)
    if known is None or known.state is not State.TAKEN or known.staff_id != staff_id or known.lane_id is None:
        raise NotYours
    return known.lane_id
