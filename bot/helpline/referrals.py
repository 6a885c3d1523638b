"""Sends a person to a place that helps, with a code of four digits instead of a name."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot import audit, events
from bot.db import Tx
from bot.helpline.casebook import NotYours, get, hold_still, language_of, record
from bot.helpline.moves import State
from bot.helpline.ringing import tell_colleague
from bot.outbox import tell_person
from bot.tables import referral, wrong_code
from directory.wording import t


class Way(StrEnum):
    """How far a referral has come."""

    OFFERED = "offered"
    SENT = "sent"
    ACCEPTED = "accepted"
    ATTENDED = "attended"
    DONE = "done"
    DECLINED = "declined"
    LOST = "lost"


_FINAL = frozenset({Way.DONE, Way.DECLINED, Way.LOST})


@dataclass(frozen=True, slots=True)
class Referral:
    """One referral: a place, a code, and how far it has come."""

    id: int
    case_id: int
    place_id: str
    code: str
    state: Way
    at: datetime


class NoCodeLeft(Exception):
    """This place already has all the codes that four digits allow."""


def refer(tx: Tx, case_id: int, staff_id: int, place_id: str, listing_text: str, *, now: datetime) -> Referral:
    """Send the listing and a code to the person. Raises NotYours.

    Nothing is shared with the place: the code points at nobody until the person shows it, so sharing is the person's
    own deed and needs no consent. What the place will see is said in the same message.
    """
    known = hold_still(tx, case_id)
    if known is None or known.state is not State.TAKEN or known.staff_id != staff_id or known.lane_id is None:
        raise NotYours
    code = _code(tx, place_id)
    row = {"case_id": case_id, "place_id": place_id, "code": code, "staff_id": staff_id, "at": now}
    made = insert(referral).values(**row, state=Way.SENT).returning(referral.c.id)
    referral_id = tx.execute(made).scalar_one()
    language = language_of(tx, known.lane_id)
    parts = [t("case.person.referred", language), listing_text, t("case.person.referral_code", language, code=code)]
    tell_person(tx, known.lane_id, "\n".join(parts), now=now, purpose="relay", urgent=True, case_id=case_id)
    # The slip is a message of its own: she holds up the phone and nothing else is to be read on it.
    slip = t("slip.text", "vi", code=code)
    tell_person(tx, known.lane_id, slip, now=now, purpose="relay", urgent=True, case_id=case_id)
    record(tx, case_id, "referred", now=now, staff_id=staff_id)
    audit.write(tx, staff_id, "referred", f"case:{case_id}", now=now)
    events.happened(tx, "referred", now=now, province=known.province, need=known.need)
    tx.ring(f"case:{case_id}")
    return Referral(referral_id, case_id, place_id, code, Way.SENT, now)


def _code(tx: Tx, place_id: str) -> str:
    used = set(tx.execute(select(referral.c.code).where(referral.c.place_id == place_id)).scalars())
    free = [code for number in range(10_000) if (code := f"{number:04}") not in used]
    if not free:
        raise NoCodeLeft
    return secrets.choice(free)


def of_case(connection: Connection, case_id: int) -> tuple[Referral, ...]:
    """The referrals of a case, oldest first."""
    rows = connection.execute(select(referral).where(referral.c.case_id == case_id).order_by(referral.c.id))
    return tuple(Referral(row.id, row.case_id, row.place_id, row.code, Way(row.state), row.at) for row in rows)


MOST_WRONG = 10  # wrong codes for one place within an hour; then its page rests until the hour is over
_CAME = frozenset({Way.OFFERED, Way.SENT, Way.ACCEPTED})


class Came(StrEnum):
    """What the page of the place says to a code."""

    NOTED = "noted"
    AGAIN = "again"  # this code was ticked before
    WRONG = "wrong"
    RESTING = "resting"


def came(tx: Tx, place_id: str, code: str, *, now: datetime) -> Came:
    """The place, or a peer, ticks that somebody came with this code. Nobody signs in and no person is named."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    here = (wrong_code.c.place_id == place_id, wrong_code.c.hour == hour)
    if (tx.execute(select(wrong_code.c.n).where(*here)).scalar_one_or_none() or 0) >= MOST_WRONG:
        return Came.RESTING
    mine = (referral.c.place_id == place_id, referral.c.code == code)
    row = tx.execute(select(referral.c.id, referral.c.case_id, referral.c.state).where(*mine)).one_or_none()
    if row is None:
        _count_wrong(tx, place_id, hour, now)
        return Came.WRONG
    waits = (referral.c.id == row.id, referral.c.state.in_(_CAME))
    if tx.execute(update(referral).where(*waits).values(state=Way.ATTENDED)).rowcount != 1:
        return Came.AGAIN
    record(tx, row.case_id, "referral", now=now, detail=Way.ATTENDED)
    events.happened(tx, f"referral_{Way.ATTENDED}", now=now)
    known = get(tx.connection, row.case_id)
    if known is not None and known.is_open and known.staff_id is not None:
        tell_colleague(tx, known, known.staff_id, "staff.attended", now=now)
    tx.ring(f"case:{row.case_id}")
    return Came.NOTED


def _count_wrong(tx: Tx, place_id: str, hour: datetime, now: datetime) -> None:
    make = pg_insert if tx.is_postgresql else sqlite_insert
    row = {"place_id": place_id, "hour": hour, "n": 1, "forget_at": now + timedelta(days=1)}
    keys = [wrong_code.c.place_id, wrong_code.c.hour]
    again = {"n": wrong_code.c.n + 1}
    tx.execute(make(wrong_code).values(**row).on_conflict_do_update(index_elements=keys, set_=again))


def mark(tx: Tx, referral_id: int, staff_id: int, state: Way | str, *, now: datetime) -> bool:
    """Write down how far it has come. False: it has already ended, or there is no such referral."""
    wanted = (referral.c.id == referral_id, referral.c.state.not_in(_FINAL))
    case_id = tx.execute(select(referral.c.case_id).where(*wanted)).scalar_one_or_none()
    if case_id is None or tx.execute(update(referral).where(*wanted).values(state=Way(state))).rowcount != 1:
        return False
    record(tx, case_id, "referral", now=now, staff_id=staff_id, detail=Way(state))
    audit.write(tx, staff_id, "referral", f"case:{case_id}", Way(state), now=now)
    events.happened(tx, f"referral_{Way(state)}", now=now)
    return True
