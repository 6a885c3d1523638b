"""The one-time link of an alarm: what it says before it is pressed, and what pressing it does."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, select, update

from bot.db import Tx
from bot.helpline import escalation
from bot.helpline.calling import keep_while_calling
from bot.helpline.casebook import colleague, get, record
from bot.helpline.moves import State
from bot.helpline.ringing import raise_rung, recall, waiting_for
from bot.helpline.turns import Taken, TakenMeanwhile, meanwhile, take
from bot.policy import Policy
from bot.seals import Seals
from bot.tables import alarm, outbox

__all__ = [
    "AlarmLink",
    "Refused",
    "call_help",
    "decline",
    "open_token",
    "pass_by",
    "raise_rung",
    "recall",
    "use_token",
]


@dataclass(frozen=True, slots=True)
class AlarmLink:
    """What a link stands for just now."""

    case_id: int | None
    staff_id: int | None
    state: Literal["good", "used", "expired", "recalled", "unknown"]


@dataclass(frozen=True, slots=True)
class Refused:
    """The link does nothing any more, and why."""

    state: Literal["used", "expired", "recalled", "unknown"]
    case_id: int | None = None


def open_token(connection: Connection, seals: Seals, token: str, now: datetime) -> AlarmLink:
    """Look at a link without using it: opening the page, or a preview of it, takes no case."""
    hashed = seals.token_hash(token)
    row = connection.execute(select(alarm).where(alarm.c.token_hash == hashed)).one_or_none()
    if row is None:
        return AlarmLink(None, None, "unknown")
    if row.used_at is not None:
        return AlarmLink(row.case_id, row.staff_id, "used")
    if row.recalled_at is not None:
        return AlarmLink(row.case_id, row.staff_id, "recalled")
    return AlarmLink(row.case_id, row.staff_id, "expired" if row.expires_at <= now else "good")


def use_token(tx: Tx, token: str, *, now: datetime, policy: Policy) -> Taken | TakenMeanwhile | Refused:
    """Take the case in the name of the colleague the link was made for. Reading words still needs a sign-in."""
    link = open_token(tx.connection, tx.seals, token, now)
    if link.case_id is None or link.staff_id is None:
        return Refused("unknown")
    known = get(tx.connection, link.case_id)
    assert known is not None
    if known.state in (State.TAKEN, State.HELD) and known.staff_id == link.staff_id:
        return Taken(known, is_again=True)
    if link.state == "good" and _may_answer(tx, link.staff_id):
        done = take(tx, link.case_id, link.staff_id, now=now, policy=policy)
        if isinstance(done, Taken):
            hashed = tx.seals.token_hash(token)
            tx.execute(update(alarm).where(alarm.c.token_hash == hashed, alarm.c.used_at.is_(None)).values(used_at=now))
        return done
    if known.state is not State.WAITING:
        return meanwhile(tx, known, link.staff_id)
    return Refused(link.state if link.state != "good" else "unknown", link.case_id)


def _may_answer(tx: Tx, staff_id: int) -> bool:
    who = colleague(tx.connection, staff_id)
    return who is not None and who.may_answer


def decline(tx: Tx, token: str, *, now: datetime) -> AlarmLink:
    """The colleague cannot answer; if nobody else was called, the next rung is not kept waiting."""
    link = open_token(tx.connection, tx.seals, token, now)
    if link.state != "good" or link.case_id is None:
        return link
    hashed = tx.seals.token_hash(token)
    tx.execute(update(alarm).where(alarm.c.token_hash == hashed).values(declined_at=now))
    record(tx, link.case_id, "declined", now=now, staff_id=link.staff_id)
    if not waiting_for(tx, link.case_id):
        escalation.hurry(tx, link.case_id, now=now)
    return link


def call_help(tx: Tx, token: str, *, now: datetime, policy: Policy) -> Taken | TakenMeanwhile | Refused:
    """Take the case and phone for help first: it is kept for a while, and called out again if nothing follows."""
    done = use_token(tx, token, now=now, policy=policy)
    if isinstance(done, Taken) and done.case.staff_id is not None:
        return Taken(keep_while_calling(tx, done.case, done.case.staff_id, now=now, policy=policy))
    return done


def pass_by(tx: Tx, outbox_id: int, now: datetime) -> None:
    """No own channel of this colleague took the alarm: if nobody else was called, the next rung is called at once.

    Behind the last rung those in charge are called at once: as good as nobody is on duty, and their ways may be other
    ones. After that the ladder goes on at its own pace, or a network that is gone would be called every second.
    """
    wanted = select(outbox.c.alarm_id, outbox.c.case_id, outbox.c.staff_id).where(outbox.c.id == outbox_id)
    row = tx.execute(wanted).one_or_none()
    if row is None or row.alarm_id is None or row.case_id is None:
        return
    fresh = update(alarm).where(alarm.c.id == row.alarm_id, alarm.c.unreached_at.is_(None))
    if tx.execute(fresh.values(unreached_at=now)).rowcount != 1:
        return
    record(tx, row.case_id, "unreached", now=now, staff_id=row.staff_id)
    known = get(tx.connection, row.case_id)
    if known is None or waiting_for(tx, row.case_id):
        return
    if known.round == 0 or (known.round == 1 and escalation.uncalled_in_charge(tx, known)):
        escalation.hurry(tx, row.case_id, now=now)
