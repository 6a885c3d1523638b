"""A case stays with the organisation that has it, unless she says yes to another one by its name."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import IntegrityError

from bot.db import Database, Tx
from bot.helpline import cases, consents, desk, due, handover, reach, taken_back, turns
from bot.helpline import sharing as sharing_of_case
from bot.helpline.consents import ConsentTo
from bot.policy import Policy
from bot.tables import case, outbox, sharing, staff
from bot.timers import due_at
from tests.bot.helpline.conftest import HOA, LAN, MAI, letters
from tests.bot.helpline.test_around_a_case import AN, add_other_organisation, member, state_of, taken
from tests.conftest import MovableClock

pytestmark = pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def db(engine: Database) -> Database:
    """Every test here runs on both engines."""
    return engine


async def test_a_colleague_of_another_organisation_is_not_handed_a_case(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        add_other_organisation(tx, clock)
        case_id = taken(tx, clock, policy)
        with pytest.raises(cases.NotYours):
            turns.hand_over(tx, case_id, LAN, AN, now=clock.now(), policy=policy)
        assert state_of(tx, case_id) == "taken"
        assert reach.of_one_organisation(tx.connection, LAN) == {LAN, MAI, HOA}
        turns.hand_over(tx, case_id, LAN, MAI, now=clock.now(), policy=policy)
        assert state_of(tx, case_id) == "handed"

    await line.write(story)


async def test_the_end_of_a_shift_hands_to_no_supervisor_of_another_organisation(
    line: Database, clock: MovableClock, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "supervisor_for", lambda connection, known, now: AN)

    def story(tx: Tx) -> None:
        add_other_organisation(tx, clock)
        case_id = taken(tx, clock, policy)
        tx.execute(text("DELETE FROM shift"))
        turns.shift_end(tx, case_id, now=clock.now(), policy=policy)
        assert state_of(tx, case_id) == "waiting"

    await line.write(story)


async def test_the_database_itself_refuses_another_organisation_without_a_yes(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def begin(tx: Tx) -> int:
        add_other_organisation(tx, clock)
        return taken(tx, clock, policy)

    case_id = await line.write(begin)
    moved = update(case).where(case.c.id == case_id).values(organisation_id=2)
    with pytest.raises(IntegrityError):
        await line.write(lambda tx: tx.execute(moved))

    def with_a_yes(tx: Tx) -> None:
        consents.give(tx, case_id, ConsentTo.SHARE, "t", now=clock.now(), partner_id="org:2")
        row = {"case_id": case_id, "partner_id": "org:2", "purpose": "share", "staff_id": LAN}
        given = tx.execute(text("SELECT max(id) FROM consent")).scalar_one()
        tx.execute(insert(sharing).values(**row, consent_id=given, at=clock.now()))
        tx.execute(moved)

    await line.write(with_a_yes)


BA = 6  # An's supervisor
AT_OTHER = "org:2"


def handed(tx: Tx, clock: MovableClock, policy: Policy, *, is_taken: bool = True) -> int:
    """A case that An of the other organisation has, or that waits there."""
    add_other_organisation(tx, clock)
    row = {"id": BA, "name": "s6", "alias": "Ba", "role": "supervisor", "centre_id": 2, "state": "active"}
    tx.execute(insert(staff).values(**row, created_at=clock.now()))
    case_id = taken(tx, clock, policy)
    consents.give(tx, case_id, ConsentTo.TALK, "t", now=clock.now())
    consents.give(tx, case_id, ConsentTo.SHARE, "t", now=clock.now(), partner_id=AT_OTHER)
    sharing_of_case.hand_to_organisation(tx, case_id, LAN, 2, now=clock.now(), policy=policy)
    if is_taken:
        turns.take(tx, case_id, AN, now=clock.now(), policy=policy)
    return case_id


def back(tx: Tx, clock: MovableClock) -> None:
    clock.pass_(minutes=1)
    assert taken_back.take_back(tx, 1, ConsentTo.SHARE, now=clock.now(), partner_id=AT_OTHER)


@pytest.mark.parametrize("how", ["taken", "held", "waiting"])
async def test_a_yes_taken_back_takes_the_case_out_of_the_hands_of_that_organisation(
    line: Database, clock: MovableClock, policy: Policy, how: str
) -> None:
    def story(tx: Tx) -> None:
        case_id = handed(tx, clock, policy, is_taken=how != "waiting")
        if how == "held":
            until = clock.now() + timedelta(hours=1)
            turns.hold(tx, case_id, AN, until, now=clock.now(), policy=policy)
        tx.execute(delete(outbox))  # everything so far has gone out
        back(tx, clock)
        known = cases.get(tx.connection, case_id)
        assert known is not None and (known.state, known.staff_id, known.organisation_id) == ("waiting", None, None)
        for one in (AN, BA):
            assert not desk.may_see(tx.connection, member(tx, one), case_id)
            assert not any(card.id == case_id for card in desk.board(tx.connection, member(tx, one), clock.now()))
        assert "không muốn nơi bạn giữ chuyện này nữa" in letters(tx, staff_id=AN)[-1].text
        assert "không giữ chuyện của bạn nữa" in letters(tx, lane_id=1)[-1].text
        assert due_at(tx, "escalate", case_id) == clock.now()
        due.DUE["escalate"](tx, case_id, clock.now(), policy)
        assert len(letters(tx, staff_id=LAN)) == 1, "the line is called anew at once"
        assert not isinstance(turns.take(tx, case_id, AN, now=clock.now(), policy=policy), turns.Taken)
        assert isinstance(turns.take(tx, case_id, LAN, now=clock.now(), policy=policy), turns.Taken)
        assert not desk.may_see(tx.connection, member(tx, AN), case_id)

    await line.write(story)


async def test_who_said_yes_again_may_go_there_again_and_danger_waits_for_no_wish(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = handed(tx, clock, policy)
        back(tx, clock)
        tx.execute(update(staff).where(staff.c.centre_id == 1, staff.c.role != "manager").values(state="left"))
        assert isinstance(turns.take(tx, case_id, AN, now=clock.now(), policy=policy), turns.Taken), "nobody else"
        tx.execute(update(staff).where(staff.c.centre_id == 1).values(state="active"))
        turns.hand_back(tx, case_id, AN, now=clock.now(), policy=policy)
        turns.take(tx, case_id, LAN, now=clock.now(), policy=policy)
        consents.give(tx, case_id, ConsentTo.SHARE, "t", now=clock.now(), partner_id=AT_OTHER)
        sharing_of_case.hand_to_organisation(tx, case_id, LAN, 2, now=clock.now(), policy=policy)
        assert desk.may_see(tx.connection, member(tx, BA), case_id)

    await line.write(story)


async def test_refused_there_it_goes_back_only_with_a_yes_for_the_first_by_its_name(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = handed(tx, clock, policy)
        turns.hand_back(tx, case_id, AN, now=clock.now(), policy=policy)
        assert not desk.may_see(tx.connection, member(tx, LAN), case_id), "still there, and only there"
        turns.take(tx, case_id, AN, now=clock.now(), policy=policy)
        assert (1, "Tổ chức mẫu") in sharing_of_case.organisations_there(tx.connection, AN)
        with pytest.raises(sharing_of_case.NoYes):
            sharing_of_case.hand_to_organisation(tx, case_id, AN, 1, now=clock.now(), policy=policy)
        consents.give(tx, case_id, ConsentTo.SHARE, "t", now=clock.now(), partner_id="org:1")
        sharing_of_case.hand_to_organisation(tx, case_id, AN, 1, now=clock.now(), policy=policy)
        assert not desk.may_see(tx.connection, member(tx, AN), case_id)
        assert desk.may_see(tx.connection, member(tx, LAN), case_id)

    await line.write(story)


async def test_the_question_says_what_going_over_means_and_the_yes_keeps_that_wording(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        add_other_organisation(tx, clock)
        case_id = taken(tx, clock, policy)
        name = sharing_of_case.name_of(tx.connection, 2)
        sharing_of_case.ask(tx, case_id, LAN, ConsentTo.SHARE, now=clock.now(), partner_id=AT_OTHER, name=name)
        asked = letters(tx, lane_id=1)[-1].text
        assert name in asked and "đọc được lời bạn đã viết" in asked and "không xem nữa" in asked

    await line.write(story)


async def test_taken_back_after_closing_only_that_organisation_hears_it(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = handed(tx, clock, policy)
        cases.close(tx, case_id, AN, "listened", now=clock.now(), policy=policy)
        tx.execute(delete(outbox))
        back(tx, clock)
        known = cases.get(tx.connection, case_id)
        assert known is not None and known.state == "closed" and known.organisation_id == 2
        assert letters(tx, staff_id=LAN) == [] and "rút lại đồng ý" in letters(tx, staff_id=AN)[-1].text

    await line.write(story)
