"""A yes that is taken back holds at once: who would have acted on it hears it, and what rested on it is gone."""


import pytest
from sqlalchemy import select

from bot.db import Database, Tx
from bot.helpline import cases, consents, entrusting, handover, sharing, taken_back, turns
from bot.helpline.consents import ConsentTo
from bot.policy import Policy
from bot.tables import handover_note
from tests.bot.helpline.conftest import LAN, MAI, letters
from tests.bot.helpline.test_around_a_case import taken
from tests.conftest import MovableClock

pytestmark = pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)

POLICE = "police"


@pytest.fixture
def db(engine: Database) -> Database:
    """Every test here runs on both engines."""
    return engine


def said(tx: Tx, staff_id: int) -> str:
    found = letters(tx, staff_id=staff_id)
    return found[-1].text if found else ""


async def test_who_has_the_case_and_who_asked_are_woken_when_police_is_taken_back(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        now = clock.now()
        case_id = taken(tx, clock, policy)
        sharing.ask(tx, case_id, LAN, ConsentTo.POLICE, now=now, partner_id=POLICE)
        consents.give(tx, case_id, ConsentTo.POLICE, "t", now=now, partner_id=POLICE)
        turns.hand_over(tx, case_id, LAN, MAI, now=now, policy=policy)
        turns.take(tx, case_id, MAI, now=now, policy=policy)
        assert taken_back.take_back(tx, 1, ConsentTo.POLICE, now=now, partner_id=POLICE)
        for one in (LAN, MAI):
            assert "rút lại đồng ý báo công an" in said(tx, one)
        assert letters(tx, staff_id=MAI)[-1].wakes
        before = len(letters(tx, staff_id=MAI))
        assert not taken_back.take_back(tx, 1, ConsentTo.POLICE, now=now, partner_id=POLICE)
        assert len(letters(tx, staff_id=MAI)) == before, "pressed twice"

    await line.write(story)


async def test_a_yes_of_a_closed_case_is_shown_and_can_be_taken_back(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        now = clock.now()
        case_id = taken(tx, clock, policy)
        consents.give(tx, case_id, ConsentTo.POLICE, "t", now=now, partner_id=POLICE)
        consents.give(tx, case_id, ConsentTo.FOLLOW_UP, "t", now=now)
        cases.close(tx, case_id, LAN, "listened", now=now, policy=policy)
        assert [one.purpose for one in taken_back.standing(tx.connection, 1)] == ["police", "follow_up"]
        assert taken_back.standing(tx.connection, 2) == ()
        before = len(letters(tx, staff_id=LAN))
        assert taken_back.take_back(tx, 1, ConsentTo.FOLLOW_UP, now=now)
        assert len(letters(tx, staff_id=LAN)) == before, "nobody would act on it"
        assert taken_back.take_back(tx, 1, ConsentTo.POLICE, now=now, partner_id=POLICE)
        assert "Đừng báo" in said(tx, LAN)
        assert taken_back.standing(tx.connection, 1) == ()

    await line.write(story)


async def test_the_words_of_notes_go_with_the_yes_and_are_hidden_with_the_one_to_talk(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def read(tx: Tx, case_id: int) -> list[str | None]:
        known = cases.get(tx.connection, case_id)
        assert known is not None
        return [one.text for one in handover.notes(tx.connection, tx.seals, known)]

    def story(tx: Tx) -> None:
        case_id = taken(tx, clock, policy)
        consents.give(tx, case_id, ConsentTo.TALK, "t", now=clock.now())
        consents.give(tx, case_id, ConsentTo.NOTES, "t", now=clock.now())
        assert handover.write_note(tx, case_id, LAN, ["hurt"], "có con nhỏ", now=clock.now())
        assert read(tx, case_id) == ["có con nhỏ"]
        taken_back.take_back(tx, 1, ConsentTo.TALK, now=clock.now())
        assert read(tx, case_id) == [None] and "không muốn ai đọc" in said(tx, LAN)
        consents.give(tx, case_id, ConsentTo.TALK, "t", now=clock.now())
        assert read(tx, case_id) == ["có con nhỏ"]
        taken_back.take_back(tx, 1, ConsentTo.NOTES, now=clock.now())
        assert read(tx, case_id) == [None]
        assert tx.execute(select(handover_note.c.sealed, handover_note.c.codes)).one() == (None, "hurt")

    await line.write(story)


async def test_what_she_handed_over_is_gone_once_she_takes_it_back(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        known = cases.get(tx.connection, taken(tx, clock, policy))
        assert known is not None
        entrusting.keep(tx, known, [("place", "nhà nghỉ Sen phòng 12")], now=clock.now())
        assert entrusting.agree(tx, known, now=clock.now())
        assert taken_back.take_back(tx, 1, ConsentTo.HAND_OVER, now=clock.now())
        assert not entrusting.is_there(tx.connection, known.id)
        assert "Đừng dùng chỗ ở" in said(tx, LAN)

    await line.write(story)
