"""The organisation's legal duty: two people and a reason; nothing else goes past a missing yes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from bot import audit
from bot.db import Tx
from bot.helpline import second_person
from bot.helpline.casebook import get, hold_still, record, tell
from bot.helpline.moves import State
from bot.helpline.sharing import mine
from bot.policy import Policy
from bot.staff import StaffMember
from bot.tables import case, legal_duty, sharing

REASONS = ("life", "child")
LAPSES = timedelta(hours=24)  # what nobody has confirmed by then is no longer what was asked for


class NotOurDuty(Exception):
    """The organisation's policy has no such duty, who confirms is not the second person, or it is over."""


@dataclass(frozen=True, slots=True)
class Duty:
    """An act of legal duty that waits for the second person."""

    id: int
    case_id: int
    reason: str
    partner_id: str
    asked_by: int
    at: datetime


def invoke_duty(
    tx: Tx, case_id: int, staff_id: int, reason: str, partner_id: str, *, is_told: bool, now: datetime, policy: Policy
) -> int:
    """The first of two people says that the law demands it. Nothing is shared yet. Raises NotOurDuty or NotYours."""
    known = mine(tx, case_id, staff_id)
    if not policy.legal_duty or reason not in REASONS:
        raise NotOurDuty
    row = {"case_id": case_id, "reason": reason, "partner_id": partner_id, "asked_by": staff_id, "is_told": is_told}
    made = tx.execute(insert(legal_duty).values(**row, at=now).returning(legal_duty.c.id)).scalar_one()
    record(tx, case_id, "duty_asked", now=now, staff_id=staff_id, detail=reason)
    audit.write(tx, staff_id, "duty_asked", f"case:{case_id}", reason, now=now)
    second_person.ask(tx, known, staff_id, now=now, urgent=True)
    tx.ring("board")
    return int(made)


def confirm_duty(tx: Tx, duty_id: int, staff_id: int, *, now: datetime, policy: Policy) -> None:
    """A second person agrees: it is shared, written down, and the person told unless that endangers her."""
    row = tx.execute(select(legal_duty).where(legal_duty.c.id == duty_id)).one_or_none()
    if row is None or not policy.legal_duty or row.confirmed_by is not None or row.asked_by == staff_id:
        raise NotOurDuty
    still = hold_still(tx, row.case_id)
    if still is None or not still.is_open or row.at <= now - LAPSES:
        raise NotOurDuty  # what was asked for is over
    if not second_person.is_fit(tx.connection, staff_id, row.case_id, row.asked_by):
        raise NotOurDuty
    waits = (legal_duty.c.id == duty_id, legal_duty.c.confirmed_by.is_(None))
    if tx.execute(update(legal_duty).where(*waits).values(confirmed_by=staff_id, confirmed_at=now)).rowcount != 1:
        raise NotOurDuty  # somebody was first
    given = {"case_id": row.case_id, "partner_id": row.partner_id, "purpose": "share", "staff_id": staff_id, "at": now}
    tx.execute(insert(sharing).values(**given, duty_id=duty_id))
    record(tx, row.case_id, "duty_confirmed", now=now, staff_id=staff_id, detail=row.reason)
    audit.write(tx, staff_id, "duty_confirmed", f"case:{row.case_id}", row.reason, now=now)
    known = get(tx.connection, row.case_id)
    if known is not None and row.is_told:
        tell(tx, known, "case.person.legal_duty", now=now)


def duties_waiting(connection: Connection, member: StaffMember, now: datetime) -> tuple[Duty, ...]:
    """Acts of legal duty that wait for this colleague as the second person, while the case is open and for a day."""
    wanted = select(legal_duty).join(case, case.c.id == legal_duty.c.case_id)
    fresh = (legal_duty.c.confirmed_by.is_(None), legal_duty.c.at > now - LAPSES)
    rows = connection.execute(wanted.where(*fresh, case.c.state != State.CLOSED).order_by(legal_duty.c.id))
    found = (Duty(row.id, row.case_id, row.reason, row.partner_id, row.asked_by, row.at) for row in rows)
    return tuple(one for one in found if second_person.is_fit(connection, member.id, one.case_id, one.asked_by))
