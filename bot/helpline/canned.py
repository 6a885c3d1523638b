"""Sentences of the house that are ready to be sent: one colleague proposes, a supervisor approves, a worker picks."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from bot import audit
from bot.db import Tx
from bot.masking import mask
from bot.tables import canned_reply, staff

LONGEST = 400


@dataclass(frozen=True, slots=True)
class Reply:
    """One sentence, who proposed it, and whether it may be sent."""

    id: int
    sentence: str
    state: str  # proposed | approved | withdrawn
    by: str
    proposed_by: int


def propose(tx: Tx, sentence: str, staff_id: int, *, now: datetime) -> bool:
    """Put a sentence up for approval. False: it is empty, too long, or names a number or address of somebody."""
    said = " ".join(sentence.split())
    masked = mask(said)
    if not said or len(said) > LONGEST or masked.hidden:
        return False
    row = {"sentence": masked.text, "state": "proposed", "proposed_by": staff_id, "at": now}
    number = tx.execute(insert(canned_reply).values(**row).returning(canned_reply.c.id)).scalar_one()
    audit.write(tx, staff_id, "reply_proposed", f"reply:{number}", now=now)
    return True


def approve(tx: Tx, number: int, staff_id: int, *, now: datetime) -> bool:
    """A second colleague stands behind it. False: it is her or his own, or it was decided meanwhile."""
    waits = (canned_reply.c.id == number, canned_reply.c.state == "proposed", canned_reply.c.proposed_by != staff_id)
    if tx.execute(update(canned_reply).where(*waits).values(state="approved", approved_by=staff_id)).rowcount != 1:
        return False
    audit.write(tx, staff_id, "reply_approved", f"reply:{number}", now=now)
    return True


def withdraw(tx: Tx, number: int, staff_id: int, *, now: datetime) -> bool:
    """It is not offered any more."""
    alive = (canned_reply.c.id == number, canned_reply.c.state != "withdrawn")
    if tx.execute(update(canned_reply).where(*alive).values(state="withdrawn")).rowcount != 1:
        return False
    audit.write(tx, staff_id, "reply_withdrawn", f"reply:{number}", now=now)
    return True


def approved(connection: Connection) -> tuple[Reply, ...]:
    """What a worker may pick."""
    return tuple(one for one in standing(connection) if one.state == "approved")


def standing(connection: Connection) -> tuple[Reply, ...]:
    """All that are not withdrawn, oldest first."""
    both = select(canned_reply, staff.c.alias).join(staff, staff.c.id == canned_reply.c.proposed_by)
    rows = connection.execute(both.where(canned_reply.c.state != "withdrawn").order_by(canned_reply.c.id))
    return tuple(Reply(row.id, row.sentence, row.state, row.alias, row.proposed_by) for row in rows)


def pick(connection: Connection, number: int) -> str:
    """The sentence, if it may be sent just now; otherwise nothing."""
    wanted = select(canned_reply.c.sentence).where(canned_reply.c.id == number, canned_reply.c.state == "approved")
    return connection.execute(wanted).scalar_one_or_none() or ""
