"""What becomes of a referral: forward only, lost after two weeks, found again, and figures that add up for ever."""

from datetime import timedelta
from random import Random

from sqlalchemy import select

from bot.db import Database, Tx
from bot.helpline import cases, due, erasure, referrals, retention
from bot.helpline.outcomes import Outcome
from bot.helpline.referrals import Way
from bot.policy import Policy
from bot.tables import timer
from directory.demonstration import import_demo
from directory.tables import place_of_service, service
from tests.bot.helpline.conftest import LAN, add_person, letters
from tests.bot.helpline.test_around_a_case import taken
from tests.conftest import MovableClock


def a_place(tx: Tx, clock: MovableClock) -> str:
    import_demo(tx.connection, clock.now())
    return str(tx.execute(select(place_of_service.c.id).limit(1)).scalar_one())


async def test_after_two_weeks_without_news_it_is_lost_and_a_late_visit_still_counts(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        place = a_place(tx, clock)
        case_id = taken(tx, clock, policy)
        sent = referrals.refer(tx, case_id, LAN, place, "nơi mẫu", now=clock.now())
        due_at = tx.execute(select(timer.c.due_at).where(timer.c.kind == referrals.TIMER)).scalar_one()
        assert due_at == clock.now() + timedelta(days=14)
        clock.pass_(days=14)
        due.DUE[referrals.TIMER](tx, sent.id, clock.now(), policy)
        due.DUE[referrals.TIMER](tx, sent.id, clock.now(), policy)  # run again after a crash: nothing twice
        assert referrals.of_case(tx.connection, case_id)[0].state == "lost"
        assert sum("hai tuần" in one.text for one in letters(tx, staff_id=LAN)) == 1
        assert referrals.came(tx, place, sent.code, now=clock.now()) == "noted"
        assert referrals.of_case(tx.connection, case_id)[0].state == "attended"

    await line.write(story)
    await line.write(lambda tx: _adds_up(tx))


async def test_it_only_goes_forward_and_whoever_came_is_not_lost(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        place = a_place(tx, clock)
        sent = referrals.refer(tx, taken(tx, clock, policy), LAN, place, "nơi mẫu", now=clock.now())
        assert not referrals.mark(tx, sent.id, LAN, Way.OFFERED, now=clock.now())
        assert referrals.mark(tx, sent.id, LAN, Way.ATTENDED, now=clock.now())
        assert not referrals.mark(tx, sent.id, LAN, Way.SENT, now=clock.now())
        assert not referrals.mark(tx, sent.id, LAN, Way.LOST, now=clock.now())
        assert tx.execute(select(timer.c.id).where(timer.c.kind == referrals.TIMER)).first() is None
        assert referrals.mark(tx, sent.id, LAN, Way.DONE, now=clock.now())
        assert not referrals.mark(tx, sent.id, LAN, Way.DECLINED, now=clock.now())

    await line.write(story)


async def test_what_is_only_offered_is_sent_by_her_yes_alone_and_stands_in_no_figure_before(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        place, now = a_place(tx, clock), clock.now()
        case_id = taken(tx, clock, policy)
        one, two, three = (referrals.offer(tx, case_id, LAN, place, "nơi mẫu", now=now) for _ in range(3))
        assert "Mã của bạn" not in "".join(letter.text for letter in letters(tx, lane_id=1))
        assert referrals.came(tx, place, one.code, now=now) == "wrong", "nobody was told that code"
        assert not referrals.mark(tx, one.id, LAN, Way.SENT, now=now), "no colleague says yes in her place"
        assert not referrals.answer(tx, 2, one.id, is_yes=True, now=now), "nor anybody else"
        assert _adds_up(tx).sent == 0
        assert referrals.answer(tx, 1, one.id, is_yes=True, now=now)
        assert not referrals.answer(tx, 1, one.id, is_yes=False, now=now), "answered once"
        assert f"Mã của bạn: {one.code}" in "".join(letter.text for letter in letters(tx, lane_id=1))
        assert referrals.answer(tx, 1, two.id, is_yes=False, now=now)
        due.DUE[referrals.TIMER](tx, three.id, now + referrals.LOST_AFTER, policy)
        assert [found.state for found in referrals.of_case(tx.connection, case_id)] == ["sent", "declined", "lost"]

    await line.write(story)
    balance = await line.write(_adds_up)
    assert (balance.sent, balance.declined, balance.lost, balance.open) == (1, 0, 0, 1)


def _adds_up(tx: Tx) -> referrals.Balance:
    found = referrals.balance(tx.connection)
    assert found.adds_up, found
    return found


async def test_the_figures_add_up_whatever_happens_to_a_hundred_referrals(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    """Ticked, marked, late, forgotten, erased in any order: sent is always done, declined, lost, come, or open."""
    chance = Random(20261207)
    await line.write(lambda tx: a_place(tx, clock))
    some_of_each = select(place_of_service.c.id).join(service).order_by(service.c.kind, place_of_service.c.id)
    every = await line.read(lambda connection: list(connection.execute(some_of_each).scalars()))

    def some(tx: Tx, lane_id: int) -> None:
        add_person(tx, lane_id, clock.now())
        opened = cases.open_case(tx, lane_id, urgency="violence", need=None, place=None, now=clock.now(), policy=policy)
        cases.take(tx, opened.case.id, LAN, now=clock.now(), policy=policy)
        for _ in range(chance.randint(1, 6)):
            place = chance.choice(every)  # schools among them, which are counted apart
            send = chance.choice((referrals.refer, referrals.refer, referrals.offer))
            sent = send(tx, opened.case.id, LAN, place, "nơi mẫu", now=clock.now())
            if sent.state is Way.OFFERED and chance.randint(0, 2):
                referrals.answer(tx, lane_id, sent.id, is_yes=chance.randint(0, 1) == 1, now=clock.now())
            for _ in range(chance.randint(0, 4)):
                match chance.randint(0, 2):
                    case 0:
                        referrals.mark(tx, sent.id, LAN, chance.choice(list(Way)), now=clock.now())
                    case 1:
                        referrals.came(tx, place, sent.code, now=clock.now())
                    case _:
                        referrals.lost(tx, sent.id, now=clock.now())
        match chance.randint(0, 2):
            case 0:
                cases.close(tx, opened.case.id, LAN, Outcome.SAFE, now=clock.now(), policy=policy)
            case 1:
                erasure.begin(tx, lane_id, now=clock.now())
                erasure.finish(tx, lane_id, now=clock.now())

    for lane_id in range(10, 40):
        await line.write(lambda tx, lane_id=lane_id: some(tx, lane_id))
        await line.write(_adds_up)
    clock.pass_(days=40)
    await line.write(lambda tx: retention.sweep(tx, now=clock.now(), policy=policy))
    found = await line.write(_adds_up)
    assert found.sent > 60 and found.open and found.lost > 0 and found.done and found.declined and found.attended_last
