"""She says that she wants to die to a colleague who has her case: woken once, and called out if nobody answers."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from bot.db import Database, Tx
from bot.helpline import calling, cases, due, farthest, guards, relay, silence, worsening
from bot.helpline.moves import State
from bot.masking import Masked
from bot.policy import Policy
from bot.tables import alarm, outbox
from bot.timers import due_at, set_timer
from tests.bot.helpline.conftest import LAN, MAI, letters
from tests.conftest import MovableClock

DIE = Masked("em muốn chết")


def taken(tx: Tx, clock: MovableClock, policy: Policy, urgency: str = "violence") -> int:
    opened = cases.open_case(tx, 1, urgency=urgency, need=None, place=None, now=clock.now(), policy=policy)  # type: ignore[arg-type]
    cases.take(tx, opened.case.id, LAN, now=clock.now(), policy=policy)
    relay.from_worker(tx, opened.case.id, LAN, "chị đây", now=clock.now())
    tx.execute(delete(outbox))
    clock.pass_(minutes=1)
    return opened.case.id


def says(tx: Tx, case_id: int, clock: MovableClock) -> None:
    relay.from_person(tx, case_id, DIE, now=clock.now(), is_doubt=True)


def woken(tx: Tx, staff_id: int) -> list[bool]:
    return [one.wakes for one in letters(tx, staff_id=staff_id)]


def stands(tx: Tx, case_id: int) -> tuple[State, str]:
    known = cases.get(tx.connection, case_id)
    assert known is not None
    return known.state, known.urgency


def when_due(tx: Tx, case_id: int, kind: str, clock: MovableClock, policy: Policy) -> None:
    planned = due_at(tx, kind, case_id)
    assert planned is not None and planned <= clock.now(), kind
    due.DUE[kind](tx, case_id, clock.now(), policy)


@pytest.mark.parametrize("urgency", ["request", "violence", "now"])
async def test_whoever_has_the_case_is_woken_once_and_has_five_minutes(
    line: Database, clock: MovableClock, policy: Policy, urgency: str
) -> None:
    def story(tx: Tx) -> None:
        case_id = taken(tx, clock, policy, urgency)
        for _ in range(4):
            says(tx, case_id, clock)
            clock.pass_(seconds=40)
        assert woken(tx, LAN).count(True) == 1
        assert "chết" not in "".join(one.text for one in letters(tx, staff_id=LAN))
        clock.pass_(minutes=3)
        when_due(tx, case_id, "silent", clock, policy)
        assert stands(tx, case_id) == (State.WAITING, "now")
        called = list(tx.execute(select(alarm.c.staff_id).where(alarm.c.at == clock.now())).scalars())
        assert called == [MAI], "not who has just failed her"
        assert woken(tx, MAI)[-1]

    await line.write(story)


async def test_a_request_of_the_night_waits_for_no_morning(line: Database, clock: MovableClock, policy: Policy) -> None:
    clock.pass_(hours=17)  # two at night in Vietnam

    def story(tx: Tx) -> None:
        case_id = taken(tx, clock, policy, "request")
        says(tx, case_id, clock)
        clock.pass_(minutes=5)
        when_due(tx, case_id, "silent", clock, policy)
        assert woken(tx, MAI)[-1]

    await line.write(story)


async def test_an_answer_keeps_the_case_and_an_hour_later_it_wakes_again(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = taken(tx, clock, policy)
        says(tx, case_id, clock)
        clock.pass_(minutes=2)
        relay.from_worker(tx, case_id, LAN, "em đang ở đâu", now=clock.now())
        assert due_at(tx, "silent", case_id) is None
        clock.pass_(minutes=61)
        says(tx, case_id, clock)
        assert woken(tx, LAN).count(True) == 2
        assert stands(tx, case_id) == (State.TAKEN, "violence")

    await line.write(story)


async def test_who_keeps_it_for_an_agreed_hour_has_to_answer_first(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = taken(tx, clock, policy)
        cases.hold(tx, case_id, LAN, clock.now() + timedelta(hours=8), now=clock.now(), policy=policy)
        clock.pass_(minutes=1)
        says(tx, case_id, clock)
        assert woken(tx, LAN) == [True]
        clock.pass_(minutes=5)
        when_due(tx, case_id, "silent", clock, policy)
        assert stands(tx, case_id) == (State.WAITING, "now")

    await line.write(story)


async def test_an_hour_agreed_on_without_an_answer_does_not_make_her_wait(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = taken(tx, clock, policy)
        says(tx, case_id, clock)
        cases.hold(tx, case_id, LAN, clock.now() + timedelta(hours=8), now=clock.now(), policy=policy)
        clock.pass_(minutes=5)
        when_due(tx, case_id, "silent", clock, policy)
        assert stands(tx, case_id) == (State.WAITING, "now")

    await line.write(story)


async def test_who_phones_for_help_has_five_minutes_and_who_is_offered_it_three(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = taken(tx, clock, policy)
        known = cases.get(tx.connection, case_id)
        assert known is not None
        calling.keep_while_calling(tx, known, LAN, now=clock.now(), policy=policy)
        says(tx, case_id, clock)
        assert due_at(tx, "hold_over", case_id) == clock.now() + timedelta(minutes=5)
        cases.take(tx, case_id, LAN, now=clock.now(), policy=policy)
        clock.pass_(minutes=1)
        relay.from_worker(tx, case_id, LAN, "chị Mai nói tiếp với em", now=clock.now())
        cases.hand_over(tx, case_id, LAN, MAI, now=clock.now(), policy=policy)
        clock.pass_(minutes=1)
        tx.execute(delete(outbox))
        says(tx, case_id, clock)
        assert woken(tx, MAI) == [True]
        assert due_at(tx, "handed_over", case_id) == clock.now() + timedelta(minutes=3)
        clock.pass_(minutes=3)
        when_due(tx, case_id, "handed_over", clock, policy)
        assert stands(tx, case_id) == (State.WAITING, "now")

    await line.write(story)


async def test_whoever_holds_the_phone_the_colleague_is_woken_and_nothing_is_shown(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = taken(tx, clock, policy)
        guards.go_neutral(tx, 1, now=clock.now())
        tx.execute(delete(outbox))
        relay.overhear(tx, case_id, DIE, now=clock.now(), is_doubt=True)
        assert woken(tx, LAN) == [True] and letters(tx, lane_id=1) == []
        assert due_at(tx, "silent", case_id) == clock.now() + timedelta(minutes=5)

    await line.write(story)


def in_queue(tx: Tx, clock: MovableClock, policy: Policy, urgency: str) -> int:
    opened = cases.open_case(tx, 1, urgency=urgency, need=None, place=None, now=clock.now(), policy=policy)  # type: ignore[arg-type]
    tx.execute(delete(outbox))
    clock.pass_(minutes=1)
    return opened.case.id


def says_alone(tx: Tx, case_id: int, clock: MovableClock, policy: Policy) -> None:
    says(tx, case_id, clock)
    worsening.doubt_alone(tx, case_id, now=clock.now(), policy=policy)


@pytest.mark.parametrize("urgency", ["request", "violence"])
@pytest.mark.parametrize("hours", [0, 17])
async def test_while_nobody_has_it_all_are_called_five_minutes_after_the_first_time_she_says_so(
    line: Database, clock: MovableClock, policy: Policy, urgency: str, hours: int
) -> None:
    clock.pass_(hours=hours)

    def story(tx: Tx) -> None:
        case_id = in_queue(tx, clock, policy, urgency)
        says_alone(tx, case_id, clock, policy)
        assert stands(tx, case_id) == (State.WAITING, "violence")
        called = set(tx.execute(select(alarm.c.staff_id).where(alarm.c.case_id == case_id)).scalars())
        assert LAN in called, "a request of the night is one no more"
        clock.pass_(minutes=3)
        says_alone(tx, case_id, clock, policy)
        clock.pass_(minutes=2)
        when_due(tx, case_id, silence.ALONE, clock, policy)
        assert stands(tx, case_id) == (State.WAITING, "now")
        assert woken(tx, LAN)[-1]
        assert any("gọi lại từ đầu" in one.text for one in letters(tx, lane_id=1)), "and she hears it"

    await line.write(story)


async def test_a_plain_no_keeps_it_as_it_is_and_whoever_takes_it_has_five_minutes(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = in_queue(tx, clock, policy, "request")
        says_alone(tx, case_id, clock, policy)
        worsening.unharmed(tx, 1)
        assert due_at(tx, silence.ALONE, case_id) is None
        assert stands(tx, case_id) == (State.WAITING, "violence")
        clock.pass_(minutes=3)
        cases.take(tx, case_id, MAI, now=clock.now(), policy=policy)
        assert due_at(tx, "silent", case_id) == clock.now() + timedelta(minutes=5)

    await line.write(story)


async def test_who_takes_it_meanwhile_is_with_her_and_nobody_else_is_called(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = in_queue(tx, clock, policy, "request")
        says_alone(tx, case_id, clock, policy)
        cases.take(tx, case_id, MAI, now=clock.now(), policy=policy)
        assert due_at(tx, silence.ALONE, case_id) is None
        worsening.doubt_left(tx, case_id, now=clock.now(), policy=policy)
        assert stands(tx, case_id) == (State.TAKEN, "violence")

    await line.write(story)


async def test_in_other_hands_the_phone_shows_nothing_of_it(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = in_queue(tx, clock, policy, "request")
        guards.go_neutral(tx, 1, now=clock.now())
        relay.overhear(tx, case_id, DIE, now=clock.now(), is_doubt=True)
        worsening.doubt_alone(tx, case_id, now=clock.now(), policy=policy)
        clock.pass_(minutes=5)
        when_due(tx, case_id, silence.ALONE, clock, policy)
        assert woken(tx, LAN)[-1] and letters(tx, lane_id=1) == []

    await line.write(story)


async def test_a_clock_that_was_ahead_makes_her_wait_no_longer(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = in_queue(tx, clock, policy, "violence")
        set_timer(tx, silence.ALONE, case_id, due_at=clock.now() + timedelta(hours=9))
        assert farthest.bring_near(tx, now=clock.now()) == 1
        assert due_at(tx, silence.ALONE, case_id) == clock.now() + timedelta(minutes=5)

    await line.write(story)


async def test_what_is_closed_or_called_off_asks_nothing_more(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = in_queue(tx, clock, policy, "request")
        says_alone(tx, case_id, clock, policy)
        cases.take(tx, case_id, LAN, now=clock.now(), policy=policy)
        cases.close(tx, case_id, LAN, "listened", now=clock.now(), policy=policy)
        assert due_at(tx, silence.ALONE, case_id) is None

    await line.write(story)
