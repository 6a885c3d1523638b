"""A colleague's own account on a network, for alarms: a one-time code proves that it is really the colleague's."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, or_, select, update

from bot import audit
from bot.db import Tx
from bot.ports import Address
from bot.seals import SealBroken, Seals
from bot.tables import invitation, poller, staff, staff_channel

CODE_MINUTES = 15


def begin(tx: Tx, staff_id: int, kind: str, *, now: datetime) -> str:
    """A code that links one account once; an earlier one is worth nothing any more. Kept only as a hash."""
    mine = (invitation.c.staff_id == staff_id, invitation.c.kind == kind)
    tx.execute(delete(invitation).where(*mine))
    code = secrets.token_urlsafe(18)
    values = {"token_hash": tx.seals.token_hash(code), "staff_id": staff_id, "kind": kind}
    tx.execute(insert(invitation).values(**values, expires_at=now + timedelta(minutes=CODE_MINUTES)))
    return code


def redeem(tx: Tx, code: str, kind: str, address: str, *, now: datetime) -> int | None:
    """Keep the account from which this code came as the colleague's own; the number of the colleague, or None."""
    mine = (invitation.c.token_hash == tx.seals.token_hash(code), invitation.c.kind == kind)
    good = (*mine, invitation.c.used_at.is_(None), invitation.c.expires_at > now)
    staff_id = tx.execute(
        select(invitation.c.staff_id)
        .join(staff, staff.c.id == invitation.c.staff_id)
        .where(*good, staff.c.state == "active")
    ).scalar_one_or_none()
    if staff_id is None or tx.execute(update(invitation).where(*good).values(used_at=now)).rowcount != 1:
        return None
    unlink(tx, staff_id, kind, now=now)
    sealed = tx.seals.close(address, about=_about(staff_id, kind))
    tx.execute(insert(staff_channel).values(staff_id=staff_id, kind=kind, sealed=sealed, verified_at=now))
    audit.write(tx, staff_id, "linked_channel", f"staff:{staff_id}", now=now, detail=kind)
    return int(staff_id)


def unlink(tx: Tx, staff_id: int, kind: str, *, now: datetime) -> bool:
    """Nothing more is sent there. False if nothing was linked."""
    mine = (staff_channel.c.staff_id == staff_id, staff_channel.c.kind == kind)
    gone = tx.execute(delete(staff_channel).where(*mine)).rowcount > 0
    if gone:
        audit.write(tx, staff_id, "unlinked_channel", f"staff:{staff_id}", now=now, detail=kind)
    return gone


def address_of(connection: Connection, seals: Seals, staff_id: int, kind: str) -> Address | None:
    """Where to reach this colleague on this network; None if nothing is linked, or it is known to be dead."""
    mine = (staff_channel.c.staff_id == staff_id, staff_channel.c.kind == kind)
    live = (staff_channel.c.verified_at.is_not(None), staff_channel.c.dead_at.is_(None))
    wanted = select(staff_channel.c.sealed).where(*mine, *live).order_by(staff_channel.c.position).limit(1)
    sealed = connection.execute(wanted).scalar_one_or_none()
    try:
        return Address(seals.open(sealed, about=_about(staff_id, kind))) if sealed is not None else None
    except SealBroken:
        return None


def state_of(connection: Connection, staff_id: int, kind: str) -> str:
    """linked | dead (the network said that the account is gone or blocks us) | none."""
    mine = (staff_channel.c.staff_id == staff_id, staff_channel.c.kind == kind)
    row = connection.execute(select(staff_channel.c.dead_at).where(*mine).limit(1)).one_or_none()
    return "none" if row is None else "dead" if row.dead_at is not None else "linked"


def owners(connection: Connection, seals: Seals, kind: str) -> dict[str, int]:
    """The linked accounts and whose they are; for the network's own door only, and never kept."""
    found: dict[str, int] = {}
    columns = (staff_channel.c.staff_id, staff_channel.c.sealed)
    for row in connection.execute(select(*columns).where(staff_channel.c.kind == kind)):
        try:
            found[seals.open(row.sealed, about=_about(row.staff_id, kind))] = row.staff_id
        except SealBroken:
            continue
    return found


def mark(tx: Tx, kind: str, address: str, *, dead_at: datetime | None) -> None:
    """The network says that this account cannot be written to (or that it can again)."""
    staff_id = owners(tx.connection, tx.seals, kind).get(address)
    mine = (staff_channel.c.staff_id == staff_id, staff_channel.c.kind == kind)
    tx.execute(update(staff_channel).where(*mine).values(dead_at=dead_at))


def door_of(connection: Connection, kind: str) -> str:
    """The public name of our own account for colleagues on this network; empty until the network has said it."""
    mine = or_(poller.c.account == kind, poller.c.account.startswith(f"{kind}:"))
    known = select(poller.c.name).where(mine, poller.c.name != "").order_by(poller.c.lease_until.desc()).limit(1)
    return connection.execute(known).scalar_one_or_none() or ""


def _about(staff_id: int, kind: str) -> str:
    return f"staff_channel:{staff_id}:{kind}"
