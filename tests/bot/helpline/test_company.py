"""Company that was promised: nobody waits for somebody who does not come, and nobody goes where nobody waits."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from bot.db import Database, Tx
from bot.helpline import cases, consents, due, erasure, going_along, leaving, sharing, taken_back
from bot.helpline.consents import ConsentTo
from bot.policy import Policy
from bot.tables import accompaniment, staff, staff_province, timer
from tests.bot.helpline.conftest import LAN, MAI, letters
from tests.bot.helpline.test_around_a_case import add_other_organisation, taken
from tests.conftest import MovableClock

pytestmark = pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)

SEN, CUC = 6, 7  # peers


@pytest.fixture
def db(engine: Database) -> Database:
    """Every test here runs on both engines."""
    return engine


def begin(tx: Tx, clock: MovableClock, policy: Policy, *, hours: float = 6) -> tuple[int, int]:
    """A case with a yes to company, and the wish for it some hours ahead."""
    for number, alias in ((SEN, "Sen"), (CUC, "Cúc")):
        row = {"id": number, "name": f"s{number}", "alias": alias, "role": "peer", "centre_id": 1, "state": "active"}
        tx.execute(insert(staff).values(**row, created_at=clock.now()))
        tx.execute(insert(staff_province).values(staff_id=number, province="01"))
    case_id = taken(tx, clock, policy)
    consents.give(tx, case_id, ConsentTo.ACCOMPANY, "t", now=clock.now())
    at = clock.now() + timedelta(hours=hours)
    return case_id, going_along.ask_for(tx, case_id, LAN, place_id=None, when_at=at, now=clock.now())


def said(tx: Tx, staff_id: int) -> str:
    found = letters(tx, staff_id=staff_id)
    return found[-1].text if found else ""


def to_her(tx: Tx) -> str:
    return letters(tx, lane_id=1)[-1].text


def state(tx: Tx) -> tuple[str, int | None]:
    row = tx.execute(select(accompaniment.c.state, accompaniment.c.staff_id)).one()
    return row.state, row.staff_id


def run_due(tx: Tx, number: int, clock: MovableClock, policy: Policy) -> None:
    """The clock moves to the timer of the wish, which runs."""
    mine = (timer.c.kind == "company", timer.c.subject_id == number)
    due_at = tx.execute(select(timer.c.due_at).where(*mine)).scalar_one()
    clock.pass_(seconds=(due_at - clock.now()).total_seconds())
    tx.execute(timer.delete().where(*mine))
    due.DUE["company"](tx, number, clock.now(), policy)


async def test_a_new_wish_is_told_to_the_peers_without_a_word_of_her(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        begin(tx, clock, policy)
        for peer in (SEN, CUC):
            assert "cần một người đi cùng" in said(tx, peer)
        assert "cần một người đi cùng" not in said(tx, MAI)

    await line.write(story)


async def test_who_had_promised_and_cannot_come_leaves_nobody_waiting(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        _, number = begin(tx, clock, policy)
        assert going_along.take_on(tx, number, SEN, now=clock.now())
        assert going_along.finish(tx, number, SEN, "dropped", now=clock.now())
        assert state(tx) == ("wanted", None)
        assert "Sen không đi cùng bạn được nữa" in to_her(tx) and "Sen không đi cùng" in said(tx, LAN)
        assert "cần một người đi cùng" in said(tx, CUC)
        assert not going_along.finish(tx, number, SEN, "dropped", now=clock.now()), "pressed twice"
        assert going_along.take_on(tx, number, CUC, now=clock.now())
        assert "Cúc sẽ đi cùng bạn" in to_her(tx)

    await line.write(story)


async def test_who_leaves_the_house_is_not_waited_for(line: Database, clock: MovableClock, policy: Policy) -> None:
    def story(tx: Tx) -> None:
        _, number = begin(tx, clock, policy)
        going_along.take_on(tx, number, SEN, now=clock.now())
        leaving.leave(tx, SEN, now=clock.now(), policy=policy)
        assert state(tx) == ("wanted", None)
        assert "Sen không đi cùng bạn được nữa" in to_her(tx) and "Sen không đi cùng" in said(tx, LAN)

    await line.write(story)


async def test_a_yes_taken_back_calls_the_peer_off(line: Database, clock: MovableClock, policy: Policy) -> None:
    def story(tx: Tx) -> None:
        _, number = begin(tx, clock, policy)
        going_along.take_on(tx, number, SEN, now=clock.now())
        taken_back.take_back(tx, 1, ConsentTo.ACCOMPANY, now=clock.now())
        assert "đừng tới chỗ hẹn" in said(tx, SEN) and state(tx)[0] == "dropped"
        assert "không cần người đi cùng" in said(tx, LAN)
        tx.execute(accompaniment.update().values(state="wanted", staff_id=None))
        assert not going_along.take_on(tx, number, CUC, now=clock.now()), "not without a yes, however the row came"

    await line.write(story)


async def test_erasing_calls_the_peer_off(line: Database, clock: MovableClock, policy: Policy) -> None:
    def story(tx: Tx) -> None:
        _, number = begin(tx, clock, policy)
        going_along.take_on(tx, number, SEN, now=clock.now())
        erasure.begin(tx, 1, now=clock.now())
        erasure.finish(tx, 1, now=clock.now())
        assert "đừng tới chỗ hẹn" in said(tx, SEN)
        assert tx.execute(select(accompaniment)).first() is None
        assert tx.execute(select(timer).where(timer.c.kind == "company")).first() is None

    await line.write(story)


async def test_the_hour_comes_and_nobody_goes_along_so_everybody_hears_it_in_time(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        _, number = begin(tx, clock, policy)
        at = clock.now() + timedelta(hours=6)
        run_due(tx, number, clock, policy)
        assert clock.now() == at - timedelta(hours=4) and "sắp tới giờ hẹn" in said(tx, LAN)
        assert "chưa ai nhận" not in to_her(tx)
        run_due(tx, number, clock, policy)
        assert clock.now() == at - timedelta(hours=1) and "Hiện chưa ai nhận đi cùng bạn" in to_her(tx)
        run_due(tx, number, clock, policy)
        assert clock.now() == at and state(tx)[0] == "dropped" and "giờ hẹn đã tới" in said(tx, LAN)
        tx.execute(accompaniment.update().values(state="wanted"))
        assert not going_along.take_on(tx, number, CUC, now=clock.now() + timedelta(days=4)), "its hour is over"
        assert tx.execute(select(timer).where(timer.c.kind == "company")).first() is None

    await line.write(story)


async def test_a_wish_for_very_soon_is_told_half_way(line: Database, clock: MovableClock, policy: Policy) -> None:
    def story(tx: Tx) -> None:
        _, number = begin(tx, clock, policy, hours=0.5)
        run_due(tx, number, clock, policy)
        assert "Hiện chưa ai nhận đi cùng bạn" in to_her(tx)
        at = clock.now() + timedelta(minutes=15)
        assert going_along.take_on(tx, number, SEN, now=clock.now())
        due_at = tx.execute(select(timer.c.due_at).where(timer.c.kind == "company")).scalar_one()
        assert due_at == at + timedelta(hours=2), "how it was is asked later"

    await line.write(story)


async def test_another_organisation_has_the_case_and_the_first_ones_peer_is_out(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        add_other_organisation(tx, clock)
        case_id, number = begin(tx, clock, policy)
        going_along.take_on(tx, number, SEN, now=clock.now())
        consents.give(tx, case_id, ConsentTo.SHARE, "t", now=clock.now(), partner_id="org:2")
        before = len(letters(tx, staff_id=CUC))
        sharing.hand_to_organisation(tx, case_id, LAN, 2, now=clock.now(), policy=policy)
        assert "đừng tới chỗ hẹn" in said(tx, SEN) and state(tx) == ("wanted", None)
        assert len(letters(tx, staff_id=CUC)) == before, "a peer of the first organisation"
        assert not going_along.take_on(tx, number, CUC, now=clock.now())
        assert any("Sen không đi cùng bạn được nữa" in one.text for one in letters(tx, lane_id=1))

    await line.write(story)


@pytest.mark.parametrize("is_taken", [True, False])
async def test_a_closed_case_keeps_what_was_promised_and_ends_what_nobody_took(
    line: Database, clock: MovableClock, policy: Policy, is_taken: bool
) -> None:
    def story(tx: Tx) -> None:
        case_id, number = begin(tx, clock, policy)
        if is_taken:
            going_along.take_on(tx, number, SEN, now=clock.now())
        cases.close(tx, case_id, LAN, "listened", now=clock.now(), policy=policy)
        if not is_taken:
            assert state(tx)[0] == "dropped" and "chưa tìm được người đi cùng" in to_her(tx)
            return
        assert state(tx) == ("agreed", SEN)
        assert going_along.finish(tx, number, SEN, "dropped", now=clock.now())
        assert state(tx)[0] == "dropped" and "Mình xin lỗi" in to_her(tx) and "Sen không đi cùng" in said(tx, LAN)

    await line.write(story)


async def test_pressed_twice_it_is_one_wish_and_another_hour_is_another(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id, number = begin(tx, clock, policy)
        at, heard = clock.now() + timedelta(hours=6), len(letters(tx, staff_id=CUC))
        assert going_along.ask_for(tx, case_id, LAN, place_id=None, when_at=at, now=clock.now()) == number
        assert len(letters(tx, staff_id=CUC)) == heard
        later = at + timedelta(days=1)
        assert going_along.ask_for(tx, case_id, LAN, place_id=None, when_at=later, now=clock.now()) != number
        wishes = going_along.of_case(tx.connection, case_id)
        assert [(one.when_at, one.state, one.who) for one in wishes] == [(at, "wanted", ""), (later, "wanted", "")]
        going_along.take_on(tx, number, SEN, now=clock.now())
        assert going_along.of_case(tx.connection, case_id)[0].who == "Sen"

    await line.write(story)


async def test_she_does_not_come_so_her_colleague_calls_it_off_and_the_yes_stays(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id, number = begin(tx, clock, policy)
        going_along.take_on(tx, number, SEN, now=clock.now())
        assert not going_along.call_off(tx, case_id, number, MAI, now=clock.now()), "not hers"
        assert going_along.call_off(tx, case_id, number, LAN, now=clock.now())
        assert "đừng tới chỗ hẹn" in said(tx, SEN) and state(tx)[0] == "dropped"
        assert "không ai tới chỗ hẹn" in to_her(tx), "nobody waits for somebody who was sent away"
        assert not going_along.call_off(tx, case_id, number, LAN, now=clock.now()), "pressed twice"
        assert consents.has(tx.connection, case_id, ConsentTo.ACCOMPANY)
        assert tx.execute(select(timer).where(timer.c.kind == "company")).first() is None

    await line.write(story)


async def test_a_peer_who_says_nothing_is_asked_and_then_her_colleague_hears_it(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        _, number = begin(tx, clock, policy)
        at = clock.now() + timedelta(hours=6)
        going_along.take_on(tx, number, SEN, now=clock.now())
        lans = len(letters(tx, staff_id=LAN))
        run_due(tx, number, clock, policy)
        assert clock.now() == at + timedelta(hours=2) and "đã đi cùng chưa" in said(tx, SEN)
        assert len(letters(tx, staff_id=LAN)) == lans
        hers = len(letters(tx, lane_id=1))
        run_due(tx, number, clock, policy)
        assert clock.now() == at + timedelta(hours=24) and "Sen chưa cho biết" in said(tx, LAN)
        assert len(letters(tx, lane_id=1)) == hers, "nobody presses her"
        assert tx.execute(select(timer).where(timer.c.kind == "company")).first() is None
        assert going_along.finish(tx, number, SEN, "done", now=clock.now()), "late is not too late"
        assert "Sen đã đi cùng" in said(tx, LAN)

    await line.write(story)


async def test_who_has_said_how_it_went_is_not_asked(line: Database, clock: MovableClock, policy: Policy) -> None:
    def story(tx: Tx) -> None:
        _, number = begin(tx, clock, policy)
        going_along.take_on(tx, number, SEN, now=clock.now())
        assert tx.execute(select(timer).where(timer.c.kind == "company")).one()
        going_along.finish(tx, number, SEN, "done", now=clock.now())
        assert tx.execute(select(timer).where(timer.c.kind == "company")).first() is None

    await line.write(story)
