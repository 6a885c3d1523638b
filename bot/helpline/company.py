"""Keeps the word given about company: whoever was promised it, or promised it, hears when it falls through."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from bot import events, staff
from bot.db import Tx
from bot.helpline import reach
from bot.helpline.casebook import Case, colleague, get, record, tell
from bot.helpline.escalation import in_charge_of
from bot.helpline.ringing import tell_colleague
from bot.tables import accompaniment
from bot.timers import clear_timer, set_timer

TIMER = "company"
_WARNED = timedelta(hours=4)  # so long before the hour the colleague hears that nobody goes along yet
_TOLD = timedelta(hours=1)  # and so long before it she does
_HOW = timedelta(hours=2)  # so long after the hour whoever went along is asked how it was
_UNKNOWN = timedelta(hours=24)  # and so long after it the colleague hears that nothing was said
_LIVE = ("wanted", "agreed")


def wanted(tx: Tx, number: int, known: Case, when_at: datetime | None, *, now: datetime) -> None:
    """A wish stands on the peers' page: they hear of it, and it is looked after until its hour."""
    for one in staff.everyone(tx.connection):
        is_near = known.province is None or known.province in one.provinces
        if (
            one.role == "peer"
            and one.state == "active"
            and is_near
            and reach.may_go_along(tx.connection, known, one.id)
        ):
            tell_colleague(tx, known, one.id, "staff.company_wanted", now=now)
    tx.ring("board")
    if when_at is None:
        return
    ahead = [when_at - before for before in (_WARNED, _TOLD) if when_at - before > now]
    set_timer(tx, TIMER, number, due_at=ahead[0] if ahead else now + (when_at - now) / 2)


def agreed(tx: Tx, number: int, when_at: datetime | None) -> None:
    """Somebody goes along: nobody has to be found any more, and some hours later it is asked how it was."""
    clear_timer(tx, TIMER, number)
    if when_at is not None:
        set_timer(tx, TIMER, number, due_at=when_at + _HOW)


def look_again(tx: Tx, number: int, *, now: datetime) -> None:
    """The hour comes nearer and nobody has taken the wish, or is over and nobody has said how it was."""
    going = (accompaniment.c.id == number, accompaniment.c.state == "agreed")
    row = tx.execute(select(accompaniment).where(*going)).one_or_none()
    if row is not None:
        _ask_how(tx, row, now)
    else:
        _look_for_somebody(tx, number, now)


def _ask_how(tx: Tx, row: Any, now: datetime) -> None:
    """Whoever went along is asked once; then the colleague hears that nothing is known. She is not pressed."""
    known = get(tx.connection, row.case_id)
    if known is None or row.when_at is None:
        return
    if now < row.when_at + _UNKNOWN:
        set_timer(tx, TIMER, row.id, due_at=row.when_at + (_UNKNOWN if now >= row.when_at + _HOW else _HOW))
        if now >= row.when_at + _HOW:
            tell_colleague(tx, known, row.staff_id, "staff.company_how", now=now)
        return
    who = colleague(tx.connection, row.staff_id)
    _tell_the_house(tx, known, "staff.company_unknown", now, who=who.alias if who is not None else "–")


def _look_for_somebody(tx: Tx, number: int, now: datetime) -> None:
    """The hour comes nearer and nobody has taken the wish: the colleague hears it, then she, then it is over."""
    mine = (accompaniment.c.id == number, accompaniment.c.state == "wanted")
    row = tx.execute(select(accompaniment).where(*mine)).one_or_none()
    known = get(tx.connection, row.case_id) if row is not None else None
    if row is None or known is None or row.when_at is None:
        return
    if row.when_at <= now:
        _end(tx, row, known, now)
        _tell_the_house(tx, known, "staff.company_nobody", now)
        return
    is_soon = row.when_at - now <= _TOLD
    set_timer(tx, TIMER, number, due_at=row.when_at if is_soon else row.when_at - _TOLD)
    _tell_the_house(tx, known, "staff.company_nobody_yet", now)
    if is_soon:
        tell(tx, known, "case.person.company_nobody_yet", now=now, is_asked=False)


def fell_through(tx: Tx, number: int, staff_id: int, *, now: datetime) -> bool:
    """Whoever had promised cannot come: she and her colleague hear it, and others are asked while there is time.

    False: it was not this colleague's.
    """
    hers = (accompaniment.c.id == number, accompaniment.c.staff_id == staff_id, accompaniment.c.state == "agreed")
    row = tx.execute(select(accompaniment).where(*hers)).one_or_none()
    known = get(tx.connection, row.case_id) if row is not None else None
    if row is None or known is None:
        return False
    is_ahead = known.is_open and (row.when_at is None or row.when_at > now)
    state = "wanted" if is_ahead else "dropped"
    free = {"state": state, "staff_id": None if is_ahead else staff_id}
    if tx.execute(update(accompaniment).where(*hers).values(**free)).rowcount != 1:
        return False
    clear_timer(tx, TIMER, number)
    record(tx, known.id, "company_dropped", now=now, staff_id=staff_id)
    events.happened(tx, "company_dropped", now=now, model="peer")
    tx.ring("board")
    who = colleague(tx.connection, staff_id)
    alias = who.alias if who is not None else "–"
    _tell_the_house(tx, known, "staff.company_dropped", now, who=alias)
    if row.when_at is None or row.when_at > now:
        key = "case.person.company_dropped" if is_ahead else "case.person.company_not"
        tell(tx, known, key, now=now, is_asked=False, who=alias)
    if is_ahead:
        wanted(tx, number, known, row.when_at, now=now)
    return True


def gone(tx: Tx, staff_id: int, *, now: datetime) -> None:
    """This colleague has left: nothing that was promised is waited for."""
    hers = (accompaniment.c.staff_id == staff_id, accompaniment.c.state == "agreed")
    for number in tx.execute(select(accompaniment.c.id).where(*hers)).scalars().all():
        fell_through(tx, number, staff_id, now=now)


def called_off(tx: Tx, known: Case, *, now: datetime, number: int | None = None) -> bool:
    """She does not want it any more, or is gone: nobody goes there, and whoever would have gone hears it.

    `number`: only this wish. False: there was none.
    """
    ending = [row for row in _live(tx, known.id) if number in (None, row.id)]
    for row in ending:
        _end(tx, row, known, now)
        if row.staff_id is not None:
            tell_colleague(tx, known, row.staff_id, "staff.company_off", now=now, urgent=True)
    return bool(ending)


def closing(tx: Tx, known: Case, *, now: datetime) -> None:
    """The case is closed: what was promised is kept; what nobody has taken on ends, and she is told."""
    for row in _live(tx, known.id):
        if row.state == "wanted":
            _end(tx, row, known, now)
            if row.when_at is None or row.when_at > now:
                tell(tx, known, "case.person.company_none", now=now, is_asked=False)


def changes_hands(tx: Tx, known: Case, *, now: datetime) -> None:
    """Another organisation has the case: the first one's peer is out, and the wish is put to those who may have it."""
    for row in _live(tx, known.id):
        if row.state == "agreed" and row.staff_id is not None:
            if reach.may_go_along(tx.connection, known, row.staff_id):
                continue
            tell_colleague(tx, known, row.staff_id, "staff.company_off", now=now, urgent=True)
            who = colleague(tx.connection, row.staff_id)
            tell(tx, known, "case.person.company_dropped", now=now, is_asked=False, who=who.alias if who else "–")
            mine = accompaniment.c.id == row.id
            tx.execute(update(accompaniment).where(mine).values(state="wanted", staff_id=None))
        wanted(tx, row.id, known, row.when_at, now=now)


def _live(tx: Tx, case_id: int) -> list[Any]:
    mine = (accompaniment.c.case_id == case_id, accompaniment.c.state.in_(_LIVE))
    return list(tx.execute(select(accompaniment).where(*mine).order_by(accompaniment.c.id)).all())


def _end(tx: Tx, row: Any, known: Case, now: datetime) -> None:
    tx.execute(update(accompaniment).where(accompaniment.c.id == row.id).values(state="dropped"))
    clear_timer(tx, TIMER, row.id)
    record(tx, known.id, "company_ended", now=now, staff_id=row.staff_id)
    tx.ring("board")


def _tell_the_house(tx: Tx, known: Case, key: str, now: datetime, *, who: str = "") -> None:
    """Whoever has the case; if nobody has, those in charge of the province."""
    has_it = colleague(tx.connection, known.staff_id) if known.staff_id is not None else None
    is_there = has_it is not None and has_it.state == "active"
    whom = (has_it.id,) if has_it is not None and is_there else in_charge_of(tx, known)
    for one in whom:
        tell_colleague(tx, known, one, key, now=now, urgent=True, who=who)
