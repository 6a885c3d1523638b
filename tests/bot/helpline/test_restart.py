"""After a standstill, a jump of the clock, or a late or foreign hand on a link: the truth, once, and nobody lost."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select

from bot.clockwork import Clockwork
from bot.db import Database, Tx
from bot.helpline import alarms, cases, escalation, invariants
from bot.helpline.due import DUE
from bot.policy import Policy
from bot.rehearsal import LineProblem, Rehearsal
from bot.tables import alarm, outbox, timer
from tests.bot.helpline.conftest import LAN, MAI, letters, token_of
from tests.conftest import MovableClock


def opened(tx: Tx, clock: MovableClock, policy: Policy) -> int:
    made = cases.open_case(tx, 1, urgency="now", need=None, place=None, now=clock.now(), policy=policy)
    return made.case.id


def alarms_of(tx: Tx, staff_id: int) -> int:
    wanted = select(func.count()).select_from(alarm).where(alarm.c.staff_id == staff_id)
    return int(tx.execute(wanted).scalar_one())


async def test_the_first_look_after_a_standstill_calls_the_overdue_rung_before_anything_younger(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    """Three hours down, hundreds of other things due meanwhile: the rung is called before the clock moves at all."""

    def before(tx: Tx) -> None:
        opened(tx, clock, policy)
        for number in range(300):
            row = {"kind": "check_in_silent", "subject_id": 1_000 + number, "due_at": clock.now() + timedelta(hours=1)}
            tx.execute(insert(timer).values(**row))

    await line.write(before)
    clock.pass_(hours=3)
    started = Clockwork(line, clock, policy, due=DUE, rounds={})
    at = clock.now()
    await started.tick()
    assert await line.write(lambda tx: alarms_of(tx, MAI)) == 1
    assert clock.now() - at <= timedelta(seconds=15)
    assert await line.write(lambda tx: alarms_of(tx, LAN)) == 1, "not three hours of rungs at once"


async def test_a_clock_that_jumps_ahead_makes_one_step_and_not_a_burst(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    case_id = await line.write(lambda tx: opened(tx, clock, policy))
    clock.pass_(hours=10)
    room = Clockwork(line, clock, policy, due=DUE, rounds={})
    for _ in range(20):
        await room.tick()
    told = select(func.count()).select_from(alarm).where(alarm.c.case_id == case_id)
    each = await line.read(lambda connection: connection.execute(told).scalar_one())
    assert each <= 5, "one rung, and those in charge who were due"
    ahead = await line.read(
        lambda connection: connection.execute(select(timer.c.due_at).where(timer.c.kind == "escalate")).scalar_one()
    )
    assert clock.now() < ahead <= clock.now() + timedelta(minutes=15)


async def test_a_clock_that_jumps_back_is_noticed_and_loses_nobody(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    case_id = await line.write(lambda tx: opened(tx, clock, policy))
    clock.pass_(hours=-3)
    found = await line.read(lambda connection: invariants.broken(connection, now=clock.now(), policy=policy))
    assert found.get("step_too_far") == 1, "the watch sees that the next step is hours away"
    clock.pass_(hours=3, minutes=6)
    await Clockwork(line, clock, policy, due=DUE, rounds={}).tick()
    assert await line.write(lambda tx: alarms_of(tx, MAI)) == 1
    keys = await line.read(lambda connection: connection.execute(select(outbox.c.key)).scalars().all())
    assert len(keys) == len(set(keys)) and case_id


async def test_a_link_used_twice_late_or_after_somebody_else_tells_the_truth(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = opened(tx, clock, policy)
        clock.pass_(minutes=6)
        escalation.escalate(tx, case_id, now=clock.now(), policy=policy)
        of_lan, of_mai = token_of(letters(tx, staff_id=LAN)[0]), token_of(letters(tx, staff_id=MAI)[0])
        first = alarms.use_token(tx, of_mai, now=clock.now(), policy=policy)
        assert isinstance(first, alarms.Taken) and not first.is_again
        again = alarms.use_token(tx, of_mai, now=clock.now(), policy=policy)
        assert isinstance(again, alarms.Taken) and again.is_again
        second = alarms.use_token(tx, of_lan, now=clock.now(), policy=policy)
        assert isinstance(second, alarms.TakenMeanwhile) and second.alias_of_first == "Mai"
        clock.pass_(hours=3)
        late = alarms.use_token(tx, of_lan, now=clock.now(), policy=policy)
        assert isinstance(late, alarms.TakenMeanwhile) and late.alias_of_first == "Mai", "who has it, not only: too old"
        assert isinstance(alarms.use_token(tx, "of-nobody", now=clock.now(), policy=policy), alarms.Refused)

    await line.write(story)


async def test_words_of_a_colleague_who_named_no_case_go_nowhere_and_are_asked_back() -> None:
    async with Rehearsal() as rehearsal:
        await rehearsal.play({"as": "person:a", "text": "nó đang đánh em"})
        with pytest.raises(LineProblem, match="which case"):
            await rehearsal.play({"as": "worker:1", "text": "chị đây"})
