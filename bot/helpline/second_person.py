"""Who may be the second of two people: another one of the same organisation who may look at the case."""

from sqlalchemy import Connection

from bot import staff
from bot.helpline import desk, reach


def is_fit(connection: Connection, staff_id: int, case_id: int, asked_by: int) -> bool:
    """Whether this colleague may be shown what waits about this case, and confirm it."""
    member = staff.get(connection, staff_id)
    if member is None or staff_id == asked_by or not desk.may_see(connection, member, case_id):
        return False
    return reach.organisation_of(connection, staff_id) == reach.organisation_of(connection, asked_by)
