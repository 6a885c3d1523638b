"""A colleague takes a case, keeps it, passes it on or closes it; the person hears of every turn in plain words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.sql import Executable

from bot import audit, events
from bot.db import Tx
from bot.helpline import company, consents, escalation, handover, reach, shifts, silence, visibility, worsening
from bot.helpline.casebook import (
    CONSENT,
    Case,
    Colleague,
    NotYours,
    colleague,
    hold_still,
    is_phoning,
    language_of,
    last_time,
    move,
    record,
    tell,
)
from bot.helpline.moves import Deed, State
from bot.helpline.outcomes import Barrier, Outcome
from bot.helpline.ringing import recall, tell_colleague
from bot.policy import Policy
from bot.tables import (
    accompaniment,
    alarm,
    case,
    consent,
    contact,
    conversation,
    entrusted,
    handover_note,
    lane,
    legal_duty,
    person,
    referral,
    return_code,
    sharing,
    transcript,
)
from bot.timers import clear_timer, set_timer

_WITH_THE_WORDS = (transcript, alarm, consent, referral, sharing, legal_duty, accompaniment, handover_note)


@dataclass(frozen=True, slots=True)
class Taken:
    """The case is yours. `is_again`: it was already."""

    case: Case
    is_again: bool = False


@dataclass(frozen=True, slots=True)
class TakenMeanwhile:
    """A colleague was first, or the case was closed meanwhile (`alias_of_first` is None)."""

    case: Case
    alias_of_first: str | None
    at: datetime | None


def take(tx: Tx, case_id: int, staff_id: int, *, now: datetime, policy: Policy) -> Taken | TakenMeanwhile:
    """Make this case the colleague's own; everybody else who was called learns kindly who was first.

    Raises NotYours if the case does not exist, or the colleague has left or could not answer in it.
    """
    who = _answering(tx, staff_id)
    known = _known(tx, case_id)
    if known.state is State.TAKEN and known.staff_id == staff_id:
        return Taken(known, is_again=True)
    is_free = known.state is State.WAITING or known.staff_id == staff_id
    is_free = is_free and reach.may_take(tx.connection, known, staff_id)
    is_new = is_free and reach.is_new_to(tx.connection, known, staff_id)
    owner = {"staff_id": staff_id, "centre_id": who.centre_id, "taken_at": now, "held_until": None}
    if not is_free or not move(tx, known, Deed.TAKE, **owner):
        return meanwhile(tx, _known(tx, case_id), staff_id)
    for kind in ("hold_over", "handed_over", silence.ALONE):
        clear_timer(tx, kind, case_id)
    escalation.stop(tx, case_id)
    mine = _known(tx, case_id)
    silence.begin(tx, mine, now=now)
    shifts.taken(tx, mine, staff_id, now=now, policy=policy)
    tx.execute(
        update(alarm)
        .where(alarm.c.case_id == case_id, alarm.c.staff_id == staff_id, alarm.c.used_at.is_(None))
        .values(used_at=now)
    )
    recall(tx, mine, key="alarm.recalled", now=now, except_for=staff_id, who=who.alias)
    _written(tx, mine, "taken", staff_id, now=now)
    if is_new:
        consents.begin_anew(tx, case_id, now=now)
    if is_new and visibility.is_open(tx.connection, case_id):
        tell(tx, mine, "case.person.taken_elsewhere", now=now, who=who.alias, asks=CONSENT)
    elif visibility.is_open(tx.connection, case_id):
        key = "case.person.back" if known.state is State.HELD else "case.person.taken"
        tell(tx, mine, key, now=now, who=who.alias)
    else:  # she said no before, or was never asked: it must not sound as if somebody read along
        tell(tx, mine, "case.person.taken_unread", now=now, who=who.alias, asks=CONSENT)
    return Taken(mine)


def meanwhile(tx: Tx, known: Case, staff_id: int) -> TakenMeanwhile:
    """What somebody who comes too late hears; of a case that is not for her or him, not who has it."""
    is_ours = reach.may_take(tx.connection, known, staff_id)
    first = colleague(tx.connection, known.staff_id) if known.staff_id and known.is_open and is_ours else None
    return TakenMeanwhile(known, first.alias if first else None, known.taken_at if first else known.closed_at)


def hand_back(tx: Tx, case_id: int, staff_id: int, *, now: datetime, policy: Policy) -> Case:
    """Give the case back to the queue; the ladder starts again. Raises NotYours."""
    known = _own(tx, case_id, staff_id)
    return _back_to_queue(tx, known, Deed.HAND_BACK, "handed_back", "case.person.handed_back", now=now, policy=policy)


def back_in_queue(tx: Tx, case_id: int, *, now: datetime, policy: Policy) -> None:
    """The colleague who has the case is gone: everybody on duty is called again, and the person is told."""
    known = _known(tx, case_id)
    _back_to_queue(tx, known, Deed.HAND_BACK, "handed_back", "case.person.handed_back", now=now, policy=policy)


def _back_to_queue(tx: Tx, known: Case, deed: Deed, kind: str, key: str, *, now: datetime, policy: Policy) -> Case:
    is_in_doubt = known.urgency != "now" and silence.is_in_doubt(tx.connection, known)
    if not move(tx, known, deed, staff_id=None, held_until=None, taken_at=None):
        raise NotYours
    for timer_kind in ("hold_over", "handed_over", "silent", "shift_end"):
        clear_timer(tx, timer_kind, known.id)
    _written(tx, known, kind, known.staff_id, now=now)
    if is_in_doubt:  # nobody has asked her how she is: whoever is called is woken
        worsening.raise_to(tx, known, "now", now=now)
    record(tx, known.id, "waiting", now=now)
    tell(tx, known, key, now=now)
    escalation.begin(tx, _known(tx, known.id), now=now, policy=policy, is_asked=False)
    return _known(tx, known.id)


def hold(tx: Tx, case_id: int, staff_id: int, until: datetime, *, now: datetime, policy: Policy) -> Case:
    """Keep the case until an agreed moment; then it comes back to the queue by itself. Raises NotYours.

    Danger now is kept for two hours at most, whatever was asked for.
    """
    known = _own(tx, case_id, staff_id)
    until = min(until, now + silence.HOLD_NOW) if known.urgency == "now" else until
    if until <= now or not move(tx, known, Deed.HOLD, held_until=until):
        raise NotYours
    set_timer(tx, "hold_over", case_id, due_at=until)
    if not silence.is_in_doubt(tx.connection, known):  # then she is waited for no agreed hour
        silence.answered(tx, case_id)
    _written(tx, known, "held", staff_id, now=now)
    back_at = escalation.when(until, now, language_of(tx, known.lane_id))
    tell(tx, known, "case.person.held", now=now, when=back_at)
    return _known(tx, case_id)


def hold_over(tx: Tx, case_id: int, *, now: datetime, policy: Policy) -> None:
    """The agreed hour has come and the case was not taken up again: it is called out like a new one."""
    known = hold_still(tx, case_id)
    if known is None or known.state is not State.HELD:
        return
    if known.held_until is not None and known.held_until > now:
        set_timer(tx, "hold_over", case_id, due_at=known.held_until)
        return
    if known.staff_id is not None:
        tell_colleague(tx, known, known.staff_id, "staff.hold_over", now=now, urgent=True)
    # Whoever phoned for help agreed no hour with her.
    key = "case.person.handed_back" if is_phoning(tx.connection, known) else "case.person.hold_over"
    _back_to_queue(tx, known, Deed.HOLD_OVER, "hold_over", key, now=now, policy=policy)


def hand_over(tx: Tx, case_id: int, staff_id: int, to: int, *, now: datetime, policy: Policy) -> Case:
    """Offer the case to one colleague. Until she or he takes it, the person is told the truth.

    Raises NotYours, also for a colleague of another organisation: for that she is asked (`hand_to_organisation`).
    """
    known = _own(tx, case_id, staff_id)
    next_one = _answering(tx, to)
    is_fitting = to != staff_id and reach.may_be_handed(tx.connection, known, to)
    if not is_fitting or not move(tx, known, Deed.HAND_OVER, staff_id=to, held_until=None, taken_at=None):
        raise NotYours
    for kind in ("hold_over", "silent", "shift_end"):
        clear_timer(tx, kind, case_id)
    wakes = known.urgency == "now" or silence.is_in_doubt(tx.connection, known)
    wait = silence.HANDED_NOW if wakes else silence.HANDED
    set_timer(tx, "handed_over", case_id, due_at=now + wait)
    _written(tx, known, "handed", staff_id, now=now)
    before = colleague(tx.connection, staff_id)
    by = before.alias if before else ""
    tell_colleague(tx, known, to, "staff.handed", now=now, urgent=True, wakes=wakes, who=by)
    tell(tx, known, "case.person.handed", now=now, who=next_one.alias)
    return _known(tx, case_id)


def handed_over(tx: Tx, case_id: int, *, now: datetime, policy: Policy) -> None:
    """The colleague who was offered the case has not taken it: it goes back to the queue."""
    known = hold_still(tx, case_id)
    if known is None or known.state is not State.HANDED:
        return
    key = "case.person.not_taken_over"
    _back_to_queue(tx, known, Deed.HAND_BACK, "not_taken_over", key, now=now, policy=policy)


def silent(tx: Tx, case_id: int, *, now: datetime, policy: Policy) -> None:
    """Whoever has the case has not written for too long: it is called out again.

    An agreed hour is left in peace, but not in danger now once she has written meanwhile, nor if she wants to die.
    """
    known = hold_still(tx, case_id)
    if known is None or not silence.is_expected(tx.connection, known):
        return
    is_left = known.state is State.HELD and not silence.has_written(tx.connection, known)
    if is_left and not silence.is_in_doubt(tx.connection, known):
        return
    if known.staff_id is not None:
        tell_colleague(tx, known, known.staff_id, "staff.silent", now=now)
    _back_to_queue(tx, known, Deed.HAND_BACK, "silent", "case.person.silent", now=now, policy=policy)


def shift_end(tx: Tx, case_id: int, *, now: datetime, policy: Policy) -> None:
    """The shift of whoever has the case is over: with a note the next shift is called, without one a supervisor."""
    known = hold_still(tx, case_id)
    if known is None or known.state not in (State.TAKEN, State.HELD) or known.staff_id is None:
        return
    again = handover.end_of_shift(tx.connection, known.staff_id, now, policy)
    if again is not None:  # still, or again, on duty
        set_timer(tx, "shift_end", case_id, due_at=again + handover.GRACE)
        return
    if known.state is State.HELD:  # agreed with the person; it comes back by itself at that hour
        return
    if shifts.may_keep(tx, known, now=now):
        return
    has_note = handover.has_note(tx.connection, case_id, known.staff_id, since=known.taken_at)
    supervisor = None if has_note else handover.supervisor_for(tx.connection, known, now)
    if supervisor is None or not reach.may_be_handed(tx.connection, known, supervisor):
        _back_to_queue(tx, known, Deed.HAND_BACK, "shift_over", "case.person.shift_over", now=now, policy=policy)
        return
    tell_colleague(tx, known, known.staff_id, "staff.no_note", now=now)
    hand_over(tx, case_id, known.staff_id, supervisor, now=now, policy=policy)


def close(
    tx: Tx,
    case_id: int,
    staff_id: int,
    outcome: Outcome | str,
    barriers: Iterable[Barrier | str] = (),
    *,
    now: datetime,
    policy: Policy,
    as_supervisor: bool = False,
) -> Case:
    """Close the case with how it ended; its words are forgotten after the agreed days. Raises NotYours.

    `as_supervisor` closes a case somebody else has, or nobody; whether that is allowed the console decides.
    """
    known = _known(tx, case_id) if as_supervisor else _own(tx, case_id, staff_id)
    ended, met = Outcome(outcome), sorted({Barrier(barrier) for barrier in barriers})
    if not move(tx, known, Deed.CLOSE, held_until=None, outcome=ended, closed_at=now):
        raise NotYours
    wind_up(tx, known, now=now, policy=policy)
    recall(tx, known, key="alarm.closed", now=now, except_for=staff_id)
    _written(tx, known, "closed", staff_id, now=now, detail=ended)
    for barrier in met:
        record(tx, case_id, "barrier", now=now, staff_id=staff_id, detail=barrier)
        events.happened(tx, f"barrier.{barrier}", now=now, province=known.province, need=known.need)
    events.happened(tx, f"outcome.{ended}", now=now, province=known.province, need=known.need)
    tell(tx, known, "case.person.closed", now=now)
    company.closing(tx, known, now=now)
    return _known(tx, case_id)


def wind_up(tx: Tx, known: Case, *, now: datetime, policy: Policy) -> None:
    """From closing on, the clock runs: words go after the policy's days, the way back to the person a little later."""
    for kind in ("escalate", "hold_over", "handed_over", "silent", silence.HERS, silence.ALONE, "shift_end"):
        clear_timer(tx, kind, known.id)
    words = now + timedelta(days=policy.words_days)
    tx.execute(update(case).where(case.c.id == known.id).values(forget_at=words, next_step_at=None))
    for table in _WITH_THE_WORDS:
        tx.execute(update(table).where(table.c.case_id == known.id).values(forget_at=words))
    soon = now + timedelta(hours=policy.hand_over_hours)
    tx.execute(update(entrusted).where(entrusted.c.case_id == known.id).values(forget_at=soon))
    if known.lane_id is not None:
        keep_way_back(tx, known.lane_id, now + timedelta(days=policy.routing_days))


def keep_way_back(tx: Tx, lane_id: int, until: datetime) -> None:
    """See to it that the person can still be written to until then (her talk and her address are kept as long)."""
    for table in (lane, contact):
        _keep(tx, table, lane_id, until)
    owner = tx.execute(_OWNER, {"whose": lane_id}).scalar_one_or_none()
    _keep(tx, person, owner, until)


def keep_talk(tx: Tx, lane_id: int, until: datetime) -> None:
    """While a case is open the talk it belongs to is not forgotten."""
    for table in (conversation, return_code):
        _keep(tx, table, lane_id, until)


def _keep(tx: Tx, table: Table, whose: int | None, until: datetime) -> None:
    tx.execute(_keeping(table), {"whose": whose, "at_least": until})


@cache
def _keeping(table: Table) -> Executable:
    """Keep the rows of this lane, or the lane or person itself, no shorter than until then."""
    whose = table.c["lane_id" if "lane_id" in table.c else "id"]
    until = bindparam("at_least", type_=table.c.forget_at.type)
    return update(table).where(whose == bindparam("whose"), table.c.forget_at < until).values(forget_at=until)


_OWNER = select(lane.c.person_id).where(lane.c.id == bindparam("whose"))


def _written(tx: Tx, known: Case, kind: str, staff_id: int | None, *, now: datetime, detail: str = "") -> None:
    record(tx, known.id, kind, now=now, staff_id=staff_id, detail=detail)
    audit.write(tx, staff_id, kind, f"case:{known.id}", detail, now=now)
    is_first = kind == "taken" and known.alarmed_at is not None
    if is_first and known.alarmed_at is not None and last_time(tx.connection, known.id, "waiting") is None:
        quick = "taken_within_5" if now - known.alarmed_at <= timedelta(minutes=5) else "taken_later"
        events.happened(tx, quick, now=now, province=known.province, need=known.need)
    events.happened(tx, f"case_{kind}", now=now, province=known.province, need=known.need)


def _known(tx: Tx, case_id: int) -> Case:
    found = hold_still(tx, case_id)
    if found is None:
        raise NotYours
    return found


def _own(tx: Tx, case_id: int, staff_id: int) -> Case:
    known = _known(tx, case_id)
    if not known.is_open or known.staff_id != staff_id:
        raise NotYours
    return known


def _answering(tx: Tx, staff_id: int) -> Colleague:
    who = colleague(tx.connection, staff_id)
    if who is None or not who.may_answer:
        raise NotYours
    return who
