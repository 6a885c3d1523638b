"""The place where she is, or a phone, handed over with one yes: sealed apart, for the colleague who has the case."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update
from sqlalchemy import insert as sql_insert

from bot import audit
from bot.db import Tx
from bot.helpline import consents
from bot.helpline.casebook import Case, record
from bot.helpline.consents import ConsentTo
from bot.helpline.ringing import tell_colleague
from bot.seals import KeyDestroyed, KeyId, Seals
from bot.tables import entrusted

ASKED_FOR = timedelta(hours=1)  # an unanswered question: what it was about is gone after that
VERSION = "hand-over-2026-12"


@dataclass(frozen=True, slots=True)
class Entrusted:
    """One thing handed over."""

    kind: str  # place | phone
    text: str = field(repr=False)
    at: datetime


def keep(tx: Tx, known: Case, fragments: Sequence[tuple[str, str]], *, now: datetime) -> None:
    """Seal what was masked until she answers whether the colleague may see it. Nobody can read it before."""
    for kind, text in fragments:
        key_id = tx.seals.new_key()
        sealed = tx.seals.close_with(key_id, text, about=_about(known.id, kind))
        row = {"case_id": known.id, "kind": kind, "key_id": key_id, "sealed": sealed, "at": now}
        tx.execute(sql_insert(entrusted).values(**row, forget_at=now + ASKED_FOR))


def agree(tx: Tx, known: Case, *, now: datetime) -> bool:
    """She said yes. False: what it was about is gone already, and she has to write it again."""
    waiting = (entrusted.c.case_id == known.id, entrusted.c.agreed_at.is_(None), entrusted.c.forget_at > now)
    done = tx.execute(update(entrusted).where(*waiting).values(agreed_at=now, forget_at=None))
    if done.rowcount == 0:
        return False
    consents.give(tx, known.id, ConsentTo.HAND_OVER, VERSION, now=now)
    record(tx, known.id, "entrusted", now=now)
    tx.ring(f"case:{known.id}")
    if known.staff_id is not None:
        tell_colleague(tx, known, known.staff_id, "staff.entrusted", now=now, urgent=known.urgency == "now")
    return True


def drop(tx: Tx, known: Case, *, with_agreed: bool = False) -> None:
    """She said no: it is gone at once, and its key with it. `with_agreed`: she takes back what she had handed over."""
    going = [entrusted.c.case_id == known.id]
    if not with_agreed:
        going.append(entrusted.c.agreed_at.is_(None))
    keys = [KeyId(key) for key in tx.execute(select(entrusted.c.key_id).where(*going)).scalars()]
    tx.execute(delete(entrusted).where(*going))
    tx.after_commit(lambda: tx.seals.keys.destroy(keys))


def keys_of(tx: Tx, case_ids: Sequence[int]) -> list[KeyId]:
    """The keys that have to be destroyed with these cases."""
    wanted = select(entrusted.c.key_id).where(entrusted.c.case_id.in_(case_ids))
    return [KeyId(key) for key in tx.execute(wanted).scalars()]


def seen(connection: Connection, seals: Seals, case_id: int) -> tuple[Entrusted, ...]:
    """What she handed over, for the page of the colleague who has the case. Write `read` in the same visit."""
    wanted = select(entrusted).where(entrusted.c.case_id == case_id, entrusted.c.agreed_at.is_not(None))
    found = []
    for row in connection.execute(wanted.order_by(entrusted.c.id)):
        try:
            text = seals.open_with(KeyId(row.key_id), row.sealed, about=_about(case_id, row.kind))
        except KeyDestroyed:
            continue
        found.append(Entrusted(row.kind, text, row.at))
    return tuple(found)


def is_there(connection: Connection, case_id: int) -> bool:
    """Whether anything was handed over."""
    wanted = select(entrusted.c.id).where(entrusted.c.case_id == case_id, entrusted.c.agreed_at.is_not(None))
    return connection.execute(wanted.limit(1)).first() is not None


def read(tx: Tx, case_id: int, staff_id: int, *, now: datetime) -> None:
    """Write down that the colleague saw it; one visit is one row."""
    audit.read(tx, staff_id, case_id, "read_entrusted", now=now)


def _about(case_id: int, kind: str) -> str:
    return f"entrusted:{case_id}:{kind}"
