"""A colleague's own shifts as a calendar that a phone can follow: times and nothing else, behind a secret address."""

import hashlib
import secrets
from datetime import UTC, datetime

from icalendar import Calendar, Event
from sqlalchemy import Connection, delete, insert, select

from bot import audit
from bot.db import Tx
from bot.policy import Policy
from bot.rota import ahead, stored
from bot.rota.calendar import days_off
from bot.seals import Seals
from bot.tables import calendar_feed, staff
from directory.wording import t


def new_address(tx: Tx, staff_id: int, *, now: datetime) -> str:
    """A new secret for this colleague's calendar, shown once and kept as a hash; an earlier one ends."""
    token = secrets.token_urlsafe(24)
    end_address(tx, staff_id)
    row = {"staff_id": staff_id, "token_hash": tx.seals.token_hash(token), "created_at": now}
    tx.execute(insert(calendar_feed).values(**row))
    audit.write(tx, staff_id, "calendar_opened", f"staff:{staff_id}", now=now)
    return token


def end_address(tx: Tx, staff_id: int) -> None:
    """Nobody can follow this colleague's calendar any more."""
    tx.execute(delete(calendar_feed).where(calendar_feed.c.staff_id == staff_id))


def has_address(connection: Connection, staff_id: int) -> bool:
    """Whether some calendar may follow this colleague's shifts."""
    return connection.execute(select(calendar_feed).where(calendar_feed.c.staff_id == staff_id)).first() is not None


def calendar(connection: Connection, seals: Seals, token: str, *, now: datetime, policy: Policy) -> bytes | None:
    """The shifts behind this address, or None if there is none. No name, no place, nothing of any case."""
    mine = calendar_feed.c.token_hash == seals.token_hash(token)
    wanted = select(staff.c.id, staff.c.language).join(calendar_feed, calendar_feed.c.staff_id == staff.c.id)
    row = connection.execute(wanted.where(mine, staff.c.state == "active")).one_or_none()
    if row is None:
        return None
    until = now + ahead.LOOK_AHEAD * 2
    found = ahead.spans(stored.load(connection, now, until), days_off(policy), now, until)
    made = Calendar()
    made.add("prodid", "-//Dong Hanh//rota//VI")
    made.add("version", "2.0")
    title = t("rota.feed.shift", row.language)
    for one in found:
        if one.staff_id == row.id:
            made.add_component(_event(one, title, now, salt=seals.token_hash(token)))
    return bytes(made.to_ical())


def _event(one: ahead.Span, title: str, now: datetime, *, salt: str) -> Event:
    """The same shift keeps its name from one look to the next, so that calendars do not show it twice."""
    event = Event()
    about = f"{salt}:{one.post.rung}:{one.post.kind}:{one.ends_at.isoformat()}"
    event.add("uid", f"{hashlib.sha256(about.encode()).hexdigest()[:32]}@rota")
    event.add("dtstamp", now)
    event.add("dtstart", one.starts_at.astimezone(UTC))  # no calendar has to know our zone
    event.add("dtend", one.ends_at.astimezone(UTC))
    event.add("summary", title)
    event.add("class", "PRIVATE")
    return event
