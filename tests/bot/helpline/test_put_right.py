"""The clock was ahead by hours or a month and is set back: what waits, waits as long as was promised."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, update

from bot import timers
from bot.console import login
from bot.db import Database, Tx
from bot.helpline import cases, check_ins, due, escalation, relay, set_back, silence, standing, turns
from bot.helpline.casebook import last_time
from bot.masking import Masked
from bot.policy import Policy
from bot.tables import alarm, case, case_event, check_in, timer, transcript
from bot.thinking import Pace
from bot.timers import due_at
from directory.wording import HCMC
from tests.bot.helpline.conftest import LAN, MAI
from tests.conftest import MovableClock

BACK = [timedelta(minutes=50), timedelta(hours=5), timedelta(days=31)]


def opened(tx: Tx, clock: MovableClock, policy: Policy, urgency: Any = "now", lane_id: int = 1) -> int:
    return cases.open_case(tx, lane_id, urgency=urgency, need=None, place=None, now=clock.now(), policy=policy).case.id


def back(clock: MovableClock, by: timedelta) -> None:
    clock.pass_(seconds=-by.total_seconds())


def waits(tx: Tx, clock: MovableClock, kind: str, subject: int) -> timedelta:
    planned = due_at(tx, kind, subject)
    assert planned is not None
    return planned - clock.now()


def to_come(connection: Connection, now: datetime) -> int:
    tables = (case_event, transcript, alarm)
    return sum(
        connection.execute(select(func.count()).select_from(one).where(one.c.at > now)).scalar_one() for one in tables
    )


@pytest.mark.parametrize("by", BACK)
@pytest.mark.parametrize("urgency", ["now", "violence"])
async def test_a_rung_comes_in_its_minutes_and_goes_on_where_the_ladder_stood(
    line: Database, clock: MovableClock, policy: Policy, by: timedelta, urgency: str
) -> None:
    def story(tx: Tx) -> None:
        case_id = opened(tx, clock, policy, urgency)
        clock.pass_(minutes=5)
        due.DUE["escalate"](tx, case_id, clock.now(), policy)
        clock.pass_(minutes=2)
        back(clock, by)
        assert set_back.put_right(tx, now=clock.now()) == 1
        assert timedelta(0) <= waits(tx, clock, "escalate", case_id) <= timedelta(minutes=5)
        assert to_come(tx.connection, clock.now()) == 0
        assert set_back.put_right(tx, now=clock.now()) == 0 and escalation.mend(tx, now=clock.now()) == 0
        before = tx.execute(select(func.count()).select_from(alarm)).scalar_one()
        clock.pass_(minutes=5)
        due.DUE["escalate"](tx, case_id, clock.now(), policy)
        fresh = tx.execute(select(alarm.c.staff_id).order_by(alarm.c.id)).scalars().all()[before:]
        assert LAN not in fresh and MAI not in fresh, "the third rung, not the first one again"

    await line.write(story)


@pytest.mark.parametrize("by", BACK)
async def test_a_silent_colleague_an_agreed_hour_and_a_call_for_help_end_as_was_said(
    line: Database, clock: MovableClock, policy: Policy, by: timedelta
) -> None:
    def story(tx: Tx) -> None:
        one, two = opened(tx, clock, policy), opened(tx, clock, policy, "violence", lane_id=2)
        turns.take(tx, one, LAN, now=clock.now(), policy=policy)
        relay.from_person(tx, one, Masked("chị ơi"), now=clock.now())
        turns.take(tx, two, MAI, now=clock.now(), policy=policy)
        relay.from_worker(tx, two, MAI, "chiều nói tiếp nhé", now=clock.now())
        turns.hold(tx, two, MAI, clock.now() + timedelta(hours=4), now=clock.now(), policy=policy)
        back(clock, by)
        assert set_back.put_right(tx, now=clock.now()) == 2
        assert waits(tx, clock, "silent", one) <= silence.SILENT_NOW
        assert waits(tx, clock, "hold_over", two) <= timedelta(hours=4)
        until = tx.execute(select(case.c.held_until).where(case.c.id == two)).scalar_one()
        assert until == due_at(tx, "hold_over", two), "or it would be put off again to the hour of the fast clock"
        clock.pass_(hours=4)
        due.DUE["hold_over"](tx, two, clock.now(), policy)
        assert tx.execute(select(case.c.state).where(case.c.id == two)).scalar_one() == "waiting"

    await line.write(story)


@pytest.mark.parametrize("by", BACK)
async def test_whoever_took_a_case_off_duty_and_she_who_is_silent_are_asked_in_time(
    empty_line: Database, clock: MovableClock, policy: Policy, by: timedelta
) -> None:
    def story(tx: Tx) -> None:
        case_id = opened(tx, clock, policy)
        turns.take(tx, case_id, LAN, now=clock.now(), policy=policy)
        relay.from_worker(tx, case_id, LAN, "em ở đâu", now=clock.now())
        back(clock, by)
        set_back.put_right(tx, now=clock.now())
        assert waits(tx, clock, "shift_end", case_id) <= timedelta(hours=2)
        assert waits(tx, clock, silence.HERS, case_id) <= silence.HER_SILENCE

    await empty_line.write(story)


async def test_what_happened_keeps_its_order(line: Database, clock: MovableClock, policy: Policy) -> None:
    def story(tx: Tx) -> None:
        case_id = opened(tx, clock, policy)
        clock.pass_(minutes=1)
        turns.take(tx, case_id, LAN, now=clock.now(), policy=policy)
        for text in ("một", "hai"):
            clock.pass_(minutes=1)
            relay.from_person(tx, case_id, Masked(text), now=clock.now())
        order = select(case_event.c.id).order_by(case_event.c.at, case_event.c.id)
        before = tx.execute(order).scalars().all()
        back(clock, timedelta(hours=5))
        set_back.put_right(tx, now=clock.now())
        assert tx.execute(order).scalars().all() == before
        said = select(transcript.c.seq).order_by(transcript.c.at)
        assert tx.execute(said).scalars().all() == sorted(tx.execute(said).scalars().all())
        taken = last_time(tx.connection, case_id, "taken")
        first = tx.execute(select(func.min(transcript.c.at))).scalar_one()
        assert taken is not None and taken < first <= clock.now()

    await line.write(story)


@pytest.mark.parametrize("by", [timedelta(hours=5), timedelta(days=31)])
async def test_questions_for_later_come_so_many_days_after_the_talk_at_her_hour(
    line: Database, clock: MovableClock, policy: Policy, by: timedelta
) -> None:
    def story(tx: Tx) -> None:
        opened(tx, clock, policy, "violence")
        check_ins.plan(tx, 1, "tea", now=clock.now(), policy=policy)
        check_ins.choose_hour(tx, 1, "evening", now=clock.now(), policy=policy)
        back(clock, by)
        set_back.put_right(tx, now=clock.now())
        rows = tx.execute(select(check_in).order_by(check_in.c.due_at)).all()
        for row, days in zip(rows, check_ins.DAYS, strict=False):
            assert abs(row.due_at - clock.now() - timedelta(days=days)) <= timedelta(days=1)
            assert row.due_at.astimezone(HCMC).hour == 19 and due_at(tx, "check_in", row.id) == row.due_at
            assert row.forget_at == row.due_at + timedelta(days=policy.routing_days)

    await line.write(story)


async def test_no_other_timer_lies_farther_ahead_than_it_ever_may(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        ahead = clock.now() + timedelta(days=90)
        for number, kind in enumerate(set_back._LONGEST):
            timers.set_timer(tx, kind, number, due_at=ahead)
        set_back.put_right(tx, now=clock.now())
        for number, (kind, longest) in enumerate(set_back._LONGEST.items()):
            assert waits(tx, clock, kind, number) == longest
        on_time = clock.now() + timedelta(hours=20)
        tx.execute(update(timer).values(due_at=on_time))
        timers.clear_timer(tx, "listings_old", 4)
        set_back.put_right(tx, now=clock.now())
        assert set(tx.execute(select(timer.c.due_at)).scalars()) == {on_time}

    await line.write(story)


async def test_a_case_that_was_closed_is_kept_no_longer_than_was_promised(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = opened(tx, clock, policy)
        turns.take(tx, case_id, LAN, now=clock.now(), policy=policy)
        turns.close(tx, case_id, LAN, "safe", now=clock.now(), policy=policy)
        back(clock, timedelta(days=31))
        set_back.put_right(tx, now=clock.now())
        row = tx.execute(select(case).where(case.c.id == case_id)).one()
        assert row.closed_at == clock.now()
        assert row.forget_at == clock.now() + timedelta(days=policy.words_days)

    await line.write(story)


async def test_a_colleague_is_not_shut_out_by_the_clock_that_was_ahead(line: Database, clock: MovableClock) -> None:
    def story(tx: Tx) -> None:
        account = login.Account(LAN, "", None, clock.now() + timedelta(minutes=10))
        assert login.is_locked(account, clock.now())
        back(clock, timedelta(hours=5))
        assert not login.is_locked(account, clock.now())
        assert login.use_step(tx, LAN, 1_000) and not login.use_step(tx, LAN, 1_000)
        assert not login.use_step(tx, LAN, 999) and not login.use_step(tx, LAN, 998)
        assert login.use_step(tx, LAN, 400), "five hours before"
        assert not login.use_step(tx, LAN, 400)

    await line.write(story)


def test_a_flood_before_the_clock_was_set_back_is_none_after_it(clock: MovableClock) -> None:
    pace = Pace()
    for _ in range(30):
        pace.count(1, clock.now())
    assert pace.count(1, clock.now())[0]
    back(clock, timedelta(hours=5))
    assert not pace.count(1, clock.now())[0]


def test_a_lasting_trouble_is_told_again_after_the_clock_was_set_back(clock: MovableClock) -> None:
    told = clock.now()
    clock.pass_(minutes=59)
    assert standing.is_lately(told, clock.now())
    back(clock, timedelta(hours=5))
    assert not standing.is_lately(told, clock.now())
