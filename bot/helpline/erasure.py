"""Forgets a person for good when she asks: the keys first, then the rows, then even the way back to her."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, exists, func, insert, select, update

from bot import events
from bot.db import Tx
from bot.helpline import blocks, company, entrusting, referrals
from bot.helpline.casebook import Case, of_lane, record, view
from bot.helpline.moves import State
from bot.helpline.outcomes import Outcome
from bot.helpline.ringing import recall, tell_colleague
from bot.outbox import tell_person
from bot.seals import KeyDestroyed, KeyId, SealBroken
from bot.tables import (
    accompaniment,
    block,
    case,
    check_in,
    consent,
    contact,
    conversation,
    entrusted,
    guard,
    handover_note,
    inbox,
    lane,
    legal_duty,
    message_ref,
    offered,
    outbox,
    person,
    referral,
    return_code,
    sharing,
    transcript,
)
from bot.timers import clear_timer

_OF_LANE: tuple[Table, ...] = (outbox, inbox, offered, return_code, conversation)
_OF_CASE: tuple[Table, ...] = (  # those that point at others first
    transcript, entrusted, sharing, legal_duty, consent, referral, check_in, accompaniment, handover_note,
)  # fmt: skip
_TIMERS = ("escalate", "hold_over", "handed_over", "silent", "her_silence", "doubt_alone", "shift_end")
_FAREWELL_KEPT = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Counts:
    """What would go, for the question that is asked once before."""

    messages: int
    has_open_case: bool
    has_alarm: bool = False
    has_words: bool = False
    kept_out_until: datetime | None = None  # this stays


def counts(connection: Connection, lane_id: int, now: datetime) -> Counts:
    """How much there is to erase."""
    words = select(func.count()).select_from(transcript).join(case, case.c.id == transcript.c.case_id)
    said = connection.execute(words.where(case.c.lane_id == lane_id)).scalar_one()
    sent = select(func.count()).select_from(message_ref).where(message_ref.c.lane_id == lane_id)
    known = of_lane(connection, lane_id)
    total = said + connection.execute(sent).scalar_one()
    until = blocks.until(connection, lane_id, now)
    return Counts(total, known is not None, known is not None and known.urgency == "now", said > 0, until)


def begin(tx: Tx, lane_id: int, *, now: datetime) -> tuple[KeyId, ...]:
    """First half: from now on nothing more is sent or read. Destroy the returned keys after the commit."""
    closing = {"erasing_at": now, "generation": lane.c.generation + 1, "forget_at": now + _FAREWELL_KEPT}
    tx.execute(update(lane).where(lane.c.id == lane_id).values(**closing))
    tx.execute(delete(outbox).where(outbox.c.lane_id == lane_id))
    return keys_of(tx, lane_id)


def keys_of(tx: Tx, lane_id: int) -> tuple[KeyId, ...]:
    """Everything that was said here is sealed with these."""
    keys = [*tx.execute(select(conversation.c.key_id).where(conversation.c.lane_id == lane_id)).scalars()]
    keys += tx.execute(select(case.c.key_id).where(case.c.lane_id == lane_id, case.c.key_id.is_not(None))).scalars()
    keys += entrusting.keys_of(tx, _cases(tx, lane_id))
    return tuple(KeyId(key) for key in keys)


def forget_words(tx: Tx, lane_id: int, *, now: datetime, said: str = "", instead: tuple[str, str] = ("", "")) -> None:
    """What was said goes and cannot be read by anybody any more; the open case, its alarm and the way to her stay.

    `said` is what she hears, or `instead` (see `tell_person`); before it goes out, the chat itself is cleaned as far
    as the network lets us.

    What she handed over with a yes, so that help finds her, stays with the case as agreed.
    """
    ids = _cases(tx, lane_id)
    keys = [*tx.execute(select(case.c.key_id).where(case.c.id.in_(ids), case.c.key_id.is_not(None))).scalars()]
    keys += tx.execute(select(conversation.c.key_id).where(conversation.c.lane_id == lane_id)).scalars()
    fresh = {"key_id": tx.seals.new_key(), "sealed": None}
    _bring_unread(tx, lane_id, KeyId(str(fresh["key_id"])))
    for table in (outbox, offered):
        tx.execute(delete(table).where(table.c.lane_id == lane_id))
    tx.execute(delete(transcript).where(transcript.c.case_id.in_(ids)))
    tx.execute(delete(handover_note).where(handover_note.c.case_id.in_(ids)))
    tx.execute(update(case).where(case.c.id.in_(ids)).values(key_id=None))
    tx.execute(update(conversation).where(conversation.c.lane_id == lane_id).values(**fresh))
    tx.after_commit(lambda: tx.seals.keys.destroy([KeyId(key) for key in keys]))
    if said:
        tell_person(tx, lane_id, said, now=now, urgent=True, takes_back=True, instead=instead)
    events.happened(tx, "erased_words", now=now)
    known = of_lane(tx.connection, lane_id)
    if known is None:
        return
    entrusting.drop(tx, known)
    record(tx, known.id, "words_erased", now=now)
    tx.ring(f"case:{known.id}")
    if known.staff_id is not None:
        tell_colleague(tx, known, known.staff_id, "staff.words_erased", now=now, urgent=known.urgency == "now")


def _bring_unread(tx: Tx, lane_id: int, key_id: KeyId) -> None:
    """What she wrote behind "xoá lời" is not what she wanted gone: it is read yet, and may be a cry."""
    for row_id, body in unread(tx, lane_id):
        sealed = tx.seals.close_with(key_id, body, about=f"inbox:{lane_id}")
        tx.execute(update(inbox).where(inbox.c.id == row_id).values(sealed=sealed))


def unread(tx: Tx, lane_id: int) -> list[tuple[int, str]]:
    """What waits to be read, opened, oldest first; what was set aside or cannot be opened goes."""
    talk = inbox.join(conversation, conversation.c.lane_id == inbox.c.lane_id)
    wanted = select(inbox.c.id, inbox.c.sealed, conversation.c.key_id).select_from(talk).order_by(inbox.c.id)
    found = []
    for row in tx.execute(wanted.where(inbox.c.lane_id == lane_id, inbox.c.set_aside_at.is_(None))).all():
        try:
            body = tx.seals.open_with(KeyId(row.key_id), row.sealed, about=f"inbox:{lane_id}")
        except (KeyDestroyed, SealBroken):
            continue
        found.append((int(row.id), body))
    kept = [row_id for row_id, _ in found]
    tx.execute(delete(inbox).where(inbox.c.lane_id == lane_id, inbox.c.id.not_in(kept)))
    return found


def _cases(tx: Tx, lane_id: int) -> list[int]:
    return list(tx.execute(select(case.c.id).where(case.c.lane_id == lane_id)).scalars())


def finish(tx: Tx, lane_id: int, *, now: datetime, farewell: Callable[[Tx], object] | None = None) -> tuple[KeyId, ...]:
    """Second half: the rows go. Returns keys to destroy after the commit.

    With a `farewell` an empty conversation with a key of its own stays until that last message is out and the mailroom
    calls `forget_lane`; until then the mailroom also needs the references, to delete at the network. Without one, or
    if she cannot be told, nothing stays.
    """
    for row in tx.execute(select(case).where(case.c.lane_id == lane_id)).all():
        _let_go(tx, view(row), now=now)
    old = tx.execute(select(conversation.c.key_id).where(conversation.c.lane_id == lane_id)).scalars().all()
    for table in (*_OF_LANE, guard, block, check_in):
        tx.execute(delete(table).where(table.c.lane_id == lane_id))
    events.happened(tx, "erased", now=now)
    keys = tuple(KeyId(key) for key in old)
    if farewell is None:
        return (*keys, *forget_lane(tx, lane_id))
    fresh = {"lane_id": lane_id, "key_id": tx.seals.new_key(), "last_at": now, "forget_at": now + _FAREWELL_KEPT}
    tx.execute(insert(conversation).values(**fresh))
    return keys if farewell(tx) else (*keys, *forget_lane(tx, lane_id))


def _let_go(tx: Tx, known: Case, *, now: datetime) -> None:
    """The case stays as a number without words and without a way to anybody; its colleague learns that it is over."""
    referrals.let_go(tx, [known.id], now=now)
    company.called_off(tx, known, now=now)
    for table in _OF_CASE:
        tx.execute(delete(table).where(table.c.case_id == known.id))
    for kind in _TIMERS:
        clear_timer(tx, kind, known.id)
    gone: dict[str, object] = {"lane_id": None, "key_id": None, "erased_at": now, "talk_agreed": False}
    if known.is_open:
        gone |= {"state": State.CLOSED, "outcome": Outcome.ERASED, "closed_at": now, "next_step_at": None}
        gone |= {"held_until": None, "forget_at": now + timedelta(days=1)}
    tx.execute(update(case).where(case.c.id == known.id).values(**gone))
    record(tx, known.id, "erased", now=now)
    tx.ring(f"case:{known.id}")
    tx.ring("board")
    if known.is_open:
        recall(tx, known, key="staff.erased", now=now, except_for=known.staff_id)
        events.happened(tx, f"outcome.{Outcome.ERASED}", now=now, province=known.province, need=known.need)
        if known.staff_id is not None:
            tell_colleague(tx, known, known.staff_id, "staff.erased", now=now)


def forget_lane(tx: Tx, lane_id: int) -> tuple[KeyId, ...]:
    """The last message is out (or cannot be sent): lane, contact and person go too. Returns keys to destroy.

    Nothing is left that refers to this lane. Does nothing to a lane that is already gone.
    """
    keys = tx.execute(select(conversation.c.key_id).where(conversation.c.lane_id == lane_id)).scalars().all()
    owner = tx.execute(select(lane.c.person_id).where(lane.c.id == lane_id)).scalar_one_or_none()
    for table in (*_OF_LANE, message_ref, guard, block, check_in, contact):
        tx.execute(delete(table).where(table.c.lane_id == lane_id))
    tx.execute(update(case).where(case.c.lane_id == lane_id).values(lane_id=None))
    tx.execute(delete(lane).where(lane.c.id == lane_id))
    tx.execute(delete(person).where(person.c.id == owner, ~_has_lane()))
    return tuple(KeyId(key) for key in keys)


def _has_lane() -> ColumnElement[bool]:
    return exists().where(lane.c.person_id == person.c.id)


def unfinished(connection: Connection, before: datetime) -> list[int]:
    """Lanes whose erasing was begun before this moment and not brought to its last message."""
    found = connection.execute(_UNFINISHED, {"before": before}).scalars()
    return sorted(found)  # an order asked of SQLite reads all lanes for it


def is_unfinished(tx: Tx, lane_id: int) -> bool:
    """The same of one lane, asked inside the deed that goes on with it: another process may have been faster."""
    mine = select(lane.c.id).where(lane.c.id == lane_id, lane.c.erasing_at.is_not(None), ~_is_parting())
    return tx.execute(mine).first() is not None


def _is_parting() -> ColumnElement[bool]:
    """The last message waits to go out, or is on its way."""
    return exists().where(outbox.c.lane_id == lane.c.id, outbox.c.last.is_(True))


_UNFINISHED = select(lane.c.id).where(lane.c.erasing_at <= bindparam("before"), ~_is_parting())
