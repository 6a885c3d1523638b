"""A message that comes alone: what its answer asks of the database is asked in one journey, by who wrote."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update

from bot import intake, references, vault
from bot.db import Tx
from bot.outbox import IS_BEHIND, LEASE_URGENT, OFFERS, OFFERS_KEPT, TO_WHOM, TO_WHOM_TABLES
from bot.ports import ContactRef, Inbound, KeysChanged
from bot.tables import contact, conversation, guard, lane, offered, person
from bot.talk import KEY, TALK, TALK_COLUMNS, TALK_TABLES


@dataclass(frozen=True, slots=True)
class Met:
    """Who wrote, where the message can be answered at once; None: it is kept first. `is_new`: None is not known yet."""

    lane_id: int | None
    is_new: bool | None


_names = (lane.c.channel == bindparam("on"), lane.c.account == bindparam("at"), lane.c.handle == bindparam("name"))
_HOLD = select(lane.c.id).where(*_names).with_for_update(key_share=True)
_guarding = guard.alias("guarding")
_MET = (
    select(
        *TALK_COLUMNS,
        lane.c.generation,
        lane.c.stopped_at,
        lane.c.erasing_at,
        lane.c.lease_owner,
        lane.c.forget_at.label("routed_until"),
        conversation.c.forget_at.label("talks_until"),
        intake.WAITS,
        IS_BEHIND,
        _guarding.c.state.label("guard"),
        contact.c.sealed.label("address"),
    )
    .join(lane, lane.c.id == conversation.c.lane_id)
    .join(person, person.c.id == lane.c.person_id)
    .outerjoin(_guarding, _guarding.c.lane_id == lane.c.id)
    .join(contact, contact.c.lane_id == lane.c.id)
    .where(*_names)
)
_OFFERED = (
    select(offered.c.sealed, offered.c.at)
    .where(offered.c.lane_id == select(lane.c.id).where(*_names).scalar_subquery())
    .order_by(offered.c.id.desc())
    .limit(bindparam("newest"))
)
_WROTE = update(lane).where(lane.c.id == bindparam("whose")).values(last_at=bindparam("now", type_=lane.c.last_at.type))


def meet(
    tx: Tx, event: Inbound, kept: intake.Kept, *, now: datetime, conversation_hours: int, routing_days: int
) -> Met:
    """Look whether nothing stands between this message and its answer; what the answer will ask is then foreseen.

    Whatever is out of the ordinary (somebody new, an older message, another process's lane, a day of forgetting to be
    moved, keys that are changed) is for `intake.keep`. Raises KeysChanged as that does.
    """
    if not vault.is_current(tx.seals, event.contact):
        raise KeysChanged
    is_plain = event.kind in intake.KEPT_KINDS and not event.album and not event.contact.former
    if not is_plain or tx.seals.former_handles("event", event.channel, event.account, event.event_id):
        return Met(None, None)
    names = {"on": event.channel, "at": event.account, "name": event.lane}
    newest = OFFERS_KEPT if kept.choice is not None else 1
    seen = intake.note_seen(tx, event, now)
    if tx.is_postgresql:
        tx.tell(_HOLD, names)  # by itself: what is read in the same statement as a lock may be older than it
    met = tx.ask(_MET, {**names, "owner": tx.owner, "now": now})
    choices = tx.ask(_OFFERED, {**names, "newest": newest})
    if seen.rows.first() is None:
        return Met(None, False)
    row = met.rows.one_or_none()
    is_kept = now + timedelta(hours=conversation_hours), now + timedelta(days=routing_days)
    if row is None or not _is_ready(row, *is_kept):
        return Met(None, True)
    whose = {"whose": row.lane_id}
    tx.held.add(row.lane_id)
    tx.foresee(TALK, whose, [row], TALK_TABLES)
    tx.foresee(KEY, whose, [row], (conversation, lane, person))
    tx.foresee(OFFERS, {**whose, "newest": newest}, choices.rows.all(), (offered, lane))
    tx.foresee(TO_WHOM, {**whose, "owner": tx.owner, "now": now}, [row], TO_WHOM_TABLES)
    door, to, held_until = (event.channel, event.account), ContactRef(event.lane, row.address), now + LEASE_URGENT
    way = vault.Way(door, to, row.generation, False, False, tx.owner, held_until)
    tx.know_way(row.lane_id, way, (lane, contact))
    return Met(row.lane_id, True)


def _is_ready(row: Any, talks_until: datetime, routed_until: datetime) -> bool:
    """Nobody else reads there, nothing waits, she has not left, and no day of forgetting is due to be moved."""
    is_free = row.lease_owner is None and row.stopped_at is None and row.erasing_at is None and not row.waits
    is_fresh = row.talks_until >= talks_until - intake.PROLONGED and row.routed_until >= routed_until - intake.PROLONGED
    return is_free and is_fresh


def wrote(tx: Tx, lane_id: int, event: Inbound, *, now: datetime) -> None:
    """After the answer: when she wrote last, and by what the network can take her message back."""
    tx.tell(_WROTE, {"whose": lane_id, "now": now}, is_aside=True)
    if event.msg_ref is not None:
        references.keep(tx, lane_id, [event.msg_ref], now=now)
