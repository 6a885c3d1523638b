"""Two listings of one place become one: the old id leads to the one that stays; both histories stay."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from directory.editing import NotNow
from directory.freshness import Age
from directory.shelf import SHOWN, aliases
from directory.tables import directory_audit, not_same, place_of_service
from directory.verification import age_of, note
from directory.wording import HCMC

MOST_STEPS = 20
__all__ = ["aliases", "keep_apart", "merge", "merged_into", "pairs_apart", "resolve", "undo"]


def merge(connection: Connection, gone: str, into: str, *, staff_id: int, now: datetime) -> None:
    """`gone` is not shown any more and leads to `into`.

    Raises NotNow: unknown, the same, merged already; or `gone` is shown and `into` is not, which would hide it; or not
    both are for everybody, for colleagues, or sealed: the old id of a shelter would lead to a street.
    """
    table = place_of_service.c
    rows = {row.id: row for row in connection.execute(select(place_of_service).where(table.id.in_((gone, into))))}
    if len(rows) != 2 or rows[gone].is_demo is not rows[into].is_demo:
        raise NotNow("listing.problem.unknown")
    if any(row.merged_into is not None for row in rows.values()):
        raise NotNow("listing.problem.not_now")
    if _is_for(rows[gone]) != _is_for(rows[into]):
        raise NotNow("listing.problem.merge_seen")
    if rows[gone].state in SHOWN and rows[into].state not in SHOWN:
        raise NotNow("listing.problem.not_now")
    mine = (table.id == gone, table.merged_into.is_(None), table.revision == rows[gone].revision)
    values = {"state": "withdrawn", "merged_into": into, "revision": table.revision + 1, "modified_at": now}
    if connection.execute(update(place_of_service).where(*mine).values(values)).rowcount != 1:
        raise NotNow("listing.problem.not_now")
    told: dict[str, object] = {"into": into, "was": rows[gone].state}
    note(connection, "merge", gone, staff_id=staff_id, now=now, after=told)
    note(connection, "merged_in", into, staff_id=staff_id, now=now, after={"from": gone})


def _is_for(row: Any) -> str:
    return "sealed" if row.is_sealed else str(row.visibility)


def undo(
    connection: Connection, gone: str, *, staff_id: int, fresh_days: Callable[[str], int], now: datetime
) -> None:
    """Two listings again, this one as it stood before, and as old as its checks are. Raises NotNow if it is not merged.

    If the one that stayed was taken down meanwhile, or this one agreed no more, it is down too: bringing it back takes
    somebody else, as always.
    """
    joined = connection.execute(
        select(directory_audit.c.after, directory_audit.c.seq)
        .where(directory_audit.c.place_id == gone, directory_audit.c.deed == "merge")
        .order_by(directory_audit.c.seq.desc())
        .limit(1)
    ).one_or_none()
    if joined is None:
        raise NotNow("listing.problem.not_now")
    last, table = joined.after, place_of_service.c
    stayed = select(table.state).where(table.id == resolve(connection, gone))
    is_over = connection.execute(stayed).scalar_one() == "withdrawn" or _said_no_since(connection, gone, joined.seq)
    is_down = last["was"] != "withdrawn" and is_over
    state = "withdrawn" if is_down else last["was"]
    values = {"state": state, "merged_into": None, "revision": table.revision + 1, "modified_at": now}
    told: dict[str, object] = {"state": state}
    if state in SHOWN:
        age = age_of(connection, gone, fresh_days, now.astimezone(HCMC).date())
        told = {"state": "stale" if age in (Age.OLD, Age.HIDDEN) else "published", "is_hidden": age is Age.HIDDEN}
        values |= {"state": told["state"], "hidden_at": now if age is Age.HIDDEN else None}
    mine = (table.id == gone, table.merged_into == last["into"])
    if connection.execute(update(place_of_service).where(*mine).values(values)).rowcount != 1:
        raise NotNow("listing.problem.not_now")
    note(connection, "unmerge", gone, staff_id=staff_id, now=now, after=told)
    if is_down:
        note(connection, "withdraw", gone, staff_id=staff_id, now=now)
    note(connection, "unmerged", last["into"], staff_id=staff_id, now=now, after={"from": gone})


def _said_no_since(connection: Connection, id: str, seq: int) -> bool:
    log = directory_audit.c
    mine = (log.place_id == id, log.deed == "consent_ended", log.seq > seq)
    return connection.execute(select(log.seq).where(*mine).limit(1)).first() is not None


def keep_apart(connection: Connection, one: str, other: str, *, staff_id: int, now: datetime) -> None:
    """These two look alike and are two: they are not put on the work list again."""
    first, second = sorted((one, other))
    known = select(not_same.c.first).where(not_same.c.first == first, not_same.c.second == second)
    if connection.execute(known).first() is not None:
        return
    with connection.begin_nested():
        try:
            connection.execute(insert(not_same).values(first=first, second=second, staff_id=staff_id, at=now))
        except IntegrityError:  # a colleague said so at the same moment
            return


def resolve(connection: Connection, id: str) -> str:
    """The id itself, or that of the listing that took over."""
    for _ in range(MOST_STEPS):
        into = connection.execute(
            select(place_of_service.c.merged_into).where(place_of_service.c.id == id)
        ).scalar_one_or_none()
        if into is None:
            return id
        id = into
    return id


def merged_into(connection: Connection, id: str) -> tuple[str, ...]:
    """The old ids that lead to this listing."""
    return tuple(sorted(old for old, new in aliases(connection).items() if new == id))


def pairs_apart(connection: Connection, ids: tuple[str, ...] | None = None) -> frozenset[tuple[str, str]]:
    """The pairs that somebody looked at and found to be two."""
    wanted = select(not_same.c.first, not_same.c.second)
    if ids is not None:
        wanted = wanted.where(or_(not_same.c.first.in_(ids), not_same.c.second.in_(ids)))
    return frozenset((row.first, row.second) for row in connection.execute(wanted))
