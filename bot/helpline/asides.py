"""A wish beside the case itself: nobody from her province; and officials who ask, of whom managers have to know."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from bot import audit
from bot.db import Tx
from bot.helpline import escalation
from bot.helpline.casebook import colleague, get, of_lane, record
from bot.helpline.moves import State
from bot.helpline.turns import back_in_queue
from bot.outbox import tell_staff
from bot.policy import Policy
from bot.tables import audit as audit_table
from bot.tables import case, staff, staff_province
from directory.places import PlaceKey, province_of
from directory.wording import t

TOLD_AGAIN = timedelta(hours=6)


def go_elsewhere(tx: Tx, lane_id: int, place: PlaceKey | None, *, now: datetime, policy: Policy) -> str:
    """Nobody of her province from now on. Returns what she is told: `done`, `no_case`, `where` or `nobody`."""
    known = of_lane(tx.connection, lane_id)
    if known is None:
        return "no_case"
    home = known.province or (province_of(place) if place else None)
    if home is None:
        return "where"
    tx.execute(update(case).where(case.c.id == known.id).values(away_from=home, province=None))
    record(tx, known.id, "elsewhere", now=now)
    tx.ring("board")
    is_near = known.staff_id is not None and home in _provinces(tx, known.staff_id)
    if known.state in (State.TAKEN, State.HELD, State.HANDED) and is_near:
        back_in_queue(tx, known.id, now=now, policy=policy)
    elif known.state is State.WAITING:
        again = get(tx.connection, known.id)
        assert again is not None
        escalation.begin(tx, again, now=now, policy=policy)
    return "done" if _is_anybody_elsewhere(tx, home) else "nobody"


def _provinces(tx: Tx, staff_id: int) -> set[str]:
    mine = select(staff_province.c.province).where(staff_province.c.staff_id == staff_id)
    return set(tx.execute(mine).scalars())


def _is_anybody_elsewhere(tx: Tx, home: str) -> bool:
    at_home = select(staff_province.c.staff_id).where(staff_province.c.province == home)
    wanted = select(staff.c.id).where(
        staff.c.state == "active", staff.c.role.in_(("worker", "supervisor")), staff.c.id.not_in(at_home)
    )
    return tx.execute(wanted.limit(1)).first() is not None


def official_asked(tx: Tx, lane_id: int, *, now: datetime) -> None:
    """Managers learn that somebody asked for data, on their own path, without a word of it; not after every message."""
    recent = select(func.count()).select_from(audit_table).where(
        audit_table.c.deed == "official_asked", audit_table.c.at > now - TOLD_AGAIN
    )
    is_told = tx.execute(recent).scalar_one() > 0
    audit.write(tx, None, "official_asked", "line", now=now)
    if is_told:
        return
    wanted = select(staff.c.id).where(staff.c.role == "manager", staff.c.state == "active")
    for staff_id in tx.execute(wanted.order_by(staff.c.id)).scalars().all():
        who = colleague(tx.connection, staff_id)
        if who is not None:
            tell_staff(tx, staff_id, t("staff.official_asked", who.language), now=now, purpose="reminder")
            tx.ring(f"staff:{staff_id}")
