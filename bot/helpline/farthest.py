"""How far ahead the next step of a case may lie, and what to do when a clock that was wrong has put it farther."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, or_, select

from bot.db import Tx
from bot.helpline.casebook import last_time, record
from bot.helpline.moves import State
from bot.helpline.silence import ALONE, HANDED, HANDED_NOW, SILENT, SILENT_NOW
from bot.tables import case, case_event, timer
from bot.timers import set_timer

GRACE = timedelta(seconds=60)  # so late may something be before it counts as forgotten
FARTHEST_NOW = timedelta(minutes=15)  # whatever the policy says: what it may say is bounded
FARTHEST = timedelta(hours=1)
FARTHEST_STEP = timedelta(hours=14)  # a request of the evening waits for the morning; nothing waits longer
_WAITS = {"silent": (SILENT_NOW, SILENT), "handed_over": (HANDED_NOW, HANDED), ALONE: (SILENT_NOW, SILENT_NOW)}

_is_far = timer.c.due_at > bindparam("far")
_STEPS = (
    select(case.c.id, case.c.urgency, timer.c.due_at)
    .join(case, case.c.id == timer.c.subject_id)
    .where(timer.c.kind == "escalate", _is_far, case.c.state == State.WAITING)
)
_ANSWERS = (
    select(timer.c.kind, timer.c.subject_id, timer.c.due_at, case.c.urgency)
    .join(case, case.c.id == timer.c.subject_id)
    .where(timer.c.kind.in_(_WAITS), _is_far)
)
_waits_to_come = select(case_event.c.id).where(
    case_event.c.case_id == case.c.id, case_event.c.kind == "waiting", case_event.c.at > bindparam("soon")
)
_TO_COME = select(case.c.id, case.c.opened_at).where(
    case.c.state == State.WAITING, or_(case.c.opened_at > bindparam("soon"), _waits_to_come.exists())
)
_LAST_STEP = (
    select(case_event.c.detail)
    .where(case_event.c.case_id == bindparam("which"), case_event.c.kind == "step")
    .order_by(case_event.c.id.desc())
    .limit(1)
)


def steps_too_far(connection: Connection, now: datetime) -> tuple[int, ...]:
    """Waiting cases that would be looked at too late: danger now after a quarter of an hour, a request by the morning.

    Outside the hours of every centre, if the policy lets danger wait for them, it is looked at once an hour.
    """
    rows = connection.execute(_STEPS, {"far": now + FARTHEST_NOW + GRACE})
    limits = {"now": FARTHEST_NOW, "request": FARTHEST_STEP}
    late = [row for row in rows if row.due_at > now + limits.get(row.urgency, FARTHEST) + GRACE]
    return tuple(
        row.id
        for row in late
        if row.urgency != "now" or row.due_at > now + FARTHEST + GRACE or last_step(connection, row.id) != "closed"
    )


def answers_too_far(connection: Connection, now: datetime) -> tuple[tuple[str, int, timedelta], ...]:
    """Colleagues who have longer for an answer than anybody has: which timer, which case, how long it may be."""
    least = min(short for short, _ in _WAITS.values())
    found = []
    for row in connection.execute(_ANSWERS, {"far": now + least + GRACE}):
        longest = _WAITS[row.kind][0 if row.urgency == "now" else 1]
        if row.due_at > now + longest + GRACE:
            found.append((row.kind, row.subject_id, longest))
    return tuple(found)


def bring_near(tx: Tx, *, now: datetime) -> int:
    """After the clock was set back nothing waits for the hours it has lost. Returns how many cases had to be mended.

    A case that would wait since a moment to come waits from now on, or the ladder would not know whom it has called.
    """
    late = steps_too_far(tx.connection, now)
    for case_id in late:
        set_timer(tx, "escalate", case_id, due_at=now)
    answers = answers_too_far(tx.connection, now)
    for kind, case_id, longest in answers:
        set_timer(tx, kind, case_id, due_at=now + longest)
    for row in tx.execute(_TO_COME, {"soon": now + GRACE}).all():
        if (last_time(tx.connection, row.id, "waiting") or row.opened_at) > now + GRACE:
            record(tx, row.id, "waiting", now=now)
    return len(late) + len(answers)


def last_step(connection: Connection, case_id: int) -> str:
    """What the ladder did last for this case."""
    return str(connection.execute(_LAST_STEP, {"which": case_id}).scalar_one_or_none())
