"""What people write about a listing, as rows of the tables."""

from typing import Any

from sqlalchemy import Connection, delete, insert

from directory import places, points
from directory.drafts import Draft
from directory.listings import written_attributes
from directory.tables import phone, service_need


def columns(draft: Draft) -> dict[str, Any]:
    """The columns of its place of service."""
    assert draft.place is not None
    lat, _, lon = points.tidied(draft.point).partition(", ")
    return {
        "lat": lat or None,
        "lon": lon or None,
        "visibility": draft.visibility,
        "place_tier": str(draft.place.tier),
        "place_code": draft.place.code,
        "province": places.province_of(draft.place),
        "street": draft.street or None,
        "directions": draft.directions,
        "is_sealed": draft.is_sealed,
        "hours": None if draft.hours is None else list(draft.hours),
        "reception": dict(draft.reception),
        "price": dict(draft.price),
        "papers": dict(draft.papers),
        "audience": list(draft.audience),
        "languages": list(draft.languages),
        "attributes": list(written_attributes(draft.attributes)),
        "source": draft.source,
    }


def put_lists(connection: Connection, place_id: str, service_id: str, draft: Draft) -> None:
    """Its needs and phones, in their order, instead of those that stood there."""
    connection.execute(delete(service_need).where(service_need.c.service_id == service_id))
    for position, need in enumerate(dict.fromkeys(draft.needs)):
        connection.execute(insert(service_need).values(service_id=service_id, need=need, position=position))
    connection.execute(delete(phone).where(phone.c.place_id == place_id))
    for position, number in enumerate(dict.fromkeys(draft.phones)):
        connection.execute(insert(phone).values(place_id=place_id, number=number, position=position))
