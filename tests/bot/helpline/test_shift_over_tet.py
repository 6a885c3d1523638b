"""A shift ends over Tết, and two press the same link: nobody far away is handed a case, and one has it."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from bot.db import Database, Tx
from bot.helpline import alarms, cases, due
from bot.helpline.turns import Taken, TakenMeanwhile
from bot.policy import Policy
from bot.rota import changes
from bot.tables import alarm, case, shift, staff, staff_province
from tests.bot.helpline.conftest import HOA, LAN, MAI, add_person, add_shift, add_staff, letters, token_of
from tests.conftest import MovableClock

VAN = 9  # a second supervisor of the centre


def more_supervisors(tx: Tx, clock: MovableClock) -> None:
    row = {"id": VAN, "name": "s9", "alias": "Vân", "role": "supervisor", "centre_id": 1, "state": "active"}
    tx.execute(insert(staff).values(**row, created_at=clock.now()))
    tx.execute(insert(staff_province).values(staff_id=VAN, province="01"))


def shift_is_over(tx: Tx, clock: MovableClock, policy: Policy) -> tuple[str, int | None]:
    """Lan has danger now, and her shift ends without a note."""
    opened = cases.open_case(tx, 1, urgency="now", need=None, place=None, now=clock.now(), policy=policy)
    cases.take(tx, opened.case.id, LAN, now=clock.now(), policy=policy)
    tx.execute(update(shift).where(shift.c.staff_id == LAN).values(ends_at=clock.now()))
    due.DUE["shift_end"](tx, opened.case.id, clock.now(), policy)
    row = tx.execute(select(case.c.state, case.c.staff_id)).one()
    return row.state, row.staff_id


async def test_a_supervisor_on_leave_is_handed_nothing(line: Database, clock: MovableClock, policy: Policy) -> None:
    def story(tx: Tx) -> None:
        more_supervisors(tx, clock)
        changes.leave(tx, HOA, clock.now(), clock.now() + timedelta(days=9), by=None, now=clock.now())
        assert shift_is_over(tx, clock, policy) == ("handed", VAN)

    await line.write(story)


async def test_with_all_supervisors_on_leave_the_next_ones_are_called_at_once(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        changes.leave(tx, HOA, clock.now(), clock.now() + timedelta(days=9), by=None, now=clock.now())
        assert shift_is_over(tx, clock, policy) == ("waiting", None)
        assert "Khẩn cấp" in letters(tx, staff_id=MAI)[-1].text

    await line.write(story)


async def test_the_supervisor_who_is_on_duty_comes_first(line: Database, clock: MovableClock, policy: Policy) -> None:
    def story(tx: Tx) -> None:
        more_supervisors(tx, clock)
        tx.execute(update(shift).where(shift.c.staff_id == HOA).values(staff_id=VAN))
        assert shift_is_over(tx, clock, policy) == ("handed", VAN)

    await line.write(story)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)
async def test_two_who_press_in_the_same_second_have_it_once_and_the_other_hears_who_was_first(
    engine: Database, clock: MovableClock, policy: Policy
) -> None:
    def build(tx: Tx) -> list[str]:
        now = clock.now()
        add_staff(tx, now)
        for who in (LAN, MAI, HOA):
            add_shift(tx, who, 0, now - timedelta(hours=1))
        add_person(tx, 1, now)
        cases.open_case(tx, 1, urgency="now", need=None, place=None, now=now, policy=policy)
        return [token_of(letters(tx, staff_id=who)[-1]) for who in (LAN, MAI, HOA)]

    tokens = await engine.write(build)

    async def press(token: str) -> object:
        return await engine.write(lambda tx: alarms.use_token(tx, token, now=clock.now(), policy=policy))

    done = await asyncio.gather(*(press(token) for token in [*tokens, *tokens]))
    (owner,) = {one.case.staff_id for one in done if isinstance(one, Taken)}
    others = [one for one in done if isinstance(one, TakenMeanwhile)]
    assert len(others) == 4 and all(one.alias_of_first for one in others)
    kept = await engine.read(lambda c: c.execute(select(case.c.state, case.c.staff_id)).one())
    assert tuple(kept) == ("taken", owner)
    used = select(alarm.c.staff_id).where(alarm.c.used_at.is_not(None))
    assert await engine.read(lambda c: list(c.execute(used).scalars())) == [owner]
