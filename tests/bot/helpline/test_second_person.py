"""What takes two people: the second is of the same organisation, in time, and no single one goes round it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select

from bot import policy as policies
from bot.db import Database, Tx
from bot.helpline import blocks, cases, duties
from bot.policy import Policy
from bot.tables import block, staff, staff_province
from tests.bot.helpline.conftest import HOA, LAN, letters
from tests.bot.helpline.test_around_a_case import add_other_organisation, member, taken
from tests.conftest import MovableClock

pytestmark = pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)

OTHER = 8  # a supervisor of another organisation, of the same province
WITH_DUTY = policies.Policy(legal_duty=True, recorded_lines=None, is_demo=True)


@pytest.fixture
def db(engine: Database) -> Database:
    """Every test here runs on both engines."""
    return engine


def add_other(tx: Tx, clock: MovableClock) -> None:
    add_other_organisation(tx, clock)
    row = {"id": OTHER, "name": "s8", "alias": "Vi", "role": "supervisor", "centre_id": 2, "state": "active"}
    tx.execute(insert(staff).values(**row, created_at=clock.now()))
    tx.execute(insert(staff_province).values(staff_id=OTHER, province="01"))


async def test_a_long_block_is_neither_shown_to_nor_confirmed_by_another_organisation(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        add_other(tx, clock)
        case_id = taken(tx, clock, policy)
        assert not blocks.keep_out(tx, case_id, LAN, 720, now=clock.now())
        assert not blocks.keep_out(tx, case_id, LAN, 720, now=clock.now()), "pressed twice"
        assert blocks.waiting(tx.connection, member(tx, OTHER), clock.now()) == ()
        [waits] = blocks.waiting(tx.connection, member(tx, HOA), clock.now())
        assert not blocks.confirm(tx, waits.id, OTHER, now=clock.now())
        assert blocks.until(tx.connection, 1, clock.now()) is None
        clock.pass_(days=7)
        assert blocks.waiting(tx.connection, member(tx, HOA), clock.now()) == ()
        assert not blocks.confirm(tx, waits.id, HOA, now=clock.now()), "a week later nobody wants it any more"

    await line.write(story)


async def test_a_legal_duty_is_confirmed_within_the_day_by_the_own_organisation_while_the_case_is_open(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def asked(tx: Tx, case_id: int) -> int:
        given = {"is_told": True, "now": clock.now(), "policy": WITH_DUTY}
        return duties.invoke_duty(tx, case_id, LAN, "life", "cơ quan mẫu", **given)  # type: ignore[arg-type]

    def is_refused(tx: Tx, number: int, who: int) -> bool:
        try:
            duties.confirm_duty(tx, number, who, now=clock.now(), policy=WITH_DUTY)
        except duties.NotOurDuty:
            return True
        return False

    def story(tx: Tx) -> None:
        add_other(tx, clock)
        case_id = taken(tx, clock, policy)
        first = asked(tx, case_id)
        assert duties.duties_waiting(tx.connection, member(tx, OTHER), clock.now()) == ()
        assert is_refused(tx, first, OTHER)
        [waits] = duties.duties_waiting(tx.connection, member(tx, HOA), clock.now())
        assert waits.id == first
        clock.pass_(hours=24)
        assert duties.duties_waiting(tx.connection, member(tx, HOA), clock.now()) == () and is_refused(tx, first, HOA)
        second = asked(tx, case_id)
        cases.close(tx, case_id, LAN, "safe", now=clock.now(), policy=policy)
        assert duties.duties_waiting(tx.connection, member(tx, HOA), clock.now()) == ()
        assert is_refused(tx, second, HOA)
        assert not any("Luật buộc" in one.text for one in letters(tx, lane_id=1))

    await line.write(story)


async def test_nobody_alone_keeps_a_person_out_for_longer_than_seven_days(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = taken(tx, clock, policy)
        began = clock.now()
        assert blocks.keep_out(tx, case_id, LAN, 168, now=clock.now())
        assert blocks.keep_out(tx, case_id, LAN, 168, now=clock.now()), "pressed twice"
        assert tx.execute(select(func.count()).select_from(block)).scalar_one() == 1
        clock.pass_(days=6)
        assert not blocks.keep_out(tx, case_id, LAN, 168, now=clock.now())
        assert blocks.until(tx.connection, 1, clock.now()) == began + timedelta(days=7)
        assert blocks.keep_out(tx, case_id, LAN, 24, now=clock.now())
        clock.pass_(days=1)
        assert not blocks.keep_out(tx, case_id, LAN, 24, now=clock.now())
        assert blocks.until(tx.connection, 1, clock.now()) is None
        clock.pass_(days=31)
        assert blocks.keep_out(tx, case_id, LAN, 24, now=clock.now()), "a month later it is counted anew"
        cases.close(tx, case_id, LAN, "hoax", now=clock.now(), policy=policy)
        with pytest.raises(cases.NotYours):
            blocks.keep_out(tx, case_id, LAN, 168, now=clock.now())

    await line.write(story)


async def test_letting_in_again_takes_back_what_waits_for_a_second_person(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = taken(tx, clock, policy)
        blocks.keep_out(tx, case_id, LAN, 720, now=clock.now())
        [waits] = blocks.waiting(tx.connection, member(tx, HOA), clock.now())
        blocks.lift(tx, case_id, LAN, now=clock.now())
        assert blocks.waiting(tx.connection, member(tx, HOA), clock.now()) == ()
        assert not blocks.confirm(tx, waits.id, HOA, now=clock.now())
        assert blocks.until(tx.connection, 1, clock.now()) is None

    await line.write(story)


async def test_the_second_person_hears_once_that_something_waits_and_nobody_elsewhere_does(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def heard(tx: Tx, staff_id: int) -> int:
        return sum("người thứ hai" in one.text for one in letters(tx, staff_id=staff_id))

    def story(tx: Tx) -> None:
        add_other(tx, clock)
        case_id = taken(tx, clock, policy)
        blocks.keep_out(tx, case_id, LAN, 24, now=clock.now())
        assert heard(tx, HOA) == 0, "one alone decides that"
        blocks.keep_out(tx, case_id, LAN, 720, now=clock.now())
        blocks.keep_out(tx, case_id, LAN, 720, now=clock.now())
        assert heard(tx, HOA) == 1, "pressed twice"
        given = {"is_told": True, "now": clock.now(), "policy": WITH_DUTY}
        duties.invoke_duty(tx, case_id, LAN, "life", "cơ quan mẫu", **given)  # type: ignore[arg-type]
        assert (heard(tx, HOA), heard(tx, OTHER), heard(tx, LAN)) == (2, 0, 0)

    await line.write(story)
