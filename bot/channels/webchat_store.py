"""What the web chat keeps for itself: sessions and numbered, sealed frames, until the browser has them."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, delete, insert, select, update

from bot.db import Tx
from bot.ports import Outbound
from bot.seals import KeyDestroyed, KeyId, Seals
from bot.tables import guard, lane, webchat_frame, webchat_session

KEPT = timedelta(hours=72)
IN_TALK = timedelta(minutes=10)  # after what she wrote last; a page that is loaded anew meanwhile goes on as it stood


class SessionGone(Exception):
    """This browser's session was ended, erased, or has run out."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One numbered message for the browser."""

    seq: int
    body: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Look:
    """What a page gets to see just now."""

    frames: list[Frame]
    earlier: int  # up to this number there are lines which the page does not show, and would if asked; 0: none
    is_veiled: bool  # somebody else may hold the phone: nothing that was said before is shown, asked for or not


@dataclass(frozen=True, slots=True)
class Door:
    """How the talk of one browser is known in the house."""

    account: str
    names: tuple[str, ...] = field(repr=False)


def open_session(tx: Tx, cookie: str, *, now: datetime) -> str:
    """Begin a session for a browser; returns its address. Only a keyed hash of the cookie is kept."""
    address = secrets.token_hex(16)
    row = {"id": address, "browser_hash": tx.seals.token_hash(cookie), "key_id": tx.seals.new_key()}
    tx.execute(insert(webchat_session).values(**row, last_at=now, forget_at=now + KEPT))
    return address


def find_session(connection: Connection, seals: Seals, cookie: str) -> str | None:
    """The address of the browser with this cookie."""
    wanted = select(webchat_session.c.id).where(webchat_session.c.browser_hash == seals.token_hash(cookie))
    return connection.execute(wanted).scalar_one_or_none()


def put_frame(tx: Tx, address: str, message: Outbound, *, now: datetime) -> int:
    """Write a message as the next frame; the same message twice stays one frame. Raises SessionGone."""
    mine = webchat_frame.c.session_id == address
    same = select(webchat_frame.c.seq).where(mine, webchat_frame.c.key == message.idempotency_key)
    if (known := tx.execute(same).scalar_one_or_none()) is not None:
        return int(known)
    session = webchat_session.c.id == address
    moved = tx.execute(update(webchat_session).where(session).values(next_seq=webchat_session.c.next_seq + 1))
    if moved.rowcount != 1:
        raise SessionGone
    row = tx.execute(select(webchat_session.c.next_seq, webchat_session.c.key_id).where(session)).one()
    seq = row.next_seq - 1
    body = {
        "text": message.text,
        "choices": [{"token": choice.token, "label": choice.label} for choice in message.choices],
        "purpose": message.purpose,
    }
    if message.audio:
        body["audio"] = f"/chat/audio/{audio_key(tx.seals, message.audio)}"
    sealed = tx.seals.close_with(KeyId(row.key_id), json.dumps(body, ensure_ascii=False), about=_about(address, seq))
    tx.execute(
        insert(webchat_frame).values(
            session_id=address, seq=seq, key=message.idempotency_key, sealed=sealed, at=now, forget_at=now + KEPT
        )
    )
    tx.ring(bell(address))
    return int(seq)


def audio_key(seals: Seals, name: str) -> str:
    """What stands in the address of a recording: its name would tell whoever reads a log what somebody listens to."""
    return seals.token_hash(f"audio {name}")[:32]


EVERYTHING = 2**31 - 1


def wipe(tx: Tx, address: str, up_to: int, *, now: datetime) -> None:
    """What was said goes from our side; the next frame has an open page clear what it shows, in both directions.

    What answers a new talk, and has a higher number, stays.
    """
    tx.execute(delete(webchat_frame).where(webchat_frame.c.session_id == address, webchat_frame.c.seq <= up_to))
    session = webchat_session.c.id == address
    row = tx.execute(select(webchat_session.c.next_seq, webchat_session.c.key_id).where(session)).one_or_none()
    if row is None:
        return
    tx.execute(update(webchat_session).where(session).values(next_seq=row.next_seq + 1))
    body = json.dumps({"wipe": True, "up_to": up_to, "text": "", "choices": [], "purpose": "answer"})
    sealed = tx.seals.close_with(KeyId(row.key_id), body, about=_about(address, row.next_seq))
    values = {"session_id": address, "seq": row.next_seq, "key": secrets.token_hex(16), "sealed": sealed}
    tx.execute(insert(webchat_frame).values(**values, at=now, forget_at=now + KEPT))
    tx.ring(bell(address))


def look(connection: Connection, seals: Seals, address: str, door: Door, seq: int, *, now: datetime) -> Look:
    """What the page has not seen yet, in order. Raises SessionGone.

    A page that begins (`seq` 0) is not told again what was shown before, unless she was just writing: whoever opens
    this browser later sees nothing of her talk until the earlier lines are asked for. What never was shown comes.
    """
    wrote_at, veiled_since = _of_talk(connection, door)
    is_beginning, after = seq == 0, seq
    if is_beginning and wrote_at is not None and now - wrote_at > IN_TALK:
        session = webchat_session.c.id == address
        after = connection.execute(select(webchat_session.c.acked_seq).where(session)).scalar_one_or_none() or 0
    if veiled_since is not None:
        return Look(frames_after(connection, seals, address, after, webchat_frame.c.at >= veiled_since), 0, True)
    is_kept_back = is_beginning and _has_any(connection, address, after)
    return Look(frames_after(connection, seals, address, after), after if is_kept_back else 0, False)


def earlier(connection: Connection, seals: Seals, address: str, door: Door, before: int) -> list[Frame]:
    """The lines before this number, which she asks for; none while somebody else may hold the phone."""
    if _of_talk(connection, door)[1] is not None:
        return []
    return frames_after(connection, seals, address, 0, webchat_frame.c.seq < before)


def _of_talk(connection: Connection, door: Door) -> tuple[datetime | None, datetime | None]:
    """When she wrote last, and since when nothing of hers may be shown on this phone."""
    hers = (lane.c.channel == "webchat", lane.c.account == door.account, lane.c.handle.in_(door.names))
    both = select(lane.c.last_at, guard.c.state, guard.c.since).outerjoin(guard, guard.c.lane_id == lane.c.id)
    row = connection.execute(both.where(*hers).order_by(lane.c.id.desc()).limit(1)).one_or_none()
    if row is None:
        return None, None
    return row.last_at, row.since if row.state not in (None, "open") else None


def _has_any(connection: Connection, address: str, up_to: int) -> bool:
    mine = (webchat_frame.c.session_id == address, webchat_frame.c.seq <= up_to)
    return connection.execute(select(webchat_frame.c.seq).where(*mine).limit(1)).first() is not None


def frames_after(
    connection: Connection, seals: Seals, address: str, seq: int, *narrower: ColumnElement[bool]
) -> list[Frame]:
    """What was sent to this browser behind that number, in order. Raises SessionGone."""
    wanted = select(webchat_session.c.key_id).where(webchat_session.c.id == address)
    key_id = connection.execute(wanted).scalar_one_or_none()
    if key_id is None:
        raise SessionGone
    mine = (webchat_frame.c.session_id == address, webchat_frame.c.seq > seq, *narrower)
    rows = connection.execute(select(webchat_frame).where(*mine).order_by(webchat_frame.c.seq)).all()
    try:
        return [
            Frame(row.seq, json.loads(seals.open_with(KeyId(key_id), row.sealed, about=_about(address, row.seq))))
            for row in rows
        ]
    except KeyDestroyed:
        raise SessionGone from None


def acknowledge(tx: Tx, address: str, seq: int, *, now: datetime) -> None:
    """The browser has everything up to `seq`; a live session is kept on. A page loaded anew unsays nothing."""
    before = webchat_session.c.acked_seq
    values = {"acked_seq": case((before < seq, seq), else_=before), "last_at": now, "forget_at": now + KEPT}
    tx.execute(update(webchat_session).where(webchat_session.c.id == address).values(values))


def end_sessions(tx: Tx, addresses: Sequence[str]) -> None:
    """Delete sessions and frames now, and their keys once that is durable."""
    mine = webchat_session.c.id.in_(addresses)
    keys = [KeyId(key) for key in tx.execute(select(webchat_session.c.key_id).where(mine)).scalars()]
    tx.execute(delete(webchat_frame).where(webchat_frame.c.session_id.in_(addresses)))
    tx.execute(delete(webchat_session).where(mine))
    tx.after_commit(lambda: tx.seals.keys.destroy(keys))
    for address in addresses:
        tx.ring(bell(address))


def end_if_quiet(tx: Tx, address: str, door: Door) -> None:
    """End the session of somebody who was erased, unless she has written again since then."""
    anew = (lane.c.channel == "webchat", lane.c.account == door.account, lane.c.handle.in_(door.names))
    if tx.execute(select(lane.c.id).where(*anew, lane.c.erasing_at.is_(None))).first() is None:
        end_sessions(tx, [address])


def bell(address: str) -> str:
    """The topic on which this browser's socket listens."""
    return f"webchat:{address}"


def typing_bell(address: str) -> str:
    """The topic that rings while somebody writes to this browser."""
    return f"webchat_typing:{address}"


def _about(address: str, seq: int) -> str:
    return f"frame:{address}:{seq}"
