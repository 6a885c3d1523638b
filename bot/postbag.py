"""What this process may send just now: outbox rows claimed with leases, kept while in hand, put back, dropped."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, delete, false, or_, select, update

from bot.claims import FAST_CLOCK
from bot.db import Tx
from bot.outbox import LEASE, LONGEST_WAIT, Item, lease_of
from bot.tables import lane, outbox

OUTBOX = "outbox"  # the bell that says: something may be sent and whoever wrote it does not send
AT_MOST = 200  # rows claimed in one deed


def item(row: Any) -> Item:
    recipient = ("lane", row.lane_id) if row.lane_id is not None else ("staff", row.staff_id)
    names = ("id", "key", "generation", "case_id", "purpose", "urgent", "attempts", "key_id", "sealed")
    told = {name: getattr(row, name) for name in names}
    return Item(recipient=recipient, is_last=row.last, leased_until=row.lease_until, **told)


def _is_over(moment: ColumnElement[Any], now: datetime, longest: timedelta) -> ColumnElement[bool]:
    """Past; or further ahead than anybody is ever made to wait: whoever wrote that down had a fast clock."""
    return or_(moment <= now, moment > now + longest + FAST_CLOCK)


def _is_behind(owner: str, now: datetime) -> ColumnElement[bool]:
    """An older message to the same lane waits for its next attempt, or is on its way in another process.

    An older one that is due itself does not count: it is claimed in the same breath.
    """
    older = outbox.alias("older")
    waits = and_(older.c.state == "pending", ~_is_over(older.c.next_at, now, LONGEST_WAIT))
    elsewhere = and_(
        older.c.state == "leased", older.c.lease_owner != owner, ~_is_over(older.c.lease_until, now, LEASE)
    )
    same = (older.c.lane_id == outbox.c.lane_id, older.c.id < outbox.c.id)
    return select(older.c.id).where(*same, or_(waits, elsewhere)).exists()


def _has_door(doors: Iterable[tuple[str, str]]) -> ColumnElement[bool]:
    """To a colleague, or to a person on a network this process has in its settings."""
    known = or_(false(), *(and_(lane.c.channel == name, lane.c.account == account) for name, account in doors))
    return or_(outbox.c.lane_id.is_(None), select(lane.c.id).where(lane.c.id == outbox.c.lane_id, known).exists())


def claim(tx: Tx, *, now: datetime, doors: Iterable[tuple[str, str]], limit: int = AT_MOST) -> list[Item]:
    """Lease what is due or abandoned to this process: alarms first, then by age, only the head of each line.

    What goes to a network that this process does not have waits for one that does.

    What another process had in its hands when it died may have been sent: it counts as tried, so that the
    recipient sees that it may be a repetition.
    """
    abandoned = and_(outbox.c.state == "leased", _is_over(outbox.c.lease_until, now, LEASE))
    is_due = or_(and_(outbox.c.state == "pending", _is_over(outbox.c.next_at, now, LONGEST_WAIT)), abandoned)
    ready = select(outbox).where(is_due, ~_is_behind(tx.owner, now), _has_door(doors))
    wanted = ready.order_by(outbox.c.urgent.desc(), outbox.c.id).limit(limit)
    if tx.is_postgresql:
        wanted = _of_free_lanes(tx, wanted).with_for_update(skip_locked=True)
    rows = tx.execute(wanted).all()
    items: list[Item] = []
    for urgent in (True, False):
        for was_leased in (True, False):
            some = [row for row in rows if row.urgent is urgent and (row.state == "leased") is was_leased]
            items += _lease(tx, some, now + lease_of(urgent), repeats=was_leased)
    return sorted(items, key=lambda one: one.id)


def _of_free_lanes(tx: Tx, wanted: Select[Any]) -> Select[Any]:
    """The lanes are locked first, so that no two processes share one person's line between them."""
    seen = set(tx.execute(wanted.with_only_columns(outbox.c.lane_id)).scalars()) - {None}
    locked = select(lane.c.id).where(lane.c.id.in_(seen)).order_by(lane.c.id)
    free = tx.execute(locked.with_for_update(skip_locked=True, key_share=True)).scalars().all()
    return wanted.where(or_(outbox.c.lane_id.is_(None), outbox.c.lane_id.in_(free)))


def _lease(tx: Tx, rows: Sequence[Any], until: datetime, *, repeats: bool) -> list[Item]:
    if not rows:
        return []
    values: dict[str, object] = {"state": "leased", "lease_owner": tx.owner, "lease_until": until}
    if repeats:
        values["attempts"] = outbox.c.attempts + 1
    mine = update(outbox).where(outbox.c.id.in_([row.id for row in rows])).values(values)
    return [item(row) for row in tx.execute(mine.returning(outbox))]


def renew(tx: Tx, items: Iterable[Item], *, now: datetime) -> frozenset[int]:
    """What waits here in a long line is still in hand: nobody else may send it meanwhile. Returns what really is."""
    ours: set[int] = set()
    for urgent in (True, False):
        if ids := [one.id for one in items if one.urgent is urgent]:
            mine = (outbox.c.id.in_(ids), outbox.c.lease_owner == tx.owner)
            longer = update(outbox).where(*mine).values(lease_until=now + lease_of(urgent))
            ours.update(tx.execute(longer.returning(outbox.c.id)).scalars())
    return frozenset(ours)


def holder(connection: Connection, row_id: int) -> tuple[str | None, datetime | None]:
    """In whose hands a row is, and until when; (None, None): in nobody's, or it is gone."""
    row = connection.execute(_HOLDER, {"which": row_id}).one_or_none()
    return (row.lease_owner, row.lease_until) if row is not None else (None, None)


def postpone(tx: Tx, ids: list[int], until: datetime, *, counts: bool = True) -> None:
    """Put rows of this process back for a later attempt; `counts`: this was one."""
    if not ids:
        return
    values: dict[str, object] = {"state": "pending", "lease_owner": None, "lease_until": None, "next_at": until}
    if counts:
        values["attempts"] = outbox.c.attempts + 1
    mine = (outbox.c.id.in_(ids), outbox.c.lease_owner == tx.owner)
    tx.execute(update(outbox).where(*mine).values(values))


def release(tx: Tx, *, counts: bool = False, owner: str | None = None) -> None:
    """Give rows back at once, all or those of one process. `counts`: they may have been sent."""
    wanted = outbox.c.state == "leased"
    if owner is not None:
        wanted = and_(wanted, outbox.c.lease_owner == owner)
    values: dict[str, object] = {"state": "pending", "lease_owner": None, "lease_until": None}
    if counts:
        values["attempts"] = outbox.c.attempts + 1
    if tx.execute(update(outbox).where(wanted).values(values)).rowcount:
        tx.ring(OUTBOX)


def fail(tx: Tx, row_id: int, now: datetime) -> None:
    """Given up, and kept so that whoever wrote it sees that."""
    tx.execute(update(outbox).where(outbox.c.id == row_id).values(state="failed", lease_owner=None, next_at=now))


def remove(tx: Tx, row_id: int) -> None:
    """Sent, outdated or given up: the row goes."""
    tx.execute(_REMOVE, {"gone": row_id})


def remove_all(tx: Tx, row_ids: Sequence[int]) -> None:
    """The same of many."""
    tx.execute(_REMOVE_ALL, {"gone": list(row_ids)})


_HOLDER = select(outbox.c.lease_owner, outbox.c.lease_until).where(outbox.c.id == bindparam("which"))
_REMOVE = delete(outbox).where(outbox.c.id == bindparam("gone"))
_REMOVE_ALL = delete(outbox).where(outbox.c.id.in_(bindparam("gone", expanding=True)))


def show_how_far(tx: Tx, item: Item) -> None:
    """A colleague's page of the case marks how far the words have come."""
    if item.purpose == "relay" and item.case_id is not None:
        tx.ring(f"case:{item.case_id}")
