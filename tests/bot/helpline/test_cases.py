"""From the first message to the last word of a case."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, delete, func, select

from bot.db import Database, Tx
from bot.helpline import alarms, cases, due, erasure, referrals, relay, retention
from bot.masking import Hidden, Masked
from bot.policy import Policy
from bot.tables import alarm, case, case_event, lane, outbox, transcript
from directory.places import PlaceKey, Tier
from directory.tables import metadata
from tests.bot.helpline.conftest import HOA, LAN, MAI, letters, token_of
from tests.conftest import MovableClock


def open_now(tx: Tx, clock: MovableClock, policy: Policy, lane_id: int = 1, urgency: str = "now") -> cases.Opened:
    return cases.open_case(tx, lane_id, urgency=urgency, need=None, place=None, now=clock.now(), policy=policy)  # type: ignore[arg-type]


async def test_danger_now_alarms_the_first_rung_at_once_without_words(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        opened = open_now(tx, clock, policy)
        relay.from_person(tx, opened.case.id, Masked("nó đang ở ngoài cửa"), now=clock.now())
        [letter] = letters(tx, staff_id=LAN)
        assert opened.case.alias in letter.text and "cửa" not in letter.text
        assert alarms.open_token(tx.connection, tx.seals, token_of(letter), clock.now()).state == "good"
        assert letters(tx, staff_id=MAI) == []
        assert "đã báo" in letters(tx, lane_id=1)[0].text

    await line.write(story)


async def test_telling_the_same_twice_makes_no_second_case_and_no_second_alarm(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        first = open_now(tx, clock, policy)
        again = open_now(tx, clock, policy)
        assert (again.is_new, again.got_worse, again.case.id) == (False, False, first.case.id)
        assert len(letters(tx, staff_id=LAN)) == 1

    await line.write(story)


async def test_a_worsening_alarms_again(line: Database, clock: MovableClock, policy: Policy) -> None:
    def story(tx: Tx) -> None:
        open_now(tx, clock, policy, urgency="request")
        worse = open_now(tx, clock, policy)
        assert worse.got_worse and worse.case.urgency == "now"
        assert len(letters(tx, staff_id=LAN)) == 2
        assert open_now(tx, clock, policy, urgency="request").case.urgency == "now"

    await line.write(story)


async def test_second_worker_learns_that_the_case_is_taken(line: Database, clock: MovableClock, policy: Policy) -> None:
    def story(tx: Tx) -> None:
        known = open_now(tx, clock, policy).case
        clock.pass_(minutes=5)
        due.DUE["escalate"](tx, known.id, clock.now(), policy)
        first, second = token_of(letters(tx, staff_id=LAN)[0]), token_of(letters(tx, staff_id=MAI)[0])
        tx.execute(delete(outbox).where(outbox.c.staff_id == MAI))  # sent
        assert isinstance(alarms.use_token(tx, first, now=clock.now(), policy=policy), cases.Taken)
        again = alarms.use_token(tx, first, now=clock.now(), policy=policy)
        assert isinstance(again, cases.Taken) and again.is_again
        late = alarms.use_token(tx, second, now=clock.now(), policy=policy)
        assert isinstance(late, cases.TakenMeanwhile) and late.alias_of_first == "Lan"
        assert isinstance(cases.take(tx, known.id, MAI, now=clock.now(), policy=policy), cases.TakenMeanwhile)
        assert "Lan" in letters(tx, staff_id=MAI)[0].text
        assert alarms.use_token(tx, "x", now=clock.now(), policy=policy) == alarms.Refused("unknown")

    await line.write(story)


async def test_the_relay_brings_words_both_ways_and_refuses_everybody_else(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> int:
        known = open_now(tx, clock, policy).case
        relay.from_person(tx, known.id, Masked("giúp mình"), now=clock.now())
        with pytest.raises(cases.NotYours):
            relay.from_worker(tx, known.id, LAN, "chào bạn", now=clock.now())
        cases.take(tx, known.id, LAN, now=clock.now(), policy=policy)
        assert relay.from_worker(tx, known.id, LAN, "gọi 0912345678 nhé", now=clock.now()) == {Hidden.PHONE}
        with pytest.raises(cases.NotYours):
            relay.from_worker(tx, known.id, MAI, "chào bạn", now=clock.now())
        assert letters(tx, lane_id=1)[-1].text.startswith("Lan nhắn:")
        before = len(letters(tx, staff_id=LAN))
        for _ in range(3):
            relay.from_person(tx, known.id, Masked("nữa"), now=clock.now())
        told = letters(tx, staff_id=LAN)[before:]
        assert len(told) == 1 and "nữa" not in told[0].text
        return known.id

    case_id = await line.write(story)
    said = await line.read(lambda connection: relay.words(connection, line.seals, case_id))
    assert [one.seq for one in said] == [1, 2, 3, 4, 5] and said[0].text == "giúp mình" and said[1].staff_alias == "Lan"
    assert "0912" not in str([one.text for one in said])


async def test_every_turn_is_told_and_closing_starts_the_clock_of_forgetting(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        known = open_now(tx, clock, policy).case
        relay.from_person(tx, known.id, Masked("giúp mình"), now=clock.now())
        told = [len(letters(tx, lane_id=1))]

        def was_told() -> bool:
            told.append(len(letters(tx, lane_id=1)))
            return told[-1] > told[-2]

        now = clock.now()
        cases.take(tx, known.id, LAN, now=now, policy=policy)
        assert was_told()
        cases.hold(tx, known.id, LAN, now + timedelta(hours=2), now=now, policy=policy)
        assert was_told()
        cases.take(tx, known.id, LAN, now=now, policy=policy)
        assert was_told()
        cases.hand_over(tx, known.id, LAN, MAI, now=now, policy=policy)
        assert was_told()
        due.DUE["handed_over"](tx, known.id, now, policy)
        assert was_told()
        cases.take(tx, known.id, HOA, now=now, policy=policy)
        cases.hand_back(tx, known.id, HOA, now=now, policy=policy)
        assert was_told()
        cases.take(tx, known.id, MAI, now=now, policy=policy)
        was_told()
        closed = cases.close(tx, known.id, MAI, "safe", ["distance"], now=now, policy=policy)
        assert was_told() and closed.outcome == "safe"
        forget = tx.execute(select(transcript.c.forget_at)).scalar_one()
        assert forget == now + timedelta(days=policy.words_days)
        assert not relay.from_person(tx, known.id, Masked("còn đó không"), now=now)
        with pytest.raises(cases.NotYours):
            cases.close(tx, known.id, MAI, "safe", now=now, policy=policy)

    await line.write(story)


async def test_a_held_case_comes_back_by_itself(line: Database, clock: MovableClock, policy: Policy) -> None:
    def story(tx: Tx) -> None:
        known = open_now(tx, clock, policy).case
        cases.take(tx, known.id, LAN, now=clock.now(), policy=policy)
        cases.hold(tx, known.id, LAN, clock.now() + timedelta(hours=2), now=clock.now(), policy=policy)
        due.DUE["hold_over"](tx, known.id, clock.now(), policy)
        assert cases.get(tx.connection, known.id).state == "held"  # type: ignore[union-attr]
        clock.pass_(hours=2)
        due.DUE["hold_over"](tx, known.id, clock.now(), policy)
        assert cases.get(tx.connection, known.id).state == "waiting"  # type: ignore[union-attr]

    await line.write(story)


async def test_the_place_is_added_to_the_open_case(line: Database, clock: MovableClock, policy: Policy) -> None:
    def story(tx: Tx) -> None:
        open_now(tx, clock, policy)
        place = PlaceKey(Tier.NEW_PROVINCE, "01")
        found = cases.set_place(tx, 1, place, now=clock.now(), policy=policy)
        assert found is not None and found.place == place and found.province == "01"

    await line.write(story)


async def test_erasing_leaves_no_row_that_knows_the_lane_and_tells_the_worker(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        known = open_now(tx, clock, policy).case
        relay.from_person(tx, known.id, Masked("giúp mình"), now=clock.now())
        cases.take(tx, known.id, LAN, now=clock.now(), policy=policy)
        assert erasure.counts(tx.connection, 1, clock.now()) == erasure.Counts(1, True, has_alarm=True, has_words=True)
        assert len(erasure.begin(tx, 1, now=clock.now())) == 2
        assert erasure.unfinished(tx.connection, clock.now()) == [1]
        from bot.outbox import tell_person

        bye = lambda inner: tell_person(inner, 1, "xong", now=clock.now(), is_last=True)  # noqa: E731
        erasure.finish(tx, 1, now=clock.now(), farewell=bye)
        assert [one.text for one in letters(tx, lane_id=1)] == ["xong"]
        assert erasure.unfinished(tx.connection, clock.now()) == []
        assert "xoá" in letters(tx, staff_id=LAN)[-1].text
        assert len(erasure.forget_lane(tx, 1)) == 1
        closed = cases.get(tx.connection, known.id)
        assert closed is not None and (closed.state, closed.outcome, closed.key_id) == ("closed", "erased", None)
        _nothing_left(tx.connection)

    await line.write(story)


def _nothing_left(connection: Connection) -> None:
    for table in metadata.sorted_tables:
        if "lane_id" in table.c:
            wanted = select(func.count()).select_from(table).where(table.c.lane_id == 1)
            assert connection.execute(wanted).scalar_one() == 0, table.name
    assert connection.execute(select(lane).where(lane.c.id == 1)).first() is None
    assert connection.execute(select(transcript)).first() is None


async def test_what_is_due_is_forgotten_and_open_cases_are_not(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        done = open_now(tx, clock, policy).case
        waiting = open_now(tx, clock, policy, lane_id=2).case
        relay.from_person(tx, done.id, Masked("giúp mình"), now=clock.now())
        cases.take(tx, done.id, LAN, now=clock.now(), policy=policy)
        cases.close(tx, done.id, LAN, "listened", now=clock.now(), policy=policy)
        clock.pass_(days=45)
        swept = retention.sweep(tx, now=clock.now(), policy=policy)
        assert done.key_id in swept.keys and retention.overdue(tx.connection, clock.now()) == 0
        assert retention.sweep(tx, now=clock.now(), policy=policy).rows == 0
        row = tx.execute(select(case).where(case.c.id == done.id)).one()
        assert (row.lane_id, row.key_id, row.alias, row.outcome) == (None, None, f"#{done.id}", "listened")
        assert tx.execute(select(transcript)).first() is None and tx.execute(select(case_event)).first()
        assert tx.execute(select(alarm).where(alarm.c.case_id == done.id)).first() is None
        assert list(tx.execute(select(lane.c.id)).scalars()) == [2]
        assert cases.of_lane(tx.connection, 2).id == waiting.id  # type: ignore[union-attr]

    await line.write(story)


async def test_a_referral_is_the_takers_deed(line: Database, clock: MovableClock, policy: Policy) -> None:
    def story(tx: Tx) -> None:
        known = open_now(tx, clock, policy).case
        with pytest.raises(cases.NotYours):
            referrals.refer(tx, known.id, LAN, "p", "…", now=clock.now())

    await line.write(story)
