"""A case leaves hands that can no longer answer it, in time, and then calls others than who had it."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from bot.db import Database, Tx
from bot.helpline import cases, due, handover, invariants, relay, shifts, turns
from bot.masking import Masked
from bot.policy import Policy
from bot.rota import changes
from bot.tables import alarm, case, shift
from bot.timers import due_at
from tests.bot.helpline.conftest import BICH, HOA, LAN, MAI, add_shift, letters
from tests.conftest import MovableClock


def cried(tx: Tx, now: datetime, policy: Policy, *, lane_id: int = 1) -> int:
    opened = cases.open_case(tx, lane_id, urgency="now", need=None, place=None, now=now, policy=policy)
    return opened.case.id


def had(tx: Tx, clock: MovableClock, policy: Policy) -> int:
    """Lan has the case and wrote last."""
    case_id = cried(tx, clock.now(), policy)
    turns.take(tx, case_id, LAN, now=clock.now(), policy=policy)
    relay.from_worker(tx, case_id, LAN, "chị gọi nhà tạm lánh, em đợi chút", now=clock.now())
    return case_id


def called(tx: Tx, case_id: int, since: datetime) -> list[int]:
    wanted = select(alarm.c.staff_id).where(alarm.c.case_id == case_id, alarm.c.at >= since, alarm.c.used_at.is_(None))
    return list(tx.execute(wanted.order_by(alarm.c.id)).scalars())


def state(tx: Tx, case_id: int) -> str:
    return str(tx.execute(select(case.c.state).where(case.c.id == case_id)).scalar_one())


def go_to(tx: Tx, kind: str, case_id: int, clock: MovableClock, policy: Policy) -> None:
    """On to the moment at which this is due, and do it."""
    planned = due_at(tx, kind, case_id)
    assert planned is not None
    clock.pass_(seconds=(planned - clock.now()).total_seconds())
    due.DUE[kind](tx, case_id, clock.now(), policy)


async def test_who_falls_ill_in_the_middle_of_a_shift_does_not_keep_the_case(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = had(tx, clock, policy)
        clock.pass_(minutes=20)
        changes.leave(tx, LAN, clock.now(), clock.now() + timedelta(days=2), by=HOA, now=clock.now())
        assert shifts.changed(tx, LAN, now=clock.now(), policy=policy) == 1
        assert due_at(tx, "shift_end", case_id) == clock.now() + handover.GRACE
        assert "không còn trong giờ trực" in letters(tx, staff_id=LAN)[-1].text
        assert shifts.changed(tx, LAN, now=clock.now(), policy=policy) == 0, "noted twice, it is told once"
        assert handover.write_note(tx, case_id, LAN, ["hurt"], "", now=clock.now())
        go_to(tx, "shift_end", case_id, clock, policy)
        assert state(tx, case_id) == "waiting" and called(tx, case_id, clock.now()) == [MAI]

    await line.write(story)


async def test_leave_that_begins_later_and_a_cover_end_the_case_when_they_begin(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = had(tx, clock, policy)
        begins = clock.now() + timedelta(hours=3)
        changes.cover(tx, LAN, MAI, begins, begins + timedelta(hours=5), by=HOA, now=clock.now())
        assert shifts.changed(tx, now=clock.now(), policy=policy) == 1
        assert due_at(tx, "shift_end", case_id) == begins + handover.GRACE
        turns.hold(tx, case_id, LAN, clock.now() + timedelta(hours=1), now=clock.now(), policy=policy)
        go_to(tx, "shift_end", case_id, clock, policy)
        assert state(tx, case_id) == "held", "what was agreed with her is left in peace"

    await line.write(story)


async def test_who_takes_a_case_off_duty_is_asked_after_two_hours_and_keeps_it_by_writing(
    empty_line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = had(tx, clock, policy)
        assert due_at(tx, "shift_end", case_id) == clock.now() + shifts.OFF_DUTY
        go_to(tx, "shift_end", case_id, clock, policy)
        assert state(tx, case_id) == "taken"
        [asked] = [one for one in letters(tx, staff_id=LAN) if "ngoài giờ trực" in one.text]
        assert asked.wakes and due_at(tx, "shift_end", case_id) == clock.now() + handover.GRACE
        clock.pass_(minutes=5)
        relay.from_worker(tx, case_id, LAN, "chị vẫn đây", now=clock.now())
        go_to(tx, "shift_end", case_id, clock, policy)
        assert state(tx, case_id) == "taken" and due_at(tx, "shift_end", case_id) == clock.now() + shifts.OFF_DUTY
        clock.pass_(minutes=100)
        relay.from_worker(tx, case_id, LAN, "em sao rồi", now=clock.now())
        go_to(tx, "shift_end", case_id, clock, policy)
        assert len([one for one in letters(tx, staff_id=LAN) if "ngoài giờ trực" in one.text]) == 1, "she is writing"
        go_to(tx, "shift_end", case_id, clock, policy)
        assert len([one for one in letters(tx, staff_id=LAN) if "ngoài giờ trực" in one.text]) == 2
        go_to(tx, "shift_end", case_id, clock, policy)
        known = cases.get(tx.connection, case_id)
        assert known is not None and (known.state, known.staff_id) == ("handed", HOA), "as at the end of a shift"
        found = invariants.broken(tx.connection, now=clock.now(), policy=policy)
        assert "owner_off_shift" not in found and "hold_without_end" not in found

    await empty_line.write(story)


async def test_who_comes_on_duty_meanwhile_keeps_it_to_the_end_of_the_shift(
    empty_line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = had(tx, clock, policy)
        add_shift(tx, LAN, 0, clock.now(), hours=6)
        ends = clock.now() + timedelta(hours=6) + handover.GRACE
        assert shifts.changed(tx, LAN, now=clock.now(), policy=policy) == 1
        assert due_at(tx, "shift_end", case_id) == ends
        assert "không còn" not in "".join(one.text for one in letters(tx, staff_id=LAN))

    await empty_line.write(story)


async def test_a_case_that_comes_back_calls_the_next_ones_at_once(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        silent, given = cried(tx, clock.now(), policy), cried(tx, clock.now(), policy, lane_id=2)
        for case_id in (silent, given):
            turns.take(tx, case_id, LAN, now=clock.now(), policy=policy)
            relay.from_person(tx, case_id, Masked("chị ơi"), now=clock.now())
        clock.pass_(seconds=30)
        turns.hand_back(tx, given, LAN, now=clock.now(), policy=policy)
        assert called(tx, given, clock.now()) == [MAI], "not who just gave it back"
        back = clock.now()
        for case_id, after in ((given, HOA), (given, MAI)):
            go_to(tx, "escalate", case_id, clock, policy)
            assert after in called(tx, case_id, back)
        for _ in range(3):
            go_to(tx, "escalate", given, clock, policy)
        assert LAN not in called(tx, given, back), "she has said that she cannot"

    await line.write(story)


async def test_who_was_silent_is_called_again_only_after_the_others(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = cried(tx, clock.now(), policy)
        turns.take(tx, case_id, LAN, now=clock.now(), policy=policy)
        go_to(tx, "silent", case_id, clock, policy)
        back = clock.now()
        assert called(tx, case_id, back) == [MAI]
        go_to(tx, "escalate", case_id, clock, policy)
        assert called(tx, case_id, back) == [MAI, HOA]

    await line.write(story)


async def test_where_only_who_failed_is_on_duty_those_in_charge_are_called_too(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        tx.execute(delete(shift).where(shift.c.staff_id != LAN))
        case_id = cried(tx, clock.now(), policy)
        turns.take(tx, case_id, LAN, now=clock.now(), policy=policy)
        go_to(tx, "silent", case_id, clock, policy)
        assert set(called(tx, case_id, clock.now())) == {LAN, HOA, BICH}

    await line.write(story)


async def test_danger_now_is_kept_two_hours_at_most_and_not_while_she_writes(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = had(tx, clock, policy)
        turns.hold(tx, case_id, LAN, clock.now() + timedelta(hours=48), now=clock.now(), policy=policy)
        assert due_at(tx, "hold_over", case_id) == clock.now() + timedelta(hours=2)
        assert due_at(tx, "silent", case_id) is None
        due.DUE["silent"](tx, case_id, clock.now(), policy)
        assert state(tx, case_id) == "held", "a late timer of before"
        clock.pass_(minutes=30)
        relay.from_person(tx, case_id, Masked("chị ơi nó sắp về"), now=clock.now())
        assert due_at(tx, "silent", case_id) == clock.now() + timedelta(minutes=5)
        go_to(tx, "silent", case_id, clock, policy)
        assert state(tx, case_id) == "waiting" and MAI in called(tx, case_id, clock.now())

    await line.write(story)


async def test_who_answers_a_case_that_is_kept_keeps_it(line: Database, clock: MovableClock, policy: Policy) -> None:
    def story(tx: Tx) -> None:
        case_id = had(tx, clock, policy)
        turns.hold(tx, case_id, LAN, clock.now() + timedelta(hours=1), now=clock.now(), policy=policy)
        clock.pass_(minutes=2)
        relay.from_person(tx, case_id, Masked("dạ"), now=clock.now())
        turns.take(tx, case_id, LAN, now=clock.now(), policy=policy)
        relay.from_worker(tx, case_id, LAN, "chị đây", now=clock.now())
        assert due_at(tx, "silent", case_id) is None and state(tx, case_id) == "taken"

    await line.write(story)


async def test_a_request_that_is_kept_is_left_in_peace(line: Database, clock: MovableClock, policy: Policy) -> None:
    def story(tx: Tx) -> None:
        opened = cases.open_case(tx, 1, urgency="request", need=None, place=None, now=clock.now(), policy=policy)
        turns.take(tx, opened.case.id, LAN, now=clock.now(), policy=policy)
        turns.hold(tx, opened.case.id, LAN, clock.now() + timedelta(hours=24), now=clock.now(), policy=policy)
        relay.from_person(tx, opened.case.id, Masked("dạ"), now=clock.now())
        assert due_at(tx, "silent", opened.case.id) is None
        assert due_at(tx, "hold_over", opened.case.id) == clock.now() + timedelta(hours=24)

    await line.write(story)
