"""What a listing needs before persons are shown it: a way to reach it, a check that counts, a yes where asked for."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, select

from directory.drafts import Draft, Problem
from directory.freshness import CHANGED
from directory.tables import directory_audit, verification

WAYS = ("call", "visit", "letter")
# Whose yes the policy may ask for: places of private persons or firms, and groups of peers. Public ones need none.
_ASKED_AS = {
    "legal_firm": "private",
    "ngo": "private",
    "pharmacy": "private",
    "private_clinic": "private",
    "psychologist": "private",
    "peer_club": "peer",
    "peer_group": "peer",
}


@dataclass(frozen=True, slots=True)
class Consent:
    """The place agrees to be listed: how it was asked, and when it said so."""

    how: str
    on: date


def is_asked(kind: str, consent_kinds: Collection[str]) -> bool:
    """Whether a listing of this kind needs the yes of the place itself."""
    return _ASKED_AS.get(kind) in consent_kinds


def lacks(connection: Connection, place_id: str, draft: Draft, *, is_demo: bool) -> tuple[Problem, ...]:
    """What it lacks to be shown at all, and to stay shown after a change."""
    found = []
    if draft.kind == "shelter" and not draft.is_sealed:
        found.append(Problem("street", "listing.problem.open_shelter"))
    if not draft.phones:
        found.append(Problem("phones", "listing.problem.no_phone"))
    if _checked_on(connection, place_id, is_demo=is_demo) is None:
        found.append(Problem("state", "listing.problem.not_verified"))
    return tuple(found)


def lacks_yes(draft: Draft, consent: Consent | None, consent_kinds: Collection[str]) -> tuple[Problem, ...]:
    """The yes of the place, where the policy asks for it."""
    if consent is not None or not is_asked(draft.kind, consent_kinds):
        return ()
    return (Problem("state", "listing.problem.not_agreed"),)


def no_stands(connection: Connection, place_id: str, consent: Consent | None) -> tuple[Problem, ...]:
    """A place that agreed once and agrees no more said no; only its new yes undoes that."""
    mine = (directory_audit.c.place_id == place_id, directory_audit.c.deed == "consent_ended")
    if consent is not None or connection.execute(select(directory_audit.c.seq).where(*mine)).first() is None:
        return ()
    return (Problem("state", "listing.problem.not_agreed"),)


def too_old(
    connection: Connection, place_id: str, draft: Draft, fresh_days: Callable[[str], int], today: date
) -> tuple[Problem, ...]:
    """A check of the contact that is older than its kind allows is no ground for showing something new."""
    on = _checked_on(connection, place_id, is_demo=True)
    if on is None or today <= on + timedelta(days=fresh_days(draft.kind)):
        return ()
    return (Problem("state", "listing.problem.checked_long_ago"),)


def _checked_on(connection: Connection, place_id: str, *, is_demo: bool) -> date | None:
    """When one of ours checked how to reach it; made-up listings were checked by nobody."""
    mine = (verification.c.place_id == place_id, verification.c.field_group == "contact")
    wanted = select(verification.c.verified_on, verification.c.staff_id, verification.c.method).where(*mine)
    row = connection.execute(wanted).one_or_none()
    if row is None or row.method == CHANGED:
        return None
    return row.verified_on if is_demo or row.staff_id is not None else None
