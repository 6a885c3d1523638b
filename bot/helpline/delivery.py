"""How far each line of a colleague has come on its way to her, and until when the network still lets us answer."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, select

from bot.helpline import guards, unread
from bot.helpline.casebook import Case
from bot.outbox import KEPT_TO_PERSON
from bot.tables import lane, outbox, transcript, webchat_frame, webchat_session


class Delivery(StrEnum):
    """What is known of one line. A network that says nothing more leaves it at `sent`."""

    HELD = "held"  # somebody else may hold the phone: it waits for her word
    WAITING = "waiting"
    FAILED = "failed"
    SENT = "sent"
    SHOWN = "shown"  # her page has shown it
    UNREAD = "unread"  # her page never fetched it, and has run out: she reads it if she comes back with her code


def of_case(connection: Connection, known: Case, now: datetime) -> Mapping[int, Delivery]:
    """For each line of a colleague, by its number. Lines of which nothing is known any more are not in it."""
    if known.lane_id is None:
        return {}
    is_guarded = guards.holder(connection, known.lane_id) is not guards.Holder.OPEN
    wanted = (
        select(transcript.c.seq, transcript.c.at, transcript.c.outbox_key, outbox.c.state)
        .outerjoin(outbox, outbox.c.key == transcript.c.outbox_key)
        .where(transcript.c.case_id == known.id, transcript.c.direction == "worker")
    )
    rows = connection.execute(wanted).all()
    shown = _shown(connection, [row.outbox_key for row in rows if row.outbox_key and row.state is None])
    ran_out = unread.numbers(connection, known.id)
    found: dict[int, Delivery] = {}
    for row in rows:
        if row.outbox_key is None:
            if is_guarded:
                found[row.seq] = Delivery.HELD
            elif row.seq in ran_out:
                found[row.seq] = Delivery.UNREAD
            elif now - row.at < KEPT_TO_PERSON:  # she had blocked the line; it goes out when she is back
                found[row.seq] = Delivery.FAILED
        elif row.state is not None:
            found[row.seq] = Delivery.FAILED if row.state == "failed" else Delivery.WAITING
        elif row.outbox_key in shown:
            found[row.seq] = Delivery.SHOWN
        elif now - row.at < KEPT_TO_PERSON:  # a row that failed is kept so long; later nobody can tell
            found[row.seq] = Delivery.SENT
    return found


def _shown(connection: Connection, keys: list[str]) -> frozenset[str]:
    """Lines an open chat page has taken in; other networks tell us nothing."""
    if not keys:
        return frozenset()
    both = select(webchat_frame.c.key).join(webchat_session, webchat_session.c.id == webchat_frame.c.session_id)
    acked = both.where(webchat_frame.c.key.in_(keys), webchat_frame.c.seq <= webchat_session.c.acked_seq)
    return frozenset(connection.execute(acked).scalars())


def can_answer_until(
    connection: Connection, known: Case, windows: Mapping[tuple[str, str], timedelta | None]
) -> datetime | None:
    """When the network's window for answers ends, counted from her last message; None where there is none."""
    row = connection.execute(select(lane).where(lane.c.id == known.lane_id)).one_or_none()
    window = windows.get((row.channel, row.account)) if row is not None else None
    return row.last_at + window if row is not None and window is not None else None


def is_left(connection: Connection, known: Case) -> bool:
    """She has blocked or left the line: nothing reaches her until she writes again."""
    wanted = select(lane.c.id).where(lane.c.id == known.lane_id, lane.c.stopped_at.is_not(None))
    return connection.execute(wanted).first() is not None
