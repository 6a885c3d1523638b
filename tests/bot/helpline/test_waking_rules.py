"""Who is spared, who is passed by, what is kept while somebody phones for help, and what a closed line says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from bot import policy as policies
from bot.db import Database, Tx
from bot.helpline import alarms, cases, due
from bot.helpline.ladder import Ladder, next_step, put_last
from bot.policy import Policy
from bot.tables import alarm, case, centre, centre_fallback, centre_hours, shift, staff
from bot.timers import due_at
from directory.places import PlaceKey, Tier
from tests.bot.helpline.conftest import BICH, HOA, LAN, MAI, add_person, add_shift, letters, token_of
from tests.conftest import MovableClock

START = datetime(2026, 12, 7, 2, 0, tzinfo=UTC)
POLICY = policies.demonstration()
HANOI = PlaceKey(Tier.NEW_PROVINCE, "01")


def cry(
    tx: Tx, clock: MovableClock, policy: Policy, *, lane: int = 1, urgency: str = "now", **more: object
) -> cases.Case:
    given_: dict[str, object] = {"need": None, "place": None, **more}
    return cases.open_case(tx, lane, urgency=urgency, now=clock.now(), policy=policy, **given_).case  # type: ignore[arg-type]


@given(
    st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=3), min_size=1, max_size=4),
    st.frozensets(st.integers(1, 9)),
    st.frozensets(st.integers(1, 9)),
    st.integers(0, 4),
    st.integers(0, 60 * 24 * 3),
    st.sampled_from(["last", "all"]),
)
def test_in_danger_somebody_is_called_at_every_step_whoever_declined_or_is_spared(
    rungs: list[list[int]], declined: frozenset[int], spared: frozenset[int], rung: int, minutes: int, whom: str
) -> None:
    ladder = put_last(tuple(tuple(one) for one in rungs), spared)
    assert ladder and all(ladder)
    policy = replace(POLICY, repeat_whom=whom)
    now = START + timedelta(minutes=minutes)
    called = frozenset(one for before in ladder[:rung] for one in before)
    position = next((at for at, one in enumerate(ladder) if not set(one) <= called), len(ladder))
    state = Ladder("now", START, position, 0 if position < len(ladder) else 1, None, called, declined & called)
    step = next_step(state, ladder, policy, now, managers=(98, 99))
    assert step.whom and now < step.next_at <= now + timedelta(minutes=15)
    if step.kind == "repeat":
        able = {one for one in (*[x for r in ladder for x in r], 98, 99) if one not in declined}
        assert set(step.whom) <= able or not able
    if minutes >= 30:
        assert {98, 99} <= set(step.whom)
    elif minutes > 15 and step.kind != "manager":
        assert step.next_at <= START + timedelta(minutes=30)


def test_a_line_that_is_closed_wakes_nobody_and_looks_again_when_it_opens() -> None:
    night = replace(POLICY, danger_any_hour=False)
    opens = START + timedelta(hours=8)
    step = next_step(Ladder("now", START), (), night, START, managers=(9,), opens_at=opens)
    assert (step.kind, step.whom) == ("closed", ()) and step.next_at == START + timedelta(hours=1)
    soon = next_step(Ladder("violence", START), (), POLICY, START, opens_at=START + timedelta(minutes=5))
    assert (soon.kind, soon.next_at) == ("closed", START + timedelta(minutes=5))
    danger = next_step(Ladder("now", START), (), POLICY, START, managers=(9,), opens_at=opens)
    assert (danger.kind, danger.whom) == ("nobody", (9,)), "danger at any hour"


async def test_who_cannot_come_is_not_called_again_and_the_next_one_at_once(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        known = cry(tx, clock, policy)
        link = alarms.decline(tx, token_of(letters(tx, staff_id=LAN)[0]), now=clock.now())
        assert link.state == "good" and due_at(tx, "escalate", known.id) == clock.now()
        due.DUE["escalate"](tx, known.id, clock.now(), policy)
        alarms.decline(tx, token_of(letters(tx, staff_id=MAI)[0]), now=clock.now())
        due.DUE["escalate"](tx, known.id, clock.now(), policy)
        alarms.decline(tx, token_of(letters(tx, staff_id=HOA)[0]), now=clock.now())
        due.DUE["escalate"](tx, known.id, clock.now(), policy)
        assert len(letters(tx, staff_id=BICH)) == 1, "all three declined: those in charge"
        assert [len(letters(tx, staff_id=one)) for one in (LAN, MAI, HOA)] == [1, 1, 1]
        [mine] = [row for row in tx.execute(select(alarm)).all() if row.staff_id == BICH]
        assert mine.declined_at is None

    await line.write(story)


async def test_a_shift_that_changes_meanwhile_brings_the_new_colleague_at_the_next_step(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        known = cry(tx, clock, policy)
        tx.execute(update(shift).where(shift.c.staff_id == LAN).values(ends_at=clock.now() + timedelta(minutes=1)))
        add_shift(tx, BICH, 0, clock.now() + timedelta(minutes=1))
        clock.pass_(minutes=5)
        due.DUE["escalate"](tx, known.id, clock.now(), policy)
        assert len(letters(tx, staff_id=BICH)) == 1 and letters(tx, staff_id=MAI) == []
        clock.pass_(minutes=5)
        due.DUE["escalate"](tx, known.id, clock.now(), policy)
        assert len(letters(tx, staff_id=MAI)) == 1

    await line.write(story)


async def test_who_has_many_cases_is_called_last_and_still_called_if_nobody_else_is_there(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        busy = replace(policy, most_cases=1)
        first = cry(tx, clock, busy)
        cases.take(tx, first.id, LAN, now=clock.now(), policy=busy)
        second = cry(tx, clock, busy, lane=2)
        called = select(alarm.c.staff_id).where(alarm.c.case_id == second.id)
        assert tx.execute(called).scalars().all() == [MAI]
        tx.execute(update(shift).where(shift.c.staff_id != LAN).values(ends_at=clock.now()))
        add_person(tx, 3, clock.now())
        third = cry(tx, clock, busy, lane=3)
        called = select(alarm.c.staff_id).where(alarm.c.case_id == third.id)
        assert tx.execute(called).scalars().all() == [LAN]

    await line.write(story)


async def test_who_had_danger_at_night_rests(line: Database, clock: MovableClock, policy: Policy) -> None:
    def story(tx: Tx) -> None:
        clock.pass_(hours=17)  # two in the night
        night = cry(tx, clock, policy)
        cases.take(tx, night.id, LAN, now=clock.now(), policy=policy)
        cases.close(tx, night.id, LAN, "safe", now=clock.now(), policy=policy)
        clock.pass_(hours=policy.rest_hours - 1)
        soon = cry(tx, clock, policy, lane=2)
        called = select(alarm.c.staff_id).where(alarm.c.case_id == soon.id)
        assert tx.execute(called).scalars().all() == [MAI]
        cases.take(tx, soon.id, MAI, now=clock.now(), policy=policy)
        clock.pass_(hours=2)
        add_person(tx, 3, clock.now())
        later = cry(tx, clock, policy, lane=3)
        called = select(alarm.c.staff_id).where(alarm.c.case_id == later.id)
        assert tx.execute(called).scalars().all() == [LAN]

    await line.write(story)


async def test_phoning_for_help_keeps_the_case_half_an_hour_then_it_is_called_out_again(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        known = cry(tx, clock, policy)
        token = token_of(letters(tx, staff_id=LAN)[0])
        done = alarms.call_help(tx, token, now=clock.now(), policy=policy)
        assert isinstance(done, cases.Taken) and done.case.state == "held" and done.case.staff_id == LAN
        assert "đang gọi người giúp" in letters(tx, lane_id=1)[-1].text
        again = alarms.call_help(tx, token, now=clock.now() + timedelta(minutes=9), policy=policy)
        assert isinstance(again, cases.Taken) and again.case.held_until == clock.now() + timedelta(minutes=30)
        assert due_at(tx, "escalate", known.id) is None
        clock.pass_(minutes=30)
        due.DUE["hold_over"](tx, known.id, clock.now(), policy)
        called = select(alarm.c.id).where(alarm.c.case_id == known.id, alarm.c.staff_id == LAN)
        assert len(tx.execute(called).all()) == 2 and tx.execute(select(case.c.state)).scalar_one() == "waiting"

    await line.write(story)


async def test_outside_the_hours_the_person_is_told_when_and_gets_numbers_and_is_called_out_first_then(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        for day in range(1, 8):
            tx.execute(insert(centre_hours).values(centre_id=1, day=day, begins=10 * 60, ends=18 * 60))
        known = cry(tx, clock, policy, urgency="violence")
        assert letters(tx, staff_id=LAN) == [] and letters(tx, staff_id=HOA) == []
        told = letters(tx, lane_id=1)[-1].text
        assert "ngoài giờ" in told and "10:00" in told and "115" in told
        assert due_at(tx, "escalate", known.id) == clock.now() + timedelta(hours=1)
        clock.pass_(hours=1)
        due.DUE["escalate"](tx, known.id, clock.now(), policy)
        assert len(letters(tx, staff_id=LAN)) == 1 and "đã báo" in letters(tx, lane_id=1)[-1].text
        assert len(letters(tx, staff_id=LAN)) == 1
        cry(tx, clock, replace(policy, danger_any_hour=True), lane=2)
        assert len(letters(tx, staff_id=LAN)) == 2, "danger at any hour"

    await line.write(story)


async def test_a_province_is_answered_by_its_centre_then_the_one_that_stands_in(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        tx.execute(insert(centre).values(id=2, organisation_id=1, name="Huế", province="46"))
        tx.execute(insert(centre_fallback).values(centre_id=1, fallback_id=2))
        tx.execute(
            insert(staff).values(
                id=9, name="s9", alias="Tư", role="worker", centre_id=2, state="active", created_at=clock.now()
            )
        )
        far = {"staff_id": 9, "centre_id": 2, "province": "46", "rung": 0, "starts_at": clock.now()}
        tx.execute(insert(shift).values(**far, ends_at=clock.now() + timedelta(hours=9)))
        known = cry(tx, clock, policy, place=HANOI)
        called = select(alarm.c.staff_id).where(alarm.c.case_id == known.id).order_by(alarm.c.id)
        assert tx.execute(called).scalars().all() == [9], "nobody at home: the other centre, before the whole country"
        clock.pass_(minutes=5)
        due.DUE["escalate"](tx, known.id, clock.now(), policy)
        assert tx.execute(called).scalars().all() == [9, LAN]

    await line.write(story)
