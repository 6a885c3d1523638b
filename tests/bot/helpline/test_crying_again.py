"""A cry is never only one more message: whoever can help is called, whatever was agreed before."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.db import Database, Tx
from bot.helpline import calling, cases, due, recalling, relay
from bot.helpline.moves import State
from bot.masking import Masked
from bot.policy import Policy
from bot.tables import alarm, outbox
from bot.timers import due_at
from tests.bot.helpline.conftest import LAN, MAI, letters
from tests.conftest import MovableClock


def cry(tx: Tx, clock: MovableClock, policy: Policy, urgency: str = "now") -> cases.Opened:
    return cases.open_case(tx, 1, urgency=urgency, need=None, place=None, now=clock.now(), policy=policy)  # type: ignore[arg-type]


def called(tx: Tx) -> list[int]:
    return list(tx.execute(select(alarm.c.staff_id).order_by(alarm.c.id)).scalars())


@pytest.mark.parametrize("before", ["held", "handed"])
async def test_a_cry_does_not_wait_for_an_agreed_hour_or_for_one_colleague(
    line: Database, clock: MovableClock, policy: Policy, before: str
) -> None:
    def story(tx: Tx) -> tuple[cases.Opened, list[int], list[str]]:
        case_id = cry(tx, clock, policy).case.id
        cases.take(tx, case_id, LAN, now=clock.now(), policy=policy)
        if before == "held":
            cases.hold(tx, case_id, LAN, clock.now() + timedelta(hours=48), now=clock.now(), policy=policy)
        else:
            cases.hand_over(tx, case_id, LAN, MAI, now=clock.now(), policy=policy)
        already = called(tx)
        tx.execute(outbox.delete())
        clock.pass_(seconds=20)
        again = cry(tx, clock, policy)
        told = [one.text for one in letters(tx, staff_id=LAN if before == "held" else MAI)]
        return again, called(tx)[len(already) :], told

    again, fresh, told = await line.write(story)
    assert again.case.state is State.WAITING and again.case.staff_id is None and again.got_worse
    assert fresh == [LAN], "the first rung is called, as for a new case"
    assert any("kêu cứu lần nữa" in one for one in told), "who had it hears why"
    kinds = ("hold_over", "handed_over", "silent", "shift_end")
    assert await line.write(lambda tx: [due_at(tx, kind, again.case.id) for kind in kinds]) == [None] * 4
    assert not await line.write(lambda tx: cry(tx, clock, policy).got_worse), "while all are called: no second alarm"


async def test_who_phones_for_help_keeps_the_case_hears_the_cry_and_has_five_minutes(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> cases.Opened:
        case_id = cry(tx, clock, policy).case.id
        cases.take(tx, case_id, LAN, now=clock.now(), policy=policy)
        known = cases.get(tx.connection, case_id)
        assert known is not None
        calling.keep_while_calling(tx, known, LAN, now=clock.now(), policy=policy)
        clock.pass_(minutes=2)
        tx.execute(outbox.delete())
        return cry(tx, clock, policy)

    again = await line.write(story)
    assert again.case.state is State.HELD and not again.got_worse
    assert again.case.held_until == clock.now() + timedelta(minutes=5)
    heard = await line.write(lambda tx: letters(tx, staff_id=LAN))
    assert [one.wakes for one in heard] == [True] and "kêu cứu lần nữa" in heard[0].text
    clock.pass_(minutes=5)
    await line.write(lambda tx: due.DUE["hold_over"](tx, again.case.id, clock.now(), policy))
    found = await line.read(lambda connection: cases.get(connection, again.case.id))
    assert found is not None and found.state is State.WAITING


async def test_calm_again_after_such_a_cry_the_case_is_not_closed_behind_the_back_of_who_had_it(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> tuple[recalling.Recalled, int]:
        case_id = cry(tx, clock, policy).case.id
        cases.take(tx, case_id, LAN, now=clock.now(), policy=policy)
        cases.hold(tx, case_id, LAN, clock.now() + timedelta(hours=8), now=clock.now(), policy=policy)
        clock.pass_(minutes=3)
        cry(tx, clock, policy)
        return recalling.recall_alarm(tx, 1, now=clock.now(), policy=policy), case_id

    recalled, case_id = await line.write(story)
    found = await line.read(lambda connection: cases.get(connection, case_id))
    assert recalled is recalling.Recalled.CALMED
    assert found is not None and found.state is State.WAITING and found.urgency == "violence"


async def test_a_worsening_in_a_taken_case_wakes_the_colleague_and_waits_five_minutes_not_thirty(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> tuple[int, datetime | None]:
        case_id = cry(tx, clock, policy, "violence").case.id
        cases.take(tx, case_id, LAN, now=clock.now(), policy=policy)
        tx.execute(outbox.delete())
        clock.pass_(minutes=1)
        assert cry(tx, clock, policy).got_worse
        return case_id, due_at(tx, "silent", case_id)

    case_id, planned = await line.write(story)
    assert planned == clock.now() + timedelta(minutes=5)
    heard = await line.write(lambda tx: letters(tx, staff_id=LAN))
    assert [(one.wakes, "khẩn cấp" in one.text) for one in heard] == [(True, True)]

    def answered_once(tx: Tx) -> datetime | None:
        relay.from_worker(tx, case_id, LAN, "chị đây", now=clock.now())
        assert due_at(tx, "silent", case_id) is None
        cry(tx, clock, policy)
        return due_at(tx, "silent", case_id)

    assert await line.write(answered_once) == clock.now() + timedelta(minutes=5), "a tap is waited for like words"


async def test_a_cry_among_lines_is_no_line_among_others_but_does_not_ring_at_every_one(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> list[tuple[bool, str]]:
        case_id = cry(tx, clock, policy).case.id
        cases.take(tx, case_id, LAN, now=clock.now(), policy=policy)
        tx.execute(outbox.delete())
        relay.from_person(tx, case_id, Masked("em sợ"), now=clock.now())
        for _ in range(4):
            clock.pass_(seconds=20)
            relay.from_person(tx, case_id, Masked("nó phá cửa"), now=clock.now(), is_cry=True)
        return [(one.wakes, one.text) for one in letters(tx, staff_id=LAN)]

    heard = await line.write(story)
    assert [wakes for wakes, _ in heard] == [False, True, True], "at 20 seconds and a minute later"
    assert "phá cửa" not in "".join(text for _, text in heard)


async def test_danger_now_that_is_handed_over_wakes_whom_it_is_handed_to(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx, urgency: str) -> list[bool]:
        case_id = cry(tx, clock, policy, urgency).case.id
        cases.take(tx, case_id, LAN, now=clock.now(), policy=policy)
        tx.execute(outbox.delete())
        cases.hand_over(tx, case_id, LAN, MAI, now=clock.now(), policy=policy)
        return [one.wakes for one in letters(tx, staff_id=MAI)]

    assert await line.write(lambda tx: story(tx, "violence")) == [False]
    await line.write(lambda tx: cases.take(tx, 1, MAI, now=clock.now(), policy=policy))
    await line.write(lambda tx: cases.close(tx, 1, MAI, "listened", now=clock.now(), policy=policy))
    assert await line.write(lambda tx: story(tx, "now")) == [True]
