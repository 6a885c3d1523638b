"""When the rota has nobody: who comes on duty is called at once, and everybody can be called by hand."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from bot import audit
from bot.db import Tx
from bot.helpline import reach
from bot.helpline.casebook import Case, hold_still, last_time, record, tell, view
from bot.helpline.hindered import called_since
from bot.helpline.moves import State
from bot.helpline.ringing import raise_rung
from bot.policy import Policy
from bot.rota import duty, stored
from bot.rota.calendar import days_off
from bot.rota.plan import Kind
from bot.tables import alarm, case, case_event, staff_channel
from bot.timers import due_at, set_timer

PAUSE = timedelta(minutes=5)  # so long nobody is called by hand again for the same case
CALLED = "called_all"
_WAITING = select(case).where(case.c.state == State.WAITING).order_by(case.c.id)


def came_on(tx: Tx, staff_id: int, starts: datetime, *, now: datetime, policy: Policy) -> int:
    """A colleague was put on duty: what waits, and would call her or him next, does so when the duty begins.

    Returns how many cases that are. Each is called in a deed of its own, as by its timer.
    """
    moment, found = max(now, starts), 0
    plan, days = stored.at_once(tx.connection, moment), days_off(policy)
    for row in tx.execute(_WAITING).all():
        known = view(row)
        planned = due_at(tx, "escalate", known.id)
        is_soon = planned is not None and planned <= moment
        if is_soon or not reach.may_reach(tx.connection, known, staff_id):
            continue
        kind = Kind.DAYTIME if known.urgency == "request" else Kind.DANGER
        any_hour = known.urgency == "now" and policy.danger_any_hour
        rungs = duty.on_call(plan, days, known.province, moment, kind=kind, any_hour=any_hour)
        called, _, _ = called_since(tx.connection, known.id, _since(tx.connection, known))
        following = next((rung for rung in rungs if not set(rung) <= called), ())
        if staff_id in following and staff_id not in called:
            set_timer(tx, "escalate", known.id, due_at=moment)
            found += 1
    return found


def waiting(connection: Connection) -> tuple[Case, ...]:
    """The cases of danger now that nobody has taken."""
    return tuple(view(row) for row in connection.execute(_WAITING.where(case.c.urgency == "now")))


def call_everybody(tx: Tx, case_id: int, by: int, *, now: datetime, policy: Policy) -> int | None:
    """Wake everybody who may take this case, for somebody in charge who will not wait for the ladder.

    Who has said that she or he cannot come is called only if all have. Returns how many; None: it waits no more, or
    everybody was called a moment ago.
    """
    known = hold_still(tx, case_id)
    if known is None or known.state is not State.WAITING or known.urgency != "now":
        return None
    before = last_time(tx.connection, case_id, CALLED)
    if before is not None and timedelta(0) <= now - before < PAUSE:
        return None
    _, declined, _ = called_since(tx.connection, case_id, _since(tx.connection, known))
    others = [one for one in reach.everybody(tx.connection, known) if one != by]
    whom = [one for one in others if one not in declined] or others
    if not whom:
        return 0
    raise_rung(tx, known, whom, now=now, policy=policy)
    record(tx, case_id, CALLED, now=now, staff_id=by, detail=str(len(whom)))
    audit.write(tx, by, CALLED, f"case:{case_id}", str(len(whom)), now=now)
    tell(tx, known, "case.person.all_called", now=now, is_asked=False, n=len(whom))
    return len(whom)


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with danger that waits, without a word of any case: what the rota page may show."""

    waiting: int
    at: datetime | None = None  # when everybody was called by hand
    people: int = 0
    unreachable: int = 0  # of them without any channel of their own that works
    again_at: datetime | None = None  # before that nobody is called again


def standing(connection: Connection, cases: tuple[Case, ...], *, now: datetime, policy: Policy) -> Standing:
    """What was done by hand for these cases since they wait, and how many people that reached."""
    since = {known.id: _since(connection, known) for known in cases}
    wanted = select(case_event.c.case_id, case_event.c.at).where(
        case_event.c.case_id.in_(since), case_event.c.kind == CALLED
    )
    rows = [row for row in connection.execute(wanted) if row.at >= since[row.case_id]]
    if not rows:
        return Standing(len(cases))
    newest = max(row.at for row in rows)
    last = {row.case_id: max(one.at for one in rows if one.case_id == row.case_id) for row in rows}
    found = Standing(len(cases), newest, again_at=min(last.values()) + PAUSE if len(last) == len(cases) else None)
    if found.again_at is not None and found.again_at <= now:
        found = replace(found, again_at=None)
    these = (alarm.c.case_id.in_(since), alarm.c.at == newest, alarm.c.is_notice.is_(False))
    called = set(connection.execute(select(alarm.c.staff_id).where(*these)).scalars())
    return replace(found, people=len(called), unreachable=0 if policy.is_demo else _unreachable(connection, called))


def _unreachable(connection: Connection, whom: set[int]) -> int:
    works = (staff_channel.c.verified_at.is_not(None), staff_channel.c.dead_at.is_(None))
    has_one = select(staff_channel.c.staff_id).where(staff_channel.c.staff_id.in_(whom), *works)
    return len(whom - set(connection.execute(has_one).scalars()))


def _since(connection: Connection, known: Case) -> datetime:
    return last_time(connection, known.id, "waiting") or known.opened_at
