"""When a case leaves a colleague's hands because the shift is over, also one that never was, or ends sooner."""

from datetime import datetime, timedelta

from sqlalchemy import select

from bot.db import Tx
from bot.helpline import handover, silence
from bot.helpline.casebook import Case, last_time, record, view
from bot.helpline.moves import State
from bot.helpline.ringing import tell_colleague
from bot.policy import Policy
from bot.tables import case
from bot.timers import due_at, set_timer

OFF_DUTY = timedelta(hours=2)  # so long a colleague who is not on duty has a case before being asked
WRITING = timedelta(minutes=30)  # who wrote so lately is in the middle of it and is not asked
_OFF, _ASKED = "off_duty", "asked_to_keep"


def taken(tx: Tx, known: Case, staff_id: int, *, now: datetime, policy: Policy) -> None:
    """The colleague has taken the case: with the end of the shift, or without one after two hours, it is looked at."""
    ends = handover.end_of_shift(tx.connection, staff_id, now, policy)
    if ends is None:
        record(tx, known.id, _OFF, now=now, staff_id=staff_id)
    due = now + OFF_DUTY if ends is None else ends + handover.GRACE
    set_timer(tx, "shift_end", known.id, due_at=due)


def may_keep(tx: Tx, known: Case, *, now: datetime) -> bool:
    """The look at a case that was taken off duty: who writes keeps it, who does not is asked once, then it goes on.

    False: it does not stay, or it was taken on duty and that is over.
    """
    began = last_time(tx.connection, known.id, _OFF)
    if known.staff_id is None or began is None or known.taken_at is None or began < known.taken_at:
        return False
    asked = last_time(tx.connection, known.id, _ASKED)
    asked = asked if asked is not None and asked >= began else None
    wrote = silence.last_line(tx.connection, known)
    if wrote is not None and now - wrote < WRITING and (asked is None or wrote > asked):
        set_timer(tx, "shift_end", known.id, due_at=now + OFF_DUTY)
        return True
    if asked is not None and (wrote is None or wrote <= asked):
        return False
    record(tx, known.id, _ASKED, now=now, staff_id=known.staff_id)
    is_now = known.urgency == "now"
    tell_colleague(tx, known, known.staff_id, "staff.keep_it", now=now, urgent=True, wakes=is_now, n=_minutes())
    set_timer(tx, "shift_end", known.id, due_at=now + handover.GRACE)
    return True


def changed(tx: Tx, staff_id: int | None = None, *, now: datetime, policy: Policy) -> int:
    """The rota of this colleague (None: of anybody) was changed: cases leave her or his hands when the duty now ends.

    Returns how many cases have another end. Who is off duty from now on has some minutes for a note.
    """
    wanted = select(case).where(case.c.state.in_((State.TAKEN, State.HELD)), case.c.staff_id.is_not(None))
    if staff_id is not None:
        wanted = wanted.where(case.c.staff_id == staff_id)
    found = 0
    for row in tx.execute(wanted.order_by(case.c.id)).all():
        known = view(row)
        planned, ends = due_at(tx, "shift_end", known.id), _end(tx, known, now, policy)
        if ends is None or ends == planned or (planned is None and known.state is State.HELD):
            continue
        set_timer(tx, "shift_end", known.id, due_at=ends)
        found += 1
        is_over = ends == now + handover.GRACE and known.state is State.TAKEN and known.staff_id is not None
        if is_over and known.staff_id is not None:
            tell_colleague(tx, known, known.staff_id, "staff.off_duty_now", now=now, urgent=True, n=_minutes())
    return found


def _end(tx: Tx, known: Case, now: datetime, policy: Policy) -> datetime | None:
    """When the case should leave; None: nothing changes, because it was taken off duty and the colleague still is."""
    assert known.staff_id is not None
    ends = handover.end_of_shift(tx.connection, known.staff_id, now, policy)
    if ends is not None:
        return ends + handover.GRACE
    began, planned = last_time(tx.connection, known.id, _OFF), due_at(tx, "shift_end", known.id)
    is_off = began is not None and known.taken_at is not None and began >= known.taken_at and planned is not None
    is_soon = planned is not None and planned <= now + handover.GRACE
    return None if is_off or is_soon else now + handover.GRACE


def _minutes() -> str:
    return str(int(handover.GRACE.total_seconds() // 60))
