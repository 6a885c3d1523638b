"""By which a network can take a message back: kept sealed for two days, for both directions, for the mailroom alone."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from bot.db import Tx
from bot.ports import MsgRef
from bot.seals import SealBroken, Seals
from bot.tables import message_ref

KEPT = timedelta(hours=48)  # no network lets us take back what is older


_KEEP = insert(message_ref)


def keep(tx: Tx, lane_id: int, refs: Iterable[MsgRef], *, now: datetime) -> None:
    """Keep these, sealed; they are forgotten after 48 hours."""
    for ref in refs:
        sealed = tx.seals.close(ref.native, about=f"message_ref:{lane_id}")
        tx.execute(_KEEP, {"lane_id": lane_id, "sealed": sealed, "at": now, "forget_at": now + KEPT})


def drop(tx: Tx, lane_id: int, *, up_to: datetime) -> None:
    """These were taken back, as far as the network let us: they are known no more."""
    tx.execute(delete(message_ref).where(message_ref.c.lane_id == lane_id, message_ref.c.at <= up_to))


def of_lane(
    connection: Connection, seals: Seals, lane_id: int, *, up_to: datetime | None = None
) -> list[MsgRef]:
    """Everything that was said in this lane (`up_to` a moment) and is still known by its reference, oldest first."""
    wanted = select(message_ref.c.sealed).where(message_ref.c.lane_id == lane_id).order_by(message_ref.c.id)
    if up_to is not None:
        wanted = wanted.where(message_ref.c.at <= up_to)
    found = []
    for sealed in connection.execute(wanted).scalars():
        try:
            found.append(MsgRef(seals.open(sealed, about=f"message_ref:{lane_id}")))
        except SealBroken:
            continue
    return found
