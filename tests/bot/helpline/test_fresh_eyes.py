"""What would have slipped: wishes kept at a hand-over, true numbers, one confirmation, nobody pressed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from bot import policy as policies
from bot.db import Database, Tx
from bot.helpline import (
    asides,
    blocks,
    cases,
    check_ins,
    coming_back,
    consents,
    due,
    duties,
    erasure,
    going_along,
    guards,
    turns,
)
from bot.helpline.casebook import NotYours
from bot.helpline.consents import ConsentTo
from bot.helpline.outcomes import Outcome
from bot.helpline.progress import progress
from bot.policy import Policy
from bot.tables import case, check_in, lane, outbox, sharing, staff_province
from bot.timers import due_at
from tests.bot.helpline.conftest import HOA, LAN, MAI, add_person, letters
from tests.bot.helpline.test_around_a_case import member, state_of, taken
from tests.conftest import MovableClock


async def test_her_wish_for_nobody_of_her_province_holds_when_a_colleague_passes_the_case_on(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        tx.execute(update(staff_province).where(staff_province.c.staff_id == LAN).values(province="79"))
        case_id = taken(tx, clock, policy)
        tx.execute(update(case).where(case.c.id == case_id).values(province="01"))
        asides.go_elsewhere(tx, 1, None, now=clock.now(), policy=policy)
        assert state_of(tx, case_id) == "taken"
        with pytest.raises(NotYours):
            turns.hand_over(tx, case_id, LAN, MAI, now=clock.now(), policy=policy)
        clock.pass_(hours=60)  # the shift is over, nobody left a note, and the supervisor is of her province
        turns.shift_end(tx, case_id, now=clock.now(), policy=policy)
        assert state_of(tx, case_id) == "waiting"

    await line.write(story)


async def test_asked_how_far_it_is_people_are_counted_and_not_alarms(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        opened = cases.open_case(tx, 1, urgency="now", need=None, place=None, now=clock.now(), policy=policy)
        for _ in range(8):
            clock.pass_(minutes=15)
            due.DUE["escalate"](tx, opened.case.id, clock.now(), policy)
        found = cases.get(tx.connection, opened.case.id)
        assert found is not None and found.alarmed > 5, "called again and again"
        said = progress(tx.connection, 1, now=clock.now(), language="vi")
        called = {one for one in (LAN, MAI, HOA, 4) if letters(tx, staff_id=one)}
        assert said == f"Mình đã báo {len(called)} người. 120 phút rồi, chưa ai nhận."
        cases.take(tx, opened.case.id, LAN, now=clock.now(), policy=policy)
        turns.hand_over(tx, opened.case.id, LAN, MAI, now=clock.now(), policy=policy)
        assert "Mai" in str(progress(tx.connection, 1, now=clock.now(), language="vi"))

    await line.write(story)


async def test_a_worsening_leaves_no_clock_of_the_colleague_who_had_it(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = taken(tx, clock, policy, "violence")
        turns.hold(tx, case_id, LAN, clock.now() + timedelta(hours=8), now=clock.now(), policy=policy)
        cases.open_case(tx, 1, urgency="now", need=None, place=None, now=clock.now(), policy=policy)
        assert state_of(tx, case_id) == "waiting"
        for kind in ("hold_over", "handed_over", "silent", "shift_end"):
            assert due_at(tx, kind, case_id) is None

    await line.write(story)


async def test_a_duty_is_confirmed_once_though_two_press_at_the_same_time(line: Database, clock: MovableClock) -> None:
    policy = policies.Policy(legal_duty=True)

    def story(tx: Tx) -> None:
        case_id = taken(tx, clock, policy)
        number = duties.invoke_duty(tx, case_id, LAN, "life", "x", is_told=True, now=clock.now(), policy=policy)
        duties.confirm_duty(tx, number, HOA, now=clock.now(), policy=policy)
        with pytest.raises(duties.NotOurDuty):
            duties.confirm_duty(tx, number, MAI, now=clock.now(), policy=policy)
        assert tx.execute(select(func.count()).select_from(sharing)).scalar_one() == 1

    await line.write(story)


async def test_company_for_a_case_that_is_closed_is_not_offered_any_more(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = taken(tx, clock, policy)
        consents.give(tx, case_id, ConsentTo.ACCOMPANY, "t", now=clock.now())
        number = going_along.ask_for(tx, case_id, LAN, place_id=None, when_at=None, now=clock.now())
        cases.close(tx, case_id, LAN, Outcome.SAFE, now=clock.now(), policy=policy)
        assert going_along.on_page(tx.connection, member(tx, MAI)) == ()
        assert not going_along.take_on(tx, number, MAI, now=clock.now())

    await line.write(story)


async def test_the_agreed_word_holds_on_another_phone_and_on_the_one_after_that_and_she_is_told(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        taken(tx, clock, policy)
        guards.agree_word(tx, 1, "hoa phượng", now=clock.now())
        coming_back.resume(tx, 1, 2, now=clock.now())
        assert guards.is_word(tx, 2, "Hoa phuong") and not guards.is_word(tx, 2, "hoa hong")
        assert not guards.has_word(tx.connection, 1)
        assert sum("Từ riêng" in one.text for one in letters(tx, lane_id=2)) == 1
        guards.ask_first(tx, 2, now=clock.now())
        add_person(tx, 3, clock.now())
        coming_back.resume(tx, 2, 3, now=clock.now())
        assert guards.is_word(tx, 3, "hoa phuong")
        guards.agree_word(tx, 3, "con mèo", now=clock.now())
        assert guards.is_word(tx, 3, "con meo") and not guards.is_word(tx, 3, "hoa phuong"), "a new one takes its place"

    await line.write(story)


@pytest.mark.parametrize("shut", [guards.go_neutral, guards.ask_first])
async def test_the_old_phone_in_other_hands_is_not_told_that_she_goes_on_elsewhere(
    line: Database, clock: MovableClock, policy: Policy, shut: Callable[..., None]
) -> None:
    def story(tx: Tx) -> None:
        case_id = taken(tx, clock, policy)
        guards.agree_word(tx, 1, "hoa phượng", now=clock.now())
        shut(tx, 1, now=clock.now())
        tx.execute(delete(outbox))
        coming_back.resume(tx, 1, 2, now=clock.now())
        assert tx.execute(select(outbox).where(outbox.c.lane_id == 1)).first() is None
        assert tx.execute(select(lane).where(lane.c.id == 1)).first() is None, "it is forgotten at once"
        known = cases.get(tx.connection, case_id)
        assert known is not None and known.lane_id == 2 and guards.is_word(tx, 2, "hoa phuong")

    await line.write(story)
    assert await line.read(lambda connection: erasure.unfinished(connection, clock.now())) == []


async def test_a_word_chosen_on_the_new_phone_stays_the_one_that_counts(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        taken(tx, clock, policy)
        guards.agree_word(tx, 1, "hoa phượng", now=clock.now())
        guards.agree_word(tx, 2, "con mèo", now=clock.now())
        coming_back.resume(tx, 1, 2, now=clock.now())
        assert guards.is_word(tx, 2, "con mèo") and not guards.is_word(tx, 2, "hoa phượng")
        assert not any("Từ riêng" in one.text for one in letters(tx, lane_id=2))

    await line.write(story)


async def test_questions_some_days_later_follow_her_to_another_phone_and_leave_whoever_left_in_peace(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = taken(tx, clock, policy)
        consents.give(tx, case_id, ConsentTo.FOLLOW_UP, "t", now=clock.now())
        check_ins.plan(tx, 1, "tea", now=clock.now(), policy=policy)
        coming_back.resume(tx, 1, 2, now=clock.now())
        assert set(tx.execute(select(check_in.c.lane_id)).scalars()) == {2}
        tx.execute(update(lane).where(lane.c.id == 2).values(stopped_at=clock.now()))
        clock.pass_(days=3)
        number = tx.execute(select(func.min(check_in.c.id))).scalar_one()
        due.DUE["check_in"](tx, number, clock.now(), policy)
        assert tx.execute(select(check_in.c.state).where(check_in.c.id == number)).scalar_one() == "stopped"
        assert due_at(tx, "check_in_silent", number) is None, "nobody is told that she is silent"

    await line.write(story)


async def test_whoever_is_kept_out_is_so_on_another_phone_too_and_until_the_same_hour(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = taken(tx, clock, policy)
        blocks.keep_out(tx, case_id, LAN, 24, now=clock.now())
        blocks.keep_out(tx, case_id, LAN, 720, now=clock.now())  # waits for the second person
        ends = blocks.until(tx.connection, 1, clock.now())
        clock.pass_(hours=5)
        coming_back.resume(tx, 1, 2, now=clock.now())
        assert ends is not None and blocks.until(tx.connection, 2, clock.now()) == ends
        assert blocks.until(tx.connection, 1, clock.now()) is None
        (long_one,) = blocks.waiting(tx.connection, member(tx, HOA), clock.now())
        erasure.forget_lane(tx, 1)
        clock.pass_(hours=20)
        assert blocks.until(tx.connection, 2, clock.now()) is None
        assert blocks.confirm(tx, long_one.id, HOA, now=clock.now()), "the second person still finds it"
        assert blocks.until(tx.connection, 2, clock.now()) is not None

    await line.write(story)
