"""Who speaks her language: called first and shown first; that nobody does is never a reason to leave her waiting."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from bot.helpline.casebook import Case
from bot.helpline.hindered import hindered
from bot.helpline.ladder import Called
from bot.policy import Policy
from bot.tables import lane, person, staff_language
from directory.wording import FALLBACK

_WRITTEN = (
    select(person.c.language).join(lane, lane.c.person_id == person.c.id).where(lane.c.id == bindparam("whose"))
)


def of_case(connection: Connection, known: Case) -> str:
    """The language she writes in or chose; empty for Vietnamese, which everybody here speaks."""
    written = connection.execute(_WRITTEN, {"whose": known.lane_id}).scalar_one_or_none() or FALLBACK
    return "" if written == FALLBACK else str(written)


def speakers(connection: Connection, code: str) -> frozenset[int]:
    """The colleagues who are marked with this language."""
    wanted = select(staff_language.c.staff_id).where(staff_language.c.code == code)
    return frozenset(connection.execute(wanted).scalars())


def prefer(
    connection: Connection,
    known: Case,
    whom: Sequence[int],
    rungs: Called,
    called: frozenset[int],
    *,
    now: datetime,
    policy: Policy,
) -> tuple[int, ...]:
    """Those about to be called, speakers first; if nobody so far speaks it, who does on a later rung is called along.

    Nobody is ever taken away: a helper who needs a dictionary is better than none. Who has to rest is left to rest.
    """
    code = of_case(connection, known)
    able = speakers(connection, code) if code else frozenset()
    if not able or not whom:
        return tuple(whom)
    if able.isdisjoint({*whom, *called}):
        fresh = able - hindered(connection, able, now=now, policy=policy)
        more = next((mine for rung in rungs if (mine := [one for one in rung if one in fresh])), [])
        return (*more, *whom)
    return tuple(sorted(whom, key=lambda one: one not in able))
