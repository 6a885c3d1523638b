"""From the alarm to the outcome, as a colleague does it in the console."""

from sqlalchemy import select

from bot import audit
from bot.outbox import unpack
from bot.seals import KeyId
from bot.tables import audit as audit_table
from bot.tables import case, outbox, referral, transcript
from tests.bot.console.conftest import Desk


async def said_to_person(desk: Desk) -> str:
    """Everything that waits in the outbox for the person."""
    rows = await desk.db.read(
        lambda connection: connection.execute(select(outbox).where(outbox.c.lane_id.is_not(None))).all()
    )
    opened = [
        unpack(desk.db.seals.open_with(KeyId(row.key_id), row.sealed, about=f"outbox:{row.key}")).text for row in rows
    ]
    return "\n".join(opened)


async def test_a_worker_takes_reads_answers_refers_and_closes(desk: Desk) -> None:
    case_id = await desk.report("nó đánh em, em sợ lắm")
    lan = await desk.as_("worker-1")
    here = f"/console/cases/{case_id}"
    board = await (await lan.get("/console/cases")).text()
    assert "Tôi nhận" in board and "nó đánh em" not in board
    before = await (await lan.get(here)).text()
    assert "nó đánh em" not in before, "words are read only by who has taken the case"
    path, page = await desk.press(lan, f"{here}/take")
    assert path == f"{here}?said=taken" and "nó đánh em, em sợ lắm" in page
    await desk.press(lan, f"{here}/reply", text="Chị đây. Em đang ở chỗ an toàn chưa?")
    assert "Chị đây. Em đang ở chỗ an toàn chưa?" in await said_to_person(desk)
    found = await (await lan.get(here, params={"find": "trợ giúp pháp lý ở hà nội"})).text()
    listing = found.partition('name="listing" value="')[2].partition('"')[0]
    path, page = await desk.press(lan, f"{here}/refer", first=listing)
    assert path.endswith("said=offered") and "Đã hỏi người ấy" in page and "muốn nhận mã" in await said_to_person(desk)
    assert await desk.count(referral, referral.c.state == "offered") == 1
    await desk.press(lan, f"{here}/referrals/1", state="declined")
    path, page = await desk.press(lan, f"{here}/refer", listing=listing)
    assert path.endswith("said=referred") and await desk.count(referral, referral.c.state == "sent") == 1
    assert "Mã của bạn" in await said_to_person(desk)
    number = page.partition(f"{here}/referrals/")[2].partition('"')[0]
    path, _ = await desk.press(lan, f"{here}/referrals/{number}", state="attended")
    assert path.endswith("said=marked")
    for none in ({}, {"outcome": ""}, {"outcome": "no_such"}, {"outcome": "erased"}, {"outcome": "recalled"}):
        path, _ = await desk.press(lan, f"{here}/close", **none)
        assert path.endswith("said=empty") and await desk.count(case, case.c.state == "closed") == 0
    path, _ = await desk.press(lan, f"{here}/close", outcome="referred_legal", barrier="distance")
    assert path == "/console/cases?said=closed"
    assert await desk.count(case, case.c.state == "closed", case.c.outcome == "referred_legal") == 1


async def test_a_colleague_who_names_a_kind_is_shown_that_kind_and_no_need_of_the_case(desk: Desk) -> None:
    case_id = await desk.report("nó đánh em ở cầu giấy, em sợ lắm")
    lan = await desk.as_("worker-1")
    here = f"/console/cases/{case_id}"
    await desk.press(lan, f"{here}/take")
    hospitals = await (await lan.get(here, params={"find": "bệnh viện ở ba đình"})).text()
    assert "Bệnh viện Mái Ấm (mẫu)" in hospitals and "Trạm y tế Con Đường (mẫu)" not in hospitals
    pharmacies = await (await lan.get(here, params={"find": "nhà thuốc"})).text()
    assert 'name="listing" value="' not in pharmacies, "none is known, and nothing else is shown in its place"


async def test_the_second_worker_learns_kindly_who_was_first(desk: Desk) -> None:
    case_id = await desk.report()
    lan, mai = await desk.as_("worker-1"), await desk.as_("worker-2")
    await desk.press(lan, f"/console/cases/{case_id}/take")
    _, page = await desk.press(mai, f"/console/cases/{case_id}/take")
    assert "chị Lan (mẫu) đã nhận trước rồi" in page and "nó đánh em" not in page
    assert "chị Lan (mẫu) đã nhận trước rồi" in await (await mai.get(f"/console/cases/{case_id}")).text()


async def test_reading_is_written_down_once_a_visit(desk: Desk) -> None:
    case_id = await desk.report()
    lan = await desk.as_("worker-1")
    read = (audit_table.c.deed == "read_words", audit_table.c.subject == f"case:{case_id}")
    await lan.get(f"/console/cases/{case_id}")
    assert await desk.count(audit_table, *read) == 0, "nothing was read before the case was taken"
    await desk.press(lan, f"/console/cases/{case_id}/take")
    for _ in range(3):
        await lan.get(f"/console/cases/{case_id}", params={"part": "1"})
    assert await desk.count(audit_table, *read) == 1
    desk.clock.pass_(minutes=16)
    await lan.get(f"/console/cases/{case_id}")
    assert await desk.count(audit_table, *read) == 2
    assert await desk.db.read(lambda c: audit.verify(c, desk.db.seals)) is None


async def test_the_same_answer_pressed_twice_is_sent_once(desk: Desk) -> None:
    case_id = await desk.report()
    lan = await desk.as_("worker-1")
    await desk.press(lan, f"/console/cases/{case_id}/take")
    for _ in range(2):
        await desk.press(lan, f"/console/cases/{case_id}/reply", text="Em gọi chị nhé, số 0912 345 678")
    assert await desk.count(transcript, transcript.c.direction == "worker") == 1
    assert "0912" not in await said_to_person(desk)


async def test_a_colleague_without_the_case_can_do_nothing_to_it(desk: Desk) -> None:
    case_id = await desk.report()
    lan, mai = await desk.as_("worker-1"), await desk.as_("worker-2")
    await desk.press(lan, f"/console/cases/{case_id}/take")
    for deed, fields in (("reply", {"text": "a"}), ("hand-back", {}), ("close", {"outcome": "safe"}), ("hold", {})):
        _, page = await desk.press(mai, f"/console/cases/{case_id}/{deed}", **fields)
        assert "nó đánh em" not in page
    assert await desk.count(case, case.c.state == "taken") == 1
    assert await desk.count(transcript, transcript.c.direction == "worker") == 0


async def test_a_supervisor_may_read_and_close_a_case_of_the_centre(desk: Desk) -> None:
    case_id = await desk.report()
    lan, minh = await desk.as_("worker-1"), await desk.as_("supervisor-1")
    await desk.press(lan, f"/console/cases/{case_id}/take")
    assert "nó đánh em" in await (await minh.get(f"/console/cases/{case_id}")).text()
    path, _ = await desk.press(minh, f"/console/cases/{case_id}/close", outcome="safe")
    assert path == "/console/cases?said=closed"
    assert await desk.count(case, case.c.state == "closed") == 1


async def test_hold_hand_over_and_hand_back_move_the_case_on(desk: Desk) -> None:
    case_id = await desk.report()
    lan, mai = await desk.as_("worker-1"), await desk.as_("worker-2")
    here = f"/console/cases/{case_id}"
    await desk.press(lan, f"{here}/take")
    path, page = await desk.press(lan, f"{here}/hold", hours="2")
    assert path == f"{here}?said=write_first" and "viết cho người ấy một dòng" in page, "danger now: not before a line"
    form = page.partition("/hold")[2].partition("</form>")[0]
    assert 'value="2"' in form and 'value="4"' not in form
    await desk.press(lan, f"{here}/reply", text="em đợi chị nhé")
    assert (await desk.press(lan, f"{here}/hold", hours="2"))[0] == "/console/cases?said=held"
    await desk.press(lan, f"{here}/take")
    to = (await desk.member("worker-2")).id
    assert (await desk.press(lan, f"{here}/hand-over", to=str(to)))[0] == "/console/cases?said=handed_over"
    assert "chị Mai (mẫu) đang được mời nhận ca này" in await (await lan.get(here)).text(), "nobody has taken it yet"
    assert (await lan.get(here, params={"part": "1"})).status == 404, "an open page is emptied, nothing is put into it"
    _, page = await desk.press(mai, f"{here}/take")
    assert "nó đánh em" in page
    assert "chị Mai (mẫu) đã nhận trước rồi" in await (await lan.get(here)).text()
    assert (await lan.get(here, params={"part": "1"})).status == 404
    assert (await desk.press(mai, f"{here}/hand-back"))[0] == "/console/cases?said=handed_back"
    assert await desk.count(case, case.c.state == "waiting") == 1


async def test_words_are_shown_as_words_never_as_page(desk: Desk) -> None:
    case_id = await desk.report("<script>alert(1)</script> ⟦phone⟧")
    lan = await desk.as_("worker-1")
    _, page = await desk.press(lan, f"/console/cases/{case_id}/take")
    assert "<script>alert" not in page and "&lt;script&gt;" in page and "[số điện thoại đã che]" in page
