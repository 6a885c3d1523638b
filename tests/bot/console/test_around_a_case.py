"""The pages around a case: consent, notes, company, tonight, peers, blocks, and what was handed over."""

from datetime import timedelta

from bot.console.pages import doable
from bot.db import Tx
from bot.helpline import cases, consents, entrusting, guards
from bot.helpline.consents import ConsentTo
from bot.tables import accompaniment, audit, block, event, guard, handover_note, outbox, tonight_contact
from directory import needs
from directory.wording import HCMC
from tests.bot.console.conftest import Browser, Desk


async def taken(desk: Desk, who: str = "worker-1") -> tuple[int, Browser]:
    case_id = await desk.report()
    browser = await desk.as_(who)
    await desk.press(browser, f"/console/cases/{case_id}/take")
    return case_id, browser


async def test_only_the_owner_sees_what_was_handed_over_and_the_look_is_written_down(desk: Desk) -> None:
    case_id, lan = await taken(desk)

    def hand(tx: Tx) -> None:
        known = cases.get(tx.connection, case_id)
        assert known is not None
        entrusting.keep(tx, known, [("place", "nhà nghỉ Sen phòng 12")], now=desk.clock.now())
        entrusting.agree(tx, known, now=desk.clock.now())

    await desk.db.write(hand)
    page = await (await lan.get(f"/console/cases/{case_id}")).text()
    assert "nhà nghỉ Sen phòng 12" in page
    minh = await desk.as_("supervisor-1")
    other = await (await minh.get(f"/console/cases/{case_id}")).text()
    assert "nó đánh em" in other and "phòng 12" not in other
    assert await desk.count(audit, audit.c.deed == "read_entrusted") == 1


async def test_the_page_warns_that_somebody_else_may_hold_the_phone(desk: Desk) -> None:
    case_id, lan = await taken(desk)
    await desk.db.write(lambda tx: guards.go_neutral(tx, 1, now=desk.clock.now()))
    page = await (await lan.get(f"/console/cases/{case_id}")).text()
    assert "Có thể người khác đang cầm máy" in page


async def test_the_colleague_says_who_holds_the_phone_and_what_waits_comes_after_her_tap(desk: Desk) -> None:
    case_id, lan = await taken(desk)
    here, now = f"/console/cases/{case_id}", desk.clock.now()
    _, page = await desk.press(lan, f"{here}/other-hands")
    assert "Có thể người khác đang cầm máy. Tin của bạn được giữ lại" in page
    told = await desk.count(outbox, outbox.c.lane_id == 1)
    await desk.press(lan, f"{here}/reply", text="em ơi chị tới")
    assert await desk.count(outbox, outbox.c.lane_id == 1) == told, "nothing of the case goes there"
    mai = await desk.as_("worker-2")
    await desk.press(mai, f"{here}/herself")
    assert await desk.count(guard, guard.c.state == "neutral") == 1, "only whoever has the case"
    _, page = await desk.press(lan, f"{here}/herself")
    assert "sau khi người ấy bấm" in page and "Đang hỏi người ấy" in page
    assert await desk.count(guard, guard.c.state == "asking") == 1
    assert await desk.count(outbox, outbox.c.lane_id == 1) == told + 1, "the question, and not yet the words"
    _, page = await desk.press(lan, f"{here}/herself")
    assert "Không đổi gì" in page
    assert await desk.count(audit, audit.c.deed.in_(("other_hands", "surely_herself"))) == 2

    def with_a_word(tx: Tx) -> None:
        guards.open_again(tx, 1, now=now)
        guards.agree_word(tx, 1, "hoa phượng", now=now)
        guards.go_neutral(tx, 1, now=now)

    await desk.db.write(with_a_word)
    _, page = await desk.press(lan, f"{here}/herself")
    assert await desk.count(guard, guard.c.state == "neutral") == 1, "where a word was agreed only that leads back"


async def test_asking_sharing_notes_company_and_one_tap_for_a_joke(desk: Desk) -> None:
    case_id, lan = await taken(desk)
    here = f"/console/cases/{case_id}"
    place = next(one.id for one in desk.keeper.shelf if not one.is_sealed)
    _, page = await desk.press(lan, f"{here}/ask", purpose="share", partner=place)
    assert "Chưa trả lời thì coi như không" in page
    _, page = await desk.press(lan, f"{here}/share", purpose="share", partner=place)
    assert "Chưa có đồng ý" in page
    now = desk.clock.now()
    await desk.db.write(lambda tx: consents.give(tx, case_id, ConsentTo.SHARE, "t", now=now, partner_id=place))
    _, page = await desk.press(lan, f"{here}/share", purpose="share", partner=place)
    assert "Đã ghi việc chia sẻ" in page
    _, page = await desk.press(lan, f"{here}/note", tick="hurt", note="đau tay")
    assert "Chữ không được giữ" in page and "Bị thương" in page
    assert await desk.count(handover_note, handover_note.c.sealed.is_not(None)) == 0
    _, page = await desk.press(lan, f"{here}/company", place=place)
    assert "chọn ngày giờ" in page, "a peer cannot promise some time"
    soon = (now.astimezone(HCMC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    _, page = await desk.press(lan, f"{here}/company", place=place, when=soon)
    assert "Chưa có đồng ý" in page
    await desk.db.write(lambda tx: consents.give(tx, case_id, ConsentTo.ACCOMPANY, "t", now=now))
    await desk.press(lan, f"{here}/company", place=place, when=soon)
    sen = await desk.as_("peer-1")
    page = await (await sen.get("/console/peers")).text()
    assert "Tôi đi cùng" in page and "nó đánh em" not in page
    asked = (await desk.db.read(lambda connection: connection.execute(accompaniment.select()).one())).when_at
    assert asked.astimezone(HCMC).strftime("%Y-%m-%dT%H:%M") == soon and soon[-5:] in page
    number = (await desk.db.read(lambda connection: connection.execute(accompaniment.select()).one())).id
    _, page = await desk.press(sen, f"/console/peers/{number}/take")
    assert "người ấy đã được báo" in page
    _, page = await desk.press(sen, f"/console/peers/{number}/finish", state="done")
    assert "Đã lưu" in page
    page = await (await lan.get(here)).text()
    assert "bạn Sen (mẫu) đã đi cùng." in page
    later = (now.astimezone(HCMC) + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    for _ in range(2):
        _, page = await desk.press(lan, f"{here}/company", place=place, when=later)
    assert page.count("Chưa ai nhận.") == 1 == await desk.count(accompaniment, accompaniment.c.state == "wanted")
    _, page = await desk.press(sen, f"/console/peers/{number + 1}/take")
    _, page = await desk.press(lan, f"{here}/company/{number + 1}/off")
    assert "Không ai tới chỗ hẹn" in page and "Không có ai đi cùng." in page
    assert "Tôi đi cùng" not in await (await sen.get("/console/peers")).text()
    await desk.press(lan, f"{here}/hoax")
    closed = await desk.db.read(lambda connection: cases.get(connection, case_id))
    assert closed is not None and closed.outcome == "hoax"


async def test_a_peer_finds_the_notices_of_the_groups_from_the_own_page(desk: Desk) -> None:
    sen = await desk.as_("peer-1")
    page = await (await sen.get("/console/peers")).text()
    group = next(one for one in desk.keeper.shelf if f"/console/listings/{one.id}#put-notice" in page)
    assert group.kind in ("peer_group", "peer_club") and group.service in page
    form = await (await sen.get(f"/console/listings/{group.id}")).text()
    assert 'id="put-notice"' in form and f"/console/listings/{group.id}/notice" in form


async def test_contacts_made_are_a_number_and_nothing_else(desk: Desk) -> None:
    sen = await desk.as_("peer-1")
    _, page = await desk.press(sen, "/console/peers/contacts", n="7", province="01")
    assert "Đã lưu" in page
    assert await desk.count(event, event.c.kind == "contact_made", event.c.n == 7) == 1
    _, page = await desk.press(sen, "/console/peers/contacts", n="7000", province="01")
    assert "Chưa lưu" in page
    _, page = await desk.press(sen, "/console/peers/contacts", n="7", province="02")
    assert "Chưa lưu" in page


async def test_tonight_shows_contacts_of_the_own_provinces_and_room_in_shelters(desk: Desk) -> None:
    lan = await desk.as_("worker-1")
    _, page = await desk.press(
        lan, "/console/tonight/contacts", province="01", kind="transport", text="tiền xe: chị Hai (mẫu)"
    )
    assert "tiền xe: chị Hai (mẫu)" in page
    raw = await desk.db.read(lambda connection: connection.execute(tonight_contact.select()).one())
    assert b"Hai" not in raw.sealed
    _, page = await desk.press(lan, "/console/tonight/contacts", province="02", kind="transport", text="x")
    assert "Chưa lưu" in page
    shelter = next((one.id for one in desk.keeper.shelf if one.kind == "shelter"), None)
    assert shelter is not None
    _, page = await desk.press(lan, f"/console/tonight/rooms/{shelter}", state="full", hours="12")
    assert "Hết chỗ" in page
    _, page = await desk.press(lan, f"/console/tonight/contacts/{raw.id}/remove")
    assert "chị Hai" not in page


async def test_a_long_block_waits_for_somebody_else(desk: Desk) -> None:
    case_id, lan = await taken(desk)
    _, page = await desk.press(lan, f"/console/cases/{case_id}/keep-out", hours="720")
    assert "Đang chờ người thứ hai" in page
    minh = await desk.as_("supervisor-1")
    page = await (await minh.get("/console/tonight")).text()
    assert "Tạm ngăn 720 giờ" in page
    number = (await desk.db.read(lambda connection: connection.execute(block.select()).one())).id
    _, page = await desk.press(minh, f"/console/tonight/blocks/{number}/confirm")
    assert "Đã xác nhận" in page
    assert await desk.count(block, block.c.until.is_not(None)) == 1


async def test_tonight_says_what_can_be_done_now_in_the_own_provinces(desk: Desk) -> None:
    """What is open at this minute for what does not wait, and numbers that answer; a full shelter is not named."""
    lan = await desk.as_("worker-1")
    page = (await (await lan.get("/console/tonight")).text()).partition('id="h-doable"')[2].partition("</section>")[0]
    now, member = desk.clock.now(), await desk.member("worker-1")
    for need in doable.NEEDS:
        assert needs.label(need, "vi") in page
        there = [one for one in desk.keeper.shelf if need in one.needs and one.province in member.provinces]
        is_open = {one.service for one in there if one.opening(now).state == "open"}
        others = {one.service for one in there} - is_open
        part = page.partition(needs.label(need, "vi"))[2].partition("<h3>")[0]
        assert sum(name in part for name in is_open) == min(len(is_open), doable.MOST), need
        assert not [name for name in others if f"{name}<" in part], need
        assert is_open or "Lúc này không có nơi nào mở" in part
    assert "115" in page
    shelter = next(one for one in desk.keeper.shelf if one.kind == "shelter" and one.province in member.provinces)
    await desk.press(lan, f"/console/tonight/rooms/{shelter.id}", state="full", hours="12")
    page = (await (await lan.get("/console/tonight")).text()).partition('id="h-doable"')[2].partition("</section>")[0]
    assert shelter.service not in page
