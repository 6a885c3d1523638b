"""The made-up staff and rota of the demonstration: enough colleagues to see an alarm climb, none of them real."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select

from bot import staff
from bot.db import Tx
from bot.tables import shift
from directory.demonstration import import_demo

PROVINCES = frozenset({"01", "79", "22", "92", "56"})
_PEOPLE = (
    ("worker-1", "chị Lan (mẫu)", "worker"),
    ("worker-2", "chị Mai (mẫu)", "worker"),
    ("peer-1", "bạn Sen (mẫu)", "peer"),
    ("supervisor-1", "anh Minh (mẫu)", "supervisor"),
    ("maintainer-1", "chị Thu (mẫu)", "maintainer"),
    ("manager-1", "anh Bình (mẫu)", "manager"),
    ("admin-1", "chị Hà (mẫu)", "admin"),
)
FIRST = "worker-1"
_RUNGS = {"worker-1": 0, "worker-2": 1, "supervisor-1": 2}
ROTA_DAYS = 60


def seed(tx: Tx, now: datetime) -> None:
    """Listings, colleagues and a rota round the clock; run again it only prolongs the rota. Raises DemoRefused."""
    import_demo(tx.connection, now)
    place = staff.find_centre(tx, "Tổ chức mẫu", "Trung tâm mẫu")
    for name, alias, role in _PEOPLE:
        if staff.by_name(tx.connection, name) is None:
            staff.add(
                tx,
                name,
                alias=alias,
                role=role,
                centre_id=place,
                provinces=PROVINCES,
                state="active",
                is_demo=True,
                now=now,
            )
    last = tx.execute(select(func.max(shift.c.ends_at))).scalar_one()
    if last is None or last < now + timedelta(days=ROTA_DAYS // 2):
        _fill(tx, tuple(_RUNGS.items()), now)


def set_on_duty(tx: Tx, names: Sequence[str], now: datetime) -> None:
    """From now on exactly these colleagues are on duty, the first on the first rung; none means nobody."""
    tx.execute(delete(shift).where(shift.c.starts_at <= now, shift.c.ends_at > now))
    tx.execute(delete(shift).where(shift.c.starts_at > now))
    _fill(tx, tuple((name, rung) for rung, name in enumerate(names)), now)


def put_on_duty(tx: Tx, name: str, rung: int, now: datetime) -> None:
    """One more colleague on this rung from now on."""
    _fill(tx, ((name, rung),), now)


def _fill(tx: Tx, rungs: Sequence[tuple[str, int]], now: datetime) -> None:
    for name, rung in rungs:
        member = staff.by_name(tx.connection, name)
        if member is None:
            raise LookupError(name)
        row = {"staff_id": member.id, "centre_id": member.centre_id, "province": None, "rung": rung}
        tx.execute(insert(shift).values(**row, starts_at=now, ends_at=now + timedelta(days=ROTA_DAYS)))
