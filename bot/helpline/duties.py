"""The organisation's legal duty: two people and a reason; nothing else goes past a missing yes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from bot import audit
from bot.db import Tx
from bot.helpline.casebook import get, record, tell
from bot.helpline.sharing import mine
from bot.policy import Policy
from bot.tables import legal_duty, sharing

REASONS = ("life", "child")


class NotOurDuty(Exception):
    """The organisation's policy has no such duty, or the same person asks and confirms."""


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
    mine(tx, case_id, staff_id)
    if not policy.legal_duty or reason not in REASONS:
        raise NotOurDuty
    row = {"case_id": case_id, "reason": reason, "partner_id": partner_id, "asked_by": staff_id, "is_told": is_told}
    made = tx.execute(insert(legal_duty).values(**row, at=now).returning(legal_duty.c.id)).scalar_one()
    record(tx, case_id, "duty_asked", now=now, staff_id=staff_id, detail=reason)
    audit.write(tx, staff_id, "duty_asked", f"case:{case_id}", reason, now=now)
    tx.ring("board")
    return int(made)


def confirm_duty(tx: Tx, duty_id: int, staff_id: int, *, now: datetime, policy: Policy) -> None:
    """A second person agrees: it is shared, written down, and the person told unless that endangers her."""
    row = tx.execute(select(legal_duty).where(legal_duty.c.id == duty_id)).one_or_none()
    if row is None or not policy.legal_duty or row.confirmed_by is not None or row.asked_by == staff_id:
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


def duties_waiting(connection: Connection) -> tuple[Duty, ...]:
    """Acts of legal duty that wait for the second person."""
    wanted = select(legal_duty).where(legal_duty.c.confirmed_by.is_(None)).order_by(legal_duty.c.id)
    rows = connection.execute(wanted)
    return tuple(Duty(row.id, row.case_id, row.reason, row.partner_id, row.asked_by, row.at) for row in rows)
