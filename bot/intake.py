"""Received means kept, and only what may be kept: masked, sealed, once, in the lane of whoever wrote."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Update, bindparam, case, delete, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.sql import Executable

from bot import claims, references, vault
from bot.db import Tx
from bot.helpline import kept_out, missed
from bot.masking import mask
from bot.ports import ContactRef, Inbound, KeysChanged
from bot.prepared import Asked
from bot.seals import KeyDestroyed, KeyId
from bot.tables import conversation, inbox, lane, offered, person, seen_event
from directory import languages, wording
from directory.places import PlaceKey, Tier, locate

SEEN_KEPT = timedelta(days=3)
INBOX_KEPT = timedelta(days=3)
PROLONGED = timedelta(hours=1)  # a day of forgetting is moved by the hour, not with every message
KEPT_KINDS = {"text", "choice", "location", "media", "start", "unsupported"}


@dataclass(frozen=True, slots=True)
class Kept:
    """One message as the inbox keeps it: masked words, a choice's token, a place instead of a point."""

    kind: str
    text: str = field(default="", repr=False)
    choice: str | None = field(default=None, repr=False)
    place: PlaceKey | None = None
    media: str | None = None
    language: str | None = None
    hidden: frozenset[str] = frozenset()
    fragments: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # what she may hand over with one yes


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message just kept, in a lane that this process reads. `is_next`: nothing older waits there unread."""

    lane_id: int
    row_id: int
    kept: Kept = field(repr=False)
    is_next: bool


def strip(event: Inbound) -> Kept:
    """What of an event may be kept. Coordinates become a place here and go no further."""
    masking = mask(event.text or "")
    place = locate(event.geo.lat, event.geo.lon) if event.geo else None
    return Kept(
        event.kind,
        masking.text,
        event.choice,
        place,
        event.media,
        event.lang,
        frozenset(map(str, masking.hidden)),
        masking.fragments,
    )


def keep(
    tx: Tx,
    events: Sequence[tuple[Inbound, Kept]],
    *,
    now: datetime,
    conversation_hours: int,
    routing_days: int,
    reads: bool = True,
    known: str | None = None,
) -> list[Arrived]:
    """Keep what is new, in order; returns what this process now has to read.

    The same event twice has one effect. A lane is claimed in the same breath; if another process is reading it, that
    one finds the new message before it lets go. With `reads` false this process only keeps, and a bell calls another.
    `known`: the event that this deed has already noted as new.
    Raises KeysChanged if the master key was changed since the network brought it: it brings it again.
    """
    arrived: list[Arrived] = []
    for event, kept in events:
        if not vault.is_current(tx.seals, event.contact):
            raise KeysChanged
        if event.event_id != known and not _is_new(tx, event, event.event_id, now):
            continue
        if event.kind == "stopped":
            mine = vault.known_as(event.channel, event.account, event.contact)
            tx.execute(update(lane).where(*mine).values(stopped_at=now))
            continue
        if event.kind == "back":
            _is_back(tx, event, now)
            continue
        if event.kind not in KEPT_KINDS:
            continue
        if event.album and not _is_new(tx, event, f"album {event.album}", now) and not kept.text:
            _is_one_more(tx, event, now)
            continue
        if (found := _lane(tx, event, now, timedelta(days=routing_days), reads=reads)) is None:
            continue
        lane_id, is_mine, was_gone = found
        key_id, is_next = talk(tx, lane_id, now, timedelta(hours=conversation_hours))
        try:
            row_id = _insert(tx, lane_id, key_id, kept, now)
        except KeyDestroyed:
            row_id = _insert(tx, lane_id, _begin_anew(tx, lane_id), kept, now)
        if was_gone:
            missed.is_back(tx, lane_id, now=now, wrote=True)
        if event.msg_ref is not None:
            references.keep(tx, lane_id, [event.msg_ref], now=now)
        if is_mine:
            arrived.append(Arrived(lane_id, row_id, kept, is_next))
        if not reads:
            tx.ring(claims.LANES)
    return arrived


def _is_one_more(tx: Tx, event: Inbound, now: datetime) -> None:
    """Answered with the first of its album; it can be deleted like the others."""
    mine = vault.known_as(event.channel, event.account, event.contact)
    lane_id = tx.execute(select(lane.c.id).where(*mine)).scalar_one_or_none()
    if lane_id is not None and event.msg_ref is not None:
        references.keep(tx, lane_id, [event.msg_ref], now=now)


def _is_back(tx: Tx, event: Inbound, now: datetime) -> None:
    """She lets us write to her again, and has not written yet."""
    mine = vault.known_as(event.channel, event.account, event.contact)
    wanted = select(lane.c.id).where(*mine, lane.c.stopped_at.is_not(None), lane.c.erasing_at.is_(None))
    if (lane_id := tx.execute(wanted).scalar_one_or_none()) is not None:
        claims.hold_lane(tx, lane_id)
        missed.is_back(tx, lane_id, now=now, wrote=False)


def note_seen(tx: Tx, event: Inbound, now: datetime) -> Asked:
    """Note that this event was seen; its rows say whether that is new. Its name under former keys is not looked at."""
    key = tx.seals.handle("event", event.channel, event.account, event.event_id)
    return tx.ask(_seen(tx.is_postgresql), {"key": key, "forget_at": now + SEEN_KEPT})


def _is_new(tx: Tx, event: Inbound, name: str, now: datetime) -> bool:
    key = tx.seals.handle("event", event.channel, event.account, name)
    former = tx.seals.former_handles("event", event.channel, event.account, name)
    if former and tx.execute(select(seen_event.c.key).where(seen_event.c.key.in_(former))).first() is not None:
        return False
    return tx.execute(_seen(tx.is_postgresql), {"key": key, "forget_at": now + SEEN_KEPT}).first() is not None


# Statements are built once: building one costs five times as much as running it.
@cache
def _seen(is_postgresql: bool) -> Executable:
    row = (pg_insert if is_postgresql else sqlite_insert)(seen_event)
    return row.on_conflict_do_nothing().returning(seen_event.c.key)


_moment = lane.c.forget_at.type
_PROLONG = update(lane).where(lane.c.id == bindparam("whose")).values(forget_at=bindparam("until", type_=_moment))
_RETURNED = (
    lane.c.id, lane.c.person_id, lane.c.lease_owner, lane.c.forget_at, lane.c.stopped_at, lane.c.erasing_at,
)  # fmt: skip


@cache
def _arrive(*, reads: bool) -> Update:
    """Claims the lane if it is free. What is set stands in an index anew, also where it is the same: so set little."""
    fresh: dict[Any, Any] = {lane.c.last_at: bindparam("now", type_=_moment)}
    if reads:
        free = or_(
            lane.c.lease_until.is_(None),
            lane.c.lease_until <= bindparam("now", type_=_moment),
            lane.c.lease_until > bindparam("far", type_=_moment),
            lane.c.lease_owner == bindparam("owner"),
        )
        held = bindparam("held_until", type_=_moment)
        fresh[lane.c.lease_owner] = case((free, bindparam("owner")), else_=lane.c.lease_owner)
        fresh[lane.c.lease_until] = case((free, held), else_=lane.c.lease_until)
    return update(lane).values(fresh)


@cache
def _arrive_by_name(*, reads: bool) -> Executable:
    """For the common case, in which the account has one name."""
    names = (lane.c.channel == bindparam("on"), lane.c.account == bindparam("at"), lane.c.handle == bindparam("name"))
    return _arrive(reads=reads).where(*names).returning(*_RETURNED)


def _lane(tx: Tx, event: Inbound, now: datetime, kept_for: timedelta, *, reads: bool) -> tuple[int, bool, bool] | None:
    """The lane of whoever wrote, whether this process has claimed it, and whether she had left or blocked the line.

    None: a button was touched twice, and it belongs to a talk that is just being erased.
    """
    until, held_until = now + kept_for, now + claims.LANE_LEASE
    values: dict[str, object] = {"now": now}
    if reads:
        values |= {"owner": tx.owner, "held_until": held_until, "far": held_until + claims.FAST_CLOCK}
    if event.contact.former:
        names = vault.known_as(event.channel, event.account, event.contact)
        wanted: Executable = _arrive(reads=reads).where(*names).values(handle=event.lane).returning(*_RETURNED)
    else:
        wanted = _arrive_by_name(reads=reads)
        values |= {"on": event.channel, "at": event.account, "name": event.lane}
    row = tx.execute(wanted, values).one_or_none()
    if row is not None and row.erasing_at is not None:  # begun by the version before, which leaves a lane its name
        vault.take_name(tx, row.id)
        tx.execute(update(lane).where(lane.c.id == row.id).values(forget_at=now + INBOX_KEPT))
        row = None
    if row is None:
        if event.kind == "choice" and vault.is_being_erased(tx, event.channel, event.account, event.contact):
            return None
        door, mine = (event.channel, event.account, event.contact), held_until if reads else None
        return new_lane(tx, *door, event.lang, now=now, until=until, held_until=mine), reads, False
    tx.held.add(row.id)
    lane_id, is_mine, was_gone = int(row.id), reads and row.lease_owner == tx.owner, row.stopped_at is not None
    is_short = row.forget_at < until - PROLONGED  # else its day was moved less than an hour ago
    if is_short:
        tx.execute(_PROLONG, {"whose": lane_id, "until": until})
    if is_short or event.contact.former:
        tx.execute(update(person).where(person.c.id == row.person_id).values(forget_at=until))
        vault.keep(tx, lane_id, event.contact, forget_at=until)
    return lane_id, is_mine, was_gone


_NEW_PERSON = insert(person).returning(person.c.id)
_NEW_LANE = insert(lane).returning(lane.c.id)
_NEW_TALK = insert(conversation)


def new_lane(
    tx: Tx, channel: str, account: str, ref: ContactRef, wished: str | None, *,
    now: datetime, until: datetime, held_until: datetime | None,
) -> int:  # fmt: skip
    """A lane for somebody we do not know. `held_until`: this process reads it."""
    language = wished if wished and languages.is_enabled(wished) else wording.FALLBACK
    made = {"language": language, "created_at": now, "forget_at": until}
    values: dict[str, object] = {"person_id": tx.execute(_NEW_PERSON, made).scalar_one(), "last_at": now}
    values |= {"channel": channel, "account": account, "handle": ref.handle, "forget_at": until}
    values |= {"lease_owner": tx.owner if held_until else None, "lease_until": held_until}
    lane_id = int(tx.execute(_NEW_LANE, values).scalar_one())
    vault.keep(tx, lane_id, ref, forget_at=until)
    if kept_out.is_anybody(tx, now) and (name := vault.name_of(tx, lane_id)) is not None:
        kept_out.recognise(tx, lane_id, name, now=now)
    return lane_id


_unread = select(inbox.c.id).where(inbox.c.lane_id == conversation.c.lane_id, inbox.c.set_aside_at.is_(None)).exists()
WAITS = _unread.label("waits")
_TALK = select(conversation.c.key_id, conversation.c.forget_at, WAITS).where(
    conversation.c.lane_id == bindparam("whose")
)
_INSERT = insert(inbox).returning(inbox.c.id)


def talk(tx: Tx, lane_id: int, now: datetime, kept_for: timedelta) -> tuple[KeyId, bool]:
    """The key of the talk, and whether nothing unread waits in it."""
    row = tx.execute(_TALK, {"whose": lane_id}).one_or_none()
    if row is not None:
        if row.forget_at < now + kept_for - PROLONGED:
            mine = update(conversation).where(conversation.c.lane_id == lane_id)
            tx.execute(mine.values(last_at=now, forget_at=now + kept_for))
        return KeyId(row.key_id), not row.waits
    key_id = tx.seals.new_key()
    tx.execute(_NEW_TALK, {"lane_id": lane_id, "key_id": key_id, "last_at": now, "forget_at": now + kept_for})
    return key_id, False


def _begin_anew(tx: Tx, lane_id: int) -> KeyId:
    """The key of the talk is gone, and she writes: a new key, and nothing of what cannot be read any more."""
    key_id = tx.seals.new_key()
    tx.execute(delete(offered).where(offered.c.lane_id == lane_id))
    tx.execute(update(conversation).where(conversation.c.lane_id == lane_id).values(key_id=key_id, sealed=None))
    return key_id


def _insert(tx: Tx, lane_id: int, key_id: KeyId, kept: Kept, now: datetime) -> int:
    place = [str(kept.place.tier), kept.place.code] if kept.place else None
    body = json.dumps(
        {
            "kind": kept.kind,
            "text": kept.text,
            "choice": kept.choice,
            "place": place,
            "media": kept.media,
            "language": kept.language,
            "hidden": sorted(kept.hidden),
            "fragments": kept.fragments,
        },
        ensure_ascii=False,
    )
    sealed = tx.seals.close_with(key_id, body, about=f"inbox:{lane_id}")
    row = {"lane_id": lane_id, "sealed": sealed, "received_at": now, "forget_at": now + INBOX_KEPT}
    return int(tx.execute(_INSERT, row).scalar_one())


def unpack(body: str) -> Kept:
    """The message that `keep` sealed."""
    told = json.loads(body)
    place = PlaceKey(Tier(told["place"][0]), told["place"][1]) if told["place"] else None
    return Kept(
        told["kind"],
        told["text"],
        told["choice"],
        place,
        told["media"],
        told["language"],
        frozenset(told["hidden"]),
        tuple((kind, text) for kind, text in told.get("fragments", ())),
    )
