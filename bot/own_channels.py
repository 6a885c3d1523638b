"""A colleague's own ways to be woken: a push topic, a mail address, a phone; tried with a code before they count."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, or_, select, update

from bot import audit
from bot.db import Tx
from bot.outbox import tell_staff
from bot.ports import Address
from bot.seals import SealBroken, Seals
from bot.tables import staff, staff_channel
from directory.wording import t

KINDS = ("ntfy", "voice", "mail")
PUSHES = ("ntfy", "telegram", "zalo_bot", "sms")
CODE_MINUTES = 30
PAUSE = timedelta(minutes=1)
MOST_TRIES = 5
MOST_CHANNELS = 6
_SHAPES = {
    "ntfy": re.compile(r"[A-Za-z0-9_-]{8,64}"),  # a topic is a secret: a short one is guessed
    "mail": re.compile(r"[^\s@,;<>\"]{1,64}@[A-Za-z0-9.-]{1,180}\.[A-Za-z0-9-]{2,63}"),
    "voice": re.compile(r"\+?[0-9]{8,15}"),
}


class BadAddress(Exception):
    """This is no address of that kind, or there are too many already."""


@dataclass(frozen=True, slots=True)
class OwnChannel:
    """One channel as its owner's page shows it; the address is only hinted at."""

    id: int
    kind: str
    hint: str
    verified_at: datetime | None
    dead_at: datetime | None
    has_code: bool

    def is_fresh(self, now: datetime, days: int) -> bool:
        """Whether it was shown to work in the last so many days."""
        return self.dead_at is None and self.verified_at is not None and now - self.verified_at < timedelta(days=days)


def add(tx: Tx, staff_id: int, kind: str, address: str, *, now: datetime) -> int:
    """Keep a new channel, sealed; it counts only once its code was typed in. Raises BadAddress."""
    shape = _SHAPES.get(kind)
    told = re.sub(r"[\s.()-]", "", address) if kind == "voice" else address.strip()
    mine = select(func.count()).select_from(staff_channel).where(staff_channel.c.staff_id == staff_id)
    if shape is None or not shape.fullmatch(told) or tx.execute(mine).scalar_one() >= MOST_CHANNELS:
        raise BadAddress
    last = select(func.max(staff_channel.c.position)).where(staff_channel.c.staff_id == staff_id)
    position = (tx.execute(last).scalar_one() or 0) + 1
    sealed = tx.seals.close(told, about=about(staff_id, kind))
    row = {"staff_id": staff_id, "kind": kind, "sealed": sealed, "position": position}
    made = tx.execute(insert(staff_channel).values(**row).returning(staff_channel.c.id)).scalar_one()
    audit.write(tx, staff_id, "channel_added", f"staff:{staff_id}", kind, now=now)
    return int(made)


def try_out(tx: Tx, staff_id: int, channel_id: int, *, now: datetime) -> bool:
    """Send a code through this channel and no other. False: it is not this colleague's, or one went out just now.

    A page must not become a way to ring somebody's phone again and again.
    """
    code = f"{secrets.randbelow(10**6):06d}"
    values = {
        "code_hash": _code_hash(tx.seals, channel_id, code),
        "code_until": now + timedelta(minutes=CODE_MINUTES),
        "code_tries": 0,
    }
    just_now = now + timedelta(minutes=CODE_MINUTES) - PAUSE
    is_quiet = or_(staff_channel.c.code_until.is_(None), staff_channel.c.code_until <= just_now)
    mine = (staff_channel.c.id == channel_id, staff_channel.c.staff_id == staff_id, is_quiet)
    if tx.execute(update(staff_channel).where(*mine).values(values)).rowcount != 1:
        return False
    language = tx.execute(select(staff.c.language).where(staff.c.id == staff_id)).scalar_one()
    text = t("wake.test", language, code=" ".join(code))
    tell_staff(tx, staff_id, text, now=now, purpose="reminder", via=channel_id)
    return True


def confirm(tx: Tx, staff_id: int, channel_id: int, code: str, *, now: datetime) -> bool:
    """The code that came through the channel: from now on it counts. Five tries, half an hour."""
    row = _mine(tx.connection, staff_id, channel_id)
    if row is None or row.code_hash is None or row.code_until is None or row.code_until <= now:
        return False
    if row.code_tries >= MOST_TRIES:
        return False
    here = staff_channel.c.id == channel_id
    given = _code_hash(tx.seals, channel_id, re.sub(r"\D", "", code))
    if not secrets.compare_digest(given, row.code_hash):
        tx.execute(update(staff_channel).where(here).values(code_tries=row.code_tries + 1))
        return False
    fresh = {"verified_at": now, "dead_at": None, "code_hash": None, "code_until": None, "code_tries": 0}
    tx.execute(update(staff_channel).where(here).values(fresh))
    audit.write(tx, staff_id, "channel_verified", f"staff:{staff_id}", row.kind, now=now)
    return True


def remove(tx: Tx, staff_id: int, channel_id: int, *, now: datetime) -> bool:
    """Nothing more is sent there; the address is gone at once."""
    row = _mine(tx.connection, staff_id, channel_id)
    if row is None:
        return False
    tx.execute(delete(staff_channel).where(staff_channel.c.id == channel_id))
    audit.write(tx, staff_id, "channel_removed", f"staff:{staff_id}", row.kind, now=now)
    return True


def put_first(tx: Tx, staff_id: int, channel_id: int) -> bool:
    """This one is tried before the colleague's others, for what does not have to wake anybody."""
    if _mine(tx.connection, staff_id, channel_id) is None:
        return False
    lowest = select(func.min(staff_channel.c.position)).where(staff_channel.c.staff_id == staff_id)
    position = tx.execute(lowest).scalar_one() - 1
    tx.execute(update(staff_channel).where(staff_channel.c.id == channel_id).values(position=position))
    return True


def mark_dead(tx: Tx, staff_id: int, kind: str, address: str, *, now: datetime) -> None:
    """The network says that nobody is there any more; the colleague is told on the ways that are left."""
    alive = (staff_channel.c.staff_id == staff_id, staff_channel.c.kind == kind, staff_channel.c.dead_at.is_(None))
    for row in tx.execute(select(staff_channel).where(*alive)).all():
        if _open(tx.seals, row) == address:
            tx.execute(update(staff_channel).where(staff_channel.c.id == row.id).values(dead_at=now))
            language = tx.execute(select(staff.c.language).where(staff.c.id == staff_id)).scalar_one()
            said = t("staff.channel_dead", language, kind=t(f"wake.kind.{kind}", language))
            tell_staff(tx, staff_id, said, now=now, purpose="reminder")
            audit.write(tx, None, "channel_dead", f"staff:{staff_id}", kind, now=now)


_ALIVE = (
    select(staff_channel)
    .where(
        staff_channel.c.staff_id == bindparam("who"),
        staff_channel.c.verified_at.is_not(None),
        staff_channel.c.dead_at.is_(None),
    )
    .order_by(staff_channel.c.position, staff_channel.c.id)
)


def ways(
    connection: Connection, seals: Seals, staff_id: int, *, now: datetime, days: int
) -> tuple[tuple[str, Address], ...]:
    """Where to reach a colleague, in the own order: first what was lately shown to work, then what once was.

    What was never shown to work, or is dead, is left out.
    """
    rows = connection.execute(_ALIVE, {"who": staff_id}).all()
    ordered = sorted(rows, key=lambda row: now - row.verified_at >= timedelta(days=days))
    return tuple((row.kind, Address(address)) for row in ordered if (address := _open(seals, row)) is not None)


def one(connection: Connection, seals: Seals, channel_id: int) -> tuple[str, Address] | None:
    """This very channel, also one that was never shown to work."""
    row = connection.execute(select(staff_channel).where(staff_channel.c.id == channel_id)).one_or_none()
    address = _open(seals, row) if row is not None else None
    return (row.kind, Address(address)) if row is not None and address is not None else None


def mine(connection: Connection, seals: Seals, staff_id: int) -> tuple[OwnChannel, ...]:
    """A colleague's channels for the own page, in order."""
    wanted = select(staff_channel).where(staff_channel.c.staff_id == staff_id)
    rows = connection.execute(wanted.order_by(staff_channel.c.position, staff_channel.c.id))
    return tuple(
        OwnChannel(
            row.id, row.kind, _hint(_open(seals, row)), row.verified_at, row.dead_at, row.code_hash is not None
        )
        for row in rows
    )


def about(staff_id: int, kind: str) -> str:
    """What the seal of an address is bound to."""
    return f"staff_channel:{staff_id}:{kind}"


def _mine(connection: Connection, staff_id: int, channel_id: int) -> Row[tuple[object, ...]] | None:
    wanted = select(staff_channel).where(staff_channel.c.id == channel_id, staff_channel.c.staff_id == staff_id)
    return connection.execute(wanted).one_or_none()


def _open(seals: Seals, row: Row[tuple[object, ...]]) -> str | None:
    try:
        return seals.open(row.sealed, about=about(row.staff_id, row.kind))
    except SealBroken:
        return None


def _hint(address: str | None) -> str:
    """`…le.org`: enough to know one's own, too little to use."""
    return f"…{address[-4:]}" if address else "…"


def _code_hash(seals: Seals, channel_id: int, code: str) -> str:
    return seals.token_hash(f"channel-code:{channel_id}:{code}")
