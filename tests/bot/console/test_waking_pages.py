"""The pages of one's own channels and of the rota, as a colleague uses them."""

import re
from datetime import timedelta

from sqlalchemy import delete, select

from bot.console.layout import CONSOLE
from bot.helpline import standing
from bot.outbox import unpack
from bot.rota import changes
from bot.tables import outbox, rota_change, shift, staff_channel
from directory.wording import HCMC
from tests.bot.console.conftest import Browser, Desk


def allow(desk: Desk, *kinds: str) -> None:
    """As if the settings named these ways."""
    for resource in desk.server.app._subapps:
        if CONSOLE in resource:
            object.__setattr__(resource[CONSOLE], "wake_kinds", frozenset(kinds))


async def press(desk: Desk, browser: Browser, path: str, **fields: str) -> str:
    return (await desk.press(browser, path, **fields))[1]


async def code(desk: Desk) -> str:
    row = await desk.db.read(
        lambda connection: connection.execute(select(outbox).order_by(outbox.c.id.desc()).limit(1)).one()
    )
    return "".join(re.findall(r"\d", unpack(desk.db.seals.open(row.sealed, about=f"outbox:{row.key}")).text))


async def test_a_colleague_adds_a_channel_and_it_counts_after_the_code(desk: Desk) -> None:
    allow(desk, "ntfy", "console")
    browser = await desk.as_("worker-1")
    page = await (await browser.get("/console/channels")).text()
    assert "Chưa có gì gọi bạn dậy được" in page and 'value="ntfy"' in page and 'value="voice"' not in page
    page = await press(desk, browser, "/console/channels", kind="ntfy", address="short")
    assert "chưa dùng được" in page
    page = await press(desk, browser, "/console/channels", kind="voice", address="0000000123")
    assert "chưa dùng được" in page, "this installation has no calls"
    page = await press(desk, browser, "/console/channels", kind="ntfy", address="canary-topic-99")
    assert "Đã lưu" in page and "canary" not in page and "…c-99" in page
    [channel] = await desk.db.read(lambda connection: connection.execute(select(staff_channel)).all())
    good = await code(desk)
    wrong = f"{(int(good) + 1) % 10**6:06d}"
    assert "chưa đúng" in await press(desk, browser, f"/console/channels/{channel.id}/confirm", code=wrong)
    page = await press(desk, browser, f"/console/channels/{channel.id}/confirm", code=good)
    assert "dùng được rồi" in page and "Chưa có gì gọi bạn dậy được" not in page
    desk.clock.pass_(days=27)
    browser = await desk.as_("worker-1")
    assert "Sắp hết hạn" in await (await browser.get("/console/channels")).text()
    other = await desk.as_("worker-2")
    assert "canary" not in await (await other.get("/console/channels")).text()
    assert "Chưa gửi được" in await press(desk, other, f"/console/channels/{channel.id}/try")
    for deed in ("remove", "first"):
        answer = await desk.press(other, f"/console/channels/{channel.id}/{deed}")
        assert answer[0].endswith(deed)  # a 404 page, not a redirect
    assert await desk.count(staff_channel) == 1
    assert "Đã bỏ" in await press(desk, browser, f"/console/channels/{channel.id}/remove")
    assert await desk.count(staff_channel) == 0


async def test_the_rota_page_shows_gaps_first_and_leave_makes_one(desk: Desk) -> None:
    browser, supervisor = await desk.as_("worker-1"), await desk.as_("supervisor-1")
    page = await (await browser.get("/console/rota")).text()
    assert "chị Lan (mẫu)" in page and "lúc nào cũng có người trực" in page
    lan, minh = await desk.member("worker-1"), await desk.member("supervisor-1")
    await desk.db.write(lambda tx: tx.execute(delete(shift).where(shift.c.staff_id != lan.id)))
    begins = (desk.clock.now() + timedelta(days=1)).astimezone(HCMC)
    day = f"{begins:%Y-%m-%d}"
    page = await press(desk, browser, "/console/rota/leave", starts=f"{day}T08:00", ends=f"{day}T20:00")
    assert "Đã ghi vào lịch" in page and "Không có ai trực" in page
    page = await press(desk, browser, "/console/rota/leave", starts=f"{day}T20:00", ends=f"{day}T08:00")
    assert "giờ kết thúc phải sau giờ bắt đầu" in page
    page = await press(
        desk,
        supervisor,
        "/console/rota/cover",
        who=str(lan.id),
        cover=str(minh.id),
        starts=f"{day}T08:00",
        ends=f"{day}T20:00",
    )
    assert "Đã ghi vào lịch" in page and "Không có ai trực" not in page
    answer = await desk.press(browser, "/console/rota/cover", who=str(lan.id), cover=str(minh.id))
    assert "không" in answer[1] and await desk.count(rota_change) == 2, "only a supervisor puts others in place"


async def test_a_swap_is_asked_for_and_agreed_to(desk: Desk) -> None:
    lan, mai = await desk.as_("worker-1"), await desk.as_("worker-2")
    member = await desk.member("worker-2")
    begins = (desk.clock.now() + timedelta(days=1)).astimezone(HCMC)
    asked = {"starts": f"{begins:%Y-%m-%d}T08:00", "ends": f"{begins:%Y-%m-%d}T20:00"}
    back = {f"{name}_back": value.replace("T08", "T20").replace("T20:00", "T21:00") for name, value in asked.items()}
    back["ends_back"] = f"{begins:%Y-%m-%d}T23:00"
    assert "Đã hỏi" in await press(desk, lan, "/console/rota/swap", cover=str(member.id), **asked, **back)
    page = await (await mai.get("/console/rota")).text()
    pair = re.findall(r'name="pair" value="(\w+)"', page)[0]
    assert "chờ đồng ý" in page
    assert "Chưa ghi được" in await press(desk, lan, "/console/rota/agree", pair=pair)
    assert "Đã đổi ca" in await press(desk, mai, "/console/rota/agree", pair=pair)
    found = await desk.db.read(lambda connection: changes.ahead(connection, desk.clock.now()))
    assert [one.is_agreed for one in found] == [True, True]


async def test_the_own_calendar_is_shown_once(desk: Desk) -> None:
    browser = await desk.as_("worker-1")
    page = await press(desk, browser, "/console/rota/feed")
    assert re.search(r"/calendar/[\w-]{20,}\.ics", page)
    again = await (await browser.get("/console/rota")).text()
    assert "/calendar/" not in again and "Đóng địa chỉ" in again
    assert "đã đóng" in await press(desk, browser, "/console/rota/feed/end")


async def test_a_broken_promise_stands_on_the_board(desk: Desk) -> None:
    browser = await desk.as_("worker-1")
    assert "outbox_late" not in await (await browser.get("/console/cases")).text()
    await desk.db.write(lambda tx: standing.keep(tx, {"outbox_late": 3}, now=desk.clock.now()))
    assert "outbox_late 3" in await (await browser.get("/console/cases")).text()
