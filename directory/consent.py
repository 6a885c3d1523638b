"""Whether a place agrees to be listed: its yes with the day and how it was asked, and its no, which takes it down."""

from datetime import datetime

from sqlalchemy import Connection, update

from directory.editing import NotNow, withdraw
from directory.showing import WAYS
from directory.tables import place_of_service
from directory.verification import note
from directory.wording import HCMC


def give(connection: Connection, place_id: str, how: str, *, staff_id: int, now: datetime) -> None:
    """The place was asked and agrees. Asked again, the newest yes counts. Raises NotNow if there is no such place."""
    if how not in WAYS:
        raise ValueError(how)
    today = now.astimezone(HCMC).date()
    mine = update(place_of_service).where(place_of_service.c.id == place_id)
    if connection.execute(mine.values(consent_how=how, consent_on=today)).rowcount != 1:
        raise NotNow("listing.problem.unknown")
    told: dict[str, object] = {"how": how, "on": today.isoformat()}
    note(connection, "consent", place_id, staff_id=staff_id, now=now, after=told)


def end(connection: Connection, place_id: str, *, staff_id: int, now: datetime) -> None:
    """The place agrees no more: it is taken down with the same tap. Raises NotNow if there was no yes."""
    table = place_of_service.c
    mine = (table.id == place_id, table.consent_on.is_not(None))
    taken = update(place_of_service).where(*mine).values(consent_how=None, consent_on=None)
    if connection.execute(taken.returning(table.state)).scalar_one_or_none() is None:
        raise NotNow("listing.problem.not_now")
    note(connection, "consent_ended", place_id, staff_id=staff_id, now=now)
    try:
        withdraw(connection, place_id, staff_id=staff_id, now=now)
    except NotNow:  # it is down already
        return
