"""The people who answer: who they are, which role and provinces they have, how they are invited and how they leave."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bot.db import Tx
from bot.seals import Seals
from bot.tables import (
    calendar_feed,
    centre,
    invitation,
    staff,
    staff_channel,
    staff_language,
    staff_organisation,
    staff_province,
    staff_session,
)
from directory import spoken

ROLES = ("worker", "peer", "supervisor", "maintainer", "manager", "admin")
INVITATION_HOURS = 72
LEFT_KEPT = timedelta(days=30)


class NameTaken(Exception):
    """Somebody on the staff has this sign-in name already: choose another."""


class UnknownLanguage(Exception):
    """This language is not on the list: directory/seed/spoken.yaml has it."""


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One colleague as the house knows them. `alias` is all that persons ever see."""

    id: int
    name: str
    alias: str
    role: str
    centre_id: int
    provinces: frozenset[str]
    language: str
    state: str
    is_demo: bool
    speaks: frozenset[str] = frozenset()  # beside Vietnamese
    organisation: str = ""  # that of the centre


_EVERYONE = (
    select(staff, staff_organisation.c.name.label("organisation"))
    .outerjoin(centre, centre.c.id == staff.c.centre_id)
    .outerjoin(staff_organisation, staff_organisation.c.id == centre.c.organisation_id)
    .where(staff.c.state != "left")
    .order_by(staff.c.name)
)
_PROVINCES, _LANGUAGES = select(staff_province), select(staff_language)
_BY_ID = _EVERYONE.where(staff.c.id == bindparam("who"))
_BY_NAME = _EVERYONE.where(staff.c.name == bindparam("called"))
_PROVINCES_OF = _PROVINCES.where(staff_province.c.staff_id == bindparam("who"))
_LANGUAGES_OF = _LANGUAGES.where(staff_language.c.staff_id == bindparam("who"))
_IS_TAKEN = select(staff.c.id).where(staff.c.name == bindparam("called"))


def everyone(connection: Connection) -> list[StaffMember]:
    """All colleagues who have not left, by name."""
    provinces: dict[int, set[str]] = {}
    for row in connection.execute(_PROVINCES):
        provinces.setdefault(row.staff_id, set()).add(row.province)
    tongues: dict[int, set[str]] = {}
    for row in connection.execute(_LANGUAGES):
        tongues.setdefault(row.staff_id, set()).add(row.code)
    return [_member(row, provinces.get(row.id, ()), tongues.get(row.id, ())) for row in connection.execute(_EVERYONE)]


def _member(row: Any, provinces: Iterable[str], speaks: Iterable[str]) -> StaffMember:
    return StaffMember(
        row.id,
        row.name,
        row.alias,
        row.role,
        row.centre_id,
        frozenset(provinces),
        row.language,
        row.state,
        row.is_demo,
        frozenset(speaks),
        row.organisation or "",
    )


def _one(connection: Connection, row: Any) -> StaffMember | None:
    if row is None:
        return None
    provinces, speaks = (connection.execute(wanted, {"who": row.id}).all() for wanted in (_PROVINCES_OF, _LANGUAGES_OF))
    return _member(row, [one.province for one in provinces], [one.code for one in speaks])


def get(connection: Connection, staff_id: int) -> StaffMember | None:
    """One colleague by number; None if unknown or gone."""
    return _one(connection, connection.execute(_BY_ID, {"who": staff_id}).one_or_none())


def mark_languages(tx: Tx, staff_id: int, codes: Iterable[str]) -> None:
    """From now on this colleague speaks these languages beside Vietnamese, and no others. Raises UnknownLanguage."""
    wanted = set(spoken.beside_vietnamese(codes))
    if not wanted <= set(spoken.table()):
        raise UnknownLanguage
    tx.execute(delete(staff_language).where(staff_language.c.staff_id == staff_id))
    for code in sorted(wanted):
        tx.execute(insert(staff_language).values(staff_id=staff_id, code=code))


def covers(connection: Connection, province: str | None) -> bool:
    """Whether any colleague belongs to this province; of a place without one nothing is said."""
    if province is None:
        return True
    mine = (staff_province.c.province == province, staff.c.state == "active")
    wanted = select(staff.c.id).join(staff_province, staff_province.c.staff_id == staff.c.id).where(*mine)
    return connection.execute(wanted.limit(1)).first() is not None


def by_name(connection: Connection, name: str) -> StaffMember | None:
    """One colleague by sign-in name; None if unknown or gone."""
    return _one(connection, connection.execute(_BY_NAME, {"called": name}).one_or_none())


def add(
    tx: Tx,
    name: str,
    *,
    alias: str,
    role: str,
    centre_id: int,
    provinces: frozenset[str],
    state: str,
    is_demo: bool = False,
    now: datetime,
) -> int:
    """Put a colleague on the list; returns the number. Raises NameTaken."""
    if tx.execute(_IS_TAKEN, {"called": name}).first() is not None:
        raise NameTaken
    made = tx.execute(
        insert(staff).values(
            name=name, alias=alias, role=role, centre_id=centre_id, state=state, is_demo=is_demo, created_at=now
        )
    ).inserted_primary_key
    assert made is not None
    if provinces:
        rows = [{"staff_id": made[0], "province": province} for province in sorted(provinces)]
        tx.execute(insert(staff_province), rows)
    return int(made[0])


def find_centre(tx: Tx, organisation: str, name: str) -> int:
    """The number of this centre; it and its organisation are made if they are new."""
    owner = tx.execute(
        select(staff_organisation.c.id).where(staff_organisation.c.name == organisation)
    ).scalar_one_or_none()
    if owner is None:
        key = tx.execute(insert(staff_organisation).values(name=organisation)).inserted_primary_key
        owner = key[0] if key else None
    mine = (centre.c.organisation_id == owner, centre.c.name == name)
    found = tx.execute(select(centre.c.id).where(*mine)).scalar_one_or_none()
    if found is None:
        key = tx.execute(insert(centre).values(organisation_id=owner, name=name)).inserted_primary_key
        found = key[0] if key else None
    assert found is not None
    return int(found)


def invite(
    tx: Tx,
    name: str,
    *,
    role: str,
    organisation: str,
    centre: str,
    provinces: frozenset[str],
    speaks: Iterable[str] = (),
    now: datetime,
) -> str:
    """Invite a colleague; returns the one-time token, which is shown once and kept only as a hash."""
    place = find_centre(tx, organisation, centre)
    staff_id = add(tx, name, alias=name, role=role, centre_id=place, provinces=provinces, state="invited", now=now)
    mark_languages(tx, staff_id, speaks)
    return _token(tx, staff_id, "invite", now)


def demo_link(tx: Tx, staff_id: int, *, now: datetime) -> str:
    """A one-time link into the demonstration's console."""
    return _token(tx, staff_id, "demo", now)


def invited(connection: Connection, seals: Seals, token: str, now: datetime) -> tuple[int, str] | None:
    """(staff number, kind) of a link that is still good."""
    kinds = invitation.c.kind.in_(("invite", "demo"))  # a code that links an account opens no door
    mine = (invitation.c.token_hash == seals.token_hash(token), invitation.c.used_at.is_(None), kinds)
    row = connection.execute(select(invitation).where(*mine, invitation.c.expires_at > now)).one_or_none()
    return None if row is None else (row.staff_id, row.kind)


def remove(tx: Tx, staff_id: int, *, now: datetime) -> None:
    """A colleague leaves: cannot sign in from now on; sign-in and addresses are forgotten after 30 days."""
    tx.execute(delete(staff_session).where(staff_session.c.staff_id == staff_id))
    tx.execute(delete(invitation).where(invitation.c.staff_id == staff_id))
    tx.execute(delete(staff_language).where(staff_language.c.staff_id == staff_id))
    tx.execute(delete(calendar_feed).where(calendar_feed.c.staff_id == staff_id))
    tx.execute(update(staff_channel).where(staff_channel.c.staff_id == staff_id).values(forget_at=now + LEFT_KEPT))
    tx.execute(update(staff).where(staff.c.id == staff_id).values(state="left", forget_at=now + LEFT_KEPT))


def _token(tx: Tx, staff_id: int, kind: str, now: datetime) -> str:
    token = secrets.token_urlsafe(24)
    expires = now + timedelta(hours=INVITATION_HOURS)
    values = {"token_hash": tx.seals.token_hash(token), "staff_id": staff_id, "kind": kind, "expires_at": expires}
    tx.execute(insert(invitation).values(values))
    return token
