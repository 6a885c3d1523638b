"""Who may be called for a case: not everybody, after a wish to avoid a province or a hand-over to an organisation."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from bot.db import Tx
from bot.helpline.casebook import Case
from bot.tables import centre, staff, staff_province

_ANSWERING = ("worker", "supervisor")


def may_reach(connection: Connection, known: Case, staff_id: int) -> bool:
    """Whether this colleague may have this case."""
    if known.staff_id == staff_id:
        return True
    if known.organisation_id is not None and organisation_of(connection, staff_id) != known.organisation_id:
        return False
    return known.away_from is None or known.away_from not in _provinces(connection, staff_id)


def organisation_of(connection: Connection, staff_id: int) -> int | None:
    """The organisation a colleague belongs to."""
    wanted = select(centre.c.organisation_id).join(staff, staff.c.centre_id == centre.c.id)
    return connection.execute(wanted.where(staff.c.id == staff_id)).scalar_one_or_none()


def allowed(tx: Tx, known: Case, whom: Sequence[int]) -> tuple[int, ...]:
    """Of those on this rung the ones who may have the case; if that leaves nobody, everybody else who may.

    Danger is never kept waiting for a wish that nobody can fulfil: then the rung is called as it stands.
    """
    if known.organisation_id is None and known.away_from is None:
        return tuple(whom)
    fitting = tuple(one for one in whom if may_reach(tx.connection, known, one))
    if fitting or not whom:
        return fitting
    wanted = select(staff.c.id).where(staff.c.state == "active", staff.c.role.in_(_ANSWERING)).order_by(staff.c.id)
    others = tuple(one for one in tx.execute(wanted).scalars() if may_reach(tx.connection, known, one))
    if others or known.organisation_id is not None:
        return others
    return tuple(whom)


def _provinces(connection: Connection, staff_id: int) -> set[str]:
    mine = select(staff_province.c.province).where(staff_province.c.staff_id == staff_id)
    return set(connection.execute(mine).scalars())
