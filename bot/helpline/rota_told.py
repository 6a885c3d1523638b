"""Who is put on duty, stands in, or is asked to swap, hears it: a shift nobody knows of is no shift."""

from datetime import datetime, timedelta

from bot.db import Tx
from bot.helpline.casebook import colleague
from bot.helpline.truth import when
from bot.outbox import tell_staff
from directory.wording import t

SOON = timedelta(hours=24)


def tell(
    tx: Tx,
    staff_id: int,
    key: str,
    starts: datetime,
    ends: datetime,
    *,
    by: int,
    now: datetime,
    about: int | None = None,
) -> None:
    """Tell a colleague of a change to the own shifts, unless she or he made it. `about`: whom the sentence names."""
    who, other = colleague(tx.connection, staff_id), colleague(tx.connection, by if about is None else about)
    if staff_id == by or who is None or who.state != "active":
        return
    begins, until = when(starts, now, who.language), when(ends, now, who.language)
    said = t(f"staff.rota.{key}", who.language, who=other.alias if other else "–", begins=begins, ends=until)
    tell_staff(tx, staff_id, said, now=now, purpose="reminder", urgent=starts <= now + SOON)
    tx.ring(f"staff:{staff_id}")
