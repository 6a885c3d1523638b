"""She takes the case back from another organisation: those who had it before are called first, then everybody."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, insert, select, update

from bot.db import Database, Tx
from bot.helpline import cases, consents, desk, due, handover, relay, sharing, taken_back, turns, worsening
from bot.helpline.consents import ConsentTo
from bot.masking import Masked
from bot.policy import Policy
from bot.tables import alarm, case, centre, shift, staff, staff_organisation
from tests.bot.helpline.conftest import BICH, HOA, LAN, MAI, add_shift, letters
from tests.bot.helpline.test_around_a_case import AN, member, taken
from tests.bot.helpline.test_within_the_organisation import AT_OTHER, back, handed
from tests.conftest import MovableClock

CHI = 7  # of a third organisation, which never had the case
DO = 8  # of a fourth


def add_chi(tx: Tx, clock: MovableClock) -> None:
    """Chi stands on the first rung, before everybody of the organisation that had the case."""
    tx.execute(insert(staff_organisation).values(id=3, name="Tổ chức ba (mẫu)"))
    tx.execute(insert(centre).values(id=3, organisation_id=3, name="Trung tâm ba (mẫu)", province="01"))
    row = {"id": CHI, "name": "s7", "alias": "Chi", "role": "worker", "centre_id": 3, "state": "active"}
    tx.execute(insert(staff).values(**row, created_at=clock.now()))
    tx.execute(update(shift).where(shift.c.staff_id.in_((LAN, MAI))).values(rung=1))
    add_shift(tx, CHI, 0, clock.now() - timedelta(hours=1))


def so_far(tx: Tx) -> int:
    return tx.execute(select(func.coalesce(func.max(alarm.c.id), 0))).scalar_one()


def called(tx: Tx, case_id: int, since: int) -> list[int]:
    """Who was called since then and may take it."""
    mine = (alarm.c.case_id == case_id, alarm.c.id > since, ~alarm.c.is_notice)
    return list(tx.execute(select(alarm.c.staff_id).where(*mine).order_by(alarm.c.id)).scalars())


async def test_who_had_it_before_is_called_first_and_the_others_when_they_do_not_answer(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = handed(tx, clock, policy)
        add_chi(tx, clock)
        back(tx, clock)
        before = so_far(tx)
        due.DUE["escalate"](tx, case_id, clock.now(), policy)
        assert set(called(tx, case_id, before)) == {LAN, MAI}, "not Chi, who never had it"
        for _ in range(2):
            clock.pass_(minutes=5)
            due.DUE["escalate"](tx, case_id, clock.now(), policy)
        assert set(called(tx, case_id, before)) == {LAN, MAI, HOA, CHI}, "nobody answered: then everybody who may"
        assert isinstance(turns.take(tx, case_id, CHI, now=clock.now(), policy=policy), turns.Taken)

    await line.write(story)


async def test_where_none_of_them_is_there_the_whole_line_is_called_at_once(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = handed(tx, clock, policy)
        add_chi(tx, clock)
        tx.execute(delete(shift).where(shift.c.staff_id.in_((LAN, MAI, HOA))))
        back(tx, clock)
        before = so_far(tx)
        due.DUE["escalate"](tx, case_id, clock.now(), policy)
        assert called(tx, case_id, before) == [CHI]

    await line.write(story)


async def test_of_two_that_had_it_the_last_one_she_still_agrees_to(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = handed(tx, clock, policy)
        add_chi(tx, clock)
        tx.execute(insert(staff_organisation).values(id=4, name="Tổ chức bốn (mẫu)"))
        tx.execute(insert(centre).values(id=4, organisation_id=4, name="Trung tâm bốn (mẫu)", province="01"))
        row = {"id": DO, "name": "s8", "alias": "Do", "role": "worker", "centre_id": 4, "state": "active"}
        tx.execute(insert(staff).values(**row, created_at=clock.now()))
        add_shift(tx, AN, 1, clock.now() - timedelta(hours=1))
        consents.give(tx, case_id, ConsentTo.SHARE, "t", now=clock.now(), partner_id="org:4")
        sharing.hand_to_organisation(tx, case_id, AN, 4, now=clock.now(), policy=policy)
        turns.take(tx, case_id, DO, now=clock.now(), policy=policy)
        clock.pass_(minutes=1)
        assert taken_back.take_back(tx, 1, ConsentTo.SHARE, now=clock.now(), partner_id="org:4")
        before = so_far(tx)
        due.DUE["escalate"](tx, case_id, clock.now(), policy)
        assert called(tx, case_id, before) == [AN]
        assert taken_back.take_back(tx, 1, ConsentTo.SHARE, now=clock.now(), partner_id=AT_OTHER)
        clock.pass_(minutes=5)
        due.DUE["escalate"](tx, case_id, clock.now(), policy)
        assert set(called(tx, case_id, before)[1:]) == {LAN, MAI}

    await line.write(story)


async def test_a_case_that_never_went_elsewhere_keeps_its_ladder(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = taken(tx, clock, policy)
        add_chi(tx, clock)
        before = so_far(tx)
        cases.hand_back(tx, case_id, LAN, now=clock.now(), policy=policy)
        assert called(tx, case_id, before) == [CHI]

    await line.write(story)


def calm(tx: Tx, case_id: int, urgency: str) -> None:
    tx.execute(update(case).where(case.c.id == case_id).values(urgency=urgency))


@pytest.mark.parametrize("urgency", ["violence", "request"])
async def test_but_for_danger_now_nobody_has_it_whom_she_never_named(
    line: Database, clock: MovableClock, policy: Policy, urgency: str
) -> None:
    def story(tx: Tx) -> None:
        case_id = handed(tx, clock, policy)
        add_chi(tx, clock)
        calm(tx, case_id, urgency)
        back(tx, clock)
        before = so_far(tx)
        for _ in range(5):
            due.DUE["escalate"](tx, case_id, clock.now(), policy)
            clock.pass_(minutes=10)
        assert set(called(tx, case_id, before)) == {LAN, MAI, HOA}
        chi = member(tx, CHI)
        assert not desk.may_see(tx.connection, chi, case_id) and desk.board(tx.connection, chi, clock.now()) == ()
        assert not isinstance(turns.take(tx, case_id, CHI, now=clock.now(), policy=policy), turns.Taken)
        assert desk.may_see(tx.connection, member(tx, MAI), case_id)
        worsening.worsen(tx, one(tx, case_id), "now", now=clock.now(), policy=policy)
        assert desk.may_see(tx.connection, chi, case_id)
        assert isinstance(turns.take(tx, case_id, CHI, now=clock.now(), policy=policy), turns.Taken)

    await line.write(story)


async def test_where_nobody_of_them_is_left_those_in_charge_hear_it_and_no_third_one_has_it(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = handed(tx, clock, policy)
        add_chi(tx, clock)
        calm(tx, case_id, "violence")
        back(tx, clock)
        tx.execute(update(staff).where(staff.c.id.in_((LAN, MAI, HOA))).values(state="left"))
        before = so_far(tx)
        due.DUE["escalate"](tx, case_id, clock.now(), policy)
        assert called(tx, case_id, before) == []
        notices = (alarm.c.case_id == case_id, alarm.c.id > before, alarm.c.is_notice)
        assert BICH in list(tx.execute(select(alarm.c.staff_id).where(*notices)).scalars())
        assert not isinstance(turns.take(tx, case_id, CHI, now=clock.now(), policy=policy), turns.Taken)

    await line.write(story)


async def test_in_danger_now_a_third_one_reads_only_from_then_on_until_she_says_yes(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def words(tx: Tx, case_id: int) -> list[str | None]:
        return [said.text for said in relay.readable(tx.connection, tx.seals, case_id)]

    def story(tx: Tx) -> None:
        case_id = handed(tx, clock, policy)
        add_chi(tx, clock)
        relay.from_person(tx, case_id, Masked("chuyện cũ"), now=clock.now())
        relay.from_worker(tx, case_id, AN, "chị nghe rồi", now=clock.now())
        consents.give(tx, case_id, ConsentTo.NOTES, "t", now=clock.now())
        handover.write_note(tx, case_id, AN, [handover.Tick.NOT_SAFE], "sợ chồng", now=clock.now())
        back(tx, clock)
        clock.pass_(minutes=1)
        relay.from_person(tx, case_id, Masked("nó tới rồi"), now=clock.now())
        turns.take(tx, case_id, CHI, now=clock.now(), policy=policy)
        assert words(tx, case_id) == ["nó tới rồi"]
        assert [note.text for note in handover.notes(tx.connection, tx.seals, one(tx, case_id))] == [None]
        asked = letters(tx, lane_id=1)[-1]
        assert "từ khi bạn rút lại" in asked.text and len(asked.choices) == 2
        clock.pass_(minutes=1)
        relay.from_person(tx, case_id, Masked("nó đi rồi"), now=clock.now())
        assert words(tx, case_id)[-1] == "nó đi rồi"
        consents.give(tx, case_id, ConsentTo.TALK, "t", now=clock.now())
        assert words(tx, case_id)[0] == "chuyện cũ"
        assert [note.text for note in handover.notes(tx.connection, tx.seals, one(tx, case_id))] == ["sợ chồng"]
        calm(tx, case_id, "violence")
        turns.hand_back(tx, case_id, CHI, now=clock.now(), policy=policy)
        assert desk.may_see(tx.connection, member(tx, CHI), case_id), "now it has had it"

    await line.write(story)


def one(tx: Tx, case_id: int) -> cases.Case:
    found = cases.get(tx.connection, case_id)
    assert found is not None
    return found
