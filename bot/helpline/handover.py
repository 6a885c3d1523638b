"""What the next shift has to know: ticks always, words only where the person agreed that notes are kept."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, insert, select

from bot import audit
from bot.db import Tx
from bot.helpline import consents, visibility
from bot.helpline.casebook import Case, NotYours, hold_still, last_time, record
from bot.helpline.consents import ConsentTo
from bot.helpline.moves import OWNED
from bot.helpline.rota import on_call
from bot.masking import mask
from bot.policy import Policy
from bot.rota import ahead, stored
from bot.rota.calendar import days_off
from bot.seals import KeyDestroyed, Seals
from bot.tables import handover_note, rota_change, staff

GRACE = timedelta(minutes=15)
AHEAD = timedelta(hours=24)


class Tick(StrEnum):
    """What can be ticked without a word about the person."""

    SAFE_NOW = "safe_now"
    NOT_SAFE = "not_safe"
    HURT = "hurt"
    CHILDREN = "children"
    NO_CALLS = "no_calls"
    WAITS_FOR_PLACE = "waits_for_place"
    WAITS_FOR_ANSWER = "waits_for_answer"
    PROMISED_TODAY = "promised_today"


@dataclass(frozen=True, slots=True)
class Note:
    """One note, as the next colleague reads it."""

    staff_alias: str
    ticks: tuple[Tick, ...]
    text: str | None = field(repr=False)
    at: datetime


def write_note(tx: Tx, case_id: int, staff_id: int, ticks: Iterable[Tick | str], text: str, *, now: datetime) -> bool:
    """Keep a note. False: the words were left out, because the person has not agreed to notes. Raises NotYours."""
    known = hold_still(tx, case_id)
    if known is None or known.staff_id != staff_id or known.state not in OWNED:
        raise NotYours
    chosen = ",".join(sorted({Tick(tick) for tick in ticks}))
    may_keep = consents.has(tx.connection, case_id, ConsentTo.NOTES) and known.key_id is not None
    sealed = None
    if text.strip() and may_keep and known.key_id is not None:
        sealed = tx.seals.close_with(known.key_id, mask(text.strip()).text, about=f"handover_note:{case_id}")
    row = {"case_id": case_id, "staff_id": staff_id, "codes": chosen, "sealed": sealed, "at": now}
    tx.execute(insert(handover_note).values(**row))
    record(tx, case_id, "note", now=now, staff_id=staff_id)
    audit.write(tx, staff_id, "note", f"case:{case_id}", now=now)
    tx.ring(f"case:{case_id}")
    return sealed is not None or not text.strip()


def notes(connection: Connection, seals: Seals, known: Case) -> tuple[Note, ...]:
    """The notes of a case, newest first; write `read` down before their words are shown.

    Without words while she has taken back the yes to being read, and of those from before it was taken by an
    organisation that she never named, until she says yes to that (0022)."""
    is_shut = visibility.is_taken_back(connection, known.id)
    new, agreed = (last_time(connection, known.id, kind) for kind in ("new_reader", "talk_agreed"))
    shut_before = new if new is not None and (agreed is None or agreed < new) else None
    both = select(handover_note, staff.c.alias).join(staff, staff.c.id == handover_note.c.staff_id)
    found = []
    for row in connection.execute(both.where(handover_note.c.case_id == known.id).order_by(handover_note.c.id.desc())):
        ticks = tuple(Tick(one) for one in row.codes.split(",") if one)
        is_hidden = is_shut or (shut_before is not None and row.at < shut_before)
        found.append(Note(row.alias, ticks, None if is_hidden else _words(seals, known, row.sealed), row.at))
    return tuple(found)


def read(tx: Tx, case_id: int, staff_id: int, *, now: datetime) -> None:
    """Write down that a colleague is shown words of a note: they are about the person as hers are."""
    audit.read(tx, staff_id, case_id, "read_note", now=now)


def _words(seals: Seals, known: Case, sealed: bytes | None) -> str | None:
    if sealed is None or known.key_id is None:
        return None
    try:
        return seals.open_with(known.key_id, sealed, about=f"handover_note:{known.id}")
    except KeyDestroyed:
        return None


def has_note(connection: Connection, case_id: int, staff_id: int, *, since: datetime | None) -> bool:
    """Whether this colleague has left a note since taking the case."""
    mine = [handover_note.c.case_id == case_id, handover_note.c.staff_id == staff_id]
    if since is not None:
        mine.append(handover_note.c.at >= since)
    return connection.execute(select(handover_note.c.id).where(*mine).limit(1)).first() is not None


def end_of_shift(connection: Connection, staff_id: int, now: datetime, policy: Policy) -> datetime | None:
    """When this colleague is off duty again, looking one day ahead; None if she or he is off duty now."""
    plan = stored.load(connection, now, now + AHEAD)
    end: datetime | None = None
    for span in ahead.spans(plan, days_off(policy), now, now + AHEAD):
        is_next = span.starts_at <= (end or now)
        if span.staff_id == staff_id and is_next and (end is None or span.ends_at > end):
            end = span.ends_at
    return end


def supervisor_for(connection: Connection, known: Case, now: datetime) -> int | None:
    """A supervisor of the centre that has the case, somebody else than who has it; who is on duty before who is not.

    Nobody who is on leave: over Tết a case would wait for somebody who is far away.
    """
    mine = (staff.c.role == "supervisor", staff.c.state == "active", staff.c.centre_id == known.centre_id)
    away = select(rota_change.c.staff_id).where(
        rota_change.c.cover_id.is_(None), rota_change.c.agreed_at.is_not(None),
        rota_change.c.starts_at <= now, rota_change.c.ends_at > now,
    )  # fmt: skip
    wanted = select(staff.c.id).where(*mine, staff.c.id != known.staff_id, staff.c.id.not_in(away))
    found = connection.execute(wanted.order_by(staff.c.id)).scalars().all()
    here = {one for rung in on_call(connection, known.province, now) for one in rung}
    return min(found, key=lambda one: (one not in here, one), default=None)
