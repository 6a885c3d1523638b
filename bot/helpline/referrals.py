"""Sends a person to a place that helps, with a code of four digits instead of a name."""

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, func, insert, or_, select, update

from bot import audit, events
from bot.db import Tx
from bot.helpline import guessing
from bot.helpline.casebook import Case, NotYours, get, hold_still, language_of, of_lane, record
from bot.helpline.moves import State
from bot.helpline.ringing import tell_colleague
from bot.outbox import Option, tell_person
from bot.tables import event, referral
from bot.timers import clear_timer, set_timer
from directory import programmes
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


_FORWARD = (Way.OFFERED, Way.SENT, Way.ACCEPTED, Way.ATTENDED, Way.DONE)
_FINAL = frozenset({Way.DONE, Way.DECLINED, Way.LOST})
LOST_AFTER = timedelta(days=14)  # so long after the code nobody has heard whether she came
TIMER = "referral_lost"
ATTENDED_LAST = "attended_last"  # she came, and nothing more was heard until the words of the case went


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


def offer(tx: Tx, case_id: int, staff_id: int, place_id: str, listing_text: str, *, now: datetime) -> Referral:
    """Show the listing and ask whether she wants a code for it; without her yes none is told. Raises NotYours."""
    known, made = _new(tx, case_id, staff_id, place_id, Way.OFFERED, now=now)
    assert known.lane_id is not None
    language = language_of(tx, known.lane_id)
    keys = {"yes": "report.yes", "no": "report.no", "skip": "danger.skip"}
    options = [Option("referral", "answer", f"{made.id}|{key}", t(name, language)) for key, name in keys.items()]
    text = "\n".join([t("case.person.offered", language), listing_text, t("case.person.offered_code", language)])
    tell_person(tx, known.lane_id, text, now=now, options=options, purpose="relay", urgent=True, case_id=case_id)
    _written(tx, made, "referral_offered", staff_id, now=now)
    return made


def answer(tx: Tx, lane_id: int, referral_id: int, *, is_yes: bool, now: datetime) -> bool:
    """Her answer to a place that was offered. False: it is over, or was answered before."""
    known = of_lane(tx.connection, lane_id)
    found = next((one for one in of_case(tx.connection, known.id) if one.id == referral_id), None) if known else None
    if known is None or found is None or not _move(tx, found.id, Way.OFFERED, Way.SENT if is_yes else Way.DECLINED):
        return False
    if is_yes:
        _tell_code(tx, known, found, now=now)
        _sent(tx, known, found.place_id, now=now)
    else:
        clear_timer(tx, TIMER, found.id)
    record(tx, known.id, "referral", now=now, detail=Way.SENT if is_yes else Way.DECLINED)
    if known.staff_id is not None:
        tell_colleague(tx, known, known.staff_id, f"staff.consent.{'yes' if is_yes else 'no'}", now=now)
    tx.ring(f"case:{known.id}")
    return True


def refer(tx: Tx, case_id: int, staff_id: int, place_id: str, listing_text: str, *, now: datetime) -> Referral:
    """Send the listing and a code to the person. Raises NotYours.

    Nothing is shared with the place: the code points at nobody until the person shows it, so sharing is the person's
    own deed and needs no consent. What the place will see is said in the same message.
    """
    known, made = _new(tx, case_id, staff_id, place_id, Way.SENT, now=now)
    _tell_code(tx, known, made, now=now, listing_text=listing_text)
    _sent(tx, known, place_id, now=now)
    _written(tx, made, "referred", staff_id, now=now)
    return made


def _new(tx: Tx, case_id: int, staff_id: int, place_id: str, state: Way, *, now: datetime) -> tuple[Case, Referral]:
    known = hold_still(tx, case_id)
    if known is None or known.state is not State.TAKEN or known.staff_id != staff_id or known.lane_id is None:
        raise NotYours
    code = _code(tx, place_id)
    row = {"case_id": case_id, "place_id": place_id, "code": code, "staff_id": staff_id, "at": now}
    made = insert(referral).values(**row, state=state).returning(referral.c.id)
    referral_id = tx.execute(made).scalar_one()
    set_timer(tx, TIMER, referral_id, due_at=now + LOST_AFTER)
    return known, Referral(referral_id, case_id, place_id, code, state, now)


def _tell_code(tx: Tx, known: Case, made: Referral, *, now: datetime, listing_text: str = "") -> None:
    """The place, if she has not seen it, the code, and the slip: a message of its own, for she holds up the phone and
    nothing else is to be read on it."""
    assert known.lane_id is not None
    language = language_of(tx, known.lane_id)
    place = [t("case.person.referred", language), listing_text] if listing_text else []
    said = "\n".join([*place, t("case.person.referral_code", language, code=made.code)])
    for text in (said, t("slip.text", "vi", code=made.code)):
        tell_person(tx, known.lane_id, text, now=now, purpose="relay", urgent=True, case_id=known.id)


def _sent(tx: Tx, known: Case, place_id: str, *, now: datetime) -> None:
    work = programmes.work_of(tx.connection, place_id, known.need)
    kind = "training_sent" if work.is_training else "referred"
    events.happened(tx, kind, now=now, province=known.province, need=known.need, model=work.model)


def _written(tx: Tx, made: Referral, what: str, staff_id: int, *, now: datetime) -> None:
    record(tx, made.case_id, what, now=now, staff_id=staff_id)
    audit.write(tx, staff_id, what, f"case:{made.case_id}", now=now)
    tx.ring(f"case:{made.case_id}")


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


_CAME = frozenset({Way.SENT, Way.ACCEPTED, Way.DECLINED, Way.LOST})  # late is not too late


class Came(StrEnum):
    """What the page of the place says to a code."""

    NOTED = "noted"
    AGAIN = "again"  # this code was ticked before
    WRONG = "wrong"
    RESTING = "resting"


def came(tx: Tx, place_id: str, code: str, *, now: datetime, is_known: bool = False) -> Came:
    """The place, or a peer, ticks that somebody came with this code. Nobody signs in and no person is named.

    `is_known`: this browser has ticked a right code of the place before; strangers who guess do not shut it out.
    """
    guessing.hold(tx, place_id, now)
    if not is_known and guessing.rests_until(tx.connection, place_id, now) is not None:
        return Came.RESTING
    mine = (referral.c.place_id == place_id, referral.c.code == code)
    row = tx.execute(select(referral.c.id, referral.c.case_id, referral.c.state).where(*mine)).one_or_none()
    if row is None or row.state == Way.OFFERED:  # that code was told to nobody
        guessing.count_wrong(tx, place_id, now=now)
        return Came.WRONG
    guessing.let_go(tx, place_id)
    if row.state not in _CAME or not _move(tx, row.id, Way(row.state), Way.ATTENDED):
        return Came.AGAIN
    clear_timer(tx, TIMER, row.id)
    record(tx, row.case_id, "referral", now=now, detail=Way.ATTENDED)
    if row.state in _FINAL:
        _count(tx, row.case_id, place_id, f"back_{row.state}", now)
    _count(tx, row.case_id, place_id, Way.ATTENDED, now)
    known = get(tx.connection, row.case_id)
    if known is not None and known.is_open and known.staff_id is not None:
        tell_colleague(tx, known, known.staff_id, "staff.attended", now=now)
    tx.ring(f"case:{row.case_id}")
    return Came.NOTED


def mark(tx: Tx, referral_id: int, staff_id: int, state: Way | str, *, now: datetime) -> bool:
    """Write down how far it has come; it only goes forward. False: it cannot, or there is no such referral."""
    wanted = select(referral.c.case_id, referral.c.place_id, referral.c.state).where(referral.c.id == referral_id)
    row = tx.execute(wanted).one_or_none()
    if row is None or not may_follow(Way(row.state), Way(state)):
        return False
    if not _move(tx, referral_id, Way(row.state), Way(state)):
        return False
    if Way(state) in _FINAL | {Way.ATTENDED}:
        clear_timer(tx, TIMER, referral_id)
    record(tx, row.case_id, "referral", now=now, staff_id=staff_id, detail=Way(state))
    audit.write(tx, staff_id, "referral", f"case:{row.case_id}", Way(state), now=now)
    if row.state != Way.OFFERED:  # what was never sent is in no figure
        _count(tx, row.case_id, row.place_id, Way(state), now)
    return True


def may_follow(before: Way, after: Way) -> bool:
    """Only forward: who has come is not lost, and what has ended stays ended (a late visit is `came`)."""
    if before in _FINAL or (before is Way.OFFERED and after not in (Way.DECLINED, Way.LOST)):
        return False  # from an offer to a code leads nothing but her own yes
    if after in (Way.DECLINED, Way.LOST):
        return before is not Way.ATTENDED
    return _FORWARD.index(after) > _FORWARD.index(before)


def lost(tx: Tx, referral_id: int, *, now: datetime) -> None:
    """Two weeks and nobody has heard whether she came: that is written down, and her colleague may ask her."""
    wanted = select(referral.c.case_id, referral.c.place_id, referral.c.state).where(referral.c.id == referral_id)
    row = tx.execute(wanted).one_or_none()
    if row is None or not may_follow(Way(row.state), Way.LOST):
        return
    if not _move(tx, referral_id, Way(row.state), Way.LOST):
        return
    record(tx, row.case_id, "referral", now=now, detail=Way.LOST)
    if row.state == Way.OFFERED:
        return  # she has not answered, and nobody presses her
    _count(tx, row.case_id, row.place_id, Way.LOST, now)
    known = get(tx.connection, row.case_id)
    if known is not None and known.is_open and known.staff_id is not None:
        tell_colleague(tx, known, known.staff_id, "staff.referral_lost", now=now)
    tx.ring(f"case:{row.case_id}")


def let_go(tx: Tx, case_ids: Sequence[int], *, now: datetime) -> None:
    """The rows are about to be forgotten: each one has ended by then, so that the figures add up for ever."""
    columns = (referral.c.id, referral.c.case_id, referral.c.place_id, referral.c.state)
    wanted = select(*columns).where(referral.c.case_id.in_(case_ids), referral.c.state.not_in(_FINAL))
    for row in tx.execute(wanted).all():
        clear_timer(tx, TIMER, row.id)
        if row.state == Way.OFFERED:
            continue
        last = ATTENDED_LAST if row.state == Way.ATTENDED else Way.LOST
        _count(tx, row.case_id, row.place_id, last, now)


def _move(tx: Tx, referral_id: int, before: Way, after: Way) -> bool:
    same = (referral.c.id == referral_id, referral.c.state == before)
    return tx.execute(update(referral).where(*same).values(state=after)).rowcount == 1


def _count(tx: Tx, case_id: int, place_id: str, what: str, now: datetime) -> None:
    known = get(tx.connection, case_id)
    province, need = (known.province, known.need) if known else (None, None)
    work = programmes.work_of(tx.connection, place_id, need)
    kind = f"training_{what}" if work.is_training else f"referral_{what}"
    events.happened(tx, kind, now=now, province=province, need=need, model=work.model)


@dataclass(frozen=True, slots=True)
class Balance:
    """What became of all referrals there ever were, from the figures, and how many are still open, from the cases."""

    sent: int
    done: int
    declined: int
    lost: int
    attended_last: int
    open: int

    @property
    def adds_up(self) -> bool:
        return self.sent == self.done + self.declined + self.lost + self.attended_last + self.open


def balance(connection: Connection) -> Balance:
    """Every referral is in exactly one of these; one that came late is taken out of the lost or declined again."""
    ours = or_(event.c.kind.like("referr%"), event.c.kind.like("training%"))
    rows = connection.execute(select(event.c.kind, func.sum(event.c.n)).where(ours).group_by(event.c.kind))
    n: Counter[str] = Counter()
    for kind, total in rows:
        n["sent" if kind == "referred" else kind.partition("_")[2]] += int(total)
    still = select(func.count()).select_from(referral).where(referral.c.state.not_in(_FINAL | {Way.OFFERED}))
    return Balance(
        sent=n["sent"],
        done=n["done"],
        declined=n["declined"] - n["back_declined"],
        lost=n["lost"] - n["back_lost"],
        attended_last=n[ATTENDED_LAST],
        open=int(connection.execute(still).scalar_one()),
    )
