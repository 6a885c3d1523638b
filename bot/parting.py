"""Where an old talk ends and a new one begins: what came in behind "xoá hết" is kept, in a lane that knows nothing."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from bot import claims, intake, vault
from bot.db import Tx
from bot.helpline import blocks, erasure, guards, kept_out
from bot.policy import Policy
from bot.seals import KeyId
from bot.tables import inbox, lane, webchat_frame


def part(tx: Tx, lane_id: int, *, now: datetime, policy: Policy) -> None:
    """From now on this lane is nobody's: call it in the deed that closes it, before its keys are destroyed.

    Whoever writes again, gets a new lane; what waits unread goes there too, because it may be a cry. The buttons of
    the old talk do not. The references of these messages stay behind: the network takes them back with all the rest.
    """
    door = vault.take_name(tx, lane_id)
    rows = [(row_id, body) for row_id, body in erasure.unread(tx, lane_id) if intake.unpack(body).kind != "choice"]
    if door is None or not rows:
        return
    new, key_id = _begin(tx, door, now=now, policy=policy)
    for row_id, body in rows:
        sealed = tx.seals.close_with(key_id, body, about=f"inbox:{new}")
        tx.execute(update(inbox).where(inbox.c.id == row_id).values(lane_id=new, sealed=sealed))
    tx.execute(delete(inbox).where(inbox.c.lane_id == lane_id))
    tx.ring(claims.LANES)


def empty_page(tx: Tx, lane_id: int) -> None:
    """Where somebody else may hold a phone that she leaves behind, its chat page keeps nothing of what was said there.

    With the lane goes what had hidden it. Call it before `part`.
    """
    if guards.holder(tx.connection, lane_id) is guards.Holder.OPEN:
        return
    if (address := vault.page_of(tx.connection, tx.seals, lane_id)) is not None:
        tx.execute(delete(webchat_frame).where(webchat_frame.c.session_id == address))


def keep_out(tx: Tx, lane_id: int, *, now: datetime) -> datetime | None:
    """Whoever is kept out stays so through an erasure; until when, or None. Call before the rows of the lane go."""
    until, name = blocks.until(tx.connection, lane_id, now), vault.name_of(tx, lane_id)
    if until is None or name is None:
        return None
    kept_out.stay(tx, lane_id, name, now=now)
    if (new := vault.lane_since(tx.connection, tx.seals, lane_id)) is not None:  # wrote behind it already
        kept_out.recognise(tx, new, name, now=now)
    return until


def _begin(tx: Tx, door: vault.Door, *, now: datetime, policy: Policy) -> tuple[int, KeyId]:
    """The lane in which this account is somebody new: the one that is there already, or a fresh one."""
    known = select(lane.c.id).where(*vault.known_as(*door), lane.c.erasing_at.is_(None))
    new = tx.execute(known).scalar_one_or_none()
    if new is None:
        until = now + timedelta(days=policy.routing_days)
        new = intake.new_lane(tx, *door, None, now=now, until=until, held_until=None)
    key_id, _ = intake.talk(tx, new, now, timedelta(hours=policy.conversation_hours))
    return new, key_id
