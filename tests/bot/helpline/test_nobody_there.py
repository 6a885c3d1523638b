"""Where nobody may answer the house says so, and wakes those who can see to it that somebody may."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, update

from bot.db import Database, Tx
from bot.helpline import alarms, cases, consents, due, invariants, sharing
from bot.helpline.consents import ConsentTo
from bot.helpline.moves import State
from bot.policy import Policy
from bot.tables import alarm, case, centre, outbox, staff, staff_organisation
from bot.timers import due_at
from tests.bot.helpline.conftest import BICH, HOA, LAN, MAI, letters, token_of
from tests.conftest import MovableClock

AN = 5


def other_organisation(tx: Tx, clock: MovableClock) -> None:
    tx.execute(insert(staff_organisation).values(id=2, name="Tổ chức hai (mẫu)"))
    tx.execute(insert(centre).values(id=2, organisation_id=2, name="Trung tâm hai (mẫu)", province="79"))
    row = {"id": AN, "name": "s5", "alias": "An", "role": "worker", "centre_id": 2, "state": "active"}
    tx.execute(insert(staff).values(**row, created_at=clock.now()))


def leave(tx: Tx) -> None:
    tx.execute(update(staff).where(staff.c.id == AN).values(state="left"))


def with_lan(tx: Tx, clock: MovableClock, policy: Policy) -> int:
    opened = cases.open_case(tx, 1, urgency="now", need=None, place=None, now=clock.now(), policy=policy)
    cases.take(tx, opened.case.id, LAN, now=clock.now(), policy=policy)
    consents.give(tx, opened.case.id, ConsentTo.SHARE, "t", now=clock.now(), partner_id="org:2")
    return opened.case.id


async def test_a_case_goes_to_no_organisation_where_nobody_can_answer(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        other_organisation(tx, clock)
        leave(tx)
        case_id = with_lan(tx, clock, policy)
        with pytest.raises(sharing.NobodyThere):
            sharing.hand_to_organisation(tx, case_id, LAN, 2, now=clock.now(), policy=policy)
        known = cases.get(tx.connection, case_id)
        assert known is not None and known.staff_id == LAN and known.organisation_id is None
        assert sharing.organisations_there(tx.connection, LAN) == ()

    await line.write(story)


async def test_an_organisation_that_loses_its_last_colleague_does_not_lose_the_case(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> int:
        other_organisation(tx, clock)
        case_id = with_lan(tx, clock, policy)
        assert sharing.organisations_there(tx.connection, LAN) == ((2, "Tổ chức hai (mẫu)"),)
        clock.pass_(seconds=30)
        sharing.hand_to_organisation(tx, case_id, LAN, 2, now=clock.now(), policy=policy)
        leave(tx)
        clock.pass_(minutes=5)
        due.DUE["escalate"](tx, case_id, clock.now(), policy)
        return case_id

    case_id = await line.write(story)
    notices = select(alarm.c.staff_id).where(alarm.c.case_id == case_id, alarm.c.is_notice)
    assert set(await line.read(lambda c: c.execute(notices).scalars().all())) == {HOA, BICH}
    told = await line.write(lambda tx: letters(tx, staff_id=HOA)[-1])
    assert told.wakes and [one.url for one in told.choices] == ["/console/rota"]
    assert "không nhận thay được" in told.text
    hers = await line.write(lambda tx: [one.text for one in letters(tx, lane_id=1)])
    assert "Mình đã nhắn 2 người phụ trách" in hers[-1] and not any("báo 0 người" in one for one in hers)
    for _ in range(4):  # and again and again, until it is mended
        clock.pass_(minutes=15)
        await line.write(lambda tx: due.DUE["escalate"](tx, case_id, clock.now(), policy))
    assert len(await line.read(lambda c: c.execute(notices).scalars().all())) == 10
    found = await line.read(lambda connection: invariants.broken(connection, now=clock.now(), policy=policy))
    assert "never_called" in found, "somebody is on duty, and nobody who may answer was called since it waits"


async def test_a_wish_nobody_can_fulfil_keeps_no_link_from_working(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        opened = cases.open_case(tx, 1, urgency="now", need=None, place=None, now=clock.now(), policy=policy)
        tx.execute(update(case).where(case.c.id == opened.case.id).values(away_from="01", province=None))
        assert isinstance(cases.take(tx, opened.case.id, LAN, now=clock.now(), policy=policy), cases.Taken)

    await line.write(story)


async def test_of_those_on_duty_who_may_have_the_case_are_called_first_and_nobody_else(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    """A rung that may not have it costs no minutes."""

    def story(tx: Tx) -> list[int]:
        other_organisation(tx, clock)
        opened = cases.open_case(tx, 1, urgency="now", need=None, place=None, now=clock.now(), policy=policy)
        tx.execute(update(staff).where(staff.c.id == MAI).values(centre_id=2))
        cases.take(tx, opened.case.id, LAN, now=clock.now(), policy=policy)
        consents.give(tx, opened.case.id, ConsentTo.SHARE, "t", now=clock.now(), partner_id="org:2")
        clock.pass_(seconds=30)
        before = clock.now()
        sharing.hand_to_organisation(tx, opened.case.id, LAN, 2, now=clock.now(), policy=policy)
        return list(tx.execute(select(alarm.c.staff_id).where(alarm.c.at >= before)).scalars())

    assert await line.write(story) == [MAI]
    clock.pass_(minutes=2)
    found = await line.read(lambda connection: invariants.broken(connection, now=clock.now(), policy=policy))
    assert "never_called" not in found
    assert timedelta(minutes=2) > invariants.GRACE


async def test_who_may_not_answer_is_woken_without_a_link_and_can_take_nothing(
    empty_line: Database, clock: MovableClock, policy: Policy
) -> None:
    """A manager took a case from an alarm once: everybody else was called off, and nobody could read or write."""

    def story(tx: Tx) -> None:
        case_id = cases.open_case(
            tx, 1, urgency="now", need=None, place=None, now=clock.now(), policy=policy
        ).case.id
        [to_manager], [to_supervisor] = letters(tx, staff_id=BICH), letters(tx, staff_id=HOA)
        assert to_manager.wakes and [one.url for one in to_manager.choices] == ["/console/rota"]
        assert to_supervisor.wakes and token_of(to_supervisor)
        with pytest.raises(cases.NotYours):
            cases.take(tx, case_id, BICH, now=clock.now(), policy=policy)
        tx.execute(update(alarm).where(alarm.c.staff_id == HOA).values(staff_id=BICH))  # the link of a former role
        done = alarms.use_token(tx, token_of(to_supervisor), now=clock.now(), policy=policy)
        assert isinstance(done, alarms.Refused)
        known = cases.get(tx.connection, case_id)
        assert known is not None and known.state is State.WAITING
        told = [one.text for one in letters(tx, lane_id=1)]
        assert not any("đã nhận" in one for one in told), "nobody has taken it"
        tx.execute(delete(outbox))  # what was told is on its way
        cases.take(tx, case_id, HOA, now=clock.now(), policy=policy)
        with pytest.raises(cases.NotYours):
            cases.hand_over(tx, case_id, HOA, BICH, now=clock.now(), policy=policy)
        assert "đã nhận" in letters(tx, staff_id=BICH)[-1].text, "who was only told hears that somebody has it"

    await empty_line.write(story)


async def test_one_supervisor_who_cannot_come_is_not_called_again_in_the_same_minute(
    empty_line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        known = cases.open_case(tx, 1, urgency="now", need=None, place=None, now=clock.now(), policy=policy).case
        alarms.decline(tx, token_of(letters(tx, staff_id=HOA)[0]), now=clock.now())
        assert due_at(tx, "escalate", known.id) == clock.now() + timedelta(minutes=15)

    await empty_line.write(story)
