"""A chain of what colleagues did and read: each row carries the fingerprint of the one before it."""

import hashlib
import hmac
import json
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, text

from bot.db import Tx
from bot.seals import Seals
from bot.tables import audit

KEPT = timedelta(days=730)
_FIRST = "0" * 64
_LOCK = 4_612  # any number, the same in every process


def write(tx: Tx, staff_id: int | None, deed: str, subject: str, detail: str = "", *, now: datetime) -> None:
    """Add one row to the chain. `subject` is like `case:4`; `detail` is a code. Never a name, never words."""
    if tx.is_postgresql:  # two writers must not both follow the same row
        tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    last = tx.execute(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).one_or_none()
    seq, previous = (last.seq + 1, last.hash) if last else (1, _FIRST)
    row = {"seq": seq, "at": now, "staff_id": staff_id, "deed": deed, "subject": subject, "detail": detail}
    fingerprint = _fingerprint(seq, now, staff_id, deed, subject, detail, previous)
    witness = tx.seals.witness(fingerprint)
    tx.execute(insert(audit).values(**row, previous=previous, hash=fingerprint, witness=witness, forget_at=now + KEPT))


def read(tx: Tx, staff_id: int, case_id: int, *, now: datetime) -> None:
    """A colleague opened the words of a case."""
    write(tx, staff_id, "read_words", f"case:{case_id}", now=now)


def verify(connection: Connection, seals: Seals) -> int | None:
    """The number of the first row that was changed, moved or cut out; None when the chain is whole.

    The oldest rows are forgotten after two years; the chain then begins with the oldest row that is left. Whoever can
    write into the database could compute a chain anew, but not the witness of each row: that takes the key file. Only
    the oldest rows, of a version that wrote none, may lack it.
    """
    previous: str | None = None
    expected: int | None = None
    is_witnessed = False
    for row in connection.execute(select(audit).order_by(audit.c.seq)).yield_per(500):
        if expected is not None and (row.seq != expected or row.previous != previous):
            return int(row.seq)
        made = _fingerprint(row.seq, row.at, row.staff_id, row.deed, row.subject, row.detail, row.previous)
        if made != row.hash or (row.witness is None and is_witnessed):
            return int(row.seq)
        if row.witness is not None and not hmac.compare_digest(row.witness, seals.witness(row.hash)):
            return int(row.seq)
        is_witnessed = row.witness is not None
        previous, expected = row.hash, row.seq + 1
    return None


def _fingerprint(
    seq: int, at: datetime, staff_id: int | None, deed: str, subject: str, detail: str, previous: str
) -> str:
    parts = [seq, round(at.timestamp() * 1_000_000), staff_id, deed, subject, detail, previous]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
