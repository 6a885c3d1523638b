"""What a colleague wrote and no page has taken in before it ran out: it is marked, and the colleague hears it once."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, or_, select, update

from bot.db import Tx
from bot.helpline.casebook import get, last_time, record
from bot.helpline.moves import State
from bot.helpline.ringing import tell_colleague
from bot.outbox import KEPT_TO_PERSON
from bot.tables import case, case_event, transcript, webchat_frame, webchat_session

UNREAD = "unread"
ONCE = timedelta(hours=1)  # lines that run out together are told of once


def running_out(tx: Tx, *, now: datetime) -> None:
    """Frames are about to go, alone or with their session: mark what no page has taken in. Call it before they do.

    The words stay in the case: she reads them when she comes back with her code.
    """
    is_over = or_(webchat_frame.c.forget_at <= now, webchat_session.c.forget_at <= now)
    mine = webchat_session.c.id == webchat_frame.c.session_id
    unseen = (mine, is_over, webchat_frame.c.seq > webchat_session.c.acked_seq)
    first = tx.execute(select(func.min(webchat_frame.c.at)).where(*unseen)).scalar_one()
    if first is None:
        return
    written = transcript.c.at >= first - KEPT_TO_PERSON  # by its index, there are many
    keys = select(webchat_frame.c.key).where(*unseen)  # asked in the database: after a long standstill they are many
    hers = (transcript.c.outbox_key.in_(keys), transcript.c.direction == "worker")
    lines = select(transcript.c.id, transcript.c.case_id, transcript.c.seq).join(
        case, case.c.id == transcript.c.case_id
    )
    found = tx.execute(lines.where(written, *hers, case.c.state != State.CLOSED).order_by(transcript.c.id)).all()
    told = {line.case_id: last_time(tx.connection, line.case_id, UNREAD) for line in found}
    for line in found:
        tx.execute(update(transcript).where(transcript.c.id == line.id).values(outbox_key=None))
        record(tx, line.case_id, UNREAD, now=now, detail=str(line.seq))
    for case_id, before in told.items():
        known, is_fresh = get(tx.connection, case_id), before is None or now - before >= ONCE
        if known is not None and known.staff_id is not None and is_fresh:
            tell_colleague(tx, known, known.staff_id, "staff.unread", now=now, urgent=known.urgency == "now")
        tx.ring(f"case:{case_id}")


def numbers(connection: Connection, case_id: int) -> frozenset[int]:
    """Lines of this case that ran out unread at least once."""
    wanted = select(case_event.c.detail).where(case_event.c.case_id == case_id, case_event.c.kind == UNREAD)
    return frozenset(int(one) for one in connection.execute(wanted).scalars())
