"""A listing with everything that people write about it, in whatever state it is."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from directory.drafts import Draft, DraftProblem, Problem
from directory.listings import Friendly, written_attributes
from directory.places import PlaceKey, Tier
from directory.showing import Consent
from directory.tables import organisation, phone, place_of_service, service, service_need


class NotNow(Exception):
    """This cannot be done to the listing as it stands; `key` is the sentence that says why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class Known:
    """A listing as the form shows it."""

    id: str
    draft: Draft
    state: str
    revision: int
    is_demo: bool
    is_under_review: bool
    province: str
    friendly: "Friendly | None" = None
    merged_into: str | None = None
    is_hidden: bool = False
    consent: Consent | None = None
    service_id: str = ""


def look_up(connection: Connection, place_id: str) -> Known | None:
    """The listing with everything that can be written about it."""
    row = connection.execute(
        select(place_of_service, service.c.name, service.c.kind, organisation.c.name.label("owner"))
        .join(service, service.c.id == place_of_service.c.service_id)
        .join(organisation, organisation.c.id == service.c.organisation_id)
        .where(place_of_service.c.id == place_id)
    ).one_or_none()
    if row is None:
        return None
    mine = select(service_need.c.need).where(service_need.c.service_id == row.service_id)
    needs = connection.execute(mine.order_by(service_need.c.position)).scalars()
    numbers = select(phone.c.number).where(phone.c.place_id == place_id).order_by(phone.c.position)
    return of_row(row, needs, connection.execute(numbers).scalars())


def standing(connection: Connection, place_id: str) -> Known:
    """The same of a listing that must be there. Raises NotNow."""
    known = look_up(connection, place_id)
    if known is None:
        raise NotNow("listing.problem.unknown")
    return known


def refuse(found: tuple[Problem, ...]) -> None:
    """Raises DraftProblem, if there is any."""
    if found:
        raise DraftProblem(found)


def all_known(connection: Connection) -> Mapping[str, Known]:
    """What `look_up` says of each listing, by id; in three queries instead of four for each."""
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


def of_row(row: Any, needs: Iterable[str], numbers: Iterable[str]) -> Known:
    """The listing of a joined row of place, service and organisation (`name`, `kind`, `owner`)."""
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
