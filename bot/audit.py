"""A chain of what colleagues did and read: each row carries the fingerprint of the one before it."""

import hashlib
import hmac
import json
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, insert, select, text, update

from bot.db import Tx
from bot.seals import Seals
from bot.tables import audit, audit_head

KEPT = timedelta(days=730)
READ_AGAIN = timedelta(minutes=15)
_FIRST = "0" * 64
_LOCK = 4_612  # any number, the same in every process


_LAST = select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)
_HEAD = select(audit_head.c.seq, audit_head.c.hash, audit_head.c.witness)
_ADD = insert(audit)
_MOVE = update(audit_head)
_ADOPTED = "head_adopted"


def write(tx: Tx, staff_id: int | None, deed: str, subject: str, detail: str = "", *, now: datetime) -> None:
    """Add one row to the chain. `subject` is like `case:4`; `detail` is a code. Never a name, never words."""
    if tx.is_postgresql:  # two writers must not both follow the same row
        tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    last, head = tx.execute(_LAST).one_or_none(), tx.execute(_HEAD).one_or_none()
    is_good = head is not None and hmac.compare_digest(head.witness, _head_witness(tx.seals, head.seq, head.hash))
    if head is not None and is_good and (last is None or head.seq > last.seq):
        last = head  # the newest rows are gone: the gap stays, and what is written now does not cover it up
    seq, previous = (last.seq + 1, last.hash) if last else (1, _FIRST)
    row = {"seq": seq, "at": now, "staff_id": staff_id, "deed": deed, "subject": subject, "detail": detail}
    fingerprint = _fingerprint(seq, now, staff_id, deed, subject, detail, previous)
    witness = tx.seals.witness(fingerprint)
    tx.execute(_ADD, {**row, "previous": previous, "hash": fingerprint, "witness": witness, "forget_at": now + KEPT})
    if is_good:
        tx.execute(_MOVE, {"seq": seq, "hash": fingerprint, "witness": _head_witness(tx.seals, seq, fingerprint)})


def adopt(tx: Tx, *, now: datetime) -> None:
    """From now on it is known where the chain ends. Once in its life: a second time, somebody took the end away."""
    if tx.execute(_HEAD).one_or_none() is not None:
        return
    write(tx, None, _ADOPTED, "audit", now=now)
    last = tx.execute(_LAST).one()
    row = {"id": 1, "seq": last.seq, "hash": last.hash, "witness": _head_witness(tx.seals, last.seq, last.hash)}
    tx.execute(insert(audit_head), row)


def newest(connection: Connection) -> int:
    """The number of the newest row, 0 if there is none."""
    row = connection.execute(_LAST).one_or_none()
    return int(row.seq) if row else 0


def _head_witness(seals: Seals, seq: int, fingerprint: str) -> str:
    return seals.witness(f"head:{seq}:{fingerprint}")


def read(tx: Tx, staff_id: int, case_id: int, deed: str = "read_words", *, now: datetime) -> None:
    """A colleague opened what is told of a person in a case; one visit is one row, however often the page looks."""
    mine = (audit.c.deed == deed, audit.c.subject == f"case:{case_id}", audit.c.staff_id == staff_id)
    lately = (audit.c.at > now - READ_AGAIN, audit.c.at <= now)  # a row of a clock that was ahead hides no reading
    if tx.execute(select(audit.c.seq).where(*mine, *lately).limit(1)).first() is None:
        write(tx, staff_id, deed, f"case:{case_id}", now=now)


def verify(connection: Connection, seals: Seals) -> int | None:
    """The number of the first row that was changed, moved or cut out, also at the end; None when the chain is whole.

    The oldest rows are forgotten after two years; the chain then begins with the oldest row that is left. Whoever can
    write into the database could compute a chain anew, but not the witness of each row: that takes the key file. Only
    the oldest rows, of a version that wrote none, may lack it.
    """
    previous: str | None = None
    expected: int | None = None
    is_witnessed, adoptions = False, 0
    head = connection.execute(_HEAD).one_or_none()
    for row in connection.execute(select(audit).order_by(audit.c.seq)).yield_per(500):
        adoptions += row.deed == _ADOPTED
        if adoptions > 1 or not _is_whole(row, previous, expected, seals, is_witnessed):
            return int(row.seq)
        if head is not None and row.seq == head.seq and row.hash != head.hash:
            return int(row.seq)
        is_witnessed = row.witness is not None
        previous, expected = row.hash, row.seq + 1
    after = expected or 1
    if head is None:
        return after if adoptions else None
    is_head = hmac.compare_digest(head.witness, _head_witness(seals, head.seq, head.hash))
    return None if is_head and head.seq < after else after


def _is_whole(
    row: Row[tuple[object, ...]], previous: str | None, expected: int | None, seals: Seals, is_witnessed: bool
) -> bool:
    """Whether a row is as it was written and follows the one before it."""
    if expected is not None and (row.seq != expected or row.previous != previous):
        return False
    made = _fingerprint(row.seq, row.at, row.staff_id, row.deed, row.subject, row.detail, row.previous)
    if made != row.hash or (row.witness is None and is_witnessed):
        return False
    return row.witness is None or hmac.compare_digest(row.witness, seals.witness(row.hash))


def _fingerprint(
    seq: int, at: datetime, staff_id: int | None, deed: str, subject: str, detail: str, previous: str
) -> str:
    parts = [seq, round(at.timestamp() * 1_000_000), staff_id, deed, subject, detail, previous]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
