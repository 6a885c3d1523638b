"""The clock was ahead and is put right: nobody in danger waits for the hours that it has lost."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.db import Database, Tx
from bot.helpline import cases, due, escalation, invariants, relay, silence, turns
from bot.masking import Masked
from bot.policy import Policy
from bot.tables import alarm, timer
from bot.timers import due_at
from tests.bot.helpline.conftest import BICH, HOA, LAN, MAI, add_shift
from tests.conftest import MovableClock

BACK = [timedelta(minutes=50), timedelta(hours=3)]


def cried(tx: Tx, now: datetime, policy: Policy) -> int:
    for rung, who in enumerate((LAN, MAI, HOA)):
        add_shift(tx, who, rung, now - timedelta(hours=10), hours=9)
    return cases.open_case(tx, 1, urgency="now", need=None, place=None, now=now, policy=policy).case.id


@pytest.mark.parametrize("back", BACK)
async def test_danger_that_waits_is_called_out_at_once_and_the_ladder_goes_on(
    line: Database, clock: MovableClock, policy: Policy, back: timedelta
) -> None:
    def story(tx: Tx) -> None:
        case_id = cried(tx, clock.now(), policy)
        clock.pass_(seconds=-back.total_seconds())
        found = invariants.broken(tx.connection, now=clock.now(), policy=policy)
        assert found.get("step_too_far") == 1
        assert escalation.mend(tx, now=clock.now()) == 1 and due_at(tx, "escalate", case_id) == clock.now()
        assert "step_too_far" not in invariants.broken(tx.connection, now=clock.now(), policy=policy)
        begins = clock.now()
        while clock.now() <= begins + timedelta(minutes=30):
            due.DUE["escalate"](tx, case_id, clock.now(), policy)
            planned = due_at(tx, "escalate", case_id)
            assert planned is not None and planned - clock.now() <= timedelta(minutes=15)
            clock.pass_(seconds=(planned - clock.now()).total_seconds())
            assert escalation.mend(tx, now=clock.now()) == 0
        due.DUE["escalate"](tx, case_id, clock.now(), policy)
        called = set(tx.execute(select(alarm.c.staff_id)).scalars())
        assert {LAN, MAI, HOA, BICH} <= called, "every rung, and the managers at minute 30"

    await line.write(story)


@pytest.mark.parametrize("back", BACK)
async def test_a_colleague_who_has_danger_gets_no_hours_for_an_answer(
    line: Database, clock: MovableClock, policy: Policy, back: timedelta
) -> None:
    def story(tx: Tx) -> None:
        case_id = cried(tx, clock.now(), policy)
        turns.take(tx, case_id, LAN, now=clock.now(), policy=policy)
        relay.from_person(tx, case_id, Masked("chị ơi"), now=clock.now())
        clock.pass_(seconds=-back.total_seconds())
        assert invariants.broken(tx.connection, now=clock.now(), policy=policy).get("step_too_far") == 1
        assert escalation.mend(tx, now=clock.now()) == 1
        assert due_at(tx, "silent", case_id) == clock.now() + silence.SILENT_NOW
        assert escalation.mend(tx, now=clock.now()) == 0
        turns.hand_over(tx, case_id, LAN, MAI, now=clock.now(), policy=policy)
        clock.pass_(seconds=-back.total_seconds())
        assert escalation.mend(tx, now=clock.now()) == 1
        assert due_at(tx, "handed_over", case_id) == clock.now() + silence.HANDED_NOW

    await line.write(story)


async def test_what_may_wait_longer_is_left_alone(line: Database, clock: MovableClock, policy: Policy) -> None:
    def story(tx: Tx) -> None:
        case_id = cried(tx, clock.now(), policy)
        later = clock.now() + timedelta(minutes=16)
        tx.execute(update(timer).where(timer.c.kind == "escalate").values(due_at=later))
        assert escalation.mend(tx, now=clock.now()) == 0, "a minute is no hour"
        cases.open_case(tx, 2, urgency="request", need=None, place=None, now=clock.now(), policy=policy)
        tx.execute(update(timer).where(timer.c.subject_id != case_id).values(due_at=clock.now() + timedelta(hours=13)))
        assert escalation.mend(tx, now=clock.now()) == 0, "a request waits for the morning"

    await line.write(story)
