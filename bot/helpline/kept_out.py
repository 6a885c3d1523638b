"""Lets a block outlive "xoá hết": a token with a key of its own, which says nothing until the same account writes."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy import bindparam, delete, insert, select

from bot.db import Tx
from bot.keystore import KeyDestroyed
from bot.seals import KeyId
from bot.tables import block, kept_out

Name = Callable[[KeyId], str]
"""The name of an account under this key: the same for the same account, and nobody else can make it."""

_CARRIED = ("hours", "asked_by", "confirmed_by", "until", "card_at", "at")
_RUNNING = select(kept_out).where(kept_out.c.until > bindparam("now", type_=kept_out.c.until.type))


def stay(tx: Tx, lane_id: int, name: Name, *, now: datetime) -> None:
    """The longest of what keeps this pseudonym out is remembered until it ends; call before the rows of the lane go.

    What still waits for a second person is not: that person would have to decide without the words.
    """
    mine = select(block).where(block.c.lane_id == lane_id, block.c.until > now)
    row = tx.execute(mine.order_by(block.c.until.desc(), block.c.id).limit(1)).one_or_none()
    if row is None:
        return
    key_id = tx.seals.new_key()
    carried = {field: getattr(row, field) for field in _CARRIED}
    tx.execute(insert(kept_out).values(token=name(key_id), key_id=key_id, forget_at=row.until, **carried))


def is_anybody(tx: Tx, now: datetime) -> bool:
    """Whether there is anybody to recognise at all; there hardly ever is."""
    return tx.execute(_RUNNING.with_only_columns(kept_out.c.token).limit(1), {"now": now}).first() is not None


def recognise(tx: Tx, lane_id: int, name: Name, *, now: datetime) -> None:
    """Somebody begins anew. If this account was kept out, it still is, until it would have ended; the token goes."""
    for row in tx.execute(_RUNNING, {"now": now}).all():
        key_id = KeyId(row.key_id)
        try:
            is_same = name(key_id) == row.token
        except KeyDestroyed:  # the key store was lost: nobody can be recognised by this one
            continue
        if not is_same:
            continue
        carried = {field: getattr(row, field) for field in _CARRIED}
        tx.execute(insert(block).values(lane_id=lane_id, forget_at=row.forget_at, **carried))
        tx.execute(delete(kept_out).where(kept_out.c.token == row.token))
        tx.after_commit(partial(tx.seals.keys.destroy, [key_id]))
