"""A colleague's board shows what is hers or his to see, and nothing that was said."""

from sqlalchemy import select

from bot.db import Database, Tx
from bot.helpline import alarms, cases, consents, desk, referrals
from bot.policy import Policy
from bot.staff import get
from bot.tables import transcript
from tests.bot.helpline.conftest import BICH, HOA, LAN, MAI, letters, token_of
from tests.conftest import MovableClock


async def test_a_taken_case_leaves_the_boards_of_other_workers(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        now, connection = clock.now(), tx.connection
        cases.open_case(tx, 1, urgency="violence", need=None, place=None, now=now, policy=policy)
        known = cases.open_case(tx, 2, urgency="now", need=None, place=None, now=now, policy=policy).case
        members = {number: get(connection, number) for number in (LAN, MAI, HOA, BICH)}
        assert all(members.values())
        boards = {n: desk.board(connection, m, now) for n, m in members.items() if m}
        assert [len(boards[n]) for n in (LAN, MAI, HOA, BICH)] == [2, 2, 2, 0]
        assert boards[MAI][0].id == known.id
        cases.take(tx, known.id, LAN, now=now, policy=policy)
        boards = {n: desk.board(connection, m, now) for n, m in members.items() if m}
        assert [len(boards[n]) for n in (LAN, MAI, HOA, BICH)] == [2, 1, 2, 0]

    await line.write(story)


async def test_a_declined_alarm_does_not_keep_the_next_rung_waiting(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        known = cases.open_case(tx, 1, urgency="now", need=None, place=None, now=clock.now(), policy=policy).case
        token = token_of(letters(tx, staff_id=LAN)[0])
        assert alarms.decline(tx, token, now=clock.now()).state == "good"
        from bot.timers import due_at

        assert due_at(tx, "escalate", known.id) == clock.now()

    await line.write(story)


async def test_a_consent_is_for_one_purpose_and_can_be_taken_back(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        now = clock.now()
        known = cases.open_case(tx, 1, urgency="now", need=None, place=None, now=now, policy=policy).case
        consents.give(tx, known.id, "talk", "1", now=now)
        assert consents.has(tx.connection, known.id, "talk") and not consents.has(tx.connection, known.id, "police")
        assert consents.withdraw(tx, known.id, "talk", now=now)
        assert not consents.has(tx.connection, known.id, "talk")
        assert referrals.of_case(tx.connection, known.id) == () and tx.execute(select(transcript)).first() is None

    await line.write(story)
