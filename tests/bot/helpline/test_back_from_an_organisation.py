"""She takes the case back from another organisation: those who had it before are called first, then everybody."""

from datetime import timedelta

from sqlalchemy import delete, func, insert, select, update

from bot.db import Database, Tx
from bot.helpline import cases, consents, due, sharing, taken_back, turns
from bot.helpline.consents import ConsentTo
from bot.policy import Policy
from bot.tables import alarm, centre, shift, staff, staff_organisation
from tests.bot.helpline.conftest import HOA, LAN, MAI, add_shift
from tests.bot.helpline.test_around_a_case import AN, taken
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
