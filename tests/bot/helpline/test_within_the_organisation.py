"""A case stays with the organisation that has it, unless she says yes to another one by its name."""


import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import IntegrityError

from bot.db import Database, Tx
from bot.helpline import cases, consents, handover, reach, turns
from bot.helpline.consents import ConsentTo
from bot.policy import Policy
from bot.tables import case, sharing
from tests.bot.helpline.conftest import HOA, LAN, MAI
from tests.bot.helpline.test_around_a_case import AN, add_other_organisation, state_of, taken
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
