"""A peer keeps the listing of the own group, and nothing else of the directory."""

from typing import Any

from sqlalchemy import update

from directory import editing
from directory.tables import place_of_service
from tests.bot.console.conftest import Browser, Desk
from tests.bot.console.test_listing_matrix import stay_in
from tests.bot.console.test_listing_pages import NEW

OWN: dict[str, Any] = {**NEW, "kind": "peer_group", "service": "Nhóm Mình (mẫu)", "organisation": "Tổ chức mẫu"}


async def put_down(desk: Desk, **fields: Any) -> str:
    """A listing that a maintainer wrote, checked and published; its address."""
    thu = await desk.as_("maintainer-1")
    path, page = await desk.press(thu, "/console/new-listing", **{**OWN, **fields})
    here = path.partition("?")[0]
    assert path.endswith("said=proposed"), page
    await desk.press(thu, f"{here}/verify", method="call")
    await desk.press(thu, f"{here}/agreed", how="letter")
    await desk.press(thu, f"{here}/publish")
    return here


async def save(desk: Desk, browser: Browser, here: str, **fields: Any) -> tuple[str, str]:
    known = await known_at(desk, here)
    return await desk.press(browser, here, **{**OWN, "revision": str(known.revision), **fields})


async def known_at(desk: Desk, here: str) -> editing.Known:
    known = await desk.db.read(lambda connection: editing.look_up(connection, here.rpartition("/")[2]))
    assert known is not None
    return known


async def test_a_peer_writes_the_listing_of_the_own_group(desk: Desk) -> None:
    here = await put_down(desk)
    sen = await desk.as_("peer-1")
    page = await (await sen.get(here)).text()
    assert "readonly" not in page and "/publish" not in page and "/revert" not in page
    path, _ = await save(desk, sen, here, phones="0000 000 991")
    assert path.endswith("said=saved")
    known = await known_at(desk, here)
    assert known.draft.phones == ("0000 000 991",) and known.state == "published"
    last = (await desk.db.read(lambda connection: editing.history(connection, known.id)))[0]
    assert (last.deed, last.staff_id) == ("save", (await desk.member("peer-1")).id)


async def test_the_organisation_stays_and_nothing_is_sealed_by_a_peer(desk: Desk) -> None:
    here = await put_down(desk)
    sen = await desk.as_("peer-1")
    _, page = await save(desk, sen, here, organisation="Tổ chức Khác (mẫu)")
    assert "Giữ nguyên tên tổ chức" in page
    _, page = await save(desk, sen, here, is_sealed="yes", street="")
    assert "Nhờ người giữ danh bạ" in page
    known = await known_at(desk, here)
    assert known.draft.organisation == "Tổ chức mẫu" and not known.draft.is_sealed and known.revision == 2


async def test_of_other_groups_provinces_and_sealed_listings_a_peer_writes_nothing(desk: Desk) -> None:
    other = await put_down(desk, service="Nhóm Bạn (mẫu)", organisation="Tổ chức Khác (mẫu)")
    far = await put_down(desk, service="Nhóm Xa (mẫu)", place="quận 3, Thành phố Hồ Chí Minh")
    sealed, moved = await put_down(desk, service="Nhóm Kín (mẫu)"), await put_down(desk, service="Nhóm Dời (mẫu)")
    mine = place_of_service.c.id == sealed.rpartition("/")[2]
    await desk.db.write(lambda tx: tx.execute(update(place_of_service).where(mine).values(is_sealed=True)))
    await stay_in(desk, "peer-1", "01")
    sen = await desk.as_("peer-1")
    for here, fields in ((other, {"organisation": "Tổ chức Khác (mẫu)"}), (far, {}), (sealed, {"is_sealed": "yes"})):
        before = await known_at(desk, here)
        assert "readonly" in await (await sen.get(here)).text()
        _, page = await save(desk, sen, here, phones="0000 000 992", **fields)
        assert "Vai của bạn không làm việc này" in page and await known_at(desk, here) == before
    _, page = await save(desk, sen, moved, place="quận 3, Thành phố Hồ Chí Minh")
    assert "Vai của bạn không làm việc này" in page, "nor is the own listing moved to where the peer is not"


async def test_a_worker_of_the_same_group_writes_nothing_and_a_peer_begins_no_listing(desk: Desk) -> None:
    here = await put_down(desk)
    lan, sen = await desk.as_("worker-1"), await desk.as_("peer-1")
    assert "Vai của bạn không làm việc này" in (await save(desk, lan, here))[1]
    assert "Vai của bạn không làm việc này" in (await desk.press(sen, "/console/new-listing", **OWN))[1]
    assert "new-listing" not in await (await sen.get("/console/listings")).text()
