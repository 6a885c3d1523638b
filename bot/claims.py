"""Who works on what just now: a process claims a lane, or a task of the whole house, for a few seconds at a time."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Connection, Select, bindparam, case, delete, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.sql import Executable

from bot.db import Tx
from bot.tables import conversation, inbox, lane, lease

LANE_LEASE = timedelta(seconds=10)  # an unread message may be a cry: its lane is never held longer by a dead process
FAST_CLOCK = timedelta(minutes=1)  # a lease that runs for so much too long was given by a clock that was fast
SHUT = "shut:"  # and the name of an account: nothing can be fetched from it, since `until`
LANES = "lanes"  # the bell that says: somebody kept a message and does not read it


def hold_lane(tx: Tx, lane_id: int) -> None:
    """Lock the lane until the deed is done. Always the first lock of a deed: lane, then case, then outbox.

    On PostgreSQL the lock lets rows that refer to the lane be written meanwhile; SQLite has one writer anyway.
    """
    if tx.is_postgresql and lane_id not in tx.held:
        tx.tell(_HOLD, {"whose": lane_id})
        tx.held.add(lane_id)


def let_go(tx: Tx, lane_id: int, *, now: datetime) -> bool:
    """Give the lane back if nothing waits in it, or keep it a little longer. True: there is nothing left to do here.

    Call with the lane held, so that no message slips in between the look and the release.
    """
    values = {"whose": lane_id, "owner": tx.owner, "until": now + LANE_LEASE}
    row = tx.execute(_LET_GO, values).one_or_none()
    return row is None or row.lease_owner is None


def waiting(connection: Connection, owner: str, now: datetime) -> list[int]:
    """Lanes in which something waits and that nobody else is working on."""
    told = {"owner": owner, "now": now, "far": now + LANE_LEASE + FAST_CLOCK}
    return list(connection.execute(_WAITING, told).scalars())


def claim_lanes(tx: Tx, lane_ids: Iterable[int], *, now: datetime) -> list[int]:
    """Claim these lanes, as far as nobody else has them; one that another process is looking at is passed over."""
    told = {"seen": list(lane_ids), "owner": tx.owner, "now": now, "far": now + LANE_LEASE + FAST_CLOCK}
    mine = list(tx.execute(_FREE_LOCKED if tx.is_postgresql else _FREE, told).scalars())
    if mine:
        held = {"lease_owner": tx.owner, "lease_until": now + LANE_LEASE}
        tx.execute(update(lane).where(lane.c.id.in_(mine)).values(**held))
    return mine


def free_all(tx: Tx) -> None:
    """At the start of the only process of an SQLite house: what the process before it held is free."""
    tx.execute(update(lane).where(lane.c.lease_owner.is_not(None)).values(lease_owner=None, lease_until=None))
    tx.execute(delete(lease))


def free_mine(tx: Tx) -> None:
    """At a clean end: others need not wait until our leases run out."""
    tx.execute(update(lane).where(lane.c.lease_owner == tx.owner).values(lease_owner=None, lease_until=None))
    tx.execute(delete(lease).where(lease.c.owner == tx.owner))


def _readable() -> Select[tuple[int]]:
    """Inbox rows that can be answered: not set aside, and the conversation they are sealed for is still there."""
    talks = exists().where(conversation.c.lane_id == inbox.c.lane_id)
    return select(inbox.c.id).where(inbox.c.set_aside_at.is_(None), talks)


_leased = lane.c.lease_until
_is_free = or_(  # nobody has this lane, or its lease ran out, or it is ours
    _leased.is_(None), _leased <= bindparam("now"), _leased > bindparam("far"), lane.c.lease_owner == bindparam("owner")
)
_FREE = select(lane.c.id).where(lane.c.id.in_(bindparam("seen", expanding=True)), _is_free).order_by(lane.c.id)
_FREE_LOCKED = _FREE.with_for_update(skip_locked=True, key_share=True)
_WAITING = (
    _readable()
    .with_only_columns(inbox.c.lane_id)
    .join(lane, lane.c.id == inbox.c.lane_id)
    .where(_is_free)
    .distinct()
    .order_by(inbox.c.lane_id)
)
_unread = _readable().where(inbox.c.lane_id == lane.c.id).exists()
_until = bindparam("until", type_=lane.c.lease_until.type)
_LET_GO = (
    update(lane)
    .where(lane.c.id == bindparam("whose"), lane.c.lease_owner == bindparam("owner"))
    .values(
        lease_owner=case((_unread, lane.c.lease_owner), else_=None),
        lease_until=case((_unread, _until), else_=None),
    )
    .returning(lane.c.lease_owner)
)
_HOLD = select(lane.c.id).where(lane.c.id == bindparam("whose")).with_for_update(key_share=True)


def hold(tx: Tx, name: str, *, now: datetime, seconds: float) -> bool:
    """Claim a task of the whole house (`poller:telegram:1`, `forgetting`) or hold it longer. False: another has it."""
    until = now + timedelta(seconds=seconds)
    told = {"name": name, "owner": tx.owner, "until": until, "now": now, "far": until + FAST_CLOCK}
    return tx.execute(_holding(tx.is_postgresql), told).first() is not None


@cache
def _holding(is_postgresql: bool) -> Executable:
    row = (pg_insert if is_postgresql else sqlite_insert)(lease)
    row = row.values({name: bindparam(name) for name in ("name", "owner", "until")})
    moment = lease.c.until.type
    is_over = or_(lease.c.until <= bindparam("now", type_=moment), lease.c.until > bindparam("far", type_=moment))
    fresh = {"owner": row.excluded.owner, "until": row.excluded.until}
    mine_or_free = or_(lease.c.owner == row.excluded.owner, is_over)
    taken = row.on_conflict_do_update(index_elements=[lease.c.name], set_=fresh, where=mine_or_free)
    return taken.returning(lease.c.name)


def drop(tx: Tx, name: str) -> None:
    """Give a task of the whole house back."""
    tx.execute(delete(lease).where(lease.c.name == name, lease.c.owner == tx.owner))


def shut(tx: Tx, account: str, *, now: datetime) -> None:
    """From now on nothing can be fetched from this account; since when is known already if it was so before."""
    insert = pg_insert if tx.is_postgresql else sqlite_insert
    tx.execute(insert(lease).values(name=f"{SHUT}{account}", owner=tx.owner, until=now).on_conflict_do_nothing())


def opened(tx: Tx, account: str) -> None:
    """It can be fetched from again, whoever wrote down that it could not."""
    tx.execute(delete(lease).where(lease.c.name == f"{SHUT}{account}"))
