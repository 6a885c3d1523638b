"""Rows of a file that are places of one service: what they say of the service has to be the same."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from directory.drafts import Draft
from directory.editing import Known, shared
from directory.exchange.rows import Row, Trouble, tidy

_KEY = "console.import.problem.one_service"


def service_of(everyone: Mapping[str, Known], row: Row) -> str:
    """The service of which a row is a place: the one it belongs to here, else the one its file names."""
    return everyone[row.id].service_id if row.id in everyone else row.service_id


def contradictions(everyone: Mapping[str, Known], rows: Sequence[Row]) -> Mapping[int, Trouble]:
    """By row, where two rows of one service name it, its organisation, its kind or its needs otherwise."""
    by_service: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if of := service_of(everyone, row):
            by_service[of].append(row)
    found: dict[int, Trouble] = {}
    for many in by_service.values():
        for field in shared(many[0].draft):
            if len({_plain(row.draft, field) for row in many}) > 1:
                numbers = ", ".join(str(row.number) for row in many)
                says = f"rows {numbers} are places of one service and say different things of it"
                for row in many:
                    found.setdefault(row.number, Trouble(row.number, field, says, key=_KEY, what=numbers))
    return found


def reached(everyone: Mapping[str, Known], rows: Iterable[Row]) -> Mapping[int, tuple[Known, ...]]:
    """By row, the other places of its service that would change with it."""
    places: defaultdict[str, list[Known]] = defaultdict(list)
    for known in everyone.values():
        places[known.service_id].append(known)
    found = {}
    for row in rows:
        others = places[of] if (of := service_of(everyone, row)) else []
        moved = tuple(one for one in others if one.id != row.id and shared(one.draft) != shared(row.draft))
        if moved:
            found[row.number] = moved
    return found


def beside(everyone: Mapping[str, Known], row: Row) -> tuple[Known, ...]:
    """The places of the service to which a row adds a new one: whoever may change none of them adds no place."""
    if not row.service_id or row.id in everyone:
        return ()
    return tuple(one for one in everyone.values() if one.service_id == row.service_id)


def _plain(draft: Draft, field: str) -> Any:
    value = shared(draft)[field]
    return tidy(value) if isinstance(value, str) else value
