"""Who does not write: a colleague's case is called out again after a while; of her silence in danger, a note."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from bot.db import Tx
from bot.helpline.casebook import Case, hold_still, is_phoning, last_time, record
from bot.helpline.moves import State
from bot.helpline.ringing import tell_colleague
from bot.tables import transcript
from bot.timers import clear_timer, due_at, set_timer

SILENT_NOW = timedelta(minutes=5)
SILENT = timedelta(minutes=30)
HER_SILENCE = timedelta(minutes=10)
HERS = "her_silence"
ALONE = "doubt_alone"  # the timer of the same, while nobody has the case
DOUBT = "in_doubt"  # she said that she wants to die; what it was is written down nowhere but in her own words
HANDED_NOW = timedelta(minutes=3)
HANDED = timedelta(minutes=10)  # a colleague who is handed a case has this long to take it
HOLD_NOW = timedelta(hours=2)  # so long at most danger now is kept for an agreed hour


def begin(tx: Tx, known: Case, *, now: datetime) -> None:
    """The person wrote, or the case was just taken: from now on an answer is waited for; in danger now not for long.

    What she writes while an answer is waited for gives no more time, and a worsening shortens it.
    """
    clear_timer(tx, HERS, known.id)
    is_short = known.urgency == "now" or is_in_doubt(tx.connection, known)
    latest = now + (SILENT_NOW if is_short else SILENT)
    planned = due_at(tx, "silent", known.id)
    if planned is None or planned > latest:
        set_timer(tx, "silent", known.id, due_at=latest)


def answered(tx: Tx, case_id: int) -> None:
    """The colleague wrote, or agreed on an hour with her."""
    clear_timer(tx, "silent", case_id)


def await_her(tx: Tx, known: Case, *, now: datetime) -> None:
    """In danger now her answer to the colleague is waited for as well."""
    if known.urgency == "now":
        set_timer(tx, HERS, known.id, due_at=now + HER_SILENCE)


def hers(tx: Tx, case_id: int, *, now: datetime) -> None:
    """She cried for help, a colleague wrote, and no word came since: said once, until she writes again."""
    known = hold_still(tx, case_id)
    if known is None or known.state is not State.TAKEN or known.urgency != "now" or known.staff_id is None:
        return
    hers_at = (transcript.c.case_id == case_id, transcript.c.direction == "person")
    last = tx.execute(select(func.max(transcript.c.at)).where(*hers_at)).scalar_one() or known.opened_at
    told = last_time(tx.connection, case_id, HERS)
    if told is not None and told >= last:
        return
    record(tx, case_id, HERS, now=now)
    minutes = str(int(HER_SILENCE.total_seconds() // 60))
    tell_colleague(tx, known, known.staff_id, "staff.her_silence", now=now, urgent=True, minutes=minutes)


def is_expected(connection: Connection, known: Case) -> bool:
    """Whether what she writes must be answered now: always, but for an agreed hour; danger now has none to spare.

    Whoever phones for help is left the few minutes of the call.
    """
    if known.state is State.HELD:
        is_urgent = known.urgency == "now" or is_in_doubt(connection, known)
        return is_urgent and not is_phoning(connection, known)
    return known.state is State.TAKEN


def is_in_doubt(connection: Connection, known: Case) -> bool:
    """Whether she has said that she wants to die and no colleague has written since."""
    said = last_time(connection, known.id, DOUBT)
    if said is None:
        return False
    answers = (transcript.c.case_id == known.id, transcript.c.direction == "worker", transcript.c.at > said)
    return connection.execute(select(transcript.c.id).where(*answers).limit(1)).first() is None


def has_written(connection: Connection, known: Case) -> bool:
    """Whether she has written since the case is kept for an agreed hour."""
    since = last_time(connection, known.id, "held")
    wrote = _last(connection, known, "person")
    return since is not None and wrote is not None and wrote > since


def has_answered(connection: Connection, known: Case) -> bool:
    """Whether the colleague has written since taking the case: an agreed hour is agreed with her."""
    wrote = last_line(connection, known)
    return wrote is not None and known.taken_at is not None and wrote >= known.taken_at


def last_line(connection: Connection, known: Case) -> datetime | None:
    """When the colleague who has the case wrote last."""
    return _last(connection, known, "worker")


def _last(connection: Connection, known: Case, direction: str) -> datetime | None:
    mine = [transcript.c.case_id == known.id, transcript.c.direction == direction]
    if direction == "worker":
        mine.append(transcript.c.staff_id == known.staff_id)
    found: datetime | None = connection.execute(select(func.max(transcript.c.at)).where(*mine)).scalar_one()
    return found
