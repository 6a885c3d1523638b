"""Wrong codes on the page of a place: the more there are, the slower it goes, and those in charge hear of it once."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.db import Tx
from bot.helpline.escalation import those_in_charge
from bot.outbox import tell_staff
from bot.tables import staff, wrong_code
from directory.tables import place_of_service, service
from directory.wording import t

MOST_WRONG = 10  # of one place within a day before it slows down: whoever sits at a desk mistypes fewer
LONGEST_REST = timedelta(minutes=30)
COUNTED = timedelta(days=1)


def hold(tx: Tx, place_id: str, now: datetime) -> None:
    """One try at a time for each place, or a hundred at once would all be the first."""
    _count(tx, place_id, now, 0)


def let_go(tx: Tx, place_id: str) -> None:
    """A right code leaves no trace here: the hour in which somebody came is nobody's business."""
    tx.execute(delete(wrong_code).where(wrong_code.c.place_id == place_id, wrong_code.c.n == 0))


def rests_until(connection: Connection, place_id: str, now: datetime) -> datetime | None:
    """Until when no code is taken here from somebody who has never ticked a right one; None: at once.

    After ten wrong ones a minute, then two, four, and at last half an hour: some sixty tries a day, whoever tries.
    """
    total, last = _so_far(connection, place_id, now)
    if total < MOST_WRONG or last is None:
        return None
    until: datetime = last + min(timedelta(minutes=2 ** min(total - MOST_WRONG, 10)), LONGEST_REST)
    return until if now < until <= now + LONGEST_REST else None  # or the clock was set back


def count_wrong(tx: Tx, place_id: str, *, now: datetime) -> None:
    """One more that was not right."""
    _count(tx, place_id, now, 1)
    if _so_far(tx.connection, place_id, now)[0] == MOST_WRONG:
        _tell_those_in_charge(tx, place_id, now)


def _count(tx: Tx, place_id: str, now: datetime, n: int) -> None:
    make = pg_insert if tx.is_postgresql else sqlite_insert
    hour = now.replace(minute=0, second=0, microsecond=0)
    row = {"place_id": place_id, "hour": hour, "n": n, "last_at": now if n else None, "forget_at": now + COUNTED}
    keys = [wrong_code.c.place_id, wrong_code.c.hour]
    again = {"n": wrong_code.c.n + n, "last_at": now if n else wrong_code.c.last_at}
    tx.execute(make(wrong_code).values(**row).on_conflict_do_update(index_elements=keys, set_=again))


def _so_far(connection: Connection, place_id: str, now: datetime) -> tuple[int, datetime | None]:
    """How many within a day, and when the last was. The version before kept only the hour."""
    last = func.max(func.coalesce(wrong_code.c.last_at, wrong_code.c.hour), type_=wrong_code.c.hour.type)
    mine = (wrong_code.c.place_id == place_id, wrong_code.c.hour > now - COUNTED, wrong_code.c.n > 0)
    row = connection.execute(select(func.sum(wrong_code.c.n), last).where(*mine)).one()
    return int(row[0] or 0), row[1]


def _tell_those_in_charge(tx: Tx, place_id: str, now: datetime) -> None:
    wanted = select(service.c.name, place_of_service.c.province).join(
        place_of_service, place_of_service.c.service_id == service.c.id
    )
    row = tx.execute(wanted.where(place_of_service.c.id == place_id)).one_or_none()
    if row is None:
        return
    for staff_id in those_in_charge(tx, row.province):
        language = tx.execute(select(staff.c.language).where(staff.c.id == staff_id)).scalar_one() or "vi"
        said = t("staff.codes_guessed", language, place=row.name)
        tell_staff(tx, staff_id, said, now=now, purpose="reminder")
        tx.ring(f"staff:{staff_id}")
