"""Who offers a service: an organisation stays the same one for other programs when it is called otherwise."""

import uuid
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from directory.tables import organisation, place_of_service, service


def owner_of(connection: Connection, name: str, is_demo: bool, *, came_from: str | None = None) -> str:
    """The id of the organisation of this name, written down if it is new."""
    if (found := _named(connection, name, is_demo)) is not None:
        return found
    new_id = str(uuid.uuid4())
    taken = select(organisation.c.id).where(organisation.c.known_by == name).limit(1)
    is_taken = connection.execute(taken).first() is not None  # another one was called so before
    told = {"name": name, "is_demo": is_demo, "known_by": new_id if is_taken else None, "came_from": came_from}
    connection.execute(insert(organisation).values(id=new_id, **told))
    return new_id


def owner_after(connection: Connection, service_id: str, name: str, is_demo: bool, *, now: datetime) -> str:
    """The id of whoever offers a service that is now said to be of the organisation of this name.

    The last service of one that goes over to a name which is new, or which began with another service of the same,
    takes the organisation along: it was called otherwise, and nothing else.
    """
    mine = select(service.c.organisation_id).where(service.c.id == service_id)
    old = str(connection.execute(mine).scalar_one())
    row = connection.execute(select(organisation.c.name, organisation.c.known_by).where(organisation.c.id == old)).one()
    if row.name == name:
        return old
    others = select(func.count()).where(service.c.organisation_id == old, service.c.id != service_id)
    if connection.execute(others).scalar_one():
        return owner_of(connection, name, is_demo, came_from=old)
    there = _named(connection, name, is_demo)
    if there is not None and not _began_with(connection, there, old):
        return there
    if there is not None:
        _take_back(connection, there, old, now)
    told = {"name": name, "known_by": row.known_by or row.name}
    connection.execute(update(organisation).where(organisation.c.id == old).values(told))
    return old


def _named(connection: Connection, name: str, is_demo: bool) -> str | None:
    mine = (organisation.c.name == name, organisation.c.is_demo == is_demo)
    found = connection.execute(select(organisation.c.id).where(*mine).limit(1)).scalar_one_or_none()
    return None if found is None else str(found)


def _began_with(connection: Connection, id: str, other: str) -> bool:
    began = select(organisation.c.came_from).where(organisation.c.id == id)
    return bool(connection.execute(began).scalar_one() == other)


def _take_back(connection: Connection, id: str, old: str, now: datetime) -> None:
    """All services of one are of the other. They are told otherwise than before, so they have changed."""
    theirs = select(service.c.id).where(service.c.organisation_id == id)
    at_places = update(place_of_service).where(place_of_service.c.service_id.in_(theirs))
    connection.execute(at_places.values(modified_at=now))
    connection.execute(update(service).where(service.c.organisation_id == id).values(organisation_id=old))
    connection.execute(delete(organisation).where(organisation.c.id == id))
