"""Colleagues find what is for them only: in the list, on its page, and tonight in their provinces."""

import pytest

from bot.db import Tx
from directory import editing, verification
from tests.bot.console.conftest import Desk
from tests.bot.console.test_listing_matrix import stay_in
from tests.bot.console.test_listing_pages import NEW, names

NAME = "Quầy Canary (mẫu)"


@pytest.mark.parametrize("role", ["worker", "peer", "supervisor"])
async def test_it_stands_on_the_page_of_tonight_and_in_the_list_and_is_told_to_no_person(desk: Desk, role: str) -> None:
    thu = await desk.as_("maintainer-1")
    path, _ = await desk.press(thu, "/console/new-listing", **{**NEW, "service": NAME, "is_staff_only": "yes"})
    here = path.partition("?")[0]
    await desk.press(thu, f"{here}/verify", method="call")
    path, page = await desk.press(thu, f"{here}/publish")
    assert path.endswith("said=published") and "Chỉ cho đồng nghiệp</span>" in page
    assert NAME not in await names(desk)
    await stay_in(desk, f"{role}-1", "01")
    browser = await desk.as_(f"{role}-1")
    tonight = await (await browser.get("/console/tonight")).text()
    assert NAME in tonight and "0000 000 990" in tonight and "Không gửi cho người dùng" in tonight
    listed = await (await browser.get("/console/listings", params={"text": "quay canary"})).text()
    assert NAME in listed and "Chỉ cho đồng nghiệp</span>" in listed
    await stay_in(desk, f"{role}-1", "79")
    assert NAME not in await (await (await desk.as_(f"{role}-1")).get("/console/tonight")).text()


async def test_a_save_that_says_nothing_of_it_is_a_form_with_the_box_empty(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    path, _ = await desk.press(thu, "/console/new-listing", **{**NEW, "service": NAME, "is_staff_only": "yes"})
    here = path.partition("?")[0]

    def check(tx: Tx) -> bool:
        known = editing.look_up(tx.connection, here.rpartition("/")[2])
        assert known is not None and not verification.checks(tx.connection, known.id)
        return known.draft.is_staff_only

    assert await desk.db.write(check)
    page = await (await thu.get(here)).text()
    assert 'name="is_staff_only" value="yes" aria-describedby="hint-is_staff_only" checked' in page
    revision = page.partition('name="revision" value="')[2].partition('"')[0]
    await desk.press(thu, here, **{**NEW, "service": NAME, "revision": revision})
    assert not await desk.db.write(check)


async def test_a_police_station_is_for_colleagues_whatever_is_ticked_and_may_name_no_need(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    told = {name: value for name, value in {**NEW, "service": NAME, "kind": "police"}.items() if name != "needs"}
    _, page = await desk.press(thu, "/console/new-listing", **told)
    assert "Loại này chỉ cho đồng nghiệp" in page and "Chọn ít nhất một nhu cầu" in page
    path, _ = await desk.press(thu, "/console/new-listing", **told, is_staff_only="yes")
    here = path.partition("?")[0]
    await desk.press(thu, f"{here}/verify", method="call")
    path, _ = await desk.press(thu, f"{here}/publish")
    assert path.endswith("said=published") and NAME not in await names(desk)
    await stay_in(desk, "worker-1", "01")
    tonight = await (await (await desk.as_("worker-1")).get("/console/tonight")).text()
    assert NAME in tonight and "<p>• </p>" not in tonight
    page = await (await thu.get(here)).text()
    revision = page.partition('name="revision" value="')[2].partition('"')[0]
    _, page = await desk.press(thu, here, **told, revision=revision)
    assert "Loại này chỉ cho đồng nghiệp" in page and NAME not in await names(desk)
