"""Brings alarms and notes to a colleague's open pages. Never the only way: who has no page open sees nothing here."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.sql import Executable

from bot.db import Database, Tx
from bot.ports import Address, Cap, Capabilities, Clock, MsgRef, Outbound, Sent
from bot.seals import SealBroken, Seals
from bot.tables import staff_notice

KEPT = timedelta(hours=24)
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Notice:
    """One note on a colleague's page: alias, place, urgency, a link. No words of a person."""

    text: str = field(repr=False)
    url: str | None = field(repr=False)
    label: str | None
    is_alarm: bool
    at: datetime


class ConsoleSender:
    """The sender of kind `console`: an address is the colleague's number."""

    kind = "console"

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    def capabilities(self) -> Capabilities:
        return Capabilities(Cap.BUTTONS | Cap.LINK_BTN | Cap.PUSH_ANYTIME, 20_000, "chars", 4, 120, 200)

    async def send(self, message: Outbound, address: Address) -> Sent:
        """Keep the note; the same message twice is one note."""
        now = self._clock.now()
        await self._db.write(lambda tx: _keep(tx, int(address), message, now), first=message.urgent)
        return Sent((MsgRef(message.idempotency_key),), now)

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        return None


def _keep(tx: Tx, staff_id: int, message: Outbound, now: datetime) -> None:
    link = next((choice for choice in message.choices if choice.url), None)
    about_link = {"url": link.url if link else None, "label": link.label if link else None}
    body = {"text": message.text, **about_link, "is_alarm": link is not None}
    key = message.idempotency_key
    sealed = tx.seals.close(json.dumps(body, ensure_ascii=False), about=f"staff_notice:{key}")
    row = {"staff_id": staff_id, "sealed": sealed, "key": key, "at": now, "forget_at": now + KEPT}
    tx.execute(_keeping(tx.is_postgresql), row)
    tx.ring(f"staff:{staff_id}")


@cache
def _keeping(is_postgresql: bool) -> Executable:
    return (pg_insert if is_postgresql else sqlite_insert)(staff_notice).on_conflict_do_nothing()


def notices(connection: Connection, seals: Seals, staff_id: int, *, since: datetime) -> tuple[Notice, ...]:
    """The newest notes of a colleague, newest first."""
    mine = (staff_notice.c.staff_id == staff_id, staff_notice.c.at >= since)
    rows = connection.execute(select(staff_notice).where(*mine).order_by(staff_notice.c.id.desc()).limit(SHOWN))
    found = []
    for row in rows:
        try:
            told = json.loads(seals.open(row.sealed, about=f"staff_notice:{row.key}"))
        except SealBroken:
            continue
        found.append(Notice(told["text"], told["url"], told["label"], told["is_alarm"], row.at))
    return tuple(found)
