"""That somebody is writing just now: shown for a few seconds on the other side, kept nowhere, without any word."""

from datetime import datetime

from sqlalchemy import Connection, select

from bot.bells import writes
from bot.helpline import guards, relay, visibility
from bot.helpline.casebook import Case, get, last_time
from bot.helpline.moves import State
from bot.tables import lane


def lane_to_show(connection: Connection, case_id: int, staff_id: int, now: datetime) -> int | None:
    """Where the person may see that her colleague writes; None where nothing may light up on that phone just now.

    Not while somebody else may hold it, not before she was asked after a long silence, not if she can only tap.
    """
    known = get(connection, case_id)
    if known is None or not _is_between(connection, known, staff_id):
        return None
    is_still = last_time(connection, case_id, "mute") is not None or relay.was_silent(connection, case_id, now)
    return None if is_still else known.lane_id


def topic_of_person(connection: Connection, case_id: int, staff_id: int) -> str | None:
    """The bell that rings while the person of this case writes; None where her colleague may not read her words."""
    known = get(connection, case_id)
    if known is None or not _is_between(connection, known, staff_id) or not visibility.is_open(connection, case_id):
        return None
    return writes(connection.execute(select(lane.c.handle).where(lane.c.id == known.lane_id)).scalar_one())


def _is_between(connection: Connection, known: Case, staff_id: int) -> bool:
    """The case is this colleague's, and nothing hides it from the person's phone."""
    if known.state is not State.TAKEN or known.staff_id != staff_id or known.lane_id is None:
        return False
    if guards.holder(connection, known.lane_id) is not guards.Holder.OPEN:
        return False
    here = (lane.c.id == known.lane_id, lane.c.stopped_at.is_(None), lane.c.erasing_at.is_(None))
    return connection.execute(select(lane.c.id).where(*here)).first() is not None
