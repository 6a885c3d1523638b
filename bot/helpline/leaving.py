"""A colleague leaves: whoever they were talking with is called out again at once, then they are out."""

from datetime import datetime

from sqlalchemy import select

from bot import audit, staff
from bot.db import Tx
from bot.helpline import company
from bot.helpline.moves import OWNED
from bot.helpline.turns import back_in_queue
from bot.policy import Policy
from bot.rota.changes import look_soon
from bot.tables import case


def leave(tx: Tx, staff_id: int, *, now: datetime, policy: Policy) -> int:
    """Returns how many cases went back to the queue. No case stays with somebody who is gone."""
    mine = select(case.c.id).where(case.c.staff_id == staff_id, case.c.state.in_(OWNED))
    left = tx.execute(mine.order_by(case.c.id)).scalars().all()
    staff.remove(tx, staff_id, now=now)
    for case_id in left:
        back_in_queue(tx, case_id, now=now, policy=policy)
    company.gone(tx, staff_id, now=now)
    look_soon(tx, now)  # the hole this leaves tonight is not told tomorrow
    audit.write(tx, None, "removed", f"staff:{staff_id}", now=now)
    return len(left)
