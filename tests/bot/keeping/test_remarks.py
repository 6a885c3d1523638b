"""Requirement 13: what persons say is counted without who; several voices bring a review, one never does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.db import Database, Tx
from bot.helpline import retention
from bot.keeping import remarks
from bot.masking import mask
from bot.policy import Policy
from bot.tables import lane, person, remark, remark_key, remark_token
from directory import editing, friendly, merging, verification
from directory.listing_text import describe
from directory.replay import replay, stands
from directory.search import hit_now
from directory.shelf import ShelfKeeper
from tests.bot.keeping.test_reminders import BOTH, colleagues, listing

NOW = datetime(2026, 12, 7, 2, tzinfo=UTC)
POLICY = Policy()


def lanes(tx: Tx, count: int) -> list[int]:
    later = NOW + timedelta(days=400)
    for n in range(1, count + 1):
        tx.execute(person.insert().values(id=n, created_at=NOW, forget_at=later))
        row = {"id": n, "person_id": n, "channel": "fake", "account": "1", "handle": f"handle-{n}"}
        tx.execute(lane.insert().values(**row, last_at=NOW, forget_at=later))
    return list(range(1, count + 1))


def is_under_review(tx: Tx, id: str) -> bool:
    known = editing.look_up(tx.connection, id)
    assert known is not None
    return known.is_under_review


@BOTH
async def test_three_voices_of_a_kind_put_a_place_under_review_and_one_voice_never_does(engine: Database) -> None:
    def story(tx: Tx) -> str:
        id = listing(tx.connection, "Phòng khám Thử", "hiv_clinic", NOW)
        a, b, c, d = lanes(tx, 4)
        for _ in range(5):
            remarks.note(tx, a, id, "phone", now=NOW, policy=POLICY)
        assert not is_under_review(tx, id), "the same voice five times is one voice"
        remarks.note(tx, b, id, "phone", now=NOW, policy=POLICY)
        remarks.note(tx, c, id, "closed", now=NOW, policy=POLICY)
        assert not is_under_review(tx, id), "three voices, but of different things"
        remarks.note(tx, d, id, "phone", now=NOW + timedelta(days=1), policy=POLICY)
        assert is_under_review(tx, id)
        told = {one.what: (one.n, one.apart) for one in remarks.waiting(tx.connection)}
        assert told == {"phone": (7, 3), "closed": (1, 1)}
        return id

    id = await engine.write(story)
    keeper = ShelfKeeper()
    await engine.read(keeper.load)
    shown = keeper.shelf.get(id)
    assert shown is not None, "nothing is deleted on a report"
    assert "Đang kiểm tra lại" in describe(hit_now(shown, NOW))


@BOTH
async def test_nothing_of_a_remark_tells_who_and_the_key_goes_with_its_days(engine: Database) -> None:
    def story(tx: Tx) -> None:
        id = listing(tx.connection, "Phòng khám Thử", "hiv_clinic", NOW)
        (a,) = lanes(tx, 1)
        remarks.note(tx, a, id, "rude", now=NOW, policy=POLICY)
        row = tx.execute(select(remark)).one()
        assert not {"lane_id", "person_id", "handle", "at"} & set(row._mapping) and row.sealed is None
        token = tx.execute(select(remark_token.c.token)).scalar_one()
        assert "handle-1" not in token and len(token) == 64

    await engine.write(story)
    later = NOW + timedelta(days=31)
    swept = await engine.write(lambda tx: retention.sweep(tx, now=later, policy=POLICY))
    assert len(swept.keys) == 1
    engine.seals.keys.destroy(swept.keys)
    rows = await engine.read(
        lambda connection: [len(connection.execute(select(one)).all()) for one in (remark_key, remark_token, remark)]
    )
    assert rows == [0, 0, 1], "that somebody said it stays; who cannot be told by anybody"


@BOTH
async def test_a_lost_key_is_made_anew_and_nobody_is_refused(engine: Database) -> None:
    def first(tx: Tx) -> str:
        id = listing(tx.connection, "Phòng khám Thử", "hiv_clinic", NOW)
        lanes(tx, 1)
        remarks.note(tx, 1, id, "phone", now=NOW, policy=POLICY)
        return id

    id = await engine.write(first)
    engine.seals.keys.destroy_except(set())
    await engine.write(lambda tx: remarks.note(tx, 1, id, "phone", now=NOW, policy=POLICY))
    assert len(await engine.read(lambda connection: connection.execute(select(remark)).all())) == 2


@BOTH
async def test_a_confirmed_complaint_takes_friendly_away_and_a_dismissed_one_ends_the_review(engine: Database) -> None:
    def story(tx: Tx) -> None:
        id = listing(tx.connection, "Phòng khám Thử", "hiv_clinic", NOW)
        me = colleagues(tx)["maintainer"]
        friendly.grant(tx.connection, id, "peer_visit", has_consent=True, staff_id=me, now=NOW)
        for one in lanes(tx, 3):
            remarks.note(tx, one, id, "phone", now=NOW, policy=POLICY)
            remarks.note(tx, one, id, "rude", now=NOW, policy=POLICY)
        assert remarks.decide(tx, id, "phone", "confirmed", staff_id=me, now=NOW)
        known = editing.look_up(tx.connection, id)
        assert known is not None and known.friendly is not None, "a wrong number says nothing of how one is received"
        assert remarks.decide(tx, id, "rude", "dismissed", staff_id=me, now=NOW)
        assert not remarks.decide(tx, id, "rude", "confirmed", staff_id=me, now=NOW), "somebody was first"
        assert not is_under_review(tx, id)
        remarks.note(tx, 1, id, "papers", now=NOW, policy=POLICY)
        assert remarks.decide(tx, id, "papers", "confirmed", staff_id=me, now=NOW)
        known = editing.look_up(tx.connection, id)
        assert known is not None and known.friendly is None

    await engine.write(story)


@BOTH
async def test_good_reports_count_when_they_are_of_different_persons_and_after_the_last_complaint(
    engine: Database,
) -> None:
    def story(tx: Tx) -> None:
        id = listing(tx.connection, "Phòng khám Thử", "hiv_clinic", NOW)
        me = colleagues(tx)["maintainer"]
        a, b = lanes(tx, 2)
        remarks.note(tx, a, id, "good", now=NOW, policy=POLICY)
        remarks.note(tx, a, id, "good", now=NOW, policy=POLICY)
        remarks.note(tx, a, id, "good", now=NOW + timedelta(days=40), policy=POLICY)
        assert remarks.good(tx.connection, id, now=NOW + timedelta(days=40)) == 1, "perhaps the same person"
        remarks.note(tx, b, id, "good", now=NOW + timedelta(days=41), policy=POLICY)
        assert remarks.good(tx.connection, id, now=NOW + timedelta(days=41)) == 2
        assert not is_under_review(tx, id)
        assert remarks.good(tx.connection, id, now=NOW + timedelta(days=41 + 366)) == 0, "twelve months"
        friendly.grant(tx.connection, id, "good_reports", has_consent=True, staff_id=me, now=NOW)
        friendly.take_away(tx.connection, id, "complaint", staff_id=me, now=NOW + timedelta(days=42))
        assert remarks.good(tx.connection, id, now=NOW + timedelta(days=43)) == 0

    await engine.write(story)


@BOTH
async def test_a_check_answers_what_was_said_of_facts_and_not_how_somebody_was_received(engine: Database) -> None:
    def story(tx: Tx) -> None:
        id = listing(tx.connection, "Phòng khám Thử", "hiv_clinic", NOW)
        me = colleagues(tx)["maintainer"]
        (a,) = lanes(tx, 1)
        for what in remarks.COMPLAINTS:
            remarks.note(tx, a, id, what, now=NOW, policy=POLICY)
        told: dict[str, Any] = {"method": "call", "staff_id": me, "now": NOW, "policy": POLICY}
        remarks.checked(tx.connection, id, verification.BY_RINGING, **told)
        assert {one.what for one in remarks.waiting(tx.connection)} == {"address", "rude", "papers"}
        remarks.checked(tx.connection, id, verification.GROUPS, **told)
        assert {one.what for one in remarks.waiting(tx.connection)} == {"rude", "papers"}

    await engine.write(story)


@BOTH
async def test_a_ring_ends_no_review_of_how_somebody_was_received(engine: Database) -> None:
    """Requirement: three independent voices put a place under review; only a decision about them ends it."""

    def story(tx: Tx) -> None:
        id = listing(tx.connection, "Phòng khám Thử", "hiv_clinic", NOW)
        me = colleagues(tx)["maintainer"]
        ringing: dict[str, Any] = {"method": "call", "staff_id": me, "now": NOW, "policy": POLICY}
        for one in lanes(tx, 3):
            remarks.note(tx, one, id, "rude", now=NOW, policy=POLICY)
        assert is_under_review(tx, id)
        remarks.checked(tx.connection, id, verification.BY_RINGING, **ringing)
        assert is_under_review(tx, id), "who rings hears nothing of how people are received"
        assert replay(tx.connection, id) == stands(tx.connection, id)
        assert remarks.decide(tx, id, "rude", "dismissed", staff_id=me, now=NOW)
        assert not is_under_review(tx, id)
        for one in (1, 2, 3):
            remarks.note(tx, one, id, "phone", now=NOW, policy=POLICY)
        assert is_under_review(tx, id)
        remarks.checked(tx.connection, id, verification.BY_RINGING, **ringing)
        assert not is_under_review(tx, id), "that the number is right is heard by ringing"

    await engine.write(story)


@BOTH
async def test_a_new_place_is_kept_masked_and_sealed_and_its_words_go_when_it_was_dealt_with(engine: Database) -> None:
    def story(tx: Tx) -> None:
        me = colleagues(tx)["maintainer"]
        (a,) = lanes(tx, 1)
        words = mask("Phòng khám Hoa Mai quận 3, gọi 0912345678").text
        remarks.suggest(tx, a, words, province="79", now=NOW)
        remarks.suggest(tx, a, words, province="79", now=NOW)
        (told,) = remarks.suggestions(tx.connection, tx.seals)
        assert "Hoa Mai" in told.words and "0912345678" not in told.words and told.province == "79"
        assert b"Hoa Mai" not in tx.execute(select(remark.c.sealed)).scalar_one()
        assert "Hoa Mai" not in repr(told)
        assert remarks.drop(tx, told.id, staff_id=me, now=NOW)
        assert not remarks.drop(tx, told.id, staff_id=me, now=NOW)
        assert tx.execute(select(remark.c.sealed)).scalar_one() is None
        remarks.suggest(tx, a, words, province=None, now=NOW + timedelta(days=1))
        remarks.note(tx, a, "no-such-place", "phone", now=NOW, policy=POLICY)
        assert len(tx.execute(select(remark)).all()) == 2

    await engine.write(story)
    swept = await engine.write(lambda tx: retention.sweep(tx, now=NOW + timedelta(days=92), policy=POLICY))
    assert swept.rows >= 1


async def test_a_deed_of_no_known_kind_is_a_mistake_of_ours(db: Database) -> None:
    def story(tx: Tx) -> None:
        with pytest.raises(ValueError, match="gossip"):
            remarks.note(tx, 1, "x", "gossip", now=NOW, policy=POLICY)
        with pytest.raises(ValueError, match="perhaps"):
            remarks.decide(tx, "x", "phone", "perhaps", staff_id=1, now=NOW)

    await db.write(story)


async def test_what_is_said_of_a_listing_that_went_into_another_is_said_of_the_one_that_stays(db: Database) -> None:
    def story(tx: Tx) -> None:
        old, stays = (listing(tx.connection, f"Phòng khám {name}", "hiv_clinic", NOW) for name in ("Cũ", "Mới"))
        merging.merge(tx.connection, old, stays, staff_id=1, now=NOW)
        for one in lanes(tx, 3):
            remarks.note(tx, one, old, "phone", now=NOW, policy=POLICY)
        assert is_under_review(tx, stays) and not is_under_review(tx, old)
        with pytest.raises(editing.NotNow):
            remarks.checked(tx.connection, old, ("contact",), method="call", staff_id=1, now=NOW, policy=POLICY)

    await db.write(story)
