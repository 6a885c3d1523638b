"""What a colleague sees of the own words on their way, and sentences of the house that two stand behind."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.db import Tx
from bot.helpline import cases, delivery, guards, relay
from bot.helpline.delivery import Delivery
from bot.tables import canned_reply, lane, outbox, transcript, webchat_frame, webchat_session
from tests.bot.console.conftest import Desk
from tests.bot.console.test_around_a_case import taken


async def test_each_line_shows_how_far_it_has_come(desk: Desk) -> None:
    case_id, lan = await taken(desk)
    here = f"/console/cases/{case_id}"
    _, page = await desk.press(lan, f"{here}/reply", text="chị đây")
    assert "đang gửi" in page

    def row(tx: Tx) -> str:
        return str(tx.execute(select(transcript.c.outbox_key).where(transcript.c.direction == "worker")).scalar_one())

    key = await desk.db.write(row)
    mine = outbox.c.key == key
    await desk.db.write(lambda tx: tx.execute(update(outbox).where(mine).values(state="failed")))
    assert "không gửi được" in await (await lan.get(here)).text()
    await desk.db.write(lambda tx: tx.execute(delete(outbox).where(mine)))
    page = await (await lan.get(here)).text()
    assert "đã gửi" in page and "đã hiện trên máy" not in page

    def shown(tx: Tx) -> None:
        now = desk.clock.now()
        session = {"id": "s", "browser_hash": "b", "key_id": "k", "next_seq": 3, "acked_seq": 2, "last_at": now}
        tx.execute(insert(webchat_session).values(**session, forget_at=now))
        frame = {"session_id": "s", "seq": 2, "key": key, "sealed": b"x", "at": now, "forget_at": now}
        tx.execute(insert(webchat_frame).values(**frame))

    await desk.db.write(shown)
    assert "đã hiện trên máy" in await (await lan.get(here)).text()


async def test_words_that_wait_for_her_are_marked_so_and_followed_once_they_go(desk: Desk) -> None:
    case_id, lan = await taken(desk)
    now = desk.clock.now()
    await desk.db.write(lambda tx: guards.go_neutral(tx, 1, now=now))
    _, page = await desk.press(lan, f"/console/cases/{case_id}/reply", text="chị đây")
    assert "chờ người ấy nói chuyện được" in page

    def open_again(tx: Tx) -> None:
        guards.open_again(tx, 1, now=now)
        known = cases.get(tx.connection, case_id)
        assert known is not None
        relay.bring_unshown(tx, 1, now=now)
        assert list(delivery.of_case(tx.connection, known, now).values()) == [Delivery.WAITING]
        sent = select(outbox.c.key)
        tx.execute(delete(outbox).where(outbox.c.key.in_(sent)))
        long_after = now + timedelta(days=4)
        assert delivery.of_case(tx.connection, known, long_after) == {}, "later nobody can tell"

    await desk.db.write(open_again)


async def test_the_window_of_the_network_and_a_person_who_left_are_shown(desk: Desk) -> None:
    case_id, lan = await taken(desk)

    def look(tx: Tx) -> None:
        known = cases.get(tx.connection, case_id)
        assert known is not None
        windows = {("fake", "1"): timedelta(hours=48)}
        until = delivery.can_answer_until(tx.connection, known, windows)
        assert until == desk.clock.now() + timedelta(hours=48)
        assert delivery.can_answer_until(tx.connection, known, {}) is None
        tx.execute(update(lane).where(lane.c.id == 1).values(stopped_at=desk.clock.now()))

    await desk.db.write(look)
    assert "đã chặn hoặc rời kênh" in await (await lan.get(f"/console/cases/{case_id}")).text()


async def test_a_sentence_is_sent_only_after_another_colleague_approved_it(desk: Desk) -> None:
    case_id, lan = await taken(desk)
    here = f"/console/cases/{case_id}"
    _, page = await desk.press(lan, "/console/replies", sentence="Chị đang ở đây với em.")
    assert "chờ duyệt" in page
    number = str(await desk.db.read(lambda connection: connection.execute(select(canned_reply.c.id)).scalar_one()))
    await desk.press(lan, f"{here}/reply", canned=number)
    assert await desk.count(transcript, transcript.c.direction == "worker") == 0, "not approved yet"
    page = await (await lan.get(here)).text()
    assert "Gửi cho" not in page
    head = await desk.as_("supervisor-1")
    _, page = await desk.press(head, f"/console/replies/{number}/approve")
    assert "Đã duyệt." in page
    page = await (await lan.get(here)).text()
    assert "Chị đang ở đây với em." in page and "Gửi cho" in page
    await desk.press(lan, f"{here}/reply", canned=number)
    assert await desk.count(transcript, transcript.c.direction == "worker") == 1
    await desk.press(head, f"/console/replies/{number}/withdraw")
    desk.clock.pass_(minutes=1)
    await desk.press(lan, f"{here}/reply", canned=number)
    assert await desk.count(transcript, transcript.c.direction == "worker") == 1


async def test_nobody_approves_the_own_sentence_and_the_database_says_so_too(desk: Desk) -> None:
    head = await desk.as_("supervisor-1")
    _, page = await desk.press(head, "/console/replies", sentence="Mình nghe bạn.")
    number = await desk.db.read(lambda connection: connection.execute(select(canned_reply.c.id)).scalar_one())
    _, page = await desk.press(head, f"/console/replies/{number}/approve")
    assert "người khác duyệt" in page
    me = (await desk.member("supervisor-1")).id

    def force(tx: Tx) -> None:
        tx.execute(update(canned_reply).values(state="approved", approved_by=me))

    with pytest.raises(IntegrityError):
        await desk.db.write(force)


async def test_a_sentence_with_somebodys_number_is_refused(desk: Desk) -> None:
    lan = await desk.as_("worker-1")
    _, page = await desk.press(lan, "/console/replies", sentence="Gọi chị 0912 345 678 nhé")
    assert "số hay địa chỉ riêng" in page
    count = select(func.count()).select_from(canned_reply)
    assert await desk.db.read(lambda connection: connection.execute(count).scalar_one()) == 0


async def test_a_ready_sentence_never_goes_into_a_case_of_somebody_else(desk: Desk) -> None:
    case_id, _lan = await taken(desk)
    lan_id, head_id = (await desk.member("worker-1")).id, (await desk.member("supervisor-1")).id
    row = {"sentence": "Chị đây.", "state": "approved", "proposed_by": lan_id, "approved_by": head_id}
    await desk.db.write(lambda tx: tx.execute(insert(canned_reply).values(**row, at=desk.clock.now())))
    other = await desk.as_("worker-2")
    await desk.press(other, f"/console/cases/{case_id}/reply", canned="1")
    assert await desk.count(transcript, transcript.c.direction == "worker") == 0
