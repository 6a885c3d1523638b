"""What a colleague wrote while the person had blocked the line: it goes out once she is back."""

from contextlib import suppress
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, delete, or_, select, update

from bot import postbag
from bot.db import Tx
from bot.helpline import guards, relay
from bot.helpline.casebook import Case, of_lane
from bot.outbox import KEPT_TO_PERSON
from bot.seals import KeyDestroyed
from bot.tables import conversation, lane, outbox, transcript


def is_back(tx: Tx, lane_id: int, *, now: datetime, wrote: bool) -> None:
    """She can be written to again. Call with the lane held.

    Only unblocked, and silent for so long that somebody else may hold the phone: nothing is shown until she writes.
    """
    known = of_lane(tx.connection, lane_id)
    if known is not None and not wrote and relay.was_silent(tx.connection, known.id, now):
        return
    tx.execute(update(lane).where(lane.c.id == lane_id).values(stopped_at=None))
    if known is None or guards.holder(tx.connection, lane_id) is not guards.Holder.OPEN:
        return
    tx.execute(update(outbox).where(*_refused(known), outbox.c.key_id == _talk(lane_id)).values(**_AGAIN, next_at=now))
    lost = delete(outbox).where(*_refused(known)).returning(outbox.c.key)  # sealed for a talk that is forgotten
    unsent = or_(transcript.c.outbox_key.is_(None), transcript.c.outbox_key.in_(list(tx.execute(lost).scalars())))
    young = transcript.c.at > now - KEPT_TO_PERSON  # what is older would surprise her
    of_case = (transcript.c.case_id == known.id, transcript.c.direction == "worker")
    wanted = select(transcript.c.seq).where(*of_case, unsent, young)
    if numbers := set(tx.execute(wanted).scalars()):
        lines = [line for line in relay.words(tx.connection, tx.seals, known.id) if line.seq in numbers]
        with suppress(KeyDestroyed):  # of a lost key store: they stay marked as not sent
            relay.bring_lines(tx, known, lines, now=now)
    tx.ring(postbag.OUTBOX)
    tx.ring(f"case:{known.id}")


_AGAIN: dict[str, object] = {"state": "pending", "lease_owner": None, "lease_until": None}


def _refused(known: Case) -> tuple[ColumnElement[bool], ...]:
    return outbox.c.case_id == known.id, outbox.c.purpose == "relay", outbox.c.state == "failed"


def _talk(lane_id: int) -> ScalarSelect[str]:
    return select(conversation.c.key_id).where(conversation.c.lane_id == lane_id).scalar_subquery()
