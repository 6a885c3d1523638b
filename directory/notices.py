"""Sentences shown with a listing from one day to another: set by a colleague, over on their last day."""

import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from directory.drafts import TELLS, Problem
from directory.known import NotNow, refuse, standing
from directory.listings import NOTICES, Notice, usual_notice
from directory.places import PlaceKey
from directory.sealing import telling
from directory.tables import notice
from directory.telltale import link_in
from directory.verification import note
from directory.wording import HCMC

LONGEST = 300  # characters
FARTHEST = timedelta(days=180)  # what is so for longer is no notice: it belongs into the listing
_PHONE = re.compile(r"(?<!\d)(?:\+?84|0)(?:[ .-]{0,2}\d){8,10}(?!\d)|(?<!\d)1[89]00(?:[ .-]?\d){4,6}(?!\d)")


def put(
    connection: Connection,
    place_id: str,
    text: str = "",
    *,
    code: str = "",
    starts_on: date,
    ends_on: date,
    staff_id: int,
    now: datetime,
    language: str = "vi",
) -> None:
    """Show a sentence with the listing from one day to another, both included; a usual one by its code.

    A usual sentence replaces the one of the same code. Raises DraftProblem, NotNow.
    """
    known = standing(connection, place_id)
    draft = known.draft
    if known.merged_into is not None:
        raise NotNow("listing.problem.merged")
    if code:
        if code not in NOTICES:
            refuse((Problem("notice", "listing.problem.notice_text"),))
        text = usual_notice(code, ends_on)
        connection.execute(delete(notice).where(notice.c.place_id == place_id, notice.c.code == code))
    text = "".join(sign for sign in text if unicodedata.category(sign) not in ("Cf", "Cc")).strip()
    if not text or len(text) > LONGEST:
        refuse((Problem("notice", "listing.problem.notice_text"),))
    if draft.is_sealed and not code and (part := telling(text, draft.place)):
        refuse((Problem("notice", TELLS, part),))
    if not code and (part := _leads_away(text)):
        refuse((Problem("notice", "listing.problem.notice_private", part),))
    today = now.astimezone(HCMC).date()
    if ends_on < starts_on:
        refuse((Problem("notice", "listing.problem.notice_days"),))
    if not today <= ends_on <= today + FARTHEST:
        refuse((Problem("notice", "listing.problem.notice_end"),))
    row: dict[str, Any] = {"text": text, "language": language, "code": code or None}
    row |= {"starts_on": starts_on, "ends_on": ends_on}
    connection.execute(insert(notice).values(place_id=place_id, **row))
    told = {**row, "starts_on": starts_on.isoformat(), "ends_on": ends_on.isoformat()}
    note(connection, "notice", place_id, staff_id=staff_id, now=now, after=told)


def _leads_away(text: str) -> str:
    """A number or an address on the net in a free sentence: whose it is, nobody has checked."""
    found = _PHONE.search(text)
    return found.group() if found else link_in(text)


def of(connection: Connection, place_id: str) -> tuple[Notice, ...]:
    """The sentences that stand with a listing, also those of days to come."""
    mine = select(notice).where(notice.c.place_id == place_id).order_by(notice.c.starts_on, notice.c.id)
    rows = connection.execute(mine)
    return tuple(Notice(row.text, row.starts_on, row.ends_on, row.code or "", row.language) for row in rows)


def sweep(connection: Connection, *, today: date, now: datetime, most: int = 50) -> int:
    """Delete the sentences whose last day is over. Returns how many listings had any."""
    over = select(notice.c.place_id).where(notice.c.ends_on < today).distinct().limit(most)
    ids = list(connection.execute(over).scalars())
    for place_id in ids:
        connection.execute(delete(notice).where(notice.c.place_id == place_id, notice.c.ends_on < today))
        note(connection, "notice_over", place_id, staff_id=None, now=now, after={"before": today.isoformat()})
    return len(ids)


def end(connection: Connection, place_id: str, *, staff_id: int, now: datetime) -> None:
    """Take down all sentences shown with a listing."""
    connection.execute(delete(notice).where(notice.c.place_id == place_id))
    note(connection, "notice_ended", place_id, staff_id=staff_id, now=now)


def telling_in(connection: Connection, place_id: str, place: PlaceKey | None) -> tuple[Problem, ...]:
    """The sentences that stand with a listing and would tell where it is once it is sealed."""
    parts = (telling(one.text, place) for one in of(connection, place_id) if not one.code)
    return tuple(Problem("notice", TELLS, part) for part in parts if part)
