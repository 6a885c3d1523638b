"""Who may be called for a case: not everybody, after a wish to avoid a province or a hand-over to an organisation."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, bindparam, exists, select

from bot.db import Tx
from bot.helpline.casebook import ANSWERING, Case
from bot.tables import case_event, centre, consent, staff, staff_province


def may_reach(connection: Connection, known: Case, staff_id: int) -> bool:
    """Whether this colleague may have this case."""
    return known.staff_id == staff_id or _fits(connection, known, staff_id)


def may_go_along(connection: Connection, known: Case, staff_id: int) -> bool:
    """Whether this colleague may learn where she goes: nobody whom only danger now would let have the case."""
    return may_reach(connection, known, staff_id) and not is_new_to(connection, known, staff_id)


def may_be_handed(connection: Connection, known: Case, to: int) -> bool:
    """Whether whoever has this case may offer it to this colleague: one of the own organisation."""
    is_own = known.staff_id is not None and to in of_one_organisation(connection, known.staff_id)
    return is_own and may_reach(connection, known, to)


def may_take(connection: Connection, known: Case, staff_id: int) -> bool:
    """Whether this colleague may answer the alarm: also against her wish, if nobody at all could fulfil it."""
    if may_reach(connection, known, staff_id):
        return True
    is_there = is_of_its_organisation(connection, known, staff_id) and _is_for_any(connection, known)
    return is_there and not everybody(connection, known)


def organisation_of(connection: Connection, staff_id: int) -> int | None:
    """The organisation a colleague belongs to."""
    wanted = select(centre.c.organisation_id).join(staff, staff.c.centre_id == centre.c.id)
    return connection.execute(wanted.where(staff.c.id == staff_id)).scalar_one_or_none()


def of_one_organisation(connection: Connection, staff_id: int) -> frozenset[int]:
    """Everybody of this colleague's organisation who could answer: to whom a case can go without a new yes of hers."""
    mine = organisation_of(connection, staff_id)
    wanted = _answering().join(centre, centre.c.id == staff.c.centre_id).where(centre.c.organisation_id == mine)
    return frozenset(connection.execute(wanted).scalars())


def is_anybody_at(connection: Connection, organisation_id: int) -> bool:
    """Whether an organisation has a colleague who could answer."""
    wanted = _answering().join(centre, centre.c.id == staff.c.centre_id)
    return connection.execute(wanted.where(centre.c.organisation_id == organisation_id).limit(1)).first() is not None


def rungs_for(
    connection: Connection, known: Case, rungs: tuple[tuple[int, ...], ...], *, is_any_hour: bool
) -> tuple[tuple[int, ...], ...]:
    """The ladder without those who may not have the case; if that leaves nobody, everybody else who may, as one rung.

    Danger is never kept waiting for a wish that nobody can fulfil: then the ladder stays as it is. An organisation
    where nobody is left is no such wish: without her yes nobody else has the case, and the ladder is empty.
    Taken back from an organisation it is offered first to those who had it before, and but for danger now to nobody
    else: decision 0022.
    """
    if _is_for_all(connection, known):
        return rungs
    able = tuple(tuple(one for one in rung if _fits(connection, known, one)) for rung in rungs)
    fitting = _those_who_had_it_first(connection, known, tuple(rung for rung in able if rung))
    if fitting or not (rungs or (known.organisation_id is not None and is_any_hour)):
        return fitting
    others = everybody(connection, known)
    if others:
        return (others,)
    return rungs if _is_for_any(connection, known) else ()


def allowed(tx: Tx, known: Case, whom: Sequence[int]) -> tuple[int, ...]:
    """Of these colleagues the ones who may take the case; the others may only hear of it."""
    if _is_for_all(tx.connection, known):
        return tuple(whom)
    return tuple(one for one in whom if may_take(tx.connection, known, one))


def everybody(connection: Connection, known: Case) -> tuple[int, ...]:
    """All who answer and whom neither the wish nor the organisation of the case keeps out."""
    wanted = _answering().order_by(staff.c.id)
    return tuple(one for one in connection.execute(wanted).scalars() if _fits(connection, known, one))


def unwanted(connection: Connection, case_id: int) -> frozenset[int]:
    """Organisations that had a yes to this case which she has taken back."""
    partners = (consent.c.case_id == case_id, consent.c.purpose == "share", consent.c.partner_id.startswith("org:"))
    rows = connection.execute(select(consent.c.partner_id, consent.c.withdrawn_at).where(*partners)).all()
    standing = {row.partner_id for row in rows if row.withdrawn_at is None}
    return frozenset(int(row.partner_id.removeprefix("org:")) for row in rows if row.partner_id not in standing)


def is_new_to(connection: Connection, known: Case, staff_id: int) -> bool:
    """Whether it was taken back from an organisation, and this colleague's never had it nor has a yes (0022)."""
    if known.organisation_id is not None or not _went_elsewhere(connection, known.id):
        return False
    mine, not_wanted = organisation_of(connection, staff_id), unwanted(connection, known.id)
    took = (case_event.c.case_id == known.id, case_event.c.kind == "taken")
    whom = connection.execute(select(case_event.c.staff_id).where(*took).distinct()).scalars().all()
    had = {organisation_of(connection, one) for one in whom if one is not None} - not_wanted
    yes = (consent.c.case_id == known.id, consent.c.partner_id == f"org:{mine}", consent.c.withdrawn_at.is_(None))
    return mine not in had and connection.execute(select(consent.c.id).where(*yes).limit(1)).first() is None


def _went_elsewhere(connection: Connection, case_id: int) -> bool:
    return connection.execute(_WENT_ELSEWHERE, {"which": case_id}).first() is not None


_WENT_ELSEWHERE = (
    select(case_event.c.id)
    .where(case_event.c.case_id == bindparam("which"), case_event.c.kind == "to_organisation")
    .limit(1)
)


def _is_for_any(connection: Connection, known: Case) -> bool:
    """Whether anybody of the line may be called where none of those who should can be: not against a yes by name."""
    if known.organisation_id is not None:
        return False
    return known.urgency == "now" or not _went_elsewhere(connection, known.id)


def _those_who_had_it_first(
    connection: Connection, known: Case, rungs: tuple[tuple[int, ...], ...]
) -> tuple[tuple[int, ...], ...]:
    """First those of the organisation that had the case before it went where she does not want it."""
    before = _had_it(connection, known) if known.organisation_id is None else None
    if before is None:
        return rungs
    theirs = {one for rung in rungs for one in rung if organisation_of(connection, one) == before}
    near = tuple(tuple(one for one in rung if one in theirs) for rung in rungs)
    rest = tuple(tuple(one for one in rung if one not in theirs) for rung in rungs)
    return tuple(rung for rung in (*near, *rest) if rung)


def _had_it(connection: Connection, known: Case) -> int | None:
    """The last organisation that passed the case on and to which she has not said no since."""
    passed_on = (case_event.c.case_id == known.id, case_event.c.kind == "to_organisation")
    rows = connection.execute(select(case_event.c.staff_id).where(*passed_on).order_by(case_event.c.id.desc()))
    not_wanted = unwanted(connection, known.id)
    had = (organisation_of(connection, one) for one in rows.scalars().all() if one is not None)
    return next((one for one in had if one is not None and one not in not_wanted), None)


def _is_for_all(connection: Connection, known: Case) -> bool:
    return known.organisation_id is None and known.away_from is None and not _went_elsewhere(connection, known.id)


def _fits(connection: Connection, known: Case, staff_id: int) -> bool:
    if not is_of_its_organisation(connection, known, staff_id):
        return False
    if known.organisation_id is None and organisation_of(connection, staff_id) in unwanted(connection, known.id):
        return False
    if known.urgency != "now" and is_new_to(connection, known, staff_id):
        return False
    if known.away_from is None:
        return True
    its = exists().where(staff_province.c.staff_id == staff_id, staff_province.c.province == known.away_from)
    return not connection.execute(select(its)).scalar_one()


def is_of_its_organisation(connection: Connection, known: Case, staff_id: int) -> bool:
    """Whether no other organisation has this case: to all others it is not there."""
    return known.organisation_id is None or organisation_of(connection, staff_id) == known.organisation_id


def _answering() -> Select[Any]:
    return select(staff.c.id).where(staff.c.state == "active", staff.c.role.in_(sorted(ANSWERING)))
