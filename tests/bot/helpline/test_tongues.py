"""Who speaks her language is called first and along; that nobody does changes nothing for her."""

from dataclasses import replace

from sqlalchemy import delete, select, update

from bot import staff
from bot.db import Database, Tx
from bot.helpline import cases, desk, due, tongues
from bot.helpline.casebook import record
from bot.policy import Policy
from bot.tables import alarm, outbox, person, staff_language
from tests.bot.helpline.conftest import HOA, LAN, MAI, add_shift
from tests.bot.helpline.test_around_a_case import member
from tests.conftest import MovableClock


def _called(tx: Tx, case_id: int) -> list[int]:
    return list(tx.execute(select(alarm.c.staff_id).where(alarm.c.case_id == case_id).order_by(alarm.c.id)).scalars())


def _english(tx: Tx, number: int = 1) -> None:
    tx.execute(update(person).where(person.c.id == number).values(language="en"))


async def test_somebody_on_a_later_rung_who_speaks_her_language_is_called_along_with_the_first(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        _english(tx)
        staff.mark_languages(tx, HOA, ["en", "km"])
        opened = cases.open_case(tx, 1, urgency="now", need=None, place=None, now=clock.now(), policy=policy)
        assert _called(tx, opened.case.id) == [HOA, LAN]
        clock.pass_(minutes=5)
        due.DUE["escalate"](tx, opened.case.id, clock.now(), policy)
        assert _called(tx, opened.case.id) == [HOA, LAN, MAI], "the next rung is not passed over"

    await line.write(story)


async def test_a_speaker_who_has_to_rest_is_left_to_rest(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        _english(tx)
        staff.mark_languages(tx, HOA, ["en"])
        full = replace(policy, most_cases=1)
        other = cases.open_case(tx, 2, urgency="violence", need=None, place=None, now=clock.now(), policy=full)
        cases.take(tx, other.case.id, HOA, now=clock.now(), policy=full)
        opened = cases.open_case(tx, 1, urgency="now", need=None, place=None, now=clock.now(), policy=full)
        assert _called(tx, opened.case.id) == [LAN]

    await line.write(story)


async def test_on_one_rung_the_speaker_is_called_first_and_nobody_is_left_out(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        add_shift(tx, MAI, 0, clock.now())
        _english(tx)
        staff.mark_languages(tx, MAI, ["en"])
        opened = cases.open_case(tx, 1, urgency="now", need=None, place=None, now=clock.now(), policy=policy)
        assert _called(tx, opened.case.id) == [MAI, LAN]

    await line.write(story)


async def test_if_nobody_speaks_it_or_she_writes_vietnamese_everybody_is_called_as_always(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        _english(tx)
        first = cases.open_case(tx, 1, urgency="now", need=None, place=None, now=clock.now(), policy=policy)
        assert _called(tx, first.case.id) == [LAN] and tongues.of_case(tx.connection, first.case) == "en"
        staff.mark_languages(tx, HOA, ["en", "vi"])
        second = cases.open_case(tx, 2, urgency="now", need=None, place=None, now=clock.now(), policy=policy)
        assert _called(tx, second.case.id) == [LAN] and tongues.of_case(tx.connection, second.case) == ""
        assert tx.execute(select(outbox.c.id)).first() is not None

    await line.write(story)


async def test_what_she_writes_in_is_shown_only_where_her_words_may_be_read(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        _english(tx)
        known = cases.open_case(tx, 1, urgency="violence", need=None, place=None, now=clock.now(), policy=policy).case
        (card,) = desk.board(tx.connection, member(tx, LAN), clock.now())
        assert card.language == ""
        record(tx, known.id, "talk_agreed", now=clock.now())
        (card,) = desk.board(tx.connection, member(tx, LAN), clock.now())
        assert card.language == "en"
        record(tx, known.id, "talk_withdrawn", now=clock.now())
        (card,) = desk.board(tx.connection, member(tx, LAN), clock.now())
        assert card.language == ""

    await line.write(story)


async def test_the_board_shows_her_first_to_whoever_speaks_her_language_and_in_her_place_to_others(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        first = cases.open_case(tx, 1, urgency="now", need=None, place=None, now=clock.now(), policy=policy)
        clock.pass_(minutes=1)
        _english(tx, 2)
        second = cases.open_case(tx, 2, urgency="now", need=None, place=None, now=clock.now(), policy=policy)
        staff.mark_languages(tx, MAI, ["en"])
        cards = desk.board(tx.connection, member(tx, MAI), clock.now())
        assert [card.id for card in cards] == [second.case.id, first.case.id]
        assert (cards[0].language, cards[0].is_spoken) == ("en", True)
        cards = desk.board(tx.connection, member(tx, LAN), clock.now())
        assert [card.id for card in cards] == [first.case.id, second.case.id]
        assert (cards[1].language, cards[1].is_spoken) == ("en", False)

    await line.write(story)


async def test_whoever_leaves_is_marked_with_nothing_any_more(line: Database, clock: MovableClock) -> None:
    def story(tx: Tx) -> None:
        staff.mark_languages(tx, MAI, ["en"])
        staff.remove(tx, MAI, now=clock.now())
        assert tx.execute(select(staff_language)).first() is None
        assert tongues.speakers(tx.connection, "en") == frozenset()
        tx.execute(delete(staff_language))

    await line.write(story)
