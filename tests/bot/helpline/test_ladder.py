"""Who is called next, and what a person hears when nobody answers."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, insert, select, update

import bot.tables  # noqa: F401
from bot import audit
from bot import policy as policies
from bot.db import Database, Tx
from bot.helpline import cases, due, escalation, moves, rota
from bot.helpline.escalation import Ladder, next_step
from bot.policy import Policy
from bot.tables import audit as audit_rows
from bot.tables import case, centre, shift, staff, staff_organisation
from bot.timers import due_at
from directory.tables import make_tables
from tests.bot.helpline.conftest import BICH, HOA, LAN, MAI, add_shift, letters
from tests.conftest import MovableClock

START = datetime(2026, 12, 7, 2, 0, tzinfo=UTC)
POLICY = policies.demonstration()


def test_the_rungs_are_called_in_order_and_the_last_repeats_every_quarter_of_an_hour() -> None:
    rungs = ((1,), (2,), (3,))
    called = [next_step(Ladder("now", START, rung), rungs, POLICY, START) for rung in range(3)]
    assert [step.whom for step in called] == [(1,), (2,), (3,)]
    assert [(step.next_at - START).seconds // 60 for step in called] == [5, 5, 10]
    again = next_step(Ladder("now", START, 3, 1), rungs, POLICY, START)
    assert (again.kind, again.whom, again.next_at) == ("repeat", (3,), START + timedelta(minutes=15))


@given(
    st.sampled_from(["now", "violence", "request"]),
    st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=3), max_size=4),
    st.integers(0, 6),
    st.integers(0, 9),
    st.integers(0, 60 * 24 * 3),
)
def test_there_is_always_a_next_moment_and_danger_never_waits_long(
    urgency: str, rungs: list[list[int]], rung: int, round_: int, minutes: int
) -> None:
    now = START + timedelta(minutes=minutes)
    ladder = tuple(tuple(one) for one in rungs)
    step = next_step(Ladder(urgency, START, rung, round_), ladder, POLICY, now, managers=(99,))  # type: ignore[arg-type]
    assert step.next_at > now
    if urgency == "now" and ladder:
        assert step.whom and step.next_at <= now + timedelta(minutes=15)
    if urgency != "request" and minutes >= 60 * POLICY.stop_after_hours:
        assert 99 in step.whom


def test_a_request_wakes_nobody_at_night() -> None:
    night = datetime(2026, 12, 7, 17, 0, tzinfo=UTC)
    step = next_step(Ladder("request", night), ((1,),), POLICY, night)
    assert (step.kind, step.whom, step.next_at) == ("night", (), datetime(2026, 12, 8, 1, 0, tzinfo=UTC))


async def test_nobody_answers_and_the_ladder_goes_on_for_hours(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        opened = cases.open_case(tx, 1, urgency="now", need=None, place=None, now=clock.now(), policy=policy)
        for _ in range(32):
            planned = due_at(tx, "escalate", opened.case.id)
            assert planned is not None and planned <= clock.now() + timedelta(minutes=15)
            clock.pass_(seconds=(planned - clock.now()).total_seconds())
            due.DUE["escalate"](tx, opened.case.id, clock.now(), policy)
        assert len(letters(tx, staff_id=LAN)) == 1 and len(letters(tx, staff_id=MAI)) == 1
        assert len(letters(tx, staff_id=HOA)) > 25 and len(letters(tx, staff_id=BICH)) >= 1
        told = [letter.text for letter in letters(tx, lane_id=1)]
        assert 8 <= len(told) <= 13 and sum("đã báo người trực" in text for text in told) == 1
        assert "đã báo 2 người, sau 5 phút chưa ai trả lời" in told[1]

    await line.write(story)


async def test_nobody_on_duty_is_said_honestly_with_numbers_and_tried_again_at_the_next_duty(
    empty_line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        begins = clock.now() + timedelta(minutes=30)
        add_shift(tx, LAN, 0, begins)
        opened = cases.open_case(tx, 1, urgency="now", need=None, place=None, now=clock.now(), policy=policy)
        [letter] = letters(tx, lane_id=1)
        assert letter.text.startswith("Lúc này không có ai trực") and "09:30" in letter.text and "113" in letter.text
        assert "2 người phụ trách" in letter.text and len(letters(tx, staff_id=BICH)) == 1
        assert due_at(tx, "escalate", opened.case.id) == clock.now() + timedelta(minutes=15)
        for _ in range(2):
            clock.pass_(minutes=15)
            due.DUE["escalate"](tx, opened.case.id, clock.now(), policy)
        assert clock.now() == begins and len(letters(tx, staff_id=HOA)) >= 2
        assert len(letters(tx, staff_id=LAN)) == 1
        assert "đã báo" in letters(tx, lane_id=1)[-1].text

    await empty_line.write(story)


def test_of_the_night_a_request_is_not_late() -> None:
    evening, rungs = datetime(2026, 12, 7, 12, 0, tzinfo=UTC), ((1,), (2,))  # 19:00 in Vietnam
    for hours, kind in ((13, "rung"), (17, "rung"), (18, "manager")):
        step = next_step(Ladder("request", evening), rungs, POLICY, evening + timedelta(hours=hours), managers=(9,))
        assert step.kind == kind, f"an hour of the evening, {hours - 13} of the next day"


async def test_a_waiting_case_without_a_timer_gets_one(line: Database, clock: MovableClock, policy: Policy) -> None:
    def story(tx: Tx) -> None:
        opened = cases.open_case(tx, 1, urgency="now", need=None, place=None, now=clock.now(), policy=policy)
        assert escalation.mend(tx, now=clock.now()) == 0
        escalation.stop(tx, opened.case.id)
        assert escalation.mend(tx, now=clock.now()) == 1

    await line.write(story)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 5),
            st.sampled_from([None, "01", "79"]),
            st.integers(0, 2),
            st.integers(0, 20),
            st.integers(1, 9),
        ),
        max_size=10,
    ),
    st.sampled_from([None, "01", "79"]),
    st.integers(0, 24),
)
def test_the_rota_says_what_a_count_by_hand_says(
    shifts: list[tuple[int, str | None, int, int, int]], province: str | None, hour: int
) -> None:
    engine = create_engine("sqlite://")
    make_tables(engine)
    now = START + timedelta(hours=hour)
    with engine.begin() as connection:
        connection.execute(insert(staff_organisation).values(id=1, name="o"))
        connection.execute(insert(centre).values(id=1, organisation_id=1, name="c"))
        for number in range(1, 6):
            state = "left" if number == 5 else "active"
            row = {"id": number, "name": f"s{number}", "alias": "a", "role": "worker", "centre_id": 1, "state": state}
            connection.execute(insert(staff).values(**row, created_at=START))
        for who, where, rung, begins, hours in shifts:
            begin = START + timedelta(hours=begins)
            row = {"staff_id": who, "centre_id": 1, "province": where, "rung": rung, "starts_at": begin}
            connection.execute(insert(shift).values(**row, ends_at=begin + timedelta(hours=hours)))
        found = [{one.staff_id for one in rung} for rung in rota.on_duty(connection, province, now)]
        ahead = rota.next_duty(connection, province, now)
    fitting = [one for one in shifts if one[0] != 5 and one[1] in (None, province)]
    expected: list[set[int]] = []
    for is_national in (False, True):
        for rung in range(3):
            there = {w for w, p, r, b, h in fitting if (p is None) == is_national and r == rung and b <= hour < b + h}
            fresh = there - set().union(*expected)
            expected += [fresh] if fresh else []
    assert found == expected
    later = [b for _, _, _, b, _ in fitting if b > hour]
    assert ahead == (START + timedelta(hours=min(later)) if later else None)


@given(st.lists(st.sampled_from(list(moves.Deed)), max_size=30))
def test_a_closed_case_never_opens_again(deeds: list[moves.Deed]) -> None:
    state, was_closed = moves.State.WAITING, False
    for deed in deeds:
        state = moves.after(state, deed) or state
        assert not (was_closed and state is not moves.State.CLOSED)
        was_closed = was_closed or state is moves.State.CLOSED


async def test_any_order_of_deeds_leaves_at_most_one_taker(line: Database, clock: MovableClock, policy: Policy) -> None:
    import random

    chance = random.Random(7)

    def step(tx: Tx) -> None:
        known = tx.execute(select(case)).one()
        who, now = chance.choice((LAN, MAI, HOA)), clock.now()
        deeds = (
            lambda: cases.take(tx, known.id, who, now=now, policy=policy),
            lambda: cases.hand_back(tx, known.id, who, now=now, policy=policy),
            lambda: cases.hold(tx, known.id, who, now + timedelta(hours=1), now=now, policy=policy),
            lambda: cases.hand_over(tx, known.id, who, chance.choice((LAN, MAI)), now=now, policy=policy),
            lambda: due.DUE["hold_over"](tx, known.id, now, policy),
            lambda: due.DUE["handed_over"](tx, known.id, now, policy),
        )
        chance.choice(deeds)()

    await line.write(
        lambda tx: cases.open_case(tx, 1, urgency="now", need=None, place=None, now=clock.now(), policy=policy)
    )
    for _ in range(150):
        clock.pass_(minutes=20)
        try:
            await line.write(step)
        except cases.NotYours:
            continue
        row = await line.read(lambda connection: connection.execute(select(case)).one())
        assert (row.staff_id is not None) == (row.state in moves.OWNED)


async def test_a_changed_audit_row_is_noticed(line: Database, clock: MovableClock) -> None:
    def story(tx: Tx) -> None:
        for number in range(5):
            audit.write(tx, LAN, "taken", f"case:{number}", now=clock.now())
        assert audit.verify(tx.connection, tx.seals) is None
        tx.execute(update(audit_rows).where(audit_rows.c.seq == 3).values(staff_id=MAI))
        assert audit.verify(tx.connection, tx.seals) == 3

    await line.write(story)
