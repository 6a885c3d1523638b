"""Opens a case when somebody needs a colleague, and joins what the person adds later to the case that is open."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, update

from bot import claims, events
from bot.db import Tx
from bot.helpline import aliases, escalation, reach, worsening
from bot.helpline.casebook import (
    URGENCIES,
    Case,
    NotYours,
    Urgency,
    by_alias,
    colleague,
    get,
    hold_still,
    latest_of_lane,
    of_lane,
    record,
    view,
)
from bot.helpline.moves import State
from bot.helpline.ringing import raise_rung, tell_colleague, waiting_for
from bot.helpline.rota import on_duty
from bot.helpline.turns import (
    Taken,
    TakenMeanwhile,
    close,
    hand_back,
    hand_over,
    handed_over,
    hold,
    hold_over,
    take,
)
from bot.policy import Policy
from bot.tables import case
from directory.places import PlaceKey, coarse, province_of

__all__ = [
    "Case",
    "NotYours",
    "Opened",
    "Taken",
    "TakenMeanwhile",
    "by_alias",
    "close",
    "get",
    "hand_back",
    "hand_over",
    "handed_over",
    "hold",
    "hold_over",
    "latest_of_lane",
    "of_lane",
    "open_case",
    "set_place",
    "take",
]


@dataclass(frozen=True, slots=True)
class Opened:
    """The open case of a person, and whether this message changed anything for the colleagues."""

    case: Case
    is_new: bool
    got_worse: bool


_OPEN = insert(case).returning(*case.c)


def open_case(
    tx: Tx, lane_id: int, *, urgency: Urgency, need: str | None, place: PlaceKey | None, now: datetime, policy: Policy
) -> Opened:
    """Open a case and call the first rung; or join the case that is open.

    Telling the same twice makes neither a second case nor a second alarm; a worsening alarms again, and so does
    another cry while nobody is with her. The person is told here whether somebody was called or nobody is on duty,
    except for a request, which promises no minute.
    """
    claims.hold_lane(tx, lane_id)
    known = of_lane(tx.connection, lane_id)
    if known is not None:
        return _join(tx, known, urgency=urgency, need=need, place=place, now=now, policy=policy)
    where = coarse(place) if place else None
    row = {
        "alias": aliases.choose(tx),
        "lane_id": lane_id,
        "key_id": tx.seals.new_key(),
        "urgency": urgency,
        "need": need,
        "place_tier": where.tier if where else None,
        "place_code": where.code if where else None,
        "province": province_of(where) if where else None,
        "state": State.WAITING,
        "opened_at": now,
    }
    opened = view(tx.execute(_OPEN, row).one())
    record(tx, opened.id, "opened", now=now, detail=urgency)
    _cry(tx, opened.id, urgency, now)
    events.happened(tx, f"case_{urgency}", now=now, province=opened.province, need=need)
    tx.ring("board")
    escalation.begin(tx, opened, now=now, policy=policy)
    return Opened(_again(tx, opened.id), is_new=True, got_worse=False)


def _cry(tx: Tx, case_id: int, urgency: Urgency, now: datetime) -> None:
    """Danger now opens the words from here on to whoever takes the case, without waiting for a yes."""
    if urgency == "now":
        record(tx, case_id, "cry", now=now)


def _again(tx: Tx, case_id: int) -> Case:
    found = get(tx.connection, case_id)
    assert found is not None
    return found


def _join(
    tx: Tx, known: Case, *, urgency: Urgency, need: str | None, place: PlaceKey | None, now: datetime, policy: Policy
) -> Opened:
    _cry(tx, known.id, urgency, now)
    got_worse = URGENCIES.index(urgency) > URGENCIES.index(known.urgency)
    if need and known.need is None:
        tx.execute(update(case).where(case.c.id == known.id).values(need=need))
    where = coarse(place) if place is not None else None
    if urgency == "now" and where is not None and known.place is not None and where != known.place:
        _place(tx, known, where, now=now, policy=policy)  # she is somewhere else now: whoever is called hears it
        known = _again(tx, known.id)
    is_called_again = False
    if got_worse:
        worsening.worsen(tx, known, urgency, now=now, policy=policy)
    elif urgency == "now":
        is_called_again = worsening.cry_again(tx, known, now=now, policy=policy)
    if place is not None and known.place is None:
        _place(tx, _again(tx, known.id), place, now=now, policy=policy)
    return Opened(_again(tx, known.id), is_new=False, got_worse=got_worse or is_called_again)


def set_place(tx: Tx, lane_id: int, place: PlaceKey, *, now: datetime, policy: Policy) -> Case | None:
    """Add the rough place to the open case; colleagues of that province who stand on its first rung are called too."""
    known = of_lane(tx.connection, lane_id)
    if known is None or coarse(place) == known.place:
        return known
    _place(tx, known, place, now=now, policy=policy)
    return _again(tx, known.id)


def _place(tx: Tx, known: Case, place: PlaceKey, *, now: datetime, policy: Policy) -> None:
    where = coarse(place)
    province = None if known.away_from else province_of(where)  # her wish: the whole country answers
    values = {"place_tier": where.tier, "place_code": where.code, "province": province}
    tx.execute(update(case).where(case.c.id == known.id).values(**values))
    record(tx, known.id, "place", now=now)
    tx.ring("board")
    tx.ring(f"case:{known.id}")
    held = hold_still(tx, known.id)
    if held is not None and held.staff_id is not None:
        who = colleague(tx.connection, held.staff_id)
        named = held.place_name(who.language if who is not None else "vi")
        tell_colleague(tx, held, held.staff_id, "staff.place", now=now, urgent=held.urgency == "now", place=named)
    if held is None or held.state is not State.WAITING or held.urgency == "request" or province == known.province:
        return
    rungs = on_duty(tx.connection, province, now, policy=policy)
    called = waiting_for(tx, known.id)
    first = [one.staff_id for one in rungs[0] if one.staff_id not in called] if rungs else []
    nearer = reach.allowed(tx, held, first)
    if nearer and not called:
        escalation.begin(tx, held, now=now, policy=policy)  # nobody could be called before the place was known
    else:
        raise_rung(tx, held, nearer, now=now, policy=policy)
