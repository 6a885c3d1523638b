"""What the house knows of a case: its state, urgency, rough place and name, and the list of what happened to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import Connection, bindparam, insert, select, update

from bot import claims
from bot.db import Tx
from bot.helpline.moves import Deed, State, after
from bot.outbox import Option, tell_person
from bot.ports import Purpose
from bot.seals import KeyId
from bot.tables import case, case_event, lane, person, staff
from directory.places import PlaceKey, Tier, name_of
from directory.wording import t

Urgency = Literal["now", "violence", "request"]
ANSWERING = frozenset({"worker", "peer", "supervisor"})  # roles that can read and write in a case
URGENCIES: tuple[Urgency, ...] = ("request", "violence", "now")  # from less to more


@dataclass(frozen=True, slots=True)
class Case:
    """One case as it stands. Holds no words and no account."""

    id: int
    alias: str
    lane_id: int | None
    key_id: KeyId | None = field(repr=False)
    urgency: Urgency
    need: str | None
    place: PlaceKey | None
    province: str | None
    state: State
    staff_id: int | None
    centre_id: int | None
    talk_agreed: bool
    rung: int
    round: int
    alarmed: int
    next_step_at: datetime | None
    held_until: datetime | None
    outcome: str | None
    opened_at: datetime
    alarmed_at: datetime | None
    taken_at: datetime | None
    closed_at: datetime | None
    erased_at: datetime | None
    away_from: str | None = None
    organisation_id: int | None = None

    @property
    def is_open(self) -> bool:
        return self.state is not State.CLOSED

    def place_name(self, language: str = "vi") -> str:
        """Province or old district, as it may stand in an alarm."""
        return name_of(self.place, language) if self.place else t("alarm.place_unknown", language)


class NotYours(Exception):
    """This case is with somebody else just now, or it can no longer be changed."""


def view(row: Any) -> Case:
    """A row of the table as a Case."""
    place = PlaceKey(Tier(row.place_tier), row.place_code) if row.place_tier and row.place_code else None
    return Case(
        id=row.id,
        alias=row.alias,
        lane_id=row.lane_id,
        key_id=KeyId(row.key_id) if row.key_id else None,
        urgency=cast(Urgency, row.urgency),
        need=row.need,
        place=place,
        province=row.province,
        state=State(row.state),
        staff_id=row.staff_id,
        centre_id=row.centre_id,
        talk_agreed=row.talk_agreed,
        rung=row.rung,
        round=row.round,
        alarmed=row.alarmed,
        next_step_at=row.next_step_at,
        held_until=row.held_until,
        outcome=row.outcome,
        opened_at=row.opened_at,
        alarmed_at=row.alarmed_at,
        taken_at=row.taken_at,
        closed_at=row.closed_at,
        erased_at=row.erased_at,
        away_from=row.away_from,
        organisation_id=row.organisation_id,
    )


_GET = select(case).where(case.c.id == bindparam("which"))
_STILL = _GET.with_for_update()
_LANE_OF = select(case.c.lane_id).where(case.c.id == bindparam("which"))
_BY_ALIAS = select(case).where(case.c.alias == bindparam("name"))
_OF_LANE = (
    select(case)
    .where(case.c.lane_id == bindparam("whose"), case.c.state != State.CLOSED)
    .order_by(case.c.id.desc())
    .limit(1)
)
_LATEST_OF_LANE = (
    select(case)
    .where(case.c.lane_id == bindparam("whose"), case.c.key_id.is_not(None))
    .order_by(case.c.id.desc())
    .limit(1)
)
_RECORD = insert(case_event)
_LAST_TIME = (
    select(case_event.c.at)
    .where(case_event.c.case_id == bindparam("which"), case_event.c.kind == bindparam("what"))
    .order_by(case_event.c.id.desc())
    .limit(1)
)
_LANGUAGE = select(person.c.language).join(lane, lane.c.person_id == person.c.id).where(lane.c.id == bindparam("whose"))
_ANYBODY = select(staff.c.id, staff.c.alias, staff.c.language, staff.c.state, staff.c.centre_id, staff.c.role)
_COLLEAGUE = _ANYBODY.where(staff.c.id == bindparam("who"))
_COLLEAGUES = _ANYBODY.where(staff.c.id.in_(bindparam("whom", expanding=True)))


def get(connection: Connection, case_id: int) -> Case | None:
    """The case with this number."""
    row = connection.execute(_GET, {"which": case_id}).one_or_none()
    return view(row) if row else None


def by_alias(connection: Connection, alias: str) -> Case | None:
    """The case with this name."""
    row = connection.execute(_BY_ALIAS, {"name": alias}).one_or_none()
    return view(row) if row else None


def of_lane(connection: Connection, lane_id: int) -> Case | None:
    """The open case of this lane; there is never more than one."""
    row = connection.execute(_OF_LANE, {"whose": lane_id}).one_or_none()
    return view(row) if row else None


def latest_of_lane(connection: Connection, lane_id: int) -> Case | None:
    """The newest case of this lane whose words are still kept, open or closed."""
    row = connection.execute(_LATEST_OF_LANE, {"whose": lane_id}).one_or_none()
    return view(row) if row else None


def hold_still(tx: Tx, case_id: int) -> Case | None:
    """The case, locked until the deed is done (PostgreSQL; SQLite has one writer anyway); its lane is locked first."""
    if tx.is_postgresql:
        lane_id = tx.execute(_LANE_OF, {"which": case_id}).scalar_one_or_none()
        if lane_id is not None:
            claims.hold_lane(tx, lane_id)
    row = tx.execute(_STILL, {"which": case_id}).one_or_none()
    return view(row) if row else None


def move(tx: Tx, known: Case, deed: Deed, **values: Any) -> bool:
    """Move a case on if it still stands as `known`. False: somebody was first, or it cannot be done now."""
    state = after(known.state, deed)
    if state is None:
        return False
    same_owner = case.c.staff_id.is_not_distinct_from(known.staff_id)
    unchanged = (case.c.id == known.id, case.c.state == known.state, same_owner)
    moved = tx.execute(update(case).where(*unchanged).values(state=state, **values))
    if moved.rowcount != 1:
        return False
    tx.ring(f"case:{known.id}")
    tx.ring("board")
    return True


def record(tx: Tx, case_id: int, kind: str, *, now: datetime, staff_id: int | None = None, detail: str = "") -> None:
    """Write down that something happened to a case; `detail` is a code, never words."""
    row = {"case_id": case_id, "at": now, "kind": kind, "staff_id": staff_id, "detail": detail}
    tx.execute(_RECORD, row)


def last_time(connection: Connection, case_id: int, kind: str) -> datetime | None:
    """When this last happened to the case."""
    found: datetime | None = connection.execute(_LAST_TIME, {"which": case_id, "what": kind}).scalar_one_or_none()
    return found


def language_of(tx: Tx, lane_id: int | None) -> str:
    """The language the person writes in."""
    return tx.execute(_LANGUAGE, {"whose": lane_id}).scalar_one_or_none() or "vi"


# What may answer something she has just written. Of everything else her phone makes no sound, where a network allows
# that: she has asked nothing, and somebody may stand beside her.
_ANSWERS = frozenset(
    f"case.person.{what}" for what in ("alarmed", "nobody", "nobody_until", "closed_hours", "colleague_told")
)


def is_phoning(connection: Connection, known: Case) -> bool:
    """Whether the case is kept only for the minutes of a call for help."""
    called = last_time(connection, known.id, "calling_help") if known.state is State.HELD else None
    since = max((at for at in (known.taken_at, last_time(connection, known.id, "held")) if at), default=None)
    return called is not None and (since is None or called >= since)


CONSENT = ("report", "agreed")  # the step that takes the answer to: may whoever took the case read your words?


def tell(
    tx: Tx,
    known: Case,
    key: str,
    *,
    now: datetime,
    more: str = "",
    is_asked: bool = True,
    asks: tuple[str, str] | None = None,
    **values: object,
) -> None:
    """Tell the person of this case a sentence of the catalogue, in her language.

    `is_asked`: she has just written. `asks`: it is a question; the step of a dialogue that takes her yes or no.
    """
    if known.lane_id is None:
        return
    language = language_of(tx, known.lane_id)
    said = t(key, language, **values)
    text = f"{said}\n{more}" if more else said
    options = [Option(*asks, answer, t(f"report.{answer}", language)) for answer in ("yes", "no")] if asks else []
    urgent, purpose = known.urgency == "now", "answer" if is_asked and key in _ANSWERS else "reminder"
    tell_person(
        tx, known.lane_id, text, now=now, options=options, purpose=cast(Purpose, purpose), urgent=urgent,
        case_id=known.id,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff, as far as a case needs to know."""

    id: int
    alias: str
    language: str
    state: str
    centre_id: int
    role: str

    @property
    def may_answer(self) -> bool:
        """Whether a case can be this colleague's own at all."""
        return self.state == "active" and self.role in ANSWERING

    @property
    def is_in_charge(self) -> bool:
        """Whether this colleague hears of cases that nobody takes."""
        return self.state == "active" and self.role in ("supervisor", "manager")


def colleagues(connection: Connection, whom: Sequence[int]) -> dict[int, Colleague]:
    """The same of several, by their numbers."""
    return {row.id: Colleague(*row) for row in connection.execute(_COLLEAGUES, {"whom": list(whom)})}


def colleague(connection: Connection, staff_id: int) -> Colleague | None:
    """The colleague with this number, also one who has left."""
    row = connection.execute(_COLLEAGUE, {"who": staff_id}).one_or_none()
    return Colleague(*row) if row else None
