"""The daily look at the rota over weeks: across Tết, over a standstill, by two processes, with nobody in charge."""

import asyncio
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import delete, insert, select, update

from bot import own_channels
from bot.clockwork import Clockwork
from bot.db import Database, Tx
from bot.helpline import rota_watch
from bot.helpline.due import DUE
from bot.policy import Policy
from bot.rota import ahead, changes, stored
from bot.rota.calendar import days_off
from bot.rota.changes import SOON, WATCH
from bot.tables import outbox, rotation, rotation_member, shift, staff, staff_channel
from bot.timers import due_at
from directory.wording import HCMC
from tests.bot.helpline.conftest import BICH, HOA, LAN, MAI, add_shift, add_staff, letters
from tests.conftest import MovableClock

ADMIN = 8


@pytest.fixture
def policy() -> Policy:
    return Policy()


def show(tx: Tx, staff_id: int, at: datetime) -> None:
    """A channel that works, confirmed at that moment."""
    sealed = tx.seals.close("topic", about=own_channels.about(staff_id, "ntfy"))
    tx.execute(insert(staff_channel).values(staff_id=staff_id, kind="ntfy", sealed=sealed, verified_at=at))


def plan(tx: Tx, clock: MovableClock) -> None:
    """Lan and Mai take turns round the clock, and both rest over Tết."""
    add_staff(tx, clock.now())
    for who in (LAN, MAI, HOA):
        show(tx, who, clock.now() + timedelta(days=20))
    row = {"id": 1, "name": "ngày đêm", "centre_id": 1, "first_day": date(2027, 1, 1), "begins": 0, "minutes": 24 * 60}
    tx.execute(insert(rotation).values(**row, days_off="rest"))
    for position, who in enumerate((LAN, MAI)):
        tx.execute(insert(rotation_member).values(rotation_id=1, position=position, staff_id=who))
    rota_watch.ensure(tx, now=clock.now())


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)
async def test_the_hole_of_tet_is_told_three_days_before_and_daily_once_by_two_processes_and_after_a_standstill(
    engine: Database, clock: MovableClock, policy: Policy
) -> None:
    clock.pass_(seconds=(datetime(2027, 1, 25, 9, tzinfo=HCMC) - clock.now()).total_seconds())
    await engine.write(lambda tx: plan(tx, clock))
    both = [Clockwork(engine, clock, policy, due=DUE, rounds={}) for _ in range(2)]
    begins, ends = (datetime(2027, 2, day, tzinfo=HCMC) for day in (5, 10))  # the first day is 6 February
    stands_still = datetime(2027, 2, 7, 12, tzinfo=HCMC), datetime(2027, 2, 9, 18, tzinfo=HCMC)
    told: list[datetime] = []
    while clock.now() < datetime(2027, 2, 14, tzinfo=HCMC):
        if not stands_still[0] <= clock.now() < stands_still[1]:
            await asyncio.gather(*(one.tick() for one in both))
            said = await engine.write(lambda tx: [one.text for one in letters(tx, staff_id=HOA)])
            holes = [one for one in said if "chưa có ai trực" in one or "trống" in one]
            assert len(holes) <= 1, "two processes tell it once"
            assert all("10/2" in one for one in holes), "to its end, not to the end of the look ahead"
            if holes:
                told.append(clock.now())
            await engine.write(lambda tx: tx.execute(delete(outbox)))
        clock.pass_(hours=1)
    assert begins - told[0] >= timedelta(hours=72)
    before = [at for at in told if at < stands_still[0]]
    assert all(later - earlier <= timedelta(hours=24) for earlier, later in pairwise(before)) and len(before) >= 6
    after = [at for at in told if at >= stands_still[1]]
    assert after[0] == stands_still[1], "what was due while the house stood still is done first"
    assert max(told) < ends


async def test_with_nobody_in_charge_the_admins_hear_of_a_hole(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        tx.execute(update(staff).where(staff.c.id.in_((HOA, BICH))).values(state="left"))
        row = {"id": ADMIN, "name": "s8", "alias": "Hà", "role": "admin", "centre_id": 1, "state": "active"}
        tx.execute(insert(staff).values(**row, created_at=clock.now()))
        tx.execute(delete(shift))
        rota_watch.watch(tx, clock.now(), policy)
        assert any("trống" in one.text for one in letters(tx, staff_id=ADMIN))

    await line.write(story)


async def test_changes_without_end_do_not_put_the_look_off(line: Database, clock: MovableClock, policy: Policy) -> None:
    def story(tx: Tx) -> None:
        first = clock.now() + SOON
        for _ in range(5):
            ends = clock.now() + timedelta(hours=5)
            changes.leave(tx, LAN, clock.now() + timedelta(hours=2), ends, by=None, now=clock.now())
            clock.pass_(minutes=3)
        assert due_at(tx, WATCH, 1) == first, "the first of several changes says when"

    await line.write(story)


async def test_a_channel_that_runs_out_within_a_long_shift_is_told_three_days_before(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        tx.execute(delete(shift))
        add_shift(tx, LAN, 0, clock.now() - timedelta(days=1), hours=24 * 30)
        show(tx, LAN, clock.now() - timedelta(days=26, hours=1))
        rota_watch.watch(tx, clock.now(), policy)
        [said] = [one.text for one in letters(tx, staff_id=LAN)]
        assert "kênh" in said
        until = clock.now() + timedelta(days=4)
        spans = ahead.spans(stored.load(tx.connection, clock.now(), until), days_off(policy), clock.now(), until)
        assert len(spans) == 1, "one shift that began before it ran out"
        assert tx.execute(select(staff_channel.c.id)).scalar_one()

    await line.write(story)
