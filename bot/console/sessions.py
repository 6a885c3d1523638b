"""Who is signed in: sessions kept on our side, known in the browser by a random word of which we keep a keyed hash."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from bot import audit, staff
from bot.db import Tx
from bot.seals import Seals
from bot.staff import StaffMember
from bot.tables import staff as staff_table
from bot.tables import staff_session

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Seat:
    """A colleague who is signed in, in one browser."""

    member: StaffMember
    id_hash: str = field(repr=False)
    csrf: str = field(repr=False)
    seen_at: datetime


def open_session(tx: Tx, staff_id: int, *, now: datetime) -> str:
    """Sign a colleague in; returns the browser's word, which is kept nowhere."""
    token = secrets.token_urlsafe(32)
    row = {"id_hash": tx.seals.token_hash(token), "staff_id": staff_id, "csrf": secrets.token_urlsafe(24)}
    tx.execute(insert(staff_session).values(**row, created_at=now, seen_at=now, expires_at=now + LONGEST))
    audit.write(tx, staff_id, "signed_in", f"staff:{staff_id}", now=now)
    return token


def find(connection: Connection, seals: Seals, token: str, now: datetime) -> Seat | None:
    """Who this browser belongs to; None after half an hour without a step, twelve hours, or leaving."""
    wanted = select(staff_session).where(staff_session.c.id_hash == seals.token_hash(token))
    row = connection.execute(wanted).one_or_none()
    if row is None or row.expires_at <= now or row.seen_at + IDLE <= now:
        return None
    member = staff.get(connection, row.staff_id)
    if member is None or member.state != "active":
        return None
    return Seat(member, row.id_hash, row.csrf, row.seen_at)


def touch(tx: Tx, seat: Seat, *, now: datetime) -> None:
    """The colleague did something: half an hour begins anew."""
    tx.execute(update(staff_session).where(staff_session.c.id_hash == seat.id_hash).values(seen_at=now))


def end(tx: Tx, seat: Seat, *, now: datetime) -> None:
    """Sign out of this browser."""
    tx.execute(delete(staff_session).where(staff_session.c.id_hash == seat.id_hash))
    audit.write(tx, seat.member.id, "signed_out", f"staff:{seat.member.id}", now=now)


def change_language(tx: Tx, staff_id: int, language: str) -> None:
    """The language in which this colleague reads the console and is alarmed."""
    tx.execute(update(staff_table).where(staff_table.c.id == staff_id).values(language=language))
