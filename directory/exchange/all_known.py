"""Every listing in whatever state, read in three queries instead of four for each."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from directory.drafts import Draft
from directory.editing import Known
from directory.listings import Friendly, written_attributes
from directory.places import PlaceKey, Tier
from directory.showing import Consent
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
    return {row.id: _known(row, needs.get(row.service_id, ()), numbers.get(row.id, ())) for row in rows}


def _known(row: Any, needs: Any, numbers: Any) -> Known:
    draft = Draft(
        organisation=row.owner,
        service=row.name,
        kind=row.kind,
        needs=tuple(needs),
        place=PlaceKey(Tier(row.place_tier), row.place_code),
        street=row.street or "",
        directions=row.directions,
        is_sealed=row.is_sealed,
        is_staff_only=row.visibility == "staff",
        point=f"{row.lat}, {row.lon}" if row.lat and row.lon else "",
        hours=None if row.hours is None else tuple(row.hours),
        phones=tuple(numbers),
        reception=row.reception,
        price=row.price,
        papers=row.papers,
        audience=tuple(row.audience),
        languages=tuple(row.languages),
        attributes=written_attributes(row.attributes),
        source=row.source,
    )
    under_review = row.under_review_at is not None
    friendly = Friendly(row.friendly_why, row.friendly_on) if row.friendly_why else None
    consent = Consent(row.consent_how, row.consent_on) if row.consent_on else None
    marks = (friendly, row.merged_into, row.hidden_at is not None, consent, row.service_id)
    return Known(row.id, draft, row.state, row.revision, row.is_demo, under_review, row.province, *marks)
