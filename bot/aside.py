"""A message that cannot be answered: tried three times, then set aside; the person gets an apology, staff an alarm."""

import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from bot.db import DatabaseAway, Tx, breaks_the_batch
from bot.helpline import cases, escalation, relay
from bot.helpline.casebook import Urgency, record
from bot.helpline.ringing import tell_of_failure
from bot.helpline.rota import on_duty
from bot.masking import Masked
from bot.mishaps import is_held_up
from bot.outbox import tell_person
from bot.policy import Policy
from bot.seals import KeyId
from bot.tables import conversation, inbox
from bot.turns import Read
from directory.wording import t

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
KEPT_ASIDE = timedelta(days=3)


def count(tx: Tx, read: Read, policy: Policy, *, now: datetime) -> bool:
    """Count one more failure, outside the deed that failed. True: that was the last one, it is set aside."""
    mine = inbox.c.id == read.row_id
    tx.execute(update(inbox).where(mine).values(attempts=inbox.c.attempts + 1))
    attempts = tx.execute(select(inbox.c.attempts).where(mine)).scalar_one_or_none()
    if attempts is None or attempts < MOST_ATTEMPTS:
        return False
    tx.execute(update(inbox).where(mine).values(set_aside_at=now, forget_at=now + KEPT_ASIDE))
    _as_well_as_possible(tx, "fragments_not_dropped", lambda: _drop_fragments(tx, read))
    level, is_unheard = _level(read), False
    if level != "none":  # danger is never dropped, whatever else fails
        urgency: Urgency = "now" if level == "now" else "violence"
        is_open = _as_well_as_possible(tx, "case_not_opened", lambda: _open(tx, read, urgency, policy, now))
        is_unheard = not is_open and urgency == "now"
        if not _as_well_as_possible(tx, "words_not_kept", lambda: _keep_words(tx, read, now)):
            _as_well_as_possible(tx, "missing_words_not_told", lambda: _say_words_are_missing(tx, read, now))
    _as_well_as_possible(tx, "no_apology", lambda: tell_person(tx, read.lane_id, t("small.apology"), now=now))
    _as_well_as_possible(tx, "failure_not_told", lambda: _tell(tx, read.lane_id, now, wakes=is_unheard))
    return True


def _tell(tx: Tx, lane_id: int, now: datetime, *, wakes: bool) -> None:
    for staff_id in _whom(tx, lane_id, now):
        tell_of_failure(tx, staff_id, now=now, wakes=wakes)


def _level(read: Read) -> str:
    """What nobody could read may be a report: it waits for a colleague like one."""
    if read.meaning is not None:
        return read.meaning.danger.level
    return "now" if read.word == "help" else "violence" if read.kept.text else "none"


def _drop_fragments(tx: Tx, read: Read) -> None:
    """Nobody will ask her any more whether a place or phone of this message may be seen: it waits no three days."""
    mine = inbox.c.id == read.row_id
    wanted = select(inbox.c.sealed, conversation.c.key_id).join(conversation, conversation.c.lane_id == inbox.c.lane_id)
    row = tx.execute(wanted.where(mine)).one()
    about = f"inbox:{read.lane_id}"
    told = json.loads(tx.seals.open_with(KeyId(row.key_id), row.sealed, about=about))
    body = json.dumps({**told, "fragments": []}, ensure_ascii=False)
    tx.execute(update(inbox).where(mine).values(sealed=tx.seals.close_with(KeyId(row.key_id), body, about=about)))


def _open(tx: Tx, read: Read, urgency: Urgency, policy: Policy, now: datetime) -> None:
    cases.open_case(tx, read.lane_id, urgency=urgency, need=None, place=None, now=now, policy=policy)


def _keep_words(tx: Tx, read: Read, now: datetime) -> None:
    """Her masked words go into the case as always: sealed, readable from a cry on, otherwise only after a yes."""
    known = cases.of_lane(tx.connection, read.lane_id)
    if known is not None and read.kept.text:
        relay.from_person(tx, known.id, Masked(read.kept.text), now=now)


def _say_words_are_missing(tx: Tx, read: Read, now: datetime) -> None:
    """Perhaps it was the words that broke it: the colleague sees that something is not there, and can ask."""
    known = cases.of_lane(tx.connection, read.lane_id)
    if known is not None:
        record(tx, known.id, "words_missing", now=now)
        tx.ring(f"case:{known.id}")


def _as_well_as_possible(tx: Tx, name: str, step: Callable[[], object]) -> bool:
    """What broke the turn may break this too; the rest still has to happen, the alarm to staff above all.

    Only what puts the whole transaction in doubt, or is another program's lock, is passed on: then nothing is counted,
    and it is tried again.
    """
    try:
        with tx.step():
            step()
    except Exception as problem:
        if isinstance(problem, DatabaseAway):
            raise
        if isinstance(problem, DBAPIError) and (breaks_the_batch(problem) or is_held_up(problem)):
            raise
        log.error(name, extra={"kind": type(problem).__name__})
        return False
    return True


def _whom(tx: Tx, lane_id: int, now: datetime) -> list[int]:
    """The colleague who has the case; else the first rung on duty; else those in charge."""
    known = cases.of_lane(tx.connection, lane_id)
    if known is not None and known.staff_id is not None:
        return [known.staff_id]
    rungs = on_duty(tx.connection, None, now)
    return [one.staff_id for one in rungs[0]] if rungs else list(escalation.those_in_charge(tx))
