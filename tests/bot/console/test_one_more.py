"""A service gets one more place in the console; what is shared is written once and where one may."""

from typing import Any

import pytest
from sqlalchemy import func, select

from bot.staff import ROLES
from directory import editing
from directory.tables import service
from tests.bot.console.conftest import Desk
from tests.bot.console.test_listing_matrix import stay_in
from tests.bot.console.test_listing_pages import NEW
from tests.bot.console.test_own_group import known_at

HERE: dict[str, Any] = {"place": "quận Đống Đa, Hà Nội", "phones": "0000 000 993", "hours": "sat 08:00-11:00"}
FAR = "quận 3, Thành phố Hồ Chí Minh"


async def first(desk: Desk) -> str:
    thu = await desk.as_("maintainer-1")
    path, _ = await desk.press(thu, "/console/new-listing", **NEW)
    return path.partition("?")[0]


async def services(desk: Desk) -> int:
    return int(await desk.db.read(lambda one: one.execute(select(func.count()).select_from(service)).scalar_one()))


async def test_one_more_place_is_written_below_the_name_of_the_service(desk: Desk) -> None:
    here, thu = await first(desk), await desk.as_("maintainer-1")
    before = await services(desk)
    page = await (await thu.get(here)).text()
    assert f'href="{here}/one-more">Một nơi nữa của dịch vụ này</a>' in page and 'id="elsewhere"' not in page
    page = await (await thu.get(f"{here}/one-more")).text()
    assert 'name="place"' in page and 'name="service"' not in page and 'name="needs"' not in page
    path, page = await desk.press(thu, f"{here}/one-more", **HERE)
    assert path.endswith("said=proposed") and f'<li><a href="{here}">quận Cầu Giấy, Hà Nội</a></li>' in page
    one, other = await known_at(desk, here), await known_at(desk, path.partition("?")[0])
    assert one.service_id == other.service_id and await services(desk) == before
    assert editing.shared(one.draft) == editing.shared(other.draft)
    assert other.draft.phones == ("0000 000 993",) and one.draft.phones == ("0000 000 990",) and other.state == "draft"


async def test_mistakes_are_shown_in_the_form_and_nothing_is_written(desk: Desk) -> None:
    here, thu = await first(desk), await desk.as_("maintainer-1")
    path, page = await desk.press(thu, f"{here}/one-more", **{**HERE, "phones": "0912 345 678"})
    assert path == f"{here}/one-more" and "chỉ dùng số 0000 000 NNN" in page and "0912 345 678" in page
    of = (await known_at(desk, here)).service_id
    assert await desk.db.read(lambda one: editing.places_of(one, of)) == (here.rpartition("/")[2],)


async def test_a_maintainer_adds_places_in_the_own_provinces_and_renames_no_far_one(desk: Desk) -> None:
    here = await first(desk)
    thu = await desk.as_("maintainer-1")
    path, _ = await desk.press(thu, f"{here}/one-more", **{**HERE, "place": FAR})
    assert path.endswith("said=proposed")
    await stay_in(desk, "maintainer-1", "01")
    thu = await desk.as_("maintainer-1")
    _, page = await desk.press(thu, f"{here}/one-more", **{**HERE, "place": FAR})
    assert "Vai của bạn không làm việc này" in page
    renamed = {**NEW, "service": "Phòng khám Tên Khác (mẫu)", "revision": "1"}
    _, page = await desk.press(thu, here, **renamed)
    assert "còn ở tỉnh không thuộc phần bạn" in page
    assert (await known_at(desk, here)).draft.service == NEW["service"]
    path, _ = await desk.press(thu, here, **{**NEW, "phones": "0000 000 994", "revision": "1"})
    assert path.endswith("said=saved"), "what is the place's own is changed as ever"


@pytest.mark.parametrize("role", [one for one in ROLES if one != "maintainer"])
async def test_nobody_else_is_offered_one_more_place(desk: Desk, role: str) -> None:
    here = await first(desk)
    browser = await desk.as_(f"{role}-1")
    assert "one-more" not in await (await browser.get(here)).text()
    assert (await browser.get(f"{here}/one-more")).status == 403


async def test_taking_a_change_back_moves_no_listing_where_one_may_not_write(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    path, _ = await desk.press(thu, "/console/new-listing", **{**NEW, "place": FAR})
    here = path.partition("?")[0]
    path, _ = await desk.press(thu, here, **{**NEW, "revision": "1"})
    assert path.endswith("said=saved") and (await known_at(desk, here)).province == "01"
    changes = await desk.db.read(lambda one: editing.history(one, here.rpartition("/")[2]))
    seq = str(next(one.seq for one in changes if one.deed == "save"))
    await stay_in(desk, "maintainer-1", "01")
    thu = await desk.as_("maintainer-1")
    for only in ("", "place"):
        path, page = await desk.press(thu, f"{here}/revert", seq=seq, revision="2", only=only)
        assert "Nơi này ngoài các tỉnh của bạn." in page and (await known_at(desk, here)).province == "01"


async def test_a_far_colleague_adds_no_place_to_a_service_and_what_is_down_holds_nobody_up(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    path, _ = await desk.press(thu, "/console/new-listing", **{**NEW, "place": FAR})
    far = path.partition("?")[0]
    here = await first(desk)
    other, _ = await desk.press(thu, f"{here}/one-more", **{**HERE, "place": FAR})
    other = other.partition("?")[0]
    await stay_in(desk, "maintainer-1", "01")
    thu = await desk.as_("maintainer-1")
    assert "one-more" not in await (await thu.get(far)).text()
    assert (await thu.get(f"{far}/one-more")).status == 403
    _, page = await desk.press(thu, f"{far}/one-more", **HERE)
    assert "Vai của bạn không làm việc này" in page
    renamed = {**NEW, "service": "Phòng khám Tên Khác (mẫu)", "revision": "1"}
    _, page = await desk.press(thu, here, **renamed)
    assert "còn ở tỉnh không thuộc phần bạn" in page
    down = other.rpartition("/")[2]
    await desk.db.write(lambda tx: editing.withdraw(tx.connection, down, staff_id=1, now=desk.clock.now()))
    path, _ = await desk.press(thu, here, **renamed)
    assert path.endswith("said=saved") and (await known_at(desk, other)).draft.service == renamed["service"]
