"""What a shift needs at hand: contacts for colleagues only, and whether a shelter can take somebody tonight."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot import audit
from bot.db import Tx
from bot.seals import SealBroken, Seals
from bot.tables import capacity, tonight_contact

KINDS = ("shelter", "hospital", "transport", "legal", "other")
FRESH = timedelta(hours=24)  # older word about free rooms is no word
LONGEST = 300


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact of a province, for colleagues."""

    id: int
    province: str
    kind: str
    text: str = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class Room:
    """Whether there is room; `is_fresh` is false when that was said too long ago."""

    place_id: str
    state: str
    until: datetime | None
    at: datetime
    is_fresh: bool


def add_contact(tx: Tx, staff_id: int, province: str, kind: str, text: str, *, now: datetime) -> bool:
    """Put a contact on the page of a province. False: empty, too long or of no known kind."""
    said = text.strip()
    if not said or len(said) > LONGEST or kind not in KINDS:
        return False
    sealed = tx.seals.close(said, about=f"tonight:{province}:{kind}")
    row = {"province": province, "kind": kind, "sealed": sealed, "staff_id": staff_id, "at": now}
    tx.execute(insert(tonight_contact).values(**row))
    audit.write(tx, staff_id, "contact_added", f"province:{province}", kind, now=now)
    return True


def remove_contact(tx: Tx, number: int, provinces: frozenset[str], staff_id: int, *, now: datetime) -> None:
    """Take a contact off."""
    mine = (tonight_contact.c.id == number, tonight_contact.c.province.in_(sorted(provinces)))
    if tx.execute(delete(tonight_contact).where(*mine)).rowcount:
        audit.write(tx, staff_id, "contact_removed", f"contact:{number}", now=now)


def contacts(connection: Connection, seals: Seals, provinces: frozenset[str]) -> tuple[Contact, ...]:
    """The contacts of these provinces."""
    wanted = select(tonight_contact).where(tonight_contact.c.province.in_(sorted(provinces)))
    found = []
    for row in connection.execute(wanted.order_by(tonight_contact.c.province, tonight_contact.c.kind)):
        try:
            text = seals.open(row.sealed, about=f"tonight:{row.province}:{row.kind}")
        except SealBroken:
            continue
        found.append(Contact(row.id, row.province, row.kind, text, row.at))
    return tuple(found)


def set_room(tx: Tx, staff_id: int, place_id: str, state: str, until: datetime | None, *, now: datetime) -> bool:
    """Say whether a shelter can take somebody. False: no such answer."""
    if state not in ("free", "full"):
        return False
    make = pg_insert if tx.is_postgresql else sqlite_insert
    row = {"place_id": place_id, "state": state, "until": until, "staff_id": staff_id, "at": now}
    fresh = {key: row[key] for key in ("state", "until", "staff_id", "at")}
    tx.execute(make(capacity).values(**row).on_conflict_do_update(index_elements=[capacity.c.place_id], set_=fresh))
    audit.write(tx, staff_id, "room", "place", state, now=now)
    return True


def rooms(connection: Connection, now: datetime) -> dict[str, Room]:
    """What is known about rooms, by place; "full until" counts until that moment, anything else for a day."""
    found = {}
    for row in connection.execute(select(capacity)):
        is_fresh = row.until > now if row.until is not None else now - row.at <= FRESH
        found[row.place_id] = Room(row.place_id, row.state, row.until, row.at, is_fresh)
    return found
