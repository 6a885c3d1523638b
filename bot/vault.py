"""Knows which account belongs to which lane; only reception, the mailroom and the composition root may ask."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.sql import Executable

from bot.connections import ask
from bot.db import Tx
from bot.ports import Address, ContactRef
from bot.seals import KeyId, SealBroken, Seals
from bot.tables import case, contact, lane, outbox

Door = tuple[str, str, ContactRef]  # channel, account, and who writes

_NAMELESS = "gone:"  # no keyed hash begins so


def refer(seals: Seals, channel: str, account: str, address: str) -> ContactRef:
    """What the house keeps of an account: a keyed handle for look-up and the sealed address."""
    handle = seals.handle("contact", channel, account, address)
    former = seals.former_handles("contact", channel, account, address)
    return ContactRef(handle, seals.close(address, about=f"contact:{handle}"), former)


def is_current(seals: Seals, ref: ContactRef) -> bool:
    """Whether this was made with the key that seals now: an older name would find nobody, and nobody opens it later."""
    return ref.sealed.startswith(seals.masters.mark)


def keep(tx: Tx, lane_id: int, ref: ContactRef, *, forget_at: datetime) -> None:
    """Keep the sealed address of this lane, or keep it longer."""
    tx.execute(_keeping(tx.is_postgresql), {"lane_id": lane_id, "sealed": ref.sealed, "forget_at": forget_at})


@cache
def _keeping(is_postgresql: bool) -> Executable:
    row = (pg_insert if is_postgresql else sqlite_insert)(contact)
    fresh = {"sealed": row.excluded.sealed, "forget_at": row.excluded.forget_at}
    return row.on_conflict_do_update(index_elements=[contact.c.lane_id], set_=fresh)


@dataclass(frozen=True, slots=True)
class Way:
    """How a lane is reached: through which door and whom, the address still sealed."""

    door: tuple[str, str]  # channel, account
    to: ContactRef
    generation: int
    is_left: bool  # she has blocked or left the line
    is_erasing: bool
    held_by: str | None = None  # the process that has the message in question in its hands, and until when
    held_until: datetime | None = None


_WAY = (
    select(
        lane.c.channel, lane.c.account, lane.c.handle, lane.c.generation, lane.c.stopped_at, lane.c.erasing_at,
        contact.c.sealed,
    )
    .join(contact, contact.c.lane_id == lane.c.id)
    .where(lane.c.id == bindparam("whose"))
)  # fmt: skip
_WAY_OF_ONE = _WAY.add_columns(outbox.c.lease_owner, outbox.c.lease_until).outerjoin(
    outbox, outbox.c.id == bindparam("which")
)


def way_to(connection: Connection, lane_id: int) -> Way | None:
    """The way to a lane; None once its contact is forgotten."""
    row = connection.execute(_WAY, {"whose": lane_id}).one_or_none()
    return None if row is None else _way(row)


def way_for(connection: Connection, lane_id: int, row_id: int) -> Callable[[], Way | None]:
    """The same for one message of the outbox, and in whose hands it is: both in one statement, asked now."""
    asked = ask(connection, _WAY_OF_ONE, {"whose": lane_id, "which": row_id})

    def read() -> Way | None:
        row = asked.rows.one_or_none()
        return None if row is None else _way(row, row.lease_owner, row.lease_until)

    return read


def _way(row: Any, held_by: str | None = None, held_until: datetime | None = None) -> Way:
    door, to = (row.channel, row.account), ContactRef(row.handle, row.sealed)
    is_left, is_erasing = row.stopped_at is not None, row.erasing_at is not None
    return Way(door, to, row.generation, is_left, is_erasing, held_by, held_until)


def open_address(seals: Seals, ref: ContactRef) -> Address:
    """The address in the clear, for one send. Raises SealBroken if it was moved from another lane."""
    return Address(seals.open(ref.sealed, about=f"contact:{ref.handle}"))


def take_name(tx: Tx, lane_id: int) -> Door | None:
    """This lane is being erased: whoever writes from its account from now on is somebody new, in a lane of their own.

    The last message still finds its way, by the address alone. Returns door and account as they are named now; None
    if the address cannot be opened any more.
    """
    both = select(lane.c.handle, lane.c.channel, lane.c.account, contact.c.sealed)
    mine = both.join(contact, contact.c.lane_id == lane.c.id, isouter=True).where(lane.c.id == lane_id)
    row = tx.execute(mine).one()
    nameless = row.handle if row.handle.startswith(_NAMELESS) else _NAMELESS + secrets.token_hex(16)
    tx.execute(update(lane).where(lane.c.id == lane_id).values(handle=nameless))
    try:
        address = open_address(tx.seals, ContactRef(row.handle, row.sealed or b""))
    except SealBroken:
        return None
    sealed = tx.seals.close(address, about=f"contact:{nameless}")
    tx.execute(update(contact).where(contact.c.lane_id == lane_id).values(sealed=sealed))
    return row.channel, row.account, refer(tx.seals, row.channel, row.account, address)


def known_as(channel: str, account: str, ref: ContactRef) -> tuple[ColumnElement[bool], ...]:
    """The lane of this account, by its name; while keys are rotated also by the names before."""
    return lane.c.channel == channel, lane.c.account == account, lane.c.handle.in_((ref.handle, *ref.former))


def is_being_erased(tx: Tx, channel: str, account: str, ref: ContactRef) -> bool:
    """Whether an account without a lane of its own has one that is just being erased. Opens the few there are."""
    both = select(lane.c.handle, contact.c.sealed).join(contact, contact.c.lane_id == lane.c.id)
    wanted = both.where(lane.c.erasing_at.is_not(None), lane.c.channel == channel, lane.c.account == account)
    refs = [ContactRef(row.handle, row.sealed) for row in tx.execute(wanted).all()]
    return bool(refs) and _opened(tx.seals, ref) in [_opened(tx.seals, one) for one in refs]


def _opened(seals: Seals, ref: ContactRef) -> Address | None:
    try:
        return open_address(seals, ref)
    except SealBroken:
        return None


def name_of(tx: Tx, lane_id: int) -> Callable[[KeyId], str] | None:
    """Names this account under a key that is given, the same through every rotation; None if its address is lost."""
    if (whose := _whose(tx.connection, tx.seals, lane_id)) is None:
        return None
    told = "\x1f".join(whose)
    return lambda key_id: tx.seals.token_with(key_id, told)


def lane_since(connection: Connection, seals: Seals, lane_id: int) -> int | None:
    """The lane in which whoever this one was of is somebody new by now; None if she has not written since."""
    if (whose := _whose(connection, seals, lane_id)) is None:
        return None
    channel, account, address = whose
    mine = known_as(channel, account, refer(seals, channel, account, address))
    wanted = select(lane.c.id).where(*mine, lane.c.id != lane_id, lane.c.erasing_at.is_(None))
    return connection.execute(wanted.limit(1)).scalar_one_or_none()


def page_of(connection: Connection, seals: Seals, lane_id: int) -> Address | None:
    """The session of a chat page of our own; None for a lane of another network, or if it cannot be opened."""
    whose = _whose(connection, seals, lane_id)
    return whose[2] if whose is not None and whose[0] == "webchat" else None


def has_case(connection: Connection, seals: Seals, lane_id: int) -> bool:
    """Whether whoever this lane was of has an open case in another by now: she has erased, and cried for help anew."""
    new = lane_since(connection, seals, lane_id)
    found = select(case.c.id).where(case.c.lane_id == new, case.c.state != "closed")
    return new is not None and connection.execute(found.limit(1)).first() is not None


def _whose(connection: Connection, seals: Seals, lane_id: int) -> tuple[str, str, Address] | None:
    """Channel, account of ours and address, in the clear; None if it cannot be opened any more."""
    row = connection.execute(_WAY, {"whose": lane_id}).one_or_none()
    address = None if row is None else _opened(seals, ContactRef(row.handle, row.sealed))
    return None if row is None or address is None else (row.channel, row.account, address)


def reseal(tx: Tx, lane_id: int) -> bool:
    """Name and seal this account anew with the newest key. False: it was erased meanwhile, or cannot be opened.

    A lane that is being erased stays without a name.
    """
    both = select(lane.c.handle, lane.c.channel, lane.c.account, contact.c.sealed)
    row = tx.execute(both.join(contact, contact.c.lane_id == lane.c.id).where(lane.c.id == lane_id)).one_or_none()
    if row is None:
        return False
    try:
        address = open_address(tx.seals, ContactRef(row.handle, row.sealed))
    except SealBroken:
        return False
    if row.handle.startswith(_NAMELESS):
        fresh = ContactRef(row.handle, tx.seals.close(address, about=f"contact:{row.handle}"))
    else:
        fresh = refer(tx.seals, row.channel, row.account, address)
    tx.execute(update(lane).where(lane.c.id == lane_id).values(handle=fresh.handle))
    tx.execute(update(contact).where(contact.c.lane_id == lane_id).values(sealed=fresh.sealed))
    return True


def forget(tx: Tx, lane_id: int) -> None:
    """From now on nobody can write to this lane."""
    tx.execute(delete(contact).where(contact.c.lane_id == lane_id))
