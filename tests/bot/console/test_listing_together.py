"""Two colleagues edit one listing at once, and one has three hundred checks due on one day."""

from dataclasses import replace
from datetime import timedelta

from bot.keeping import worklist
from directory import editing, verification
from directory.drafts import Draft
from tests.bot.console.conftest import Desk
from tests.bot.console.test_listing_pages import NEW
from tests.directory.exchange.samples import OPEN


def hidden(page: str, name: str) -> str:
    return page.partition(f'name="{name}" value="')[2].partition('"')[0]


async def test_who_saves_second_finds_both_changes_in_the_form_and_what_clashes_is_named(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    path, _ = await desk.press(thu, "/console/new-listing", **NEW)
    path = path.partition("?")[0]
    page = await (await thu.get(path)).text()
    opened = {"revision": hidden(page, "revision"), "seen": hidden(page, "seen")}
    first = {**NEW, **opened, "phones": "0000 000 991", "price.vi": "Miễn phí"}
    _, saved = await desk.press(thu, path, **first)
    assert "0000 000 991" in saved
    second = {**NEW, **opened, "hours": "mon-sat 08:00-17:00"}
    _, page = await desk.press(thu, path, **second)
    assert "Những phần họ sửa đã có trong mẫu này" in page
    assert "0000 000 991" in page and "Miễn phí" in page and "mon-sat 08:00-17:00" in page
    again = {**second, "revision": hidden(page, "revision"), "seen": hidden(page, "seen")}
    again |= {"phones": "0000 000 991", "price.vi": "Miễn phí"}
    path_after, _ = await desk.press(thu, path, **again)
    assert path_after.endswith("said=saved")
    known = await desk.db.read(lambda connection: editing.look_up(connection, path.rpartition("/")[2]))
    assert known is not None and known.draft.phones == ("0000 000 991",) and known.draft.price == {"vi": "Miễn phí"}
    assert known.draft.hours == ("mon-sat 08:00-17:00",)
    _, page = await desk.press(thu, path, **{**NEW, **opened, "phones": "0000 000 992"})
    assert "có phần trùng với phần bạn sửa" in page and "0000 000 992" in page
    assert "Người khác vừa sửa phần này khác với bạn" in page


async def test_three_hundred_due_on_one_day_are_a_day_of_eight_and_the_oldest_come_first(desk: Desk) -> None:
    now, day = desk.clock.now(), timedelta(days=1)

    def many(connection: object) -> None:
        for number in range(300):
            one: Draft = replace(OPEN, service=f"Nơi {number:03}", organisation=f"Tổ chức {number:03}",
                                 phones=(f"024 1{number:03} 0000",), street=f"Số {number} đường Thử")  # fmt: skip
            id = editing.propose(connection, one, staff_id=1, now=now - 200 * day)  # type: ignore[arg-type]
            at = now - (180 if number else 190) * day
            verification.verify(connection, id, verification.GROUPS, method="call", staff_id=1, now=at)  # type: ignore[arg-type]
            editing.publish(connection, id, staff_id=1, now=at)  # type: ignore[arg-type]

    await desk.db.write(lambda tx: many(tx.connection))
    found = await desk.db.read(
        lambda connection: worklist.items(
            connection, desk.db.seals, fresh_days=lambda kind: 180, now=now, most=8, provinces={"01"}
        )
    )
    checks = [one for one in found if one.kind in ("due", "overdue")]
    assert len(checks) >= 300 and sum(one.is_today for one in checks) == 8
    assert next(one for one in checks if one.service.startswith("Nơi")).service == "Nơi 000"
    thu = await desk.as_("maintainer-1")
    page = await (await thu.get("/console/to-do", params={"kind": "due"})).text()
    assert len(page.encode()) < 150_000 and "Nơi" in page
