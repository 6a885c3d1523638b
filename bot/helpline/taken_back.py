"""A yes is taken back: what rested on it stops, and whoever would act on it in good faith hears it at once."""

from datetime import datetime

from sqlalchemy import Connection, select

from bot.db import Tx
from bot.helpline import company, consents, entrusting, reach, sharing
from bot.helpline.casebook import Case, view
from bot.helpline.consents import ConsentTo, Yes
from bot.helpline.ringing import tell_colleague
from bot.tables import case, case_event

_ACTED_ON_LATER = frozenset({ConsentTo.SHARE, ConsentTo.POLICE, ConsentTo.ACCOMPANY})  # also after closing


def standing(connection: Connection, lane_id: int) -> tuple[Yes, ...]:
    """Every yes of this person that stands, also of cases that are closed; each purpose and partner once."""
    found: dict[tuple[str, str | None], Yes] = {}
    for known in _cases(connection, lane_id):
        for one in consents.standing(connection, known.id):
            found.setdefault((one.purpose, one.partner_id), one)
    return tuple(found.values())


def take_back(tx: Tx, lane_id: int, purpose: ConsentTo | str, *, now: datetime, partner_id: str | None = None) -> bool:
    """She takes this yes back, in whichever case she gave it. False if there was none."""
    wanted, was_there = ConsentTo(purpose), False
    for known in _cases(tx.connection, lane_id):
        if not consents.withdraw(tx, known.id, wanted, now=now, partner_id=partner_id):
            continue
        was_there = True
        if wanted is ConsentTo.ACCOMPANY:
            company.called_off(tx, known, now=now)
        if wanted is ConsentTo.HAND_OVER:
            entrusting.drop(tx, known, with_agreed=True)
        is_there = partner_id is not None and partner_id == f"{sharing.ORGANISATION}{known.organisation_id}"
        if is_there and known.is_open:
            sharing.leave_organisation(tx, known, now=now)
            continue
        whom = _who_acts(tx, known, wanted)
        if is_there:  # the organisation she came from has no part in it any more
            whom = [one for one in whom if reach.is_of_its_organisation(tx.connection, known, one)]
        for staff_id in whom:
            wakes = wanted is ConsentTo.POLICE
            tell_colleague(tx, known, staff_id, f"staff.withdrawn.{wanted}", now=now, urgent=True, wakes=wakes)
    return was_there


def _who_acts(tx: Tx, known: Case, purpose: ConsentTo) -> list[int]:
    """Who has the case, and who asked for this yes: a colleague may have passed the case on and still mean to act."""
    if not known.is_open and purpose not in _ACTED_ON_LATER:
        return []
    asked = select(case_event.c.staff_id).where(
        case_event.c.case_id == known.id, case_event.c.kind == "consent_asked", case_event.c.detail == purpose
    )
    found = set(tx.execute(asked).scalars()) if purpose in _ACTED_ON_LATER else set()
    return sorted(one for one in {*found, known.staff_id} if one is not None)


def _cases(connection: Connection, lane_id: int) -> list[Case]:
    rows = connection.execute(select(case).where(case.c.lane_id == lane_id).order_by(case.c.id.desc()))
    return [view(row) for row in rows]
