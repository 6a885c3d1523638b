"""Whether a listing looks like one that was taken down: a takedown is not undone by writing the place down anew."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from directory import duplicates, places
from directory.duplicates import Entry
from directory.known import Known
from directory.places import PlaceKey, Tier
from directory.tables import organisation, phone, place_of_service, service


def taken_down(connection: Connection, known: Known) -> tuple[str, ...]:
    """The listings that are down and may be the same place, by id."""
    assert known.draft.place is not None
    draft, place = known.draft, known.draft.place
    me = Entry(
        known.id, draft.service, draft.organisation, draft.kind, place, known.province, draft.phones, known.service_id
    )
    return tuple(one.id for one in _down(connection, known) if _is_same(me, one))


def _is_same(one: Entry, other: Entry) -> bool:
    """Two places of one service are two, unless they lie in the same unit."""
    if one.service_id == other.service_id:
        is_there = places.communes_of(one.place) & places.communes_of(other.place)
        return one.place == other.place or bool(is_there)
    return duplicates.compare(one, other) is not None


def _down(connection: Connection, known: Known) -> Iterator[Entry]:
    """What was taken down, not what went into another."""
    table = place_of_service.c
    wanted = (
        select(place_of_service, service.c.name, service.c.kind, organisation.c.name.label("owner"))
        .join(service, service.c.id == table.service_id)
        .join(organisation, organisation.c.id == service.c.organisation_id)
        .where(table.state == "withdrawn", table.merged_into.is_(None), table.is_demo == known.is_demo)
        .where(table.id != known.id)
        .order_by(table.id)
    )
    rows = list(connection.execute(wanted))
    numbers: dict[str, list[str]] = {}
    of = select(phone).where(phone.c.place_id.in_([row.id for row in rows])).order_by(phone.c.position)
    for row in connection.execute(of):
        numbers.setdefault(row.place_id, []).append(row.number)
    for row in rows:
        place = PlaceKey(Tier(row.place_tier), row.place_code)
        phones = tuple(numbers.get(row.id, ()))
        yield Entry(row.id, row.name, row.owner, row.kind, place, row.province, phones, row.service_id)
