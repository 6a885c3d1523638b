"""Requirement 10: over 400 days every reminder comes once, on its day; what is too old is marked, then hidden."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, func, insert, select, update

from bot import staff
from bot.db import Database, Tx
from bot.keeping import remarks, reminders
from bot.policy import Policy
from bot.tables import listing_reminder, outbox, staff_province
from bot.tables import staff as people
from bot.timers import due_at
from directory import editing, freshness, verification
from directory.freshness import Age
from directory.replay import replay, stands
from directory.shelf import ShelfKeeper, is_withdrawn
from directory.tables import verification as checked
from directory.wording import HCMC
from tests.directory.test_editing import CLINIC

BOTH = pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)
START = datetime(2026, 12, 7, 1, tzinfo=UTC)  # eight in the morning
POLICY = Policy()
NEWEST = select(func.max(outbox.c.id))
TOLD = select(outbox.c.staff_id).where(outbox.c.id > bindparam("since"))
KINDS = ("hotline", "hiv_clinic", "peer_group", "hospital")


def colleagues(tx: Tx) -> dict[str, int]:
    """A maintainer and a manager in province 01."""
    found = {}
    centre = staff.find_centre(tx, "Tổ chức", "Trung tâm")
    for role in ("maintainer", "manager"):
        staff.add(
            tx, role, alias=role, role=role, centre_id=centre, provinces=frozenset({"01"}), state="active",
            is_demo=False, now=START,
        )  # fmt: skip
        member = staff.by_name(tx.connection, role)
        assert member is not None
        found[role] = member.id
    return found


def listing(connection: Connection, name: str, kind: str, at: datetime) -> str:
    draft = replace(CLINIC, service=name, kind=kind)
    id = editing.propose(connection, draft, staff_id=1, now=at)
    verification.verify(connection, id, verification.GROUPS, method="call", staff_id=1, now=at)
    editing.publish(connection, id, staff_id=1, now=at)
    return id


@BOTH
async def test_over_four_hundred_days_no_reminder_is_missed_and_none_comes_twice(engine: Database) -> None:
    random = Random(10)

    def build(tx: Tx) -> tuple[dict[str, int], dict[str, str]]:
        ids = {listing(tx.connection, f"Nơi {n}", KINDS[n % 4], START): KINDS[n % 4] for n in range(12)}
        return colleagues(tx), ids

    who, ids = await engine.write(build)
    cycles: dict[str, list[date]] = {id: [START.astimezone(HCMC).date()] for id in ids}
    messages: Counter[tuple[int, date]] = Counter()

    def morning(tx: Tx, now: datetime) -> None:
        for _ in range(random.choice((1, 1, 2))):  # a restart looks again
            last = tx.execute(NEWEST).scalar_one() or 0
            reminders.remind(tx, now, POLICY)
            for staff_id in tx.execute(TOLD, {"since": last}).scalars():
                messages[staff_id, now.astimezone(HCMC).date()] += 1
        reminders.grow(tx, now, POLICY)

    def noon(tx: Tx, now: datetime) -> None:
        for id in ids:
            if random.random() < 0.006:
                verification.verify(
                    tx.connection, id, verification.GROUPS, method="call", staff_id=1, now=now + timedelta(hours=4)
                )
                cycles[id].append(now.astimezone(HCMC).date())

    def a_day(tx: Tx, now: datetime) -> None:
        morning(tx, now)
        noon(tx, now)

    for day in range(400):
        await engine.write(partial(a_day, now=START + timedelta(days=day)))
    last = (START + timedelta(days=399)).astimezone(HCMC).date()
    wanted: Counter[tuple[str, str, date]] = Counter()
    for id, kind in ids.items():
        for begins, ends in zip(cycles[id], [*cycles[id][1:], last + timedelta(days=1)], strict=True):
            for name, offset, _ in freshness.STEPS:
                on = begins + timedelta(days=POLICY.fresh_days_of(kind) + offset)
                if begins < on <= min(ends, last):
                    wanted[id, name, on] += 1
    rows = await engine.read(lambda connection: connection.execute(select(listing_reminder)).all())
    found = Counter((row.place_id, row.step, row.at.astimezone(HCMC).date()) for row in rows)
    assert found == wanted and len(found) > 40
    assert max(messages.values()) == 1, "one message a day and colleague"
    days = {on for (_, name, on) in found if name == "manager"}
    assert {on for (staff_id, on) in messages if staff_id == who["manager"]} == days
    assert {on for (staff_id, on) in messages if staff_id == who["maintainer"]} == {
        on for (_, name, on) in found if name != "manager"
    }


@BOTH
async def test_what_is_unchecked_for_long_is_marked_then_hidden_and_one_tap_brings_it_back(engine: Database) -> None:
    id = await engine.write(lambda tx: listing(tx.connection, "Phòng khám Thử", "peer_group", START))  # 120 days
    keeper = ShelfKeeper()
    states = {}
    for day in (119, 150, 151, 240, 241):
        now = START + timedelta(days=day)
        await engine.write(lambda tx, now=now: reminders.grow(tx, now, POLICY))  # type: ignore[misc]
        await engine.read(keeper.refresh)
        shown = keeper.shelf.get(id)
        states[day] = shown.state if shown else "hidden"
    assert states == {119: "published", 150: "published", 151: "stale", 240: "stale", 241: "hidden"}
    assert await engine.read(lambda connection: is_withdrawn(connection, id))
    now = START + timedelta(days=242)
    told: dict[str, Any] = {"method": "call", "staff_id": 1, "now": now, "fresh_days": POLICY.fresh_days_of}
    ringing, rest = verification.BY_RINGING, set(verification.GROUPS) - set(verification.BY_RINGING)
    await engine.write(lambda tx: verification.verify(tx.connection, id, ringing, **told))
    await engine.read(keeper.refresh)
    assert keeper.shelf.get(id) is None, "the rest is as old as it was"
    await engine.write(lambda tx: verification.verify(tx.connection, id, tuple(rest), **told))
    await engine.read(keeper.refresh)
    shown = keeper.shelf.get(id)
    assert shown is not None and shown.state == "published"


@BOTH
async def test_a_ring_shows_a_listing_again_as_old_as_its_stalest_part(engine: Database) -> None:
    rest = tuple(one for one in verification.GROUPS if one not in verification.BY_RINGING)

    def states(tx: Tx, day: int) -> tuple[str, bool]:
        """After a ring at day 245, when the other parts had been checked on this day; the limit is 120 days."""
        now, then = START + timedelta(days=245), START + timedelta(days=day)
        id = listing(tx.connection, f"Nhóm {day}", "peer_group", START)
        verification.verify(tx.connection, id, rest, method="visit", staff_id=1, now=then)
        verification.grow_old(tx.connection, fresh_days=POLICY.fresh_days_of, now=now)
        remarks.checked(tx.connection, id, verification.BY_RINGING, method="call", staff_id=1, now=now, policy=POLICY)
        known = editing.look_up(tx.connection, id)
        assert known is not None and replay(tx.connection, id) == stands(tx.connection, id)
        return known.state, known.is_hidden

    found = [await engine.write(lambda tx, day=day: states(tx, day)) for day in (0, 50, 200)]  # type: ignore[misc]
    assert found == [("stale", True), ("stale", False), ("published", False)]


async def test_a_province_that_nobody_keeps_is_told_to_a_manager(db: Database) -> None:
    def story(tx: Tx) -> list[int]:
        who = colleagues(tx)
        tx.execute(update(people).where(people.c.id == who["maintainer"]).values(state="left"))
        tx.execute(staff_province.delete())
        tx.execute(insert(staff_province).values(staff_id=who["manager"], province="79"))
        listing(tx.connection, "Nơi", "hotline", START)
        reminders.remind(tx, START + timedelta(days=30), POLICY)
        return [who["manager"], *tx.execute(select(outbox.c.staff_id)).scalars()]

    manager, *told = await db.write(story)
    assert told == [manager]


async def test_the_morning_look_plans_the_next_one_and_a_lost_one_comes_back(db: Database) -> None:
    def story(tx: Tx) -> None:
        assert reminders.ensure(tx, now=START) and not reminders.ensure(tx, now=START)
        reminders.remind(tx, START, POLICY)
        assert due_at(tx, reminders.REMIND, 1) == START + timedelta(days=1)

    await db.write(story)


@pytest.mark.parametrize(
    ("days", "age"),
    [(0, Age.FRESH), (105, Age.FRESH), (106, Age.DUE), (120, Age.DUE), (121, Age.OVERDUE), (150, Age.OVERDUE),
     (151, Age.OLD), (240, Age.OLD), (241, Age.HIDDEN)],
)  # fmt: skip
def test_the_age_of_a_listing_follows_its_limit(days: int, age: Age) -> None:
    assert freshness.age(date(2026, 1, 1), 120, date(2026, 1, 1) + timedelta(days=days)) is age
    assert freshness.age(None, 120, date(2026, 1, 1)) is Age.HIDDEN


async def test_who_checked_and_how_is_kept(db: Database) -> None:
    def story(tx: Tx) -> None:
        id = listing(tx.connection, "Nơi", "hotline", START)
        verification.verify(tx.connection, id, ("contact", "hours"), method="peer", staff_id=7, now=START)
        told = {one.group: (one.method, one.staff_id) for one in verification.checks(tx.connection, id)}
        assert told["contact"] == told["hours"] == ("peer", 7) and told["price"] == ("call", 1)
        assert len(tx.execute(select(checked)).all()) == len(verification.GROUPS)

    await db.write(story)


def test_a_listing_that_is_due_on_the_29th_of_february_is_due_on_that_day() -> None:
    checked_on = date(2027, 9, 2)
    assert freshness.due_on(checked_on, 180) == date(2028, 2, 29)
    last, after = date(2028, 2, 29), date(2028, 3, 1)
    assert freshness.age(checked_on, 180, last) is Age.DUE and freshness.age(checked_on, 180, after) is Age.OVERDUE
    assert freshness.due_on(last, 365) == date(2029, 2, 28)
    assert [one.on for one in freshness.steps(checked_on, 180, last)] == [date(2028, 2, 15), last]
