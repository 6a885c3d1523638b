"""Due work is a row: what has to happen, to what, and when. The clockwork runs it; a restart loses nothing."""

from datetime import datetime
from functools import cache

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.sql import Executable

from bot.db import Tx
from bot.tables import timer


def set_timer(tx: Tx, kind: str, subject_id: int, *, due_at: datetime) -> None:
    """Have `kind` done to `subject_id` at `due_at`; an earlier wish of the same kind is replaced."""
    tx.execute(_setting(tx.is_postgresql), {"kind": kind, "subject_id": subject_id, "due_at": due_at})


@cache
def _setting(is_postgresql: bool) -> Executable:
    row = (pg_insert if is_postgresql else sqlite_insert)(timer)
    fresh = {"due_at": row.excluded.due_at, "attempts": 0, "lease_owner": None, "lease_until": None}
    return row.on_conflict_do_update(index_elements=[timer.c.kind, timer.c.subject_id], set_=fresh)


def clear_timer(tx: Tx, kind: str, subject_id: int) -> None:
    """This need not happen any more."""
    tx.execute(_CLEAR, {"what": kind, "whose": subject_id})


def due_at(tx: Tx, kind: str, subject_id: int) -> datetime | None:
    """When it is due, or None if nothing is planned."""
    return tx.execute(_DUE_AT, {"what": kind, "whose": subject_id}).scalar_one_or_none()


_ONE = (timer.c.kind == bindparam("what"), timer.c.subject_id == bindparam("whose"))
_CLEAR = delete(timer).where(*_ONE)
_DUE_AT = select(timer.c.due_at).where(*_ONE)
