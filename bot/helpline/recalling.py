"""She says it was no danger: the alarm is called off, unless a colleague is already with her, who is told instead."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update

from bot import audit, events
from bot.db import Tx
from bot.helpline import escalation
from bot.helpline.casebook import Case, get, hold_still, last_time, move, of_lane, record
from bot.helpline.moves import Deed, State
from bot.helpline.outcomes import Outcome
from bot.helpline.ringing import recall, tell_colleague
from bot.helpline.turns import wind_up
from bot.policy import Policy
from bot.tables import case, case_event


class Recalled(StrEnum):
    """What came of it."""

    ENDED = "ended"  # the case began with this alarm: it is closed
    CALMED = "calmed"  # it was a calmer case before: it is that again
    TOLD = "told"  # a colleague has it and decides with her
    NOTHING = "nothing"  # there is no alarm


def recall_alarm(tx: Tx, lane_id: int, *, now: datetime, policy: Policy) -> Recalled:
    """Call off the alarm of this person's open case."""
    open_one = of_lane(tx.connection, lane_id)
    known = hold_still(tx, open_one.id) if open_one else None
    if known is None or not known.is_open or known.urgency != "now":
        return Recalled.NOTHING
    if known.state is not State.WAITING:
        record(tx, known.id, "fine", now=now)
        if known.staff_id is not None:
            tell_colleague(tx, known, known.staff_id, "staff.fine", now=now, urgent=True)
        return Recalled.TOLD
    before = _urgency_before(tx, known)
    if before is not None:
        return _calm(tx, known, before, now=now, policy=policy)
    return _end(tx, known, now=now, policy=policy)


def _urgency_before(tx: Tx, known: Case) -> str | None:
    """How urgent the case was before this alarm; None if it began with it and nobody has talked with her since."""
    wanted = select(case_event.c.detail).where(
        case_event.c.case_id == known.id, case_event.c.kind.in_(("opened", "worse", "calmed"))
    )
    past = [one for one in tx.execute(wanted.order_by(case_event.c.id)).scalars() if one != "now"]
    if not past and last_time(tx.connection, known.id, "taken") is not None:
        return "violence"  # a colleague knows her: whoever takes it up again asks how she is
    return past[-1] if past else None


def _calm(tx: Tx, known: Case, urgency: str, *, now: datetime, policy: Policy) -> Recalled:
    tx.execute(update(case).where(case.c.id == known.id).values(urgency=urgency))
    recall(tx, known, key="alarm.fine", now=now)
    record(tx, known.id, "calmed", now=now, detail=urgency)
    tx.ring("board")
    again = get(tx.connection, known.id)
    assert again is not None
    escalation.begin(tx, again, now=now, policy=policy)
    return Recalled.CALMED


def _end(tx: Tx, known: Case, *, now: datetime, policy: Policy) -> Recalled:
    if not move(tx, known, Deed.CLOSE, held_until=None, outcome=Outcome.RECALLED, closed_at=now):
        return Recalled.NOTHING
    wind_up(tx, known, now=now, policy=policy)
    recall(tx, known, key="alarm.fine", now=now)
    record(tx, known.id, "closed", now=now, detail=Outcome.RECALLED)
    audit.write(tx, None, "closed", f"case:{known.id}", Outcome.RECALLED, now=now)
    events.happened(tx, f"outcome.{Outcome.RECALLED}", now=now, province=known.province, need=known.need)
    events.happened(tx, "case_closed", now=now, province=known.province, need=known.need)
    return Recalled.ENDED
