"""Received means kept, and only what may be kept: masked, sealed, once, in the lane of whoever wrote."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot import vault
from bot.db import Tx
from bot.masking import mask
from bot.ports import Inbound
from bot.seals import KeyId
from bot.tables import conversation, inbox, lane, person, seen_event
from directory.places import PlaceKey, Tier, locate

SEEN_KEPT = timedelta(days=3)
INBOX_KEPT = timedelta(days=3)
_KEPT_KINDS = {"text", "choice", "location", "media", "start", "unsupported"}


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
    tx: Tx, events: Sequence[tuple[Inbound, Kept]], *, now: datetime, conversation_hours: int, routing_days: int
) -> list[int]:
    """Keep what is new, in order; returns the lanes with something to read. The same event twice has one effect."""
    lanes: list[int] = []
    for event, kept in events:
        if not _is_new(tx, event, now):
            continue
        if event.kind == "stopped":
            mine = (lane.c.channel == event.channel, lane.c.account == event.account, lane.c.handle == event.lane)
            tx.execute(update(lane).where(*mine).values(stopped_at=now))
            continue
        if event.kind not in _KEPT_KINDS:
            continue
        lane_id = _lane(tx, event, now, timedelta(days=routing_days))
        key_id = _conversation(tx, lane_id, now, timedelta(hours=conversation_hours))
        _insert(tx, lane_id, key_id, kept, now)
        if lane_id not in lanes:
            lanes.append(lane_id)
    return lanes


def _is_new(tx: Tx, event: Inbound, now: datetime) -> bool:
    make = pg_insert if tx.is_postgresql else sqlite_insert
    key = tx.seals.handle("event", event.channel, event.account, event.event_id)
    row = make(seen_event).values(key=key, forget_at=now + SEEN_KEPT).on_conflict_do_nothing()
    return tx.execute(row.returning(seen_event.c.key)).first() is not None


def _lane(tx: Tx, event: Inbound, now: datetime, kept_for: timedelta) -> int:
    mine = (lane.c.channel == event.channel, lane.c.account == event.account, lane.c.handle == event.lane)
    row = tx.execute(select(lane.c.id, lane.c.person_id).where(*mine)).one_or_none()
    until = now + kept_for
    if row is None:
        language = event.lang if event.lang in ("vi", "en") else "vi"
        made = tx.execute(insert(person).values(language=language, created_at=now, forget_at=until))
        values = {"channel": event.channel, "account": event.account, "handle": event.lane}
        key = made.inserted_primary_key
        assert key is not None
        lane_made = tx.execute(insert(lane).values(person_id=key[0], last_at=now, forget_at=until, **values))
        lane_key = lane_made.inserted_primary_key
        assert lane_key is not None
        lane_id = int(lane_key[0])
    else:
        lane_id = int(row.id)
        tx.execute(update(lane).where(lane.c.id == lane_id).values(last_at=now, forget_at=until, stopped_at=None))
        tx.execute(update(person).where(person.c.id == row.person_id).values(forget_at=until))
    vault.keep(tx, lane_id, event.contact, forget_at=until)
    return lane_id


def _conversation(tx: Tx, lane_id: int, now: datetime, kept_for: timedelta) -> KeyId:
    mine = conversation.c.lane_id == lane_id
    row = tx.execute(select(conversation.c.key_id).where(mine)).one_or_none()
    if row is not None:
        tx.execute(update(conversation).where(mine).values(last_at=now, forget_at=now + kept_for))
        return KeyId(row.key_id)
    key_id = tx.seals.new_key()
    tx.execute(insert(conversation).values(lane_id=lane_id, key_id=key_id, last_at=now, forget_at=now + kept_for))
    return key_id


def _insert(tx: Tx, lane_id: int, key_id: KeyId, kept: Kept, now: datetime) -> None:
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
    tx.execute(insert(inbox).values(lane_id=lane_id, sealed=sealed, received_at=now, forget_at=now + INBOX_KEPT))


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
