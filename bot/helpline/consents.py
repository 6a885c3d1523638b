"""Keeps to what a person said yes to, each purpose by itself; without a yes the answer is no."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, insert, select, update

from bot.db import Tx
from bot.helpline import visibility
from bot.helpline.casebook import last_time, record
from bot.tables import case, check_in, consent, handover_note


class ConsentTo(StrEnum):
    """What can be agreed to. Police is always a question of its own."""

    TALK = "talk"
    NOTES = "notes"
    SHARE = "share"
    POLICE = "police"
    HAND_OVER = "hand_over"
    FOLLOW_UP = "follow_up"
    ACCOMPANY = "accompany"


NEW_READER = "new_reader"
WITH_PARTNER = frozenset({ConsentTo.SHARE, ConsentTo.POLICE})


def give(
    tx: Tx, case_id: int, purpose: ConsentTo | str, version: str, *, now: datetime, partner_id: str | None = None
) -> None:
    """The person said yes to this wording of the question. `share` and `police` name one partner."""
    wanted = ConsentTo(purpose)
    if wanted in WITH_PARTNER and partner_id is None:
        raise ValueError("Sharing is agreed to with one partner at a time.")
    if has(tx.connection, case_id, wanted, partner_id=partner_id):
        return
    row = {"case_id": case_id, "purpose": wanted, "partner_id": partner_id, "version": version, "given_at": now}
    tx.execute(insert(consent).values(**row))
    if wanted is ConsentTo.TALK:
        tx.execute(update(case).where(case.c.id == case_id).values(talk_agreed=True))
        record(tx, case_id, "talk_agreed", now=now)
        visibility.open_all(tx, case_id)
    record(tx, case_id, "consent", now=now, detail=wanted)
    tx.ring(f"case:{case_id}")


def withdraw(tx: Tx, case_id: int, purpose: ConsentTo | str, *, now: datetime, partner_id: str | None = None) -> bool:
    """The person took the yes back. False if there was none."""
    wanted = ConsentTo(purpose)
    taken = tx.execute(update(consent).where(*_standing(case_id, wanted, partner_id)).values(withdrawn_at=now))
    if taken.rowcount == 0:
        return False
    if wanted is ConsentTo.TALK:
        tx.execute(update(case).where(case.c.id == case_id).values(talk_agreed=False))
        record(tx, case_id, "talk_withdrawn", now=now)
        visibility.shut_all(tx, case_id)
    if wanted is ConsentTo.FOLLOW_UP:
        stopped = (check_in.c.case_id == case_id, check_in.c.state == "planned")
        tx.execute(update(check_in).where(*stopped).values(state="stopped"))
    if wanted is ConsentTo.NOTES:  # the ticks stay; the words were kept only because of the yes
        tx.execute(update(handover_note).where(handover_note.c.case_id == case_id).values(sealed=None))
    record(tx, case_id, "consent_withdrawn", now=now, detail=wanted)
    tx.ring(f"case:{case_id}")
    return True


def begin_anew(tx: Tx, case_id: int, *, now: datetime) -> None:
    """An organisation that she never named has the case in danger now: it reads what she writes since she took it back
    from another one, and is asked for a yes of its own to all before (decision 0022)."""
    back = last_time(tx.connection, case_id, "from_organisation") or now
    tx.execute(update(consent).where(*_standing(case_id, ConsentTo.TALK, None)).values(withdrawn_at=now))
    tx.execute(update(case).where(case.c.id == case_id).values(talk_agreed=False))
    visibility.shut_before(tx, case_id, back)
    record(tx, case_id, NEW_READER, now=now)


def refuse(tx: Tx, case_id: int, purpose: ConsentTo | str, *, now: datetime) -> None:
    """The person said no. Nothing is kept but that she was asked, so that nobody asks again at once."""
    wanted = ConsentTo(purpose)
    if wanted is ConsentTo.TALK:
        record(tx, case_id, "talk_refused", now=now)
    record(tx, case_id, "consent_refused", now=now, detail=wanted)
    tx.ring(f"case:{case_id}")


@dataclass(frozen=True, slots=True)
class Yes:
    """One yes that stands."""

    id: int
    purpose: ConsentTo
    partner_id: str | None
    given_at: datetime


def standing(connection: Connection, case_id: int) -> tuple[Yes, ...]:
    """Everything this person agreed to and has not taken back."""
    wanted = select(consent).where(consent.c.case_id == case_id, consent.c.withdrawn_at.is_(None))
    rows = connection.execute(wanted.order_by(consent.c.id))
    return tuple(Yes(row.id, ConsentTo(row.purpose), row.partner_id, row.given_at) for row in rows)


def has(connection: Connection, case_id: int, purpose: ConsentTo | str, *, partner_id: str | None = None) -> bool:
    """Whether the yes stands just now."""
    wanted = select(consent.c.id).where(*_standing(case_id, ConsentTo(purpose), partner_id))
    return connection.execute(wanted.limit(1)).first() is not None


def _standing(case_id: int, purpose: ConsentTo, partner_id: str | None) -> tuple[ColumnElement[bool], ...]:
    partner = consent.c.partner_id.is_not_distinct_from(partner_id)
    return (consent.c.case_id == case_id, consent.c.purpose == purpose, partner, consent.c.withdrawn_at.is_(None))
