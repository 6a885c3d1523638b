"""A chain of what colleagues did and read: each row carries a keyed fingerprint that holds the one before it.

The key lies outside the database: whoever can write to the database alone cannot make a chain that fits.
"""

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
    fingerprint = _fingerprint(tx.seals, seq, now, staff_id, deed, subject, detail, previous)
    tx.execute(insert(audit).values(**row, previous=previous, hash=fingerprint, forget_at=now + KEPT))


def read(tx: Tx, staff_id: int, case_id: int, *, now: datetime) -> None:
    """A colleague opened the words of a case."""
    write(tx, staff_id, "read_words", f"case:{case_id}", now=now)


def verify(connection: Connection, seals: Seals) -> int | None:
    """The number of the first row that was changed, moved or cut out; None when the chain is whole.

    The oldest rows are forgotten after two years; the chain then begins with the oldest row that is left.
    """
    previous: str | None = None
    expected: int | None = None
    for row in connection.execute(select(audit).order_by(audit.c.seq)).yield_per(500):
        if expected is not None and (row.seq != expected or row.previous != previous):
            return int(row.seq)
        made = _fingerprint(seals, row.seq, row.at, row.staff_id, row.deed, row.subject, row.detail, row.previous)
        if not hmac.compare_digest(made, row.hash):
            return int(row.seq)
        previous, expected = row.hash, row.seq + 1
    return None


def _fingerprint(
    seals: Seals, seq: int, at: datetime, staff_id: int | None, deed: str, subject: str, detail: str, previous: str
) -> str:
    parts = [seq, round(at.timestamp() * 1_000_000), staff_id, deed, subject, detail, previous]
    return seals.handle("audit", json.dumps(parts, ensure_ascii=False))
