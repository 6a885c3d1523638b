"""A sealed place becomes an open one only when two persons want it: one asks, another agrees."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from directory import editing
from directory.editing import NotNow, look_up
from directory.tables import directory_audit
from directory.verification import note

STANDS = timedelta(days=7)  # an asking that nobody answers is forgotten
_ASKED, _REFUSED = "unseal_asked", "unseal_refused"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked that a place be sealed no more, and when."""

    staff_id: int | None
    at: datetime


def asked(connection: Connection, place_id: str, *, now: datetime) -> Asked | None:
    """The asking that waits for a second person; a change of the listing since then has ended it."""
    mine = (directory_audit.c.place_id == place_id, directory_audit.c.deed.in_((_ASKED, _REFUSED, "save")))
    wanted = select(directory_audit).where(*mine).order_by(directory_audit.c.seq.desc()).limit(1)
    last = connection.execute(wanted).one_or_none()
    if last is None or last.deed != _ASKED or now - last.at > STANDS:
        return None
    return Asked(last.staff_id, last.at)


def ask(connection: Connection, place_id: str, *, staff_id: int, now: datetime) -> None:
    """Nothing changes yet. Raises NotNow: unknown, not sealed, or asked already."""
    known = look_up(connection, place_id)
    if known is None or not known.draft.is_sealed or asked(connection, place_id, now=now) is not None:
        raise NotNow("listing.problem.not_now")
    note(connection, _ASKED, place_id, staff_id=staff_id, now=now)


def agree(connection: Connection, place_id: str, *, staff_id: int, now: datetime) -> None:
    """From now on its district may be told. Raises NotNow: nobody asked, or the same person did; DraftProblem."""
    waiting, known = asked(connection, place_id, now=now), look_up(connection, place_id)
    if waiting is None or known is None or not known.draft.is_sealed:
        raise NotNow("listing.problem.not_now")
    if waiting.staff_id == staff_id:
        raise NotNow("listing.problem.unseal_other")
    opened = replace(known.draft, is_sealed=False)
    editing.save(
        connection, place_id, opened, expected=known.revision, staff_id=staff_id, now=now, may_unseal=True
    )


def refuse(connection: Connection, place_id: str, *, staff_id: int, now: datetime) -> None:
    """It stays sealed. Raises NotNow if nobody asked."""
    if asked(connection, place_id, now=now) is None:
        raise NotNow("listing.problem.not_now")
    note(connection, _REFUSED, place_id, staff_id=staff_id, now=now)
