"""When each part of a listing was last checked, and what happens when somebody says that it is wrong."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, update

from directory.tables import directory_audit, place_of_service, verification
from directory.wording import HCMC

GROUPS = ("contact", "hours", "services", "reception", "price")


def verify(
    connection: Connection, place_id: str, groups: tuple[str, ...], *, method: str, staff_id: int | None, now: datetime
) -> None:
    """Somebody has checked these parts: "still correct" in one tap. Ends a review."""
    today = now.astimezone(HCMC).date()
    for group in groups:
        mine = (verification.c.place_id == place_id, verification.c.field_group == group)
        connection.execute(delete(verification).where(*mine))
        connection.execute(
            insert(verification).values(place_id=place_id, field_group=group, verified_on=today, method=method)
        )
    connection.execute(
        update(place_of_service)
        .where(place_of_service.c.id == place_id, place_of_service.c.state.in_(("published", "stale")))
        .values(state="published", under_review_at=None)
    )
    note(connection, "verify", place_id, staff_id=staff_id, now=now)


def report_wrong(connection: Connection, place_id: str, *, now: datetime) -> None:
    """A person says it is wrong: noted without who; one report never deletes."""
    mine = place_of_service.c.id == place_id
    connection.execute(update(place_of_service).where(mine).values(under_review_at=now))
    note(connection, "report_wrong", place_id, staff_id=None, now=now)


def note(
    connection: Connection,
    deed: str,
    place_id: str,
    *,
    staff_id: int | None,
    now: datetime,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    """One row of the directory's own audit; its number tells every shelf that something changed."""
    connection.execute(
        insert(directory_audit).values(
            at=now, staff_id=staff_id, deed=deed, place_id=place_id, before=before, after=after
        )
    )
