"""Danger grows in an open case, or is cried again: no agreed hour, and nobody who does not answer, keeps it waiting."""

from datetime import datetime, timedelta

from sqlalchemy import update

from bot import events
from bot.db import Tx
from bot.helpline import escalation, silence
from bot.helpline.casebook import Case, Urgency, get, hold_still, is_phoning, last_time, move, of_lane, record, tell
from bot.helpline.moves import Deed, State
from bot.helpline.ringing import tell_colleague
from bot.policy import Policy
from bot.tables import case
from bot.timers import clear_timer, due_at, set_timer

RINGS_AGAIN = timedelta(minutes=1)  # a colleague who was woken a moment ago is not woken by every line
DOUBTED_AGAIN = timedelta(hours=1)  # in one talk it is said again and again, and the colleague is there
LEFT_ALONE = silence.SILENT_NOW - timedelta(seconds=1)  # before the next rung would be called for less
CALLS_MOST = timedelta(minutes=5)  # who phones for help has so long after another cry, then all are called


def worsen(tx: Tx, known: Case, urgency: Urgency, *, now: datetime, policy: Policy) -> None:
    """Danger grew: who has the case hears it at once; if nobody talks with the person just now, all are called."""
    raise_to(tx, known, urgency, now=now)
    if known.staff_id is not None:
        key = f"staff.worse.{urgency}"
        tell_colleague(tx, known, known.staff_id, key, now=now, urgent=True, wakes=urgency == "now")
    if known.state is State.TAKEN:
        silence.begin(tx, _again(tx, known), now=now)
        tell(tx, _again(tx, known), "case.person.colleague_told", now=now)
        return
    _call_all(tx, known, now=now, policy=policy)


def raise_to(tx: Tx, known: Case, urgency: Urgency, *, now: datetime) -> None:
    """The case is more urgent from now on; who has to hear it is told by whoever calls this."""
    tx.execute(update(case).where(case.c.id == known.id).values(urgency=urgency))
    record(tx, known.id, "worse", now=now, detail=urgency)
    events.happened(tx, "case_worse", now=now, province=known.province, need=known.need)
    tx.ring("board")
    tx.ring(f"case:{known.id}")


def cry_again(tx: Tx, known: Case, *, now: datetime, policy: Policy) -> bool:
    """Danger now, and she cries once more. True: everybody on duty is called, as for a new case.

    While the ladder is climbed nothing changes. Whoever phones for help keeps the case a little longer: taken away
    now, two colleagues would begin from nothing.
    """
    if known.state in (State.WAITING, State.CLOSED):
        return False
    tell_of_cry(tx, known, now=now)
    if known.state is State.TAKEN or is_phoning(tx.connection, known):
        if known.state is State.HELD:
            _hold_no_longer(tx, known, now + CALLS_MOST)
        else:
            silence.begin(tx, known, now=now)
        tell(tx, known, "case.person.colleague_told", now=now)
        return False
    _call_all(tx, known, now=now, policy=policy)
    return True


def tell_of_cry(tx: Tx, known: Case, *, now: datetime) -> None:
    """Whoever has the case, or is offered it, is woken: this is more than one line among others."""
    before = last_time(tx.connection, known.id, "cried_again")
    if known.staff_id is None or (before is not None and now - before < RINGS_AGAIN):
        return
    record(tx, known.id, "cried_again", now=now)
    tell_colleague(tx, known, known.staff_id, "staff.cried_again", now=now, urgent=True, wakes=True)


def doubt(tx: Tx, known: Case, *, now: datetime) -> bool:
    """She says that she wants to die, to a colleague who has her case or is offered it: that is no line among others.

    The colleague is woken, once and not by every line, and has the few minutes of a worsening for an answer; without
    one the case is called out as danger now (`turns`). False: it was told lately, and is one more line.
    """
    before = last_time(tx.connection, known.id, silence.DOUBT)
    if known.staff_id is None:
        return False
    record(tx, known.id, silence.DOUBT, now=now)
    if known.urgency == "request":
        raise_to(tx, known, "violence", now=now)
    if known.state is State.HANDED:
        planned, latest = due_at(tx, "handed_over", known.id), now + silence.HANDED_NOW
        set_timer(tx, "handed_over", known.id, due_at=latest if planned is None else min(planned, latest))
    elif is_phoning(tx.connection, known):
        _hold_no_longer(tx, known, now + CALLS_MOST)
    began = known.taken_at or last_time(tx.connection, known.id, "handed")
    is_same_talk = before is not None and (began is None or before >= began)
    if before is not None and is_same_talk and now - before < DOUBTED_AGAIN:
        return False
    tell_colleague(tx, known, known.staff_id, "staff.in_doubt", now=now, urgent=True, wakes=True)
    if known.state is not State.HANDED:
        tell(tx, known, "case.person.colleague_told", now=now)
    return True


def doubt_alone(tx: Tx, case_id: int, *, now: datetime, policy: Policy) -> None:
    """She says that she wants to die, and nobody has her case: it is a request no more, and danger's ladder begins.

    The house asks her what she has done to herself. Without a plain no within the minutes a colleague would have for
    an answer, all are called as for danger now (`doubt_left`): whoever does not answer may not be able to.
    """
    known = hold_still(tx, case_id)
    if known is None or known.state is not State.WAITING or known.urgency == "now":
        return
    record(tx, known.id, silence.DOUBT, now=now)
    if due_at(tx, silence.ALONE, known.id) is None:
        set_timer(tx, silence.ALONE, known.id, due_at=now + LEFT_ALONE)
    if known.urgency == "request":
        raise_to(tx, known, "violence", now=now)
        _call_all(tx, known, now=now, policy=policy)


def doubt_left(tx: Tx, case_id: int, *, now: datetime, policy: Policy) -> None:
    """She has not said that she has done nothing to herself, and still nobody has her case."""
    known = hold_still(tx, case_id)
    if known is None or known.state is not State.WAITING or known.urgency == "now":
        return
    raise_to(tx, known, "now", now=now)
    record(tx, known.id, "waiting", now=now)
    escalation.begin(tx, _again(tx, known), now=now, policy=policy, is_asked=False)


def unharmed(tx: Tx, lane_id: int) -> None:
    """She has done nothing to herself: her case waits as it is, and whoever takes it asks how she is."""
    if (known := of_lane(tx.connection, lane_id)) is not None:
        clear_timer(tx, silence.ALONE, known.id)


def _call_all(tx: Tx, known: Case, *, now: datetime, policy: Policy) -> None:
    if known.state in (State.HELD, State.HANDED):
        held = hold_still(tx, known.id)
        if held is not None:
            move(tx, held, Deed.WORSEN, staff_id=None, held_until=None, taken_at=None)
        for kind in ("hold_over", "handed_over", "silent", "shift_end"):
            clear_timer(tx, kind, known.id)  # of the colleague who had it; whoever takes it now begins anew
    record(tx, known.id, "waiting", now=now)
    escalation.begin(tx, _again(tx, known), now=now, policy=policy)


def _hold_no_longer(tx: Tx, known: Case, until: datetime) -> None:
    if known.held_until is None or known.held_until > until:
        tx.execute(update(case).where(case.c.id == known.id).values(held_until=until))
        set_timer(tx, "hold_over", known.id, due_at=until)


def _again(tx: Tx, known: Case) -> Case:
    found = get(tx.connection, known.id)
    assert found is not None
    return found
