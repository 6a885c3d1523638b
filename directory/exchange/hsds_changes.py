"""The history of what is shown, as HSDS tells changes: the field, before and after, and a role, never a person."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select

from directory.exchange.hsds_names import name
from directory.exchange.leaving import shown
from directory.places import PlaceKey, Tier
from directory.sealing import telling
from directory.tables import directory_audit

# Only these fields are told; of a place that is or was sealed not where it is. Inner notes never.
_TOLD = frozenset(
    {
        "service", "organisation", "kind", "needs", "place", "street", "directions", "point", "is_sealed", "hours",
        "phones", "reception", "price", "papers", "audience", "languages", "attributes",
    }
)  # fmt: skip
_HIDDEN = frozenset({"place", "street", "directions", "point"})
_EMPTY = "-"  # HSDS demands a value before and after


def changes(connection: Connection) -> Iterator[dict[str, Any]]:
    """One object for each field that somebody changed in a listing shown now, oldest first."""
    known = {one.id: one for one in shown(connection)}
    wanted = select(directory_audit).where(directory_audit.c.deed == "save").order_by(directory_audit.c.seq)
    for row in connection.execute(wanted):
        if row.place_id not in known or not row.before or not row.after:
            continue
        if row.before.get("is_staff_only") or row.after.get("is_staff_only"):
            continue  # written while it was for colleagues only
        was_sealed = known[row.place_id].is_sealed or row.before.get("is_sealed") or row.after.get("is_sealed")
        for field in sorted(_TOLD - _HIDDEN if was_sealed else _TOLD):
            before, after = row.before.get(field, ""), row.after.get(field, "")
            if before != after:
                if was_sealed and _tells(field, (before, after), {known[row.place_id].place, *_places(row)}):
                    continue
                yield {
                    "id": name("change", str(row.seq), field),
                    "resource_id": row.place_id,
                    "resource_type": "service_at_location",
                    "last_action_date": row.at.date().isoformat(),
                    "last_action_type": "update",
                    "field_name": field,
                    "previous_value": _told(before),
                    "replacement_value": _told(after),
                    "updated_by": _by(row),
                }


def _places(row: Any) -> Iterator[PlaceKey]:
    for told in (row.before, row.after):
        if place := told.get("place"):
            yield PlaceKey(Tier(place[0]), str(place[1]))


def _tells(field: str, values: tuple[Any, Any], places: set[PlaceKey]) -> bool:
    """Whether one of the two tells where a place is that lies, or lay, there."""
    is_name = field in ("service", "organisation")
    return any(telling(_told(value), place, is_name=is_name) for value in values for place in places)


def _by(row: Any) -> str:
    """The role in which it was made, never who; and that it came with a file, if it did."""
    role = row.role or ("" if row.staff_id is None else "colleague")
    return ", ".join(one for one in (role, "import" if row.source == "import" or not role else "") if one)


def _told(value: Any) -> str:
    if isinstance(value, Mapping):
        value = [f"{key}: {text}" for key, text in value.items()]
    if isinstance(value, list):
        value = "; ".join(str(one) for one in value)
    return _EMPTY if value in (None, "") else str(value)
