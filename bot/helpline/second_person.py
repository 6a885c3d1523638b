"""Who may be the second of two people: another one of the same organisation who may look at the case."""

from datetime import datetime

from sqlalchemy import Connection

from bot import staff
from bot.db import Tx
from bot.helpline import desk, reach
from bot.helpline.casebook import Case
from bot.helpline.escalation import those_in_charge
from bot.helpline.ringing import tell_colleague


def is_fit(connection: Connection, staff_id: int, case_id: int, asked_by: int) -> bool:
    """Whether this colleague may be shown what waits about this case, and confirm it."""
    member = staff.get(connection, staff_id)
    if member is None or staff_id == asked_by or not desk.may_see(connection, member, case_id):
        return False
    return reach.organisation_of(connection, staff_id) == reach.organisation_of(connection, asked_by)


def ask(tx: Tx, known: Case, asked_by: int, *, now: datetime, urgent: bool = False) -> None:
    """Those in charge who could confirm hear that something waits for the second of two people, and lapses."""
    for one in those_in_charge(tx):
        if is_fit(tx.connection, one, known.id, asked_by):
            tell_colleague(tx, known, one, "staff.second_person", now=now, urgent=urgent)
