"""What this process may send just now: outbox rows claimed with leases, kept while in hand, put back, dropped."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, false, or_, select, update
from sqlalchemy.sql import Executable

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


# Statements are built once: looking for what is due is a fifth of the work of building the question.
_moment = outbox.c.next_at.type


def _is_over(moment: ColumnElement[Any], far: str) -> ColumnElement[bool]:
    """Past; or further ahead than anybody is ever made to wait: whoever wrote that down had a fast clock."""
    return or_(moment <= bindparam("at_once", type_=_moment), moment > bindparam(far, type_=_moment))


def _is_behind() -> ColumnElement[bool]:
    """An older message to the same lane waits for its next attempt, or is on its way in another process.

    An older one that is due itself does not count: it is claimed in the same breath.
    """
    older = outbox.alias("older")
    waits = and_(older.c.state == "pending", ~_is_over(older.c.next_at, "far_attempt"))
    elsewhere = and_(
        older.c.state == "leased", older.c.lease_owner != bindparam("me"), ~_is_over(older.c.lease_until, "far_lease")
    )
    same = (older.c.lane_id == outbox.c.lane_id, older.c.id < outbox.c.id)
    return select(older.c.id).where(*same, or_(waits, elsewhere)).exists()


def _has_door(doors: Iterable[tuple[str, str]]) -> ColumnElement[bool]:
    """To a colleague, or to a person on a network this process has in its settings."""
    known = or_(false(), *(and_(lane.c.channel == name, lane.c.account == account) for name, account in doors))
    return or_(outbox.c.lane_id.is_(None), select(lane.c.id).where(lane.c.id == outbox.c.lane_id, known).exists())


class _Due(NamedTuple):
    """What is due or abandoned, and on PostgreSQL: its lanes, and only what is of these lanes."""

    all: Executable
    lanes: Executable
    of_lanes: Executable


@cache
def _due(doors: tuple[tuple[str, str], ...]) -> _Due:
    abandoned = and_(outbox.c.state == "leased", _is_over(outbox.c.lease_until, "far_lease"))
    is_due = or_(and_(outbox.c.state == "pending", _is_over(outbox.c.next_at, "far_attempt")), abandoned)
    ready = select(outbox).where(is_due, ~_is_behind(), _has_door(doors))
    wanted = ready.order_by(outbox.c.urgent.desc(), outbox.c.id).limit(AT_MOST)
    free = or_(outbox.c.lane_id.is_(None), outbox.c.lane_id.in_(bindparam("free", expanding=True)))
    locked = wanted.where(free).with_for_update(skip_locked=True)
    return _Due(wanted, wanted.with_only_columns(outbox.c.lane_id), locked)


def claim(tx: Tx, *, now: datetime, doors: Iterable[tuple[str, str]]) -> list[Item]:
    """Lease what is due or abandoned to this process: alarms first, then by age, only the head of each line.

    What goes to a network that this process does not have waits for one that does.

    What another process had in its hands when it died may have been sent: it counts as tried, so that the
    recipient sees that it may be a repetition.
    """
    due = _due(tuple(doors))
    told = {"at_once": now, "me": tx.owner}
    told |= {"far_attempt": now + LONGEST_WAIT + FAST_CLOCK, "far_lease": now + LEASE + FAST_CLOCK}
    if not tx.is_postgresql:
        rows = tx.execute(due.all, told).all()
    elif lanes := set(tx.execute(due.lanes, told).scalars()):
        rows = tx.execute(due.of_lanes, {**told, "free": _free_lanes(tx, lanes - {None})}).all()
    else:
        return []
    items: list[Item] = []
    for urgent in (True, False):
        for was_leased in (True, False):
            some = [row for row in rows if row.urgent is urgent and (row.state == "leased") is was_leased]
            items += _lease(tx, some, now + lease_of(urgent), repeats=was_leased)
    return sorted(items, key=lambda one: one.id)


def _free_lanes(tx: Tx, seen: Collection[int]) -> list[int]:
    """The lanes are locked first, so that no two processes share one person's line between them."""
    return list(tx.execute(_LOCK_LANES, {"seen": list(seen)}).scalars()) if seen else []


def _lease(tx: Tx, rows: Sequence[Any], until: datetime, *, repeats: bool) -> list[Item]:
    if not rows:
        return []
    told = {"which": [row.id for row in rows], "me": tx.owner, "until": until, "more": int(repeats)}
    return [item(row) for row in tx.execute(_LEASE, told)]


def renew(tx: Tx, items: Iterable[Item], *, now: datetime) -> frozenset[int]:
    """What waits here in a long line is still in hand: nobody else may send it meanwhile. Returns what really is."""
    ours: set[int] = set()
    for urgent in (True, False):
        if ids := [one.id for one in items if one.urgent is urgent]:
            told = {"which": ids, "me": tx.owner, "until": now + lease_of(urgent)}
            ours.update(tx.execute(_RENEW, told).scalars())
    return frozenset(ours)


def holder(connection: Connection, row_id: int) -> tuple[str | None, datetime | None]:
    """In whose hands a row is, and until when; (None, None): in nobody's, or it is gone."""
    row = connection.execute(_HOLDER, {"which": row_id}).one_or_none()
    return (row.lease_owner, row.lease_until) if row is not None else (None, None)


def postpone(tx: Tx, ids: list[int], until: datetime, *, counts: bool = True) -> None:
    """Put rows of this process back for a later attempt; `counts`: this was one."""
    if ids:
        tx.execute(_POSTPONE, {"which": ids, "me": tx.owner, "until": until, "more": int(counts)})


def release(tx: Tx, *, counts: bool = False, owner: str | None = None) -> None:
    """Give rows back at once, all or those of one process. `counts`: they may have been sent."""
    told: dict[str, object] = {"more": int(counts)} | ({} if owner is None else {"me": owner})
    if tx.execute(_RELEASE if owner is None else _RELEASE_MINE, told).rowcount:
        tx.ring(OUTBOX)


def fail(tx: Tx, row_id: int, now: datetime) -> None:
    """Given up, and kept so that whoever wrote it sees that."""
    tx.execute(update(outbox).where(outbox.c.id == row_id).values(state="failed", lease_owner=None, next_at=now))


def remove(tx: Tx, row_id: int) -> None:
    """Sent, outdated or given up: the row goes."""
    tx.tell(_REMOVE, {"gone": row_id})


def remove_all(tx: Tx, row_ids: Sequence[int]) -> None:
    """The same of many."""
    tx.tell(_REMOVE_ALL, {"gone": list(row_ids)})


_HOLDER = select(outbox.c.lease_owner, outbox.c.lease_until).where(outbox.c.id == bindparam("which"))
_which, _mine = outbox.c.id.in_(bindparam("which", expanding=True)), outbox.c.lease_owner == bindparam("me")
_until = bindparam("until", type_=_moment)
_attempts = outbox.c.attempts + bindparam("more", type_=outbox.c.attempts.type)
_IN_NO_HANDS = {"state": "pending", "lease_owner": None, "lease_until": None, "attempts": _attempts}
_LEASE = (
    update(outbox)
    .where(_which)
    .values(state="leased", lease_owner=bindparam("me"), lease_until=_until, attempts=_attempts)
    .returning(outbox)
)
_RENEW = update(outbox).where(_which, _mine).values(lease_until=_until).returning(outbox.c.id)
_POSTPONE = update(outbox).where(_which, _mine).values(next_at=_until, **_IN_NO_HANDS)
_RELEASE = update(outbox).where(outbox.c.state == "leased").values(_IN_NO_HANDS)
_RELEASE_MINE = _RELEASE.where(_mine)
_LOCK_LANES = (
    select(lane.c.id)
    .where(lane.c.id.in_(bindparam("seen", expanding=True)))
    .order_by(lane.c.id)
    .with_for_update(skip_locked=True, key_share=True)
)
_REMOVE = delete(outbox).where(outbox.c.id == bindparam("gone"))
_REMOVE_ALL = delete(outbox).where(outbox.c.id.in_(bindparam("gone", expanding=True)))


def show_how_far(tx: Tx, item: Item) -> None:
    """A colleague's page of the case marks how far the words have come."""
    if item.purpose == "relay" and item.case_id is not None:
        tx.ring(f"case:{item.case_id}")
