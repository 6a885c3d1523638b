"""Who may see what, and what a yes, a no and a yes taken back change."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.db import Database, Tx
from bot.helpline import cases, consents, entrusting, erasure, guards, relay, retention
from bot.helpline.consents import ConsentTo
from bot.masking import Masked
from bot.policy import Policy
from bot.seals import KeyDestroyed, KeyId
from bot.tables import case, consent, entrusted, guard, legal_duty, sharing, transcript
from tests.bot.helpline.conftest import HOA, LAN, MAI, letters
from tests.conftest import MovableClock

PARTNER = "11111111-1111-1111-1111-111111111111"


def open_one(tx: Tx, clock: MovableClock, policy: Policy, urgency: str = "now", lane_id: int = 1) -> int:
    opened = cases.open_case(
        tx, lane_id, urgency=urgency, need=None, place=None, now=clock.now(), policy=policy  # type: ignore[arg-type]
    )
    return opened.case.id


async def test_without_a_cry_or_a_yes_nothing_is_readable(line: Database, clock: MovableClock, policy: Policy) -> None:
    def story(tx: Tx) -> None:
        case_id = open_one(tx, clock, policy, "violence")
        relay.from_person(tx, case_id, Masked("chuyện riêng"), now=clock.now())
        assert relay.readable(tx.connection, tx.seals, case_id) == ()
        consents.give(tx, case_id, ConsentTo.TALK, "t", now=clock.now())
        assert [one.text for one in relay.readable(tx.connection, tx.seals, case_id)] == ["chuyện riêng"]
        consents.withdraw(tx, case_id, ConsentTo.TALK, now=clock.now())
        assert relay.readable(tx.connection, tx.seals, case_id) == ()

    await line.write(story)


async def test_what_is_handed_over_is_gone_a_day_after_closing_and_its_key_with_it(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> tuple[int, KeyId, bytes]:
        case_id = open_one(tx, clock, policy)
        known = cases.get(tx.connection, case_id)
        assert known is not None
        entrusting.keep(tx, known, [("place", "nhà nghỉ Sen phòng 12")], now=clock.now())
        assert entrusting.seen(tx.connection, tx.seals, case_id) == ()
        assert entrusting.agree(tx, known, now=clock.now())
        assert consents.has(tx.connection, case_id, ConsentTo.HAND_OVER)
        [seen] = entrusting.seen(tx.connection, tx.seals, case_id)
        assert seen.text == "nhà nghỉ Sen phòng 12" and "Sen" not in repr(seen)
        cases.take(tx, case_id, LAN, now=clock.now(), policy=policy)
        cases.close(tx, case_id, LAN, "safe", now=clock.now(), policy=policy)
        row = tx.execute(select(entrusted)).one()
        clock.pass_(hours=policy.hand_over_hours - 1)
        retention.sweep(tx, now=clock.now(), policy=policy)
        assert entrusting.is_there(tx.connection, case_id)
        clock.pass_(hours=1)
        swept = retention.sweep(tx, now=clock.now(), policy=policy)
        assert KeyId(row.key_id) in swept.keys and not entrusting.is_there(tx.connection, case_id)
        tx.seals.keys.destroy(swept.keys)
        return case_id, KeyId(row.key_id), row.sealed

    case_id, key_id, sealed = await line.write(story)
    with pytest.raises(KeyDestroyed):
        line.seals.open_with(key_id, sealed, about=f"entrusted:{case_id}:place")


async def test_an_unanswered_question_is_forgotten_within_the_hour(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        known = cases.get(tx.connection, open_one(tx, clock, policy))
        assert known is not None
        entrusting.keep(tx, known, [("phone", "0000 000 123")], now=clock.now())
        clock.pass_(hours=1)
        assert not entrusting.agree(tx, known, now=clock.now())
        retention.sweep(tx, now=clock.now(), policy=policy)
        assert tx.execute(select(entrusted)).first() is None

    await line.write(story)


def _share(tx: Tx, case_id: int, clock: MovableClock, **ground: int) -> None:
    row = {"case_id": case_id, "partner_id": PARTNER, "purpose": "share", "staff_id": LAN, "at": clock.now()}
    tx.execute(insert(sharing).values(**row, **ground))


def _consent_id(tx: Tx) -> int:
    return int(tx.execute(select(func.max(consent.c.id)).where(consent.c.purpose == "share")).scalar_one())


async def test_the_database_refuses_to_share_without_a_yes(line: Database, clock: MovableClock, policy: Policy) -> None:
    ids: list[int] = []

    async def is_refused(ground: dict[str, int]) -> bool:
        try:
            await line.write(lambda tx: _share(tx, ids[0], clock, **ground))
        except IntegrityError:
            return True
        return False

    ids.append(await line.write(lambda tx: open_one(tx, clock, policy)))
    ids.append(await line.write(lambda tx: open_one(tx, clock, policy, lane_id=2)))
    assert await is_refused({})
    assert await is_refused({"consent_id": 999})
    await line.write(lambda tx: consents.give(tx, ids[1], ConsentTo.SHARE, "t", now=clock.now(), partner_id=PARTNER))
    others = await line.write(_consent_id)
    assert await is_refused({"consent_id": others}), "another person's yes"
    await line.write(lambda tx: consents.give(tx, ids[0], ConsentTo.SHARE, "t", now=clock.now(), partner_id="other"))
    elsewhere = await line.write(_consent_id)
    assert await is_refused({"consent_id": elsewhere}), "a yes for another partner"
    await line.write(lambda tx: consents.give(tx, ids[0], ConsentTo.SHARE, "t", now=clock.now(), partner_id=PARTNER))
    hers = await line.write(_consent_id)
    assert not await is_refused({"consent_id": hers})
    await line.write(lambda tx: consents.withdraw(tx, ids[0], ConsentTo.SHARE, now=clock.now(), partner_id=PARTNER))
    assert await is_refused({"consent_id": hers}), "a yes that was taken back"


async def test_the_legal_duty_needs_two_people_in_the_database(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    case_id = await line.write(lambda tx: open_one(tx, clock, policy))

    def ask(tx: Tx) -> int:
        row = {"case_id": case_id, "reason": "life", "partner_id": PARTNER, "asked_by": LAN, "is_told": True}
        made = insert(legal_duty).values(**row, at=clock.now()).returning(legal_duty.c.id)
        return int(tx.execute(made).scalar_one())

    duty = await line.write(ask)
    with pytest.raises(IntegrityError):
        await line.write(lambda tx: _share(tx, case_id, clock, duty_id=duty))
    with pytest.raises(IntegrityError):
        await line.write(lambda tx: tx.execute(update(legal_duty).values(confirmed_by=LAN)))
    await line.write(lambda tx: tx.execute(update(legal_duty).values(confirmed_by=HOA)))
    await line.write(lambda tx: _share(tx, case_id, clock, duty_id=duty))


async def test_words_alone_go_and_the_alarm_stays(line: Database, clock: MovableClock, policy: Policy) -> None:
    def story(tx: Tx) -> KeyId:
        case_id = open_one(tx, clock, policy)
        relay.from_person(tx, case_id, Masked("giúp mình"), now=clock.now())
        key = tx.execute(select(case.c.key_id)).scalar_one()
        erasure.forget_words(tx, 1, now=clock.now())
        known = cases.of_lane(tx.connection, 1)
        assert known is not None and known.state == "waiting" and known.key_id is None
        assert tx.execute(select(transcript)).first() is None
        relay.from_person(tx, case_id, Masked("còn đây"), now=clock.now())
        cases.take(tx, case_id, MAI, now=clock.now(), policy=policy)
        assert [one.text for one in relay.readable(tx.connection, tx.seals, case_id)] == ["còn đây"]
        return KeyId(key)

    key = await line.write(story)
    await line.write(lambda tx: None)  # by then the hooks of the deed before have run
    with pytest.raises(KeyDestroyed):
        line.seals.keys.get(key)


async def test_nothing_of_a_case_is_sent_while_somebody_else_may_hold_the_phone(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = open_one(tx, clock, policy)
        cases.take(tx, case_id, LAN, now=clock.now(), policy=policy)
        relay.from_person(tx, case_id, Masked("ừ"), now=clock.now())
        guards.go_neutral(tx, 1, now=clock.now())
        before = len(letters(tx, lane_id=1))
        relay.from_worker(tx, case_id, LAN, "em ơi", now=clock.now())
        cases.hold(tx, case_id, LAN, clock.now() + timedelta(hours=1), now=clock.now(), policy=policy)
        assert len(letters(tx, lane_id=1)) == before
        assert "người khác" in letters(tx, staff_id=LAN)[-1].text

    await line.write(story)


async def test_the_agreed_word_is_kept_as_a_keyed_hash_of_one_person(line: Database, clock: MovableClock) -> None:
    def story(tx: Tx) -> None:
        assert guards.agree_word(tx, 1, "Hoa Phượng", now=clock.now())
        assert guards.is_word(tx, 1, "hoa phuong") and not guards.is_word(tx, 2, "hoa phuong")
        assert not guards.agree_word(tx, 1, "x" * 80, now=clock.now())
        stored = tx.execute(select(guard.c.word_hash)).scalar_one()
        assert "phuong" not in stored and len(stored) == 64
        tx.execute(delete(guard))

    await line.write(story)
