"""What everybody could read once and nobody is shown any more: its id and since when, nothing else of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, or_, select

from directory.tables import directory_audit, place_of_service

_BEGINS = ("publish", "import")
# The deeds that can show a listing to everybody, or end that.
_TURNS = (*_BEGINS, "propose", "save", "restore", "verify", "hide", "withdraw", "merge", "unmerge")
_SHOWN = ("published", "stale")


@dataclass(frozen=True, slots=True)
class Gone:
    """A listing that left the public eye: down, hidden for its age, merged, or for colleagues now. Why is not told."""

    id: str
    service_id: str
    at: datetime


def gone(connection: Connection, ids: Sequence[str] | None = None) -> Mapping[str, Gone]:
    """All of them, or those among `ids`. What was never shown to everybody is not among them."""
    table, log = place_of_service.c, directory_audit.c
    is_away = or_(table.state.not_in(_SHOWN), table.hidden_at.is_not(None), table.visibility == "staff")
    begun = select(log.place_id).where(log.deed.in_(_BEGINS), log.place_id == table.id).exists()
    away = select(table.id, table.service_id).where(is_away, begun)
    if ids is not None:
        away = away.where(table.id.in_(ids))
    of = {row.id: row.service_id for row in connection.execute(away)}
    found = {}
    for place_id, rows in _histories(connection, tuple(of)):
        if (at := _left(rows)) is not None:
            found[place_id] = Gone(place_id, of[place_id], at)
    return found


def _histories(connection: Connection, ids: Sequence[str]) -> Iterator[tuple[str, Iterator[Any]]]:
    log = directory_audit.c
    for start in range(0, len(ids), 500):  # a statement holds only so many names
        some = ids[start : start + 500]
        wanted = select(log.place_id, log.at, log.deed, log.after).where(log.place_id.in_(some), log.deed.in_(_TURNS))
        yield from groupby(connection.execute(wanted.order_by(log.place_id, log.seq)), key=lambda row: row.place_id)


def _left(rows: Iterator[Any]) -> datetime | None:
    """When it was last taken from the public eye; None if it was never in it."""
    is_up = is_hidden = is_for_staff = was_public = False
    left: datetime | None = None
    for row in rows:
        told: Mapping[str, Any] = row.after or {}
        match row.deed:
            case "propose" | "save":
                is_for_staff = bool(told.get("is_staff_only"))
            case "publish" | "import":
                is_up, is_hidden = True, False
            case "restore":
                is_up, is_hidden = True, bool(told.get("is_hidden"))
            case "verify":
                is_hidden = is_hidden and bool(told.get("is_hidden"))
            case "hide":
                is_hidden = True
            case "withdraw" | "merge":
                is_up = False
            case "unmerge":
                is_up, is_hidden = told.get("state") in _SHOWN, bool(told.get("is_hidden"))
        is_public = is_up and not is_hidden and not is_for_staff
        if was_public and not is_public:
            left = row.at
        was_public = is_public
    return left
