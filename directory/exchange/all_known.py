"""Every listing in whatever state, read in three queries instead of four for each."""

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import Connection, select

from directory.known import Known, of_row
from directory.tables import organisation, phone, place_of_service, service, service_need


def all_known(connection: Connection) -> Mapping[str, Known]:
    """What `editing.look_up` says of each, by id."""
    needs: defaultdict[str, list[str]] = defaultdict(list)
    for one in connection.execute(select(service_need).order_by(service_need.c.position)):
        needs[one.service_id].append(one.need)
    numbers: defaultdict[str, list[str]] = defaultdict(list)
    for one in connection.execute(select(phone).order_by(phone.c.position)):
        numbers[one.place_id].append(one.number)
    wanted = (
        select(place_of_service, service.c.name, service.c.kind, organisation.c.name.label("owner"))
        .join(service, service.c.id == place_of_service.c.service_id)
        .join(organisation, organisation.c.id == service.c.organisation_id)
        .order_by(place_of_service.c.id)
    )
    rows = connection.execute(wanted)
    return {row.id: of_row(row, needs.get(row.service_id, ()), numbers.get(row.id, ())) for row in rows}
