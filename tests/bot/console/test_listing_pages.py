"""Requirements 8, 9 and 10: a maintainer keeps the directory true in the console."""

from typing import Any

import pytest

from bot.db import Tx
from bot.keeping import remarks
from bot.policy import Policy
from directory import editing, verification
from tests.bot.console.conftest import Desk
from tests.bot.keeping.test_remarks import lanes

NEW: dict[str, Any] = {
    "service": "Phòng khám Mới (mẫu)",
    "organisation": "Tổ chức Mới (mẫu)",
    "kind": "hiv_clinic",
    "place": "quận Cầu Giấy, Hà Nội",
    "needs": "health.hiv_test",
    "phones": "0000 000 990",
    "hours": "mon-fri 08:00-17:00",
    "reception.vi": "Gọi bằng số thứ tự",
}


async def names(desk: Desk) -> set[str]:
    await desk.db.read(desk.keeper.refresh)
    return {one.service for one in desk.keeper.shelf}


async def test_a_new_place_is_written_checked_published_changed_and_taken_down(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    path, page = await desk.press(thu, "/console/new-listing", **NEW)
    assert path.endswith("said=proposed") and "nháp, chưa hiện" in page
    here = path.partition("?")[0]
    assert "Phòng khám Mới (mẫu)" not in await names(desk)
    _, page = await desk.press(thu, f"{here}/publish")
    assert "Chưa ai kiểm tra cách liên hệ" in page
    await desk.press(thu, f"{here}/verify", method="call")
    path, _ = await desk.press(thu, f"{here}/publish")
    assert path.endswith("said=published") and "Phòng khám Mới (mẫu)" in await names(desk)
    revision = (await (await thu.get(here)).text()).partition('name="revision" value="')[2].partition('"')[0]
    change = {**NEW, "service": "Phòng khám Mới Hơn (mẫu)", "revision": revision}
    path, _ = await desk.press(thu, here, **change)
    assert path.endswith("said=saved") and "Phòng khám Mới Hơn (mẫu)" in await names(desk)
    _, page = await desk.press(thu, here, **change)
    assert "Người khác vừa sửa nơi này" in page, "an old form overwrites nothing"
    path, _ = await desk.press(thu, f"{here}/withdraw")
    assert path.endswith("said=withdrawn") and "Phòng khám Mới Hơn (mẫu)" not in await names(desk)
    _, page = await desk.press(thu, f"{here}/restore")
    assert "Chờ đủ 24 giờ" in page
    desk.clock.pass_(hours=25)
    thu = await desk.as_("maintainer-1")
    path, _ = await desk.press(thu, f"{here}/restore")
    assert path.endswith("said=restored") and "Phòng khám Mới Hơn (mẫu)" in await names(desk)


async def test_all_mistakes_are_shown_at_once_and_nothing_typed_is_lost(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    wrong = {**NEW, "place": "đâu đó", "hours": "sáng", "phones": "0912 345 678", "reception.vi": "Rất tử tế"}
    path, page = await desk.press(thu, "/console/new-listing", **wrong)
    assert path == "/console/new-listing"
    assert "Chưa rõ nơi nào" in page and "Rất tử tế" in page and "0912 345 678" in page
    assert "chỉ dùng số 0000 000 NNN" in page and "Giờ viết như" in page
    for field in ("place", "hours", "phones"):  # the form is long: the sentence on top leads to each part
        assert f'<a href="#mistake-{field}">' in page and page.count(f'id="mistake-{field}"') == 1
        assert f'mistake-{field}" aria-invalid="true"' in page


async def test_hours_that_contradict_a_point_outside_and_foreign_numbers_are_named_field_by_field(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    for field, wrong in (
        ("hours", "mon 08:00-12:00; mon 11:00-13:00"),
        ("hours", "tue 09:00-09:00"),
        ("point", "10, 200"),
        ("point", "10.77, 106.69"),  # Sài Gòn, for a place in Hà Nội
        ("phones", "+1 202 555 0100"),
        ("phones", "12345"),
    ):
        _, page = await desk.press(thu, "/console/new-listing", **{**NEW, field: wrong})
        linked = {part.partition('"')[0] for part in page.split('href="#mistake-')[1:]}
        assert linked == {field}, wrong


async def test_the_list_is_found_by_words_and_read_by_everybody(desk: Desk) -> None:
    binh = await desk.as_("manager-1")
    page = await (await binh.get("/console/listings", params={"text": "cau giay"})).text()
    assert "(mẫu)" in page and "Nơi mới" not in page
    here = page.partition('href="/console/listings/')[2].partition('"')[0]
    one = await (await binh.get(f"/console/listings/{here}")).text()
    assert "readonly" in one and "Gỡ ngay" not in one
    assert (await desk.press(binh, f"/console/listings/{here}/withdraw"))[1].count("Vai của bạn không làm việc này")


async def test_a_group_of_peers_is_shown_when_it_has_agreed_and_taken_down_when_it_agrees_no_more(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    path, page = await desk.press(thu, "/console/new-listing", **{**NEW, "kind": "peer_group"})
    here = path.partition("?")[0]
    assert "phải đồng ý trước khi hiện" in page
    await desk.press(thu, f"{here}/verify", method="call")
    _, page = await desk.press(thu, f"{here}/publish")
    assert "Nơi này chưa đồng ý được nêu" in page and "Phòng khám Mới (mẫu)" not in await names(desk)
    path, page = await desk.press(thu, f"{here}/agreed", how="letter")
    assert path.endswith("said=agreed") and "thư hoặc tin nhắn, ngày 7/12" in page
    path, _ = await desk.press(thu, f"{here}/publish")
    assert path.endswith("said=published") and "Phòng khám Mới (mẫu)" in await names(desk)
    path, _ = await desk.press(thu, f"{here}/agrees-no-more")
    assert path.endswith("said=agreed_no_more") and "Phòng khám Mới (mẫu)" not in await names(desk)


async def test_a_peer_says_still_right_and_puts_a_note(desk: Desk) -> None:
    sen = await desk.as_("peer-1")
    page = await (await sen.get("/console/listings")).text()
    here = "/console/listings/" + page.partition('href="/console/listings/')[2].partition('"')[0]
    path, _ = await desk.press(sen, f"{here}/verify", method="peer")
    assert path.endswith("said=verified")
    days = {"starts_on": "2026-12-07", "ends_on": "2026-12-09"}
    path, _ = await desk.press(sen, f"{here}/notice", notice="đóng cửa đến 9/12", **days)
    assert path.endswith("said=noticed")
    _, page = await desk.press(sen, f"{here}/notice", notice="x", starts_on="mai", ends_on="")
    assert "Ngày cuối phải sau ngày đầu" in page


async def test_what_a_person_said_is_wrong_stands_on_top(desk: Desk) -> None:
    await desk.db.read(desk.keeper.refresh)
    last = sorted(one.id for one in desk.keeper.shelf)[-1]
    await desk.db.write(lambda tx: verification.report_wrong(tx.connection, last, now=desk.clock.now()))
    thu = await desk.as_("maintainer-1")
    page = await (await thu.get("/console/listings")).text()
    assert page.partition('href="/console/listings/')[2].startswith(last)
    _, page = await desk.press(thu, f"/console/listings/{last}/verify", method="visit")
    assert 'class="tag now"' not in page


@pytest.mark.parametrize("name", ["peer-1", "maintainer-1"])
async def test_a_review_for_being_treated_badly_stays_until_somebody_decides(desk: Desk, name: str) -> None:
    await desk.db.read(desk.keeper.refresh)
    last, now = sorted(one.id for one in desk.keeper.shelf)[-1], desk.clock.now()

    def told(tx: Tx) -> None:
        for one in lanes(tx, 3):
            remarks.note(tx, one, last, "rude", now=now, policy=Policy())

    async def is_under_review() -> bool:
        known = await desk.db.read(lambda connection: editing.look_up(connection, last))
        assert known is not None
        return known.is_under_review

    await desk.db.write(told)
    here = f"/console/listings/{last}"
    path, _ = await desk.press(await desk.as_(name), f"{here}/verify", method="call")
    assert path.endswith("said=verified") and await is_under_review()
    thu = await desk.as_("maintainer-1")
    await desk.press(thu, f"/console/to-do/{last}/decide", what="rude", verdict="confirmed")
    await desk.press(thu, f"{here}/verify", method="visit")
    assert not await is_under_review()
