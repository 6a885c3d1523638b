"""What a colleague sees on the board: the cases that wait, her or his own, and for a supervisor those of the centre."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    String,
    and_,
    bindparam,
    cast,
    exists,
    false,
    literal,
    or_,
    select,
)
from sqlalchemy import case as sql_case

from bot.helpline import visibility
from bot.helpline.casebook import URGENCIES, Case, Urgency, view
from bot.helpline.moves import State
from bot.staff import StaffMember
from bot.tables import case, case_event, centre, consent, lane, person, staff
from directory.wording import FALLBACK

_WORKING = frozenset({"worker", "peer", "supervisor"})
_AROUND: BindParameter[Any] = bindparam("around", expanding=True)  # the provinces of the colleague
_ORDER = (State.WAITING, State.HANDED, State.TAKEN, State.HELD, State.CLOSED)


@dataclass(frozen=True, slots=True)
class CaseCard:
    """One case on the board; nothing of what was said."""

    id: int
    alias: str
    state: State
    urgency: Urgency
    need: str | None
    place_name: str
    province: str | None
    opened_at: datetime
    age: timedelta
    taker_alias: str | None
    is_mine: bool
    is_unanswered: bool  # a whole round of the ladder passed and nobody took it
    held_until: datetime | None
    language: str = ""  # what she writes in, if it is not Vietnamese and her words may be read
    is_spoken: bool = False  # and this colleague speaks it


def board(connection: Connection, member: StaffMember, now: datetime) -> tuple[CaseCard, ...]:
    """The open cases this colleague may see: waiting first, the most urgent on top, then the oldest."""
    rows = connection.execute(_on_board(member.role), _who(member))
    cards = [_card(view(row), row.taker, row.written, member, now) for row in rows]
    return tuple(sorted(cards, key=_place_on_board))


def may_see(connection: Connection, member: StaffMember, case_id: int) -> bool:
    """Whether this case, open or closed, is on this colleague's desk."""
    return connection.execute(_is_visible(member.role), {**_who(member), "which": case_id}).first() is not None


def _who(member: StaffMember) -> dict[str, object]:
    return {"me": member.id, "my_centre": member.centre_id, "around": sorted(member.provinces)}


@cache  # one statement for each role, so that it is prepared once
def _on_board(role: str) -> Select[Any]:
    both = (
        select(
            case,
            staff.c.alias.label("taker"),
            sql_case((visibility.opens(case.c.id), person.c.language)).label("written"),
        )
        .outerjoin(staff, staff.c.id == case.c.staff_id)
        .outerjoin(lane, lane.c.id == case.c.lane_id)
        .outerjoin(person, person.c.id == lane.c.person_id)
    )
    return both.where(case.c.state != State.CLOSED, _visible(role))


@cache
def _is_visible(role: str) -> Select[Any]:
    return select(case.c.id).where(case.c.id == bindparam("which"), _visible(role))


def _visible(role: str) -> ColumnElement[bool]:
    if role not in _WORKING:
        return false()
    org = select(centre.c.organisation_id).where(centre.c.id == bindparam("my_centre")).scalar_subquery()
    is_ours = or_(case.c.organisation_id.is_(None), case.c.organisation_id == org)
    is_wished = or_(case.c.away_from.is_(None), case.c.away_from.not_in(_AROUND))
    return and_(is_ours, ~_is_unwanted(org), ~_is_new_to(org), _near(role, is_wished))


def _is_unwanted(org: ScalarSelect[int]) -> ColumnElement[bool]:
    """She took her yes to this organisation back (`reach.unwanted`)."""
    again = consent.alias()
    its = literal("org:") + cast(org, String)
    mine = (consent.c.case_id == case.c.id, consent.c.partner_id == its, consent.c.withdrawn_at.is_not(None))
    new = (again.c.case_id == case.c.id, again.c.partner_id == its, again.c.withdrawn_at.is_(None))
    return and_(case.c.organisation_id.is_(None), exists().where(*mine), ~exists().where(*new))


def _is_new_to(org: ScalarSelect[int]) -> ColumnElement[bool]:
    """Taken back from an organisation, and this one never had it nor has a yes (`reach.is_new_to`)."""
    passed_on = exists().where(case_event.c.case_id == case.c.id, case_event.c.kind == "to_organisation")
    took = case_event.alias()
    theirs = select(took.c.id).join(staff, staff.c.id == took.c.staff_id).join(centre, centre.c.id == staff.c.centre_id)
    had = theirs.where(took.c.case_id == case.c.id, took.c.kind == "taken", centre.c.organisation_id == org)
    its = literal("org:") + cast(org, String)
    yes = (consent.c.case_id == case.c.id, consent.c.partner_id == its, consent.c.withdrawn_at.is_(None))
    is_back = and_(case.c.organisation_id.is_(None), case.c.urgency != "now", passed_on)
    return and_(is_back, ~had.correlate(case).exists(), ~exists().where(*yes))


def _near(role: str, is_wished: ColumnElement[bool]) -> ColumnElement[bool]:
    around = or_(case.c.province.is_(None), case.c.province.in_(_AROUND))
    mine = case.c.staff_id == bindparam("me")
    if role != "supervisor":
        return or_(mine, and_(case.c.state == State.WAITING, around, is_wished))
    centres = case.c.centre_id == bindparam("my_centre")
    return or_(mine, centres, and_(case.c.state != State.CLOSED, around, is_wished))


def _card(known: Case, taker: str | None, written: str | None, member: StaffMember, now: datetime) -> CaseCard:
    return CaseCard(
        id=known.id,
        alias=known.alias,
        state=known.state,
        urgency=known.urgency,
        need=known.need,
        place_name=known.place_name(member.language),
        province=known.province,
        opened_at=known.opened_at,
        age=now - known.opened_at,
        taker_alias=taker,
        is_mine=known.staff_id == member.id,
        is_unanswered=known.state is State.WAITING and (known.round > 0 or known.alarmed == 0),
        held_until=known.held_until,
        language="" if written in (None, FALLBACK) else str(written),
        is_spoken=written in member.speaks,
    )


def _place_on_board(card: CaseCard) -> tuple[int, int, int, int, datetime]:
    """Who speaks her language sees her first among equals; for everybody else she keeps her place."""
    is_late = not card.is_unanswered
    return _ORDER.index(card.state), -URGENCIES.index(card.urgency), is_late, not card.is_spoken, card.opened_at
