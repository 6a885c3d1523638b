"""Makes a case known to one named partner, only with a yes for exactly that; hands it to another organisation."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from bot import audit, events
from bot.db import Tx
from bot.helpline import company, escalation, reach
from bot.helpline.casebook import Case, NotYours, get, hold_still, language_of, move, record, tell
from bot.helpline.consents import ConsentTo
from bot.helpline.moves import Deed, State
from bot.helpline.ringing import recall, tell_colleague
from bot.outbox import Option, tell_person
from bot.policy import Policy
from bot.tables import case, case_event, consent, sharing, staff_organisation
from bot.timers import clear_timer, set_timer
from directory.wording import t

VERSION = "purpose-2026-12"
WHOLE = "organisation-2026-12"  # the wording of the yes to another organisation having the whole case
ORGANISATION = "org:"
ASKED = (ConsentTo.NOTES, ConsentTo.SHARE, ConsentTo.POLICE, ConsentTo.FOLLOW_UP, ConsentTo.ACCOMPANY)


class NoYes(Exception):
    """She has not said yes to this partner, or has taken it back."""


class NobodyThere(Exception):
    """Nobody of that organisation could answer just now."""


@dataclass(frozen=True, slots=True)
class Shared:
    """That a case was made known to a partner."""

    partner_id: str
    purpose: str
    at: datetime
    by_duty: bool


def ask(
    tx: Tx,
    case_id: int,
    staff_id: int,
    purpose: ConsentTo | str,
    *,
    now: datetime,
    partner_id: str = "",
    name: str = "",
) -> None:
    """Ask the person, with two buttons; the answer is no until she says yes. Raises NotYours."""
    known, wanted = mine(tx, case_id, staff_id), ConsentTo(purpose)
    if known.lane_id is None or wanted not in ASKED:
        raise NotYours
    language = language_of(tx, known.lane_id)
    options = tuple(
        Option("consent", "answer", f"{wanted}|{partner_id}|{key}", t(f"consent.choice.{key}", language))
        for key in ("yes", "no")
    )
    asked = "organisation" if partner_id.startswith(ORGANISATION) else wanted
    text = t(f"consent.ask.{asked}", language, partner=name) if name else t(f"consent.ask.{asked}", language)
    tell_person(tx, known.lane_id, text, now=now, options=options, purpose="relay", urgent=True, case_id=case_id)
    record(tx, case_id, "consent_asked", now=now, staff_id=staff_id, detail=wanted)


def was_asked(connection: Connection, case_id: int, purpose: ConsentTo) -> bool:
    """Whether she was asked for this in this very case: a button of an earlier one says yes to nothing here."""
    asked = (case_event.c.case_id == case_id, case_event.c.kind == "consent_asked", case_event.c.detail == purpose)
    return connection.execute(select(case_event.c.id).where(*asked).limit(1)).first() is not None


def share(
    tx: Tx, case_id: int, staff_id: int, partner_id: str, *, now: datetime, purpose: ConsentTo = ConsentTo.SHARE
) -> None:
    """Write down that the case is made known to this partner. Raises NotYours or NoYes; the database refuses too."""
    known = mine(tx, case_id, staff_id)
    stands = select(consent.c.id).where(
        consent.c.case_id == case_id,
        consent.c.purpose == purpose,
        consent.c.partner_id == partner_id,
        consent.c.withdrawn_at.is_(None),
    )
    consent_id = tx.execute(stands.order_by(consent.c.id.desc()).limit(1)).scalar_one_or_none()
    if consent_id is None:
        raise NoYes
    row = {"case_id": case_id, "partner_id": partner_id, "purpose": purpose, "staff_id": staff_id, "at": now}
    tx.execute(insert(sharing).values(**row, consent_id=consent_id))
    record(tx, case_id, "shared", now=now, staff_id=staff_id, detail=purpose)
    audit.write(tx, staff_id, "shared", f"case:{case_id}", purpose, now=now)
    events.happened(tx, f"shared_{purpose}", now=now, province=known.province, need=known.need)
    tx.ring(f"case:{case_id}")


def of_case(connection: Connection, case_id: int) -> tuple[Shared, ...]:
    """Whom the case was made known to, oldest first."""
    rows = connection.execute(select(sharing).where(sharing.c.case_id == case_id).order_by(sharing.c.id))
    return tuple(Shared(row.partner_id, row.purpose, row.at, row.duty_id is not None) for row in rows)


def hand_to_organisation(
    tx: Tx, case_id: int, staff_id: int, organisation_id: int, *, now: datetime, policy: Policy
) -> None:
    """Another organisation has the case from now on; the first sees no more of it.

    Raises NotYours, NobodyThere (she is not even asked then) or NoYes.
    """
    known = mine(tx, case_id, staff_id)
    if reach.organisation_of(tx.connection, staff_id) == organisation_id:
        raise NotYours
    if not reach.is_anybody_at(tx.connection, organisation_id):
        raise NobodyThere
    share(tx, case_id, staff_id, f"org:{organisation_id}", now=now)
    if not move(tx, known, Deed.HAND_BACK, staff_id=None, centre_id=None, held_until=None, taken_at=None):
        raise NotYours
    tx.execute(update(case).where(case.c.id == case_id).values(organisation_id=organisation_id))
    _clear(tx, case_id)
    record(tx, case_id, "to_organisation", now=now, staff_id=staff_id, detail=f"org:{organisation_id}")
    record(tx, case_id, "waiting", now=now)
    audit.write(tx, staff_id, "to_organisation", f"case:{case_id}", f"org:{organisation_id}", now=now)
    again = get(tx.connection, case_id)
    assert again is not None
    tell(tx, again, "case.person.to_organisation", now=now)
    company.changes_hands(tx, again, now=now)
    escalation.begin(tx, again, now=now, policy=policy, is_asked=False)


def leave_organisation(tx: Tx, known: Case, *, now: datetime) -> None:
    """She took the yes back while that organisation has her case: it loses it at once, and everybody else is called.

    Whom else she wanted before is asked first by the ladder, which begins anew; who reads from now on has to take it.
    """
    held = hold_still(tx, known.id)
    if held is None or held.organisation_id is None or not held.is_open:
        return
    owner = {"staff_id": None, "centre_id": None, "held_until": None, "taken_at": None}
    if held.state is not State.WAITING and not move(tx, held, Deed.HAND_BACK, **owner):
        return
    tx.execute(update(case).where(case.c.id == held.id).values(organisation_id=None, rung=0, round=0))
    _clear(tx, held.id)
    if held.staff_id is not None:
        tell_colleague(tx, held, held.staff_id, "staff.withdrawn.organisation", now=now, urgent=True)
    recall(tx, held, key="staff.withdrawn.organisation", now=now, except_for=held.staff_id)
    record(tx, held.id, "from_organisation", now=now)
    record(tx, held.id, "waiting", now=now)
    again = get(tx.connection, held.id)
    assert again is not None
    tell(tx, again, "case.person.from_organisation", now=now)
    company.changes_hands(tx, again, now=now)
    set_timer(tx, "escalate", held.id, due_at=now)


def _clear(tx: Tx, case_id: int) -> None:
    for kind in ("hold_over", "handed_over", "silent", "shift_end"):
        clear_timer(tx, kind, case_id)


def name_of(connection: Connection, organisation_id: int) -> str:
    """How an organisation is called: the yes is to exactly this name, whatever a browser sends."""
    wanted = select(staff_organisation.c.name).where(staff_organisation.c.id == organisation_id)
    return str(connection.execute(wanted).scalar_one())


def organisations_there(connection: Connection, staff_id: int) -> tuple[tuple[int, str], ...]:
    """The other organisations of the line, to which a case can be handed: those where somebody could answer."""
    mine = reach.organisation_of(connection, staff_id)
    wanted = select(staff_organisation.c.id, staff_organisation.c.name).where(staff_organisation.c.id != mine)
    rows = connection.execute(wanted.order_by(staff_organisation.c.name)).all()
    return tuple((row.id, row.name) for row in rows if reach.is_anybody_at(connection, row.id))


def mine(tx: Tx, case_id: int, staff_id: int) -> Case:
    """The case, if this colleague talks with the person just now. Raises NotYours."""
    known = hold_still(tx, case_id)
    if known is None or known.state is not State.TAKEN or known.staff_id != staff_id:
        raise NotYours
    return known
