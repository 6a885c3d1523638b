"""Who should be spared: colleagues with too many open cases, and those who had danger at night and rest now."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, select

from bot.helpline.moves import OWNED
from bot.policy import Policy
from bot.tables import alarm, case, case_event
from directory.wording import HCMC

NIGHT_BEGINS, NIGHT_ENDS = 22, 6  # hours in Vietnam


_FULL = (
    select(case.c.staff_id)
    .where(case.c.staff_id.in_(bindparam("whom", expanding=True)), case.c.state.in_(OWNED))
    .group_by(case.c.staff_id)
    .having(func.count() >= bindparam("most"))
)
_GAVE_BACK = (
    select(case_event.c.staff_id, case_event.c.at)
    .join(case, case.c.id == case_event.c.case_id)
    .where(
        case_event.c.kind.in_(("closed", "handed_back")),
        case_event.c.staff_id.in_(bindparam("whom", expanding=True)),
        case_event.c.at > bindparam("since"),
        case.c.urgency == "now",
    )
)


def hindered(connection: Connection, whom: frozenset[int], *, now: datetime, policy: Policy) -> frozenset[int]:
    """Those of `whom` who are called only when nobody else can be: too many cases, or danger during the night."""
    if not whom:
        return frozenset()
    named = sorted(whom)
    full = connection.execute(_FULL, {"whom": named, "most": policy.most_cases}).scalars()
    since = now - timedelta(hours=policy.rest_hours)
    resting = connection.execute(_GAVE_BACK, {"whom": named, "since": since})
    return frozenset(full) | {row.staff_id for row in resting if is_night(row.at)}


def is_night(moment: datetime) -> bool:
    """Whether people sleep at this hour in Vietnam."""
    hour = moment.astimezone(HCMC).hour
    return hour >= NIGHT_BEGINS or hour < NIGHT_ENDS


GAVE_BACK = "handed_back"
_FAILED = (GAVE_BACK, "silent", "not_taken_over", "shift_over")


_FAILED_SINCE = select(case_event.c.staff_id, case_event.c.kind).where(
    case_event.c.case_id == bindparam("which"),
    case_event.c.kind.in_(_FAILED),
    case_event.c.staff_id.is_not(None),
    case_event.c.at >= bindparam("since"),
)
_CALLED_SINCE = (
    select(alarm.c.staff_id, alarm.c.declined_at, alarm.c.unreached_at)
    .where(alarm.c.case_id == bindparam("which"), alarm.c.at >= bindparam("since"))
    .order_by(alarm.c.id)
)


def failed_since(connection: Connection, case_id: int, since: datetime) -> tuple[frozenset[int], frozenset[int]]:
    """Whose hands it left when it came back at that moment: all of them, and those who gave it back themselves.

    A case comes back because somebody could not answer it: the next ones are called at once, not the same one again.
    """
    rows = connection.execute(_FAILED_SINCE, {"which": case_id, "since": since}).all()
    return frozenset(row.staff_id for row in rows), frozenset(row.staff_id for row in rows if row.kind == GAVE_BACK)


def called_since(
    connection: Connection, case_id: int, since: datetime
) -> tuple[frozenset[int], frozenset[int], frozenset[int]]:
    """Everybody alarmed for this case since then; of them who said no, and whom the last alarm did not reach.

    Who failed it counts as called, as not reached before the next alarm, and, having given it back, as saying no.
    """
    rows = connection.execute(_CALLED_SINCE, {"which": case_id, "since": since}).all()
    newest = {row.staff_id: row for row in rows}
    failed, gave_back = failed_since(connection, case_id, since)
    return (
        frozenset(newest) | failed,
        frozenset(row.staff_id for row in rows if row.declined_at is not None) | gave_back,
        frozenset(one for one, row in newest.items() if row.unreached_at is not None) | (failed - set(newest)),
    )
