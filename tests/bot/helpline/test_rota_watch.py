"""Gaps and colleagues who could not be woken are told three days before, every day, and soon after a change."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import delete, insert, update

from bot import own_channels
from bot.db import Database, Tx
from bot.helpline import leaving, rota_watch
from bot.policy import Policy
from bot.rota import ahead, stored
from bot.rota.calendar import days_off
from bot.rota.changes import SOON, WATCH
from bot.tables import outbox, shift, staff_channel
from bot.timers import due_at
from tests.bot.helpline.conftest import BICH, HOA, LAN, MAI, add_shift, letters
from tests.conftest import MovableClock


@pytest.fixture
def policy() -> Policy:
    return Policy()


def show(tx: Tx, staff_id: int, at: datetime) -> None:
    sealed = tx.seals.close("topic", about=own_channels.about(staff_id, "ntfy"))
    tx.execute(insert(staff_channel).values(staff_id=staff_id, kind="ntfy", sealed=sealed, verified_at=at))


async def test_a_gap_is_told_at_least_three_days_before_and_then_each_day(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        begins = clock.now()
        for staff_id in (LAN, MAI, HOA):
            show(tx, staff_id, begins)
        tx.execute(delete(shift))
        add_shift(tx, LAN, 0, begins, hours=5 * 24 + 11)
        ends = begins + timedelta(hours=5 * 24 + 11)
        told_at = []
        assert rota_watch.ensure(tx, now=clock.now()) and not rota_watch.ensure(tx, now=clock.now())
        for _ in range(7):
            planned = due_at(tx, WATCH, 1)
            assert planned is not None and planned - clock.now() <= timedelta(hours=24)
            clock.pass_(seconds=(planned - clock.now()).total_seconds())
            rota_watch.watch(tx, clock.now(), policy)
            if any("trống" in letter.text for letter in letters(tx, staff_id=HOA)):
                told_at.append(clock.now())
                assert any("cả nước" in letter.text for letter in letters(tx, staff_id=BICH))
            assert letters(tx, staff_id=MAI) == []
            tx.execute(delete(outbox))
        assert ends - told_at[0] >= timedelta(hours=72)
        assert all(later - earlier <= timedelta(hours=24) for earlier, later in pairwise(told_at))
        assert len(told_at) >= 4

    await line.write(story)


async def test_who_is_on_call_and_could_not_be_woken_is_told_and_the_supervisor_too(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        show(tx, HOA, clock.now() - timedelta(days=28))  # runs out when the shift is over
        show(tx, LAN, clock.now() - timedelta(days=31))
        show(tx, MAI, clock.now())
        rota_watch.watch(tx, clock.now(), policy)
        assert "kênh" in letters(tx, staff_id=LAN)[0].text and letters(tx, staff_id=MAI) == []
        told = letters(tx, staff_id=HOA)[0].text
        assert "Lan trực" in told and "Mai trực" not in told
        assert rota_watch.cannot_be_woken(tx.connection, clock.now(), policy) == 1
        tx.execute(update(staff_channel).values(dead_at=clock.now()))
        assert rota_watch.cannot_be_woken(tx.connection, clock.now(), policy) == 3
        tx.execute(delete(outbox))
        rota_watch.watch(tx, clock.now(), replace(policy, is_demo=True))
        assert all("kênh" not in letter.text for letter in letters(tx, staff_id=LAN))

    await line.write(story)


async def test_a_channel_that_grows_too_old_for_a_later_shift_is_told_three_days_before_it(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        tx.execute(delete(shift))
        for day in range(6):
            add_shift(tx, LAN, 0, clock.now() + timedelta(days=day, hours=1), hours=8)
        show(tx, LAN, clock.now() - timedelta(days=27))
        rota_watch.watch(tx, clock.now(), policy)
        said = [letter.text for letter in letters(tx, staff_id=LAN)]
        assert len(said) == 1 and "kênh" in said[0], "in three days, at the shift after next, it is thirty days old"

    await line.write(story)


async def test_a_province_whose_rota_has_ended_is_told_every_day_and_a_while_later_no_more(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        add_shift(tx, MAI, 0, clock.now() - timedelta(hours=1), hours=10, province="79")
        for days, is_told in ((0, True), (1, True), (20, True), (40, False)):
            now = clock.now() + timedelta(days=days)
            plan = stored.load(tx.connection, now, now + timedelta(hours=96))
            found = {gap.province for gap in ahead.gaps(plan, days_off(policy), now, now + timedelta(hours=96))}
            assert ("79" in found) is is_told, days

    await line.write(story)


async def test_who_leaves_tonight_leaves_a_hole_that_is_looked_for_tonight(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        rota_watch.watch(tx, clock.now(), policy)
        leaving.leave(tx, LAN, now=clock.now(), policy=policy)
        assert due_at(tx, WATCH, 1) == clock.now() + SOON

    await line.write(story)
