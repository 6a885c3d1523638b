"""Forgets what is due, a little at a time: every private row says when it goes, and here it goes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Executable,
    Select,
    Table,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

import bot.tables as tables
from bot.db import Tx
from bot.helpline import aliases, entrusting, referrals, unread
from bot.helpline.erasure import forget_lane
from bot.helpline.moves import State
from bot.helpline.turns import keep_talk, keep_way_back
from bot.policy import Policy
from bot.seals import KeyId
from bot.tables import (
    alarm,
    case,
    contact,
    conversation,
    lane,
    outbox,
    person,
    staff,
    staff_channel,
    staff_session,
    webchat_frame,
)
from directory.tables import metadata

CHUNK = 100  # rows of one table in one deed, so that no deed keeps an alarm waiting
_WITH_THE_WORDS = (  # those that point at others first
    tables.transcript,
    tables.entrusted,
    tables.sharing,
    tables.legal_duty,
    tables.consent,
    tables.referral,
    tables.accompaniment,
    tables.handover_note,
)
_WITH_KEYS = frozenset({"conversation", "webchat_session", "entrusted", "unanswered", "remark_key", "kept_out"})
_OWN_WAY = frozenset({"case", "lane", "person", "staff", "contact"})


@dataclass(slots=True)
class Swept:
    """What went. Destroy the keys after the commit; sweep again while `rows` is not 0."""

    keys: list[KeyId] = field(default_factory=list)
    rows: int = 0
    kept: int = 0  # rows whose day was moved because a case is open


@cache  # sorting takes longer than sweeping where nothing is due
def _tables() -> tuple[Table, ...]:
    """Every table with `forget_at`, those that refer to others first."""
    return tuple(table for table in reversed(metadata.sorted_tables) if "forget_at" in table.c)


Part = Callable[[Tx, datetime, Policy, Swept], None]


@cache
def parts() -> Mapping[str, Part]:
    """What is forgotten, in an order in which nothing refers to what is gone; each part is a deed of its own."""
    found: dict[str, Part] = {"open_cases": _keep_open_cases, "cases": _retire_cases}
    for table in _tables():
        if table.name not in _OWN_WAY:
            found[table.name] = partial(_delete_due, table)
    found |= {"lanes": _forget_lanes, "persons": _forget_persons, "staff": _forget_staff, "links": _end_what_ran_out}
    return MappingProxyType(found)


def idle(connection: Connection, now: datetime) -> frozenset[str]:
    """The parts of which nothing is due: one look spares the writer a deed for each, every minute."""
    looked = connection.execute(_busy(), {"now": now}).one()
    return frozenset(name for name, is_busy in zip(_ends(), looked, strict=True) if not is_busy)


@cache
def _ends() -> Mapping[str, Sequence[Column[Any]]]:
    """By which days one sees whether there is something to do in a part; open cases are looked at each time."""
    found = {one.name: (one.c.forget_at,) for one in _tables() if one.name not in _OWN_WAY}
    return MappingProxyType(found | {
        "cases": (case.c.forget_at,),
        "lanes": (lane.c.forget_at, contact.c.forget_at),
        "persons": (person.c.forget_at, lane.c.forget_at),  # a person goes with the last lane
        "staff": (staff.c.forget_at,),
        "links": (tables.invitation.c.expires_at, staff_session.c.expires_at),
    })  # fmt: skip


@cache
def _busy() -> Executable:
    """One yes or no for each part. The moment is in it once: psycopg reads anew what is longer than 4,096 letters."""
    m = select(bindparam("now", type_=lane.c.forget_at.type).label("now")).subquery("m")
    is_due = (or_(*(exists().where(end <= m.c.now).correlate(m) for end in ends)) for ends in _ends().values())
    return select(*is_due).select_from(m)


def sweep_part(tx: Tx, name: str, *, now: datetime, policy: Policy) -> Swept:
    """Forget up to a chunk of one part."""
    swept = Swept()
    parts()[name](tx, now, policy, swept)
    return swept


def sweep(tx: Tx, *, now: datetime, policy: Policy) -> Swept:
    """Forget up to a chunk of every part. A person with an open case is not forgotten meanwhile."""
    swept = Swept()
    for part in parts().values():
        part(tx, now, policy, swept)
    return swept


def _keep_open_cases(tx: Tx, now: datetime, policy: Policy, swept: Swept) -> None:
    """Whoever waits for a colleague stays reachable, however long it takes. Prolonged by the hour, not each time."""
    until = now + timedelta(hours=policy.conversation_hours)
    lanes = tx.execute(_SHORT, {"soon": until - timedelta(hours=1)}).scalars().all()
    for lane_id in lanes:
        keep_talk(tx, lane_id, until)
        keep_way_back(tx, lane_id, until)
    swept.kept += len(lanes)


_talks = select(conversation.c.lane_id).where(conversation.c.forget_at < bindparam("soon"))
_ways = select(contact.c.lane_id).where(contact.c.forget_at < bindparam("soon"))
_SHORT = (
    select(case.c.lane_id)
    .where(case.c.state != State.CLOSED, case.c.lane_id.is_not(None))
    .where(or_(case.c.lane_id.in_(_talks), case.c.lane_id.in_(_ways)))
    .limit(CHUNK)
)


def _retire_cases(tx: Tx, now: datetime, policy: Policy, swept: Swept) -> None:
    """The words go; what stays is a number with its dates, outcome and rough place. Its name is free again."""
    due = tx.execute(select(case.c.id, case.c.key_id).where(case.c.forget_at <= now).limit(CHUNK)).all()
    for row in due:
        swept.keys += entrusting.keys_of(tx, [row.id])
        referrals.let_go(tx, [row.id], now=now)
        for table in _WITH_THE_WORDS:
            tx.execute(delete(table).where(table.c.case_id == row.id))
        gone = {"lane_id": None, "key_id": None, "forget_at": None, "alias": aliases.retired(row.id)}
        tx.execute(update(case).where(case.c.id == row.id).values(**gone))
        if row.key_id:
            swept.keys.append(KeyId(row.key_id))
    swept.rows += len(due)


def _delete_due(table: Table, tx: Tx, now: datetime, policy: Policy, swept: Swept) -> None:
    key = list(table.primary_key.columns)
    due = tx.execute(_due(table), {"now": now}).all()
    if not due:
        return
    if table.name in ("webchat_session", "webchat_frame"):
        unread.running_out(tx, now=now)
    for row in due:
        found = [column == value for column, value in zip(key, row, strict=False)]
        if table is alarm:
            tx.execute(update(outbox).where(outbox.c.alarm_id == row[0]).values(alarm_id=None))
        if table.name == "unanswered":
            tokens = tables.unanswered_token
            tx.execute(delete(tokens).where(tokens.c.unanswered_id == row[0]))
        if table.name == "webchat_session":
            tx.execute(delete(webchat_frame).where(webchat_frame.c.session_id == row[0]))
        tx.execute(delete(table).where(*found))
        if _key_column(table):
            swept.keys.append(KeyId(row[-1]))
    swept.rows += len(due)


@cache
def _due(table: Table) -> Select[Any]:
    """The rows of a table whose day has come; one statement for each table, so that it is prepared once."""
    wanted = select(*table.primary_key.columns, *_key_column(table))
    return wanted.where(table.c.forget_at <= bindparam("now")).limit(CHUNK)


def _key_column(table: Table) -> list[Column[Any]]:
    """The data key a row owns. An outbox row borrows that of its conversation."""
    return [table.c.key_id] if table.name in _WITH_KEYS else []


def _forget_lanes(tx: Tx, now: datetime, policy: Policy, swept: Swept) -> None:
    is_awaited = exists().where(case.c.lane_id == lane.c.id, case.c.state != State.CLOSED)
    due = tx.execute(select(lane.c.id).where(lane.c.forget_at <= now, ~is_awaited).limit(CHUNK)).scalars().all()
    for lane_id in due:
        swept.keys += forget_lane(tx, lane_id)
    gone = tx.execute(delete(tables.contact).where(tables.contact.c.forget_at <= now))
    swept.rows += len(due) + gone.rowcount


def _forget_persons(tx: Tx, now: datetime, policy: Policy, swept: Swept) -> None:
    """A person goes with the last lane, not before."""
    has_lane = exists().where(lane.c.person_id == person.c.id)
    gone = tx.execute(delete(person).where(person.c.forget_at <= now, ~has_lane))
    longest = select(func.max(lane.c.forget_at)).where(lane.c.person_id == person.c.id).scalar_subquery()
    tx.execute(update(person).where(person.c.forget_at <= now, has_lane).values(forget_at=longest))
    swept.rows += gone.rowcount


def _forget_staff(tx: Tx, now: datetime, policy: Policy, swept: Swept) -> None:
    """A colleague who has left: name and keys go, the number stays, because deeds refer to it."""
    due = tx.execute(select(staff.c.id).where(staff.c.forget_at <= now).limit(CHUNK)).scalars().all()
    for staff_id in due:
        for table in (staff_channel, staff_session, tables.staff_notice, tables.invitation):
            tx.execute(delete(table).where(table.c.staff_id == staff_id))
        gone = {"name": f"#{staff_id}", "alias": f"#{staff_id}", "passphrase_hash": None, "totp_sealed": None}
        tx.execute(update(staff).where(staff.c.id == staff_id).values(**gone, state="left", forget_at=None))
    swept.rows += len(due)


def _end_what_ran_out(tx: Tx, now: datetime, policy: Policy, swept: Swept) -> None:
    """Links into the console and sessions end at an hour of their own."""
    for table in (tables.invitation, staff_session):
        swept.rows += tx.execute(delete(table).where(table.c.expires_at <= now)).rowcount


def overdue(connection: Connection, now: datetime) -> int:
    """How many rows should already be forgotten. The promise is 0 after every sweep."""
    return sum(connection.execute(_late(), {"now": now}).one())


@cache
def _late() -> Select[Any]:
    """How many of each table, in one statement: it is asked at every look at the service."""
    of_each = (select(func.count()).select_from(one).where(one.c.forget_at <= bindparam("now")) for one in _tables())
    return select(*(counted.scalar_subquery() for counted in of_each))
