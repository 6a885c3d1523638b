"""After a restore, or when the key store is lost: the words of open cases are gone, and everybody on duty is called for
each of them once more."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from bot import events
from bot.db import Tx
from bot.helpline import erasure, escalation
from bot.helpline.casebook import get, record, tell
from bot.helpline.moves import State
from bot.helpline.ringing import tell_colleague
from bot.policy import Policy
from bot.seals import KeyId, Seals
from bot.tables import case, contact, conversation, inbox, lane, offered


def open_cases(tx: Tx) -> list[int]:
    """Cases that were open when the backup was made."""
    wanted = select(case.c.id).where(case.c.state != State.CLOSED).order_by(case.c.id)
    return list(tx.execute(wanted).scalars())


def call_again(tx: Tx, case_id: int, *, knows_keys: bool, now: datetime, policy: Policy) -> bool:
    """Back into the queue with new keys; person and colleague are told the truth. False: the person has erased since.

    `knows_keys`: the key store of before is still there. Then a case whose key is missing in it was erased after the
    backup was made, and stays erased.
    """
    known = get(tx.connection, case_id)
    assert known is not None
    if known.lane_id is not None and knows_keys and known.key_id is not None and not tx.seals.keys.has(known.key_id):
        erasure.finish(tx, known.lane_id, now=now)
        return False
    fresh = {"state": State.WAITING, "staff_id": None, "held_until": None, "taken_at": None, "rung": 0, "round": 0}
    tx.execute(update(case).where(case.c.id == case_id).values(**fresh, key_id=tx.seals.new_key()))
    if known.lane_id is not None:
        _new_talk(tx, known.lane_id, now, policy)
    record(tx, case_id, "restored", now=now)
    record(tx, case_id, "waiting", now=now)
    events.happened(tx, "restored", now=now, province=known.province, need=known.need)
    waiting = get(tx.connection, case_id)
    assert waiting is not None
    if known.urgency != "request":
        tell(tx, waiting, "case.person.restored", now=now)
    if known.staff_id is not None:
        tell_colleague(tx, waiting, known.staff_id, "staff.restored", now=now, urgent=known.urgency == "now")
    escalation.begin(tx, waiting, now=now, policy=policy, is_asked=False)
    return True


def without_words(connection: Connection, seals: Seals) -> list[int]:
    """Open cases whose key is not in the key store."""
    wanted = select(case.c.id, case.c.key_id).where(case.c.state != State.CLOSED, case.c.key_id.is_not(None))
    rows = connection.execute(wanted.order_by(case.c.id)).all()
    gone = seals.keys.lacking(row.key_id for row in rows)
    return [row.id for row in rows if row.key_id in gone]


def end_unreadable(tx: Tx) -> int:
    """Talks whose key is gone end as if their time were over; whoever writes again begins anew. Returns how many."""
    talks = tx.execute(select(conversation.c.lane_id, conversation.c.key_id)).all()
    gone = tx.seals.keys.lacking(row.key_id for row in talks)
    ended = [row.lane_id for row in talks if row.key_id in gone]
    for lane_id in ended:
        end_talk(tx, lane_id)
    closed = tx.execute(select(case.c.id, case.c.key_id).where(case.c.key_id.is_not(None))).all()
    lost = tx.seals.keys.lacking(row.key_id for row in closed)
    for row in closed:
        if row.key_id in lost:
            tx.execute(update(case).where(case.c.id == row.id).values(key_id=None))
    return len(ended)


def end_talk(tx: Tx, lane_id: int) -> None:
    """Nothing of the talk can be read any more: neither where it stood nor what waits unread in it."""
    for table in (offered, inbox, conversation):
        tx.execute(delete(table).where(table.c.lane_id == lane_id))


def _new_talk(tx: Tx, lane_id: int, now: datetime, policy: Policy) -> None:
    """An empty talk, so that the person can be answered; nothing of the old one can be read any more."""
    end_talk(tx, lane_id)
    until = now + timedelta(hours=policy.conversation_hours)
    row = {"lane_id": lane_id, "key_id": tx.seals.new_key(), "last_at": now, "forget_at": until}
    tx.execute(insert(conversation).values(**row))
    tx.execute(update(lane).where(lane.c.id == lane_id).values(forget_at=until, generation=lane.c.generation + 1))
    tx.execute(update(contact).where(contact.c.lane_id == lane_id).values(forget_at=until))


def keys_in_use(connection: Connection) -> set[KeyId]:
    """Data keys that something in the database is sealed with."""
    found = [*connection.execute(select(conversation.c.key_id)).scalars()]
    found += connection.execute(select(case.c.key_id).where(case.c.key_id.is_not(None))).scalars()
    return {KeyId(key) for key in found}
