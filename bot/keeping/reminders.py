"""Each morning the directory is looked at: what is due is told to its keepers, what is too old is marked or hidden."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, insert, select

from bot.db import Tx
from bot.outbox import tell_staff
from bot.policy import Policy
from bot.tables import listing_reminder, staff, staff_province, timer
from bot.timers import set_timer
from directory import notices
from directory.freshness import STEPS, steps
from directory.places import PlaceKey, Tier, name_of
from directory.verification import checked_before, grow_old
from directory.wording import HCMC, t

REMIND, AGE = "listings_due", "listings_old"
KEPT = timedelta(days=400)
A_DAY = timedelta(days=1)
SOON = timedelta(seconds=1)
AT_ONCE = 25  # listings marked in one deed
BEFORE = -min(days for _, days, _ in STEPS)  # so many days before its day a listing is first told of
_WHOM = {name: whom for name, _, whom in STEPS}


def remind(tx: Tx, now: datetime, policy: Policy) -> None:
    """Tell each step of each listing once, one message a colleague; look again tomorrow morning."""
    set_timer(tx, REMIND, 1, due_at=_tomorrow(now, policy))
    set_timer(tx, AGE, 1, due_at=now)
    if policy.is_demo:  # nobody keeps made-up places
        return
    told: defaultdict[int, defaultdict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for (province, step), count in _note_steps(tx, now, policy).items():
        for staff_id in _keepers(tx.connection, province, _WHOM[step]):
            told[staff_id][province][step] = count
    for staff_id, provinces in sorted(told.items()):
        language = tx.execute(select(staff.c.language).where(staff.c.id == staff_id)).scalar_one() or "vi"
        lines = [t("staff.keep.head", language, most=policy.checks_a_day)]
        for province, counts in sorted(provinces.items()):
            where = name_of(PlaceKey(Tier.NEW_PROVINCE, province), language)
            lines += [
                t(f"staff.keep.{step}", language, where=where, n=counts[step]) for step in _WHOM if step in counts
            ]
        tell_staff(tx, staff_id, "\n".join(lines), now=now, purpose="reminder")
        tx.ring(f"staff:{staff_id}")


def grow(tx: Tx, now: datetime, policy: Policy) -> None:
    """Notices that are over go, what is too old is marked: a few at a time, so that nobody who writes waits."""
    today = now.astimezone(HCMC).date()
    done = notices.sweep(tx.connection, today=today, now=now, most=AT_ONCE)
    if not policy.is_demo and done < AT_ONCE:
        done = grow_old(tx.connection, fresh_days=policy.fresh_days_of, now=now, most=AT_ONCE)
    if done == AT_ONCE:
        set_timer(tx, AGE, 1, due_at=now + SOON)


def ensure(tx: Tx, *, now: datetime) -> bool:
    """If the morning's look was lost, or never begun, it is due at once."""
    if tx.execute(select(timer.c.id).where(timer.c.kind == REMIND)).first() is not None:
        return False
    set_timer(tx, REMIND, 1, due_at=now)
    return True


def _remind(tx: Tx, subject_id: int, now: datetime, policy: Policy) -> None:
    remind(tx, now, policy)


def _grow(tx: Tx, subject_id: int, now: datetime, policy: Policy) -> None:
    grow(tx, now, policy)


DUE: Mapping[str, Callable[[Tx, int, datetime, Policy], None]] = {REMIND: _remind, AGE: _grow}
"""Timers of the directory, each with one subject: the whole of it."""


def _note_steps(tx: Tx, now: datetime, policy: Policy) -> Mapping[tuple[str, str], int]:
    """Write down every step whose day has come and that was not given; returns how many by (province, latest step)."""
    today = now.astimezone(HCMC).date()
    fresh: list[dict[str, object]] = []
    counts: defaultdict[tuple[str, str], int] = defaultdict(int)
    near = checked_before(tx.connection, lambda kind: policy.fresh_days_of(kind) - BEFORE - 1, today)
    given = _given(tx, [one.place_id for one in near])
    for one in near:
        if one.checked_on is None:
            continue
        limit = policy.fresh_days_of(one.kind)
        due = one.checked_on + timedelta(days=limit)
        missing = [step for step in steps(one.checked_on, limit, today) if (one.place_id, step.name, due) not in given]
        for step in missing:
            row = {"place_id": one.place_id, "step": step.name, "due_on": due, "at": now, "forget_at": now + KEPT}
            fresh.append(row)
        for whom in dict.fromkeys(step.whom for step in missing):  # after a long standstill only the latest is told
            latest = [step for step in missing if step.whom == whom][-1]
            counts[one.province, latest.name] += 1
    if fresh:
        tx.execute(insert(listing_reminder), fresh)
    return counts


def _given(tx: Tx, ids: list[str]) -> set[tuple[str, str, date]]:
    """The reminders that were given for these listings."""
    known = select(listing_reminder.c.place_id, listing_reminder.c.step, listing_reminder.c.due_on)
    found: set[tuple[str, str, date]] = set()
    for start in range(0, len(ids), 500):
        rows = tx.execute(known.where(listing_reminder.c.place_id.in_(ids[start : start + 500])))
        found |= {(row.place_id, row.step, row.due_on) for row in rows}
    return found


def _keepers(connection: Connection, province: str, role: str) -> tuple[int, ...]:
    """Those of the province in this role; without any, the managers of the province, then all managers."""
    for wanted, is_near in ((role, True), ("manager", True), ("manager", False)):
        found = select(staff.c.id).where(staff.c.role == wanted, staff.c.state == "active").order_by(staff.c.id)
        if is_near:
            found = found.join(staff_province, staff_province.c.staff_id == staff.c.id)
            found = found.where(staff_province.c.province == province)
        if ids := tuple(connection.execute(found).scalars()):
            return ids
    return ()


def _tomorrow(now: datetime, policy: Policy) -> datetime:
    there = now.astimezone(HCMC)
    morning = there.replace(hour=policy.request_begins_hour, minute=0, second=0, microsecond=0)
    return (morning if morning > there else morning + A_DAY).astimezone(now.tzinfo)
