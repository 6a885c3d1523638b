"""Somebody goes with her: asked for by the colleague after her yes, taken by a peer, written down when it is done."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, or_, select, update

from bot import audit, events
from bot.db import Tx
from bot.helpline import company, consents, reach
from bot.helpline.casebook import colleague, get, language_of, record, tell
from bot.helpline.consents import ConsentTo
from bot.helpline.moves import State
from bot.helpline.ringing import tell_colleague
from bot.helpline.sharing import NoYes, mine
from bot.helpline.truth import when
from bot.staff import StaffMember
from bot.tables import accompaniment, case, staff
from bot.timers import clear_timer


@dataclass(frozen=True, slots=True)
class Going:
    """One wish for company, as a peer sees it: alias, place of the listing and a moment. No words, no name."""

    id: int
    case_id: int
    alias: str
    place_id: str | None
    when_at: datetime | None
    staff_id: int | None
    state: str


def ask_for(
    tx: Tx, case_id: int, staff_id: int, *, place_id: str | None, when_at: datetime | None, now: datetime
) -> int:
    """Put the wish on the peers' page. Raises NotYours, or NoYes if she was not asked or said no."""
    known = mine(tx, case_id, staff_id)
    if not consents.has(tx.connection, case_id, ConsentTo.ACCOMPANY):
        raise NoYes
    same = (accompaniment.c.case_id == case_id, accompaniment.c.state.in_(("wanted", "agreed")))
    here = (accompaniment.c.place_id.is_not_distinct_from(place_id), accompaniment.c.when_at == when_at)
    there = tx.execute(select(accompaniment.c.id).where(*same, *here).limit(1)).scalar_one_or_none()
    if there is not None:
        return int(there)  # pressed twice
    row = {"case_id": case_id, "place_id": place_id, "when_at": when_at, "state": "wanted", "at": now}
    made = tx.execute(insert(accompaniment).values(**row).returning(accompaniment.c.id)).scalar_one()
    record(tx, case_id, "company_wanted", now=now, staff_id=staff_id)
    company.wanted(tx, made, known, when_at, now=now)
    return int(made)


def take_on(tx: Tx, number: int, staff_id: int, *, now: datetime) -> bool:
    """A peer goes along. False: somebody was first, its hour is over, or she does not want it any more."""
    wanted = select(accompaniment.c.case_id, accompaniment.c.when_at).where(accompaniment.c.id == number)
    row = tx.execute(wanted).one_or_none()
    if row is None:
        return False
    known = get(tx.connection, row.case_id)
    who = colleague(tx.connection, staff_id)
    is_over = row.when_at is not None and row.when_at <= now
    if is_over or not consents.has(tx.connection, row.case_id, ConsentTo.ACCOMPANY):
        return False
    if known is None or not known.is_open or who is None or not reach.may_go_along(tx.connection, known, staff_id):
        return False
    free = (accompaniment.c.id == number, accompaniment.c.state == "wanted")
    if tx.execute(update(accompaniment).where(*free).values(state="agreed", staff_id=staff_id)).rowcount != 1:
        return False
    company.agreed(tx, number, row.when_at)
    record(tx, known.id, "company_agreed", now=now, staff_id=staff_id)
    audit.write(tx, staff_id, "company_agreed", f"case:{known.id}", now=now)
    at = when(row.when_at, now, language_of(tx, known.lane_id))
    tell(tx, known, "case.person.company_at" if at else "case.person.company", now=now, who=who.alias, when=at)
    if known.staff_id is not None:
        tell_colleague(tx, known, known.staff_id, "staff.company", now=now, who=who.alias)
    tx.ring("board")
    tx.ring(f"case:{known.id}")
    return True


def call_off(tx: Tx, case_id: int, number: int, staff_id: int, *, now: datetime) -> bool:
    """She cannot or will not come: whoever would have gone hears it, and so does she. False: nothing was arranged."""
    known = get(tx.connection, case_id)
    if known is None or not known.is_open or known.staff_id != staff_id:
        return False
    if not company.called_off(tx, known, now=now, number=number):
        return False
    audit.write(tx, staff_id, "company_off", f"case:{case_id}", now=now)
    tell(tx, known, "case.person.company_off", now=now, is_asked=False)
    tx.ring(f"case:{case_id}")
    return True


def finish(tx: Tx, number: int, staff_id: int, state: str, *, now: datetime) -> bool:
    """It was done, or dropped. False: it is not this colleague's."""
    mine_ = (accompaniment.c.id == number, accompaniment.c.staff_id == staff_id, accompaniment.c.state == "agreed")
    if state == "dropped":
        return company.fell_through(tx, number, staff_id, now=now)
    if state != "done":
        return False
    done = tx.execute(update(accompaniment).where(*mine_).values(state=state).returning(accompaniment.c.case_id))
    row = done.one_or_none()
    if row is None:
        return False
    record(tx, row.case_id, f"company_{state}", now=now, staff_id=staff_id)
    events.happened(tx, f"company_{state}", now=now, model="peer")
    clear_timer(tx, company.TIMER, number)
    known, who = get(tx.connection, row.case_id), colleague(tx.connection, staff_id)
    if known is not None and known.staff_id is not None:
        tell_colleague(tx, known, known.staff_id, "staff.company_done", now=now, who=who.alias if who else "–")
    tx.ring("board")
    tx.ring(f"case:{row.case_id}")
    return True


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish for company, as the colleague who has the case sees it."""

    id: int
    place_id: str | None
    when_at: datetime | None
    state: str
    who: str


def of_case(connection: Connection, case_id: int) -> tuple[Wish, ...]:
    """What was wished for in this case, by its hour."""
    both = select(accompaniment, staff.c.alias).outerjoin(staff, staff.c.id == accompaniment.c.staff_id)
    wanted = both.where(accompaniment.c.case_id == case_id).order_by(accompaniment.c.when_at, accompaniment.c.id)
    rows = connection.execute(wanted)
    return tuple(Wish(row.id, row.place_id, row.when_at, row.state, row.alias or "") for row in rows)


def on_page(connection: Connection, member: StaffMember) -> tuple[Going, ...]:
    """What waits for somebody in this peer's provinces, and what the peer has taken on."""
    near = or_(case.c.province.is_(None), case.c.province.in_(sorted(member.provinces)))
    wanted = select(accompaniment, case.c.alias).join(case, case.c.id == accompaniment.c.case_id)
    hers = (accompaniment.c.staff_id == member.id) & (accompaniment.c.state == "agreed")
    waits = (accompaniment.c.state == "wanted") & (case.c.state != State.CLOSED) & near
    rows = connection.execute(wanted.where(or_(hers, waits)).order_by(accompaniment.c.when_at, accompaniment.c.id))
    found = []
    for row in rows:
        known = get(connection, row.case_id)
        if known is not None and (row.staff_id == member.id or reach.may_go_along(connection, known, member.id)):
            found.append(Going(row.id, row.case_id, row.alias, row.place_id, row.when_at, row.staff_id, row.state))
    return tuple(found)


def count_contacts(tx: Tx, staff_id: int, province: str, n: int, *, now: datetime) -> None:
    """A peer writes down how many people were talked with. A number, nobody's name."""
    for _ in range(max(0, min(n, 200))):
        events.happened(tx, "contact_made", now=now, province=province, model="peer")
    audit.write(tx, staff_id, "contacts", f"staff:{staff_id}", str(n), now=now)
