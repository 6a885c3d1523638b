"""The clock was ahead and is set back: what it wrote down for a time to come happened just now, nothing waits for it.

A timer is the moment plus a wait. Where the moment was wrong, the wait still counts from now on.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, select, update

from bot.db import Tx
from bot.helpline import check_ins, referrals, silence
from bot.helpline.farthest import GRACE
from bot.keeping import reminders
from bot.rota.changes import WATCH
from bot.tables import alarm, case, case_event, check_in, timer, transcript

CHUNK = 200  # cases put right in one deed
_OF_A_CASE = ("escalate", "hold_over", "handed_over", "silent", "shift_end", silence.HERS, silence.ALONE)
_HAPPENED: tuple[Table, ...] = (case_event, transcript, alarm)
_MOMENTS = ("opened_at", "alarmed_at", "taken_at", "closed_at")
_A_DAY = timedelta(days=1)
# Timers that are not of a case, and how far ahead they may lie at most.
_LONGEST: Mapping[str, timedelta] = {
    "check_in_silent": check_ins.ANSWERED_WITHIN,
    referrals.TIMER: referrals.LOST_AFTER,
    WATCH: timedelta(hours=25),
    reminders.REMIND: timedelta(hours=25),
    reminders.AGE: timedelta(hours=1),
}


def put_right(tx: Tx, *, now: datetime) -> int:
    """Returns how many cases were put right; call again while it is CHUNK. The promise is 0."""
    found = cases_ahead(tx.connection, now)[:CHUNK]
    for case_id in found:
        _put_case_right(tx, case_id, now)
    for kind, longest in _LONGEST.items():
        far = (timer.c.kind == kind, timer.c.due_at > now + longest + GRACE)
        tx.execute(update(timer).where(*far).values(due_at=now + longest))
    return len(found)


def cases_ahead(connection: Connection, now: datetime) -> list[int]:
    """Cases to which something has happened that is still to come."""
    found: set[int] = set()
    for table in (case_event, transcript):
        found |= set(connection.execute(select(table.c.case_id).where(table.c.at > now + GRACE).distinct()).scalars())
    return sorted(found)


def _put_case_right(tx: Tx, case_id: int, now: datetime) -> None:
    happened = [
        (table, row.id, row.at)
        for table in _HAPPENED
        for row in tx.execute(select(table.c.id, table.c.at).where(table.c.case_id == case_id, table.c.at > now)).all()
    ]
    known = tx.execute(select(case).where(case.c.id == case_id)).one()
    stands = {name: at for name in _MOMENTS if (at := known._mapping[name]) is not None and at > now}
    moments = sorted({at for _, _, at in happened} | set(stands.values()), reverse=True)
    ahead = moments[0] - now
    if _has_planned(tx, case_id, now):
        _ask_by_the_day(tx, case_id, ahead)
    _wait_less(tx, case_id, ahead, now)
    # All of it happened just now: each thing still after the one before, what was at once still at once.
    just_now = {at: now - timedelta(microseconds=back) for back, at in enumerate(moments)}
    for table, row_id, at in happened:
        tx.execute(update(table).where(table.c.id == row_id).values(at=just_now[at]))
    values: dict[str, Any] = {name: just_now[at] for name, at in stands.items()}
    for name in ("held_until", "next_step_at"):
        if (at := known._mapping[name]) is not None and at > now:
            values[name] = max(now, at - ahead)
    if "closed_at" in stands and known.forget_at is not None:  # kept no longer than was promised
        values["forget_at"] = known.forget_at - ahead
    if values:
        tx.execute(update(case).where(case.c.id == case_id).values(values))


def _wait_less(tx: Tx, case_id: int, ahead: timedelta, now: datetime) -> None:
    """Timers and links count from now on."""
    mine = select(timer.c.id, timer.c.due_at).where(timer.c.subject_id == case_id, timer.c.kind.in_(_OF_A_CASE))
    for row in tx.execute(mine.where(timer.c.due_at > now)).all():
        sooner = max(now, row.due_at - ahead)
        tx.execute(update(timer).where(timer.c.id == row.id).values(due_at=sooner))
    links = select(alarm.c.id, alarm.c.expires_at).where(alarm.c.case_id == case_id, alarm.c.at > now)
    for row in tx.execute(links).all():
        tx.execute(update(alarm).where(alarm.c.id == row.id).values(expires_at=row.expires_at - ahead))


def _has_planned(tx: Tx, case_id: int, now: datetime) -> bool:
    """Whether questions for later were planned by the clock that was ahead."""
    planned = (case_event.c.case_id == case_id, case_event.c.kind == "check_ins", case_event.c.at > now + GRACE)
    return tx.execute(select(case_event.c.id).where(*planned)).first() is not None


def _ask_by_the_day(tx: Tx, case_id: int, ahead: timedelta) -> None:
    """Questions for later keep the hour that suits her, and come so many days after the talk as she agreed to."""
    days = round(ahead / _A_DAY) * _A_DAY
    planned = select(check_in.c.id, check_in.c.due_at, check_in.c.forget_at)
    for row in tx.execute(planned.where(check_in.c.case_id == case_id, check_in.c.state == "planned")).all():
        fresh = {"due_at": row.due_at - days, "forget_at": row.forget_at - days}
        tx.execute(update(check_in).where(check_in.c.id == row.id).values(**fresh))
        mine = (timer.c.kind == "check_in", timer.c.subject_id == row.id)
        tx.execute(update(timer).where(*mine).values(due_at=row.due_at - days))
