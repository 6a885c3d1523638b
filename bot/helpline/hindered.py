"""Who should be spared: colleagues with too many open cases, and those who had danger at night and rest now."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from bot.helpline.moves import OWNED
from bot.policy import Policy
from bot.tables import alarm, case, case_event
from directory.wording import HCMC

NIGHT_BEGINS, NIGHT_ENDS = 22, 6  # hours in Vietnam


def hindered(connection: Connection, whom: frozenset[int], *, now: datetime, policy: Policy) -> frozenset[int]:
    """Those of `whom` who are called only when nobody else can be."""
    if not whom:
        return frozenset()
    return _full(connection, whom, policy.most_cases) | _resting(connection, whom, now, policy.rest_hours)


def _full(connection: Connection, whom: frozenset[int], most: int) -> frozenset[int]:
    open_cases = (
        select(case.c.staff_id)
        .where(case.c.staff_id.in_(whom), case.c.state.in_(OWNED))
        .group_by(case.c.staff_id)
        .having(func.count() >= most)
    )
    return frozenset(connection.execute(open_cases).scalars())


def _resting(connection: Connection, whom: frozenset[int], now: datetime, hours: int) -> frozenset[int]:
    """Closed or gave back danger now during the night, a few hours ago."""
    since = now - timedelta(hours=hours)
    wanted = (
        select(case_event.c.staff_id, case_event.c.at)
        .join(case, case.c.id == case_event.c.case_id)
        .where(
            case_event.c.kind.in_(("closed", "handed_back")),
            case_event.c.staff_id.in_(whom),
            case_event.c.at > since,
            case.c.urgency == "now",
        )
    )
    return frozenset(row.staff_id for row in connection.execute(wanted) if is_night(row.at))


def is_night(moment: datetime) -> bool:
    """Whether people sleep at this hour in Vietnam."""
    hour = moment.astimezone(HCMC).hour
    return hour >= NIGHT_BEGINS or hour < NIGHT_ENDS


def called_since(
    connection: Connection, case_id: int, since: datetime
) -> tuple[frozenset[int], frozenset[int]]:
    """(everybody alarmed for this case since then, those of them who said that they cannot come)."""
    wanted = select(alarm.c.staff_id, alarm.c.declined_at).where(alarm.c.case_id == case_id, alarm.c.at >= since)
    rows = connection.execute(wanted).all()
    return (
        frozenset(row.staff_id for row in rows),
        frozenset(row.staff_id for row in rows if row.declined_at is not None),
    )
