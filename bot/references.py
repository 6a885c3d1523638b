"""By which a network can take a message back: kept sealed for two days, for both directions, for the mailroom alone."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, delete, insert, select

from bot.db import Database, Tx
from bot.ports import Cap, Channel, ErasureReport, MsgRef, SendError
from bot.seals import SealBroken, Seals
from bot.tables import message_ref

log = logging.getLogger(__name__)

TRIES = 3
TRIES_OF_ALL = 6  # some two minutes: then the last sentence goes out and says that things are left
_TAKES_BOTH = Cap.DELETE_OWN | Cap.DELETE_USER
KEPT = timedelta(hours=48)  # no network lets us take back what is older


PERHAPS = MsgRef("perhaps")
"""A message that was tried more than once may stand twice on her phone, and of the first copy no number came back."""


class Left(StrEnum):
    """What still stands on the phone after the network took back what it could."""

    NOTHING = "nothing"
    OLDER = "older"  # what is older than the network lets anybody take back
    SOME = "some"  # younger things too


_KEEP = insert(message_ref)


def keep(tx: Tx, lane_id: int, refs: Iterable[MsgRef], *, now: datetime) -> None:
    """Keep these, sealed; they are forgotten after 48 hours."""
    for ref in refs:
        sealed = tx.seals.close(ref.native, about=f"message_ref:{lane_id}")
        tx.tell(_KEEP, {"lane_id": lane_id, "sealed": sealed, "at": now, "forget_at": now + KEPT})


def keep_sent(tx: Tx, lane_id: int, refs: Sequence[MsgRef], *, tries: int, now: datetime) -> None:
    """Keep those of a message that went out; after a try that failed, also that there may be a copy."""
    keep(tx, lane_id, (*refs, PERHAPS) if refs and tries else refs, now=now)


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


async def erase(
    db: Database,
    lane_id: int,
    by: Callable[[Sequence[MsgRef]], Awaitable[ErasureReport]],
    *,
    channel: Channel,
    up_to: datetime | None,
    tries: int,
) -> Left:
    """Have the network take back what it still lets us, in both directions; the log holds counts only.

    `up_to`: she erased her words while help is on its way. A network that refuses for long, or is away, keeps no
    answer from her: after some tries she is told that things are left, and each later try takes back what it can.
    """
    known = await db.read(lambda connection: of_lane(connection, db.seals, lane_id, up_to=up_to))
    refs = [ref for ref in known if ref != PERHAPS]
    try:
        report = await by(refs)
    except SendError:
        if tries < (TRIES_OF_ALL if up_to is None else TRIES):
            raise
        report = ErasureReport(kept=tuple((ref, "refused") for ref in refs))
    if report.erased:
        log.info("erased_at_network", extra={"n": len(report.erased), "channel": channel.name})
    if report.kept:
        log.info("not_erased_at_network", extra={"n": len(report.kept), "channel": channel.name})
    if up_to is not None:
        await db.write(lambda tx: drop(tx, lane_id, up_to=up_to))
    if report.is_whole:
        return Left.NOTHING
    is_young = len(refs) < len(known) or any(why != "too_old" for _, why in report.kept)
    return Left.SOME if is_young or _TAKES_BOTH not in channel.capabilities().flags else Left.OLDER
