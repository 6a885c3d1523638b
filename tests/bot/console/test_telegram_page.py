"""A colleague links the own Telegram account: a link that works once, and opens no other door."""

import re

from sqlalchemy import insert

from bot import linking, staff
from bot.tables import poller
from tests.bot.console.conftest import Desk

PAGE = "/console/channels/telegram"


async def door(desk: Desk) -> None:
    row = insert(poller).values(account="staff_telegram:5151", name="donghanh_colleagues_bot")
    await desk.db.write(lambda tx: tx.execute(row))


async def test_without_an_account_of_the_line_the_page_says_so(desk: Desk) -> None:
    lan = await desk.as_("worker-1")
    page = await (await lan.get(PAGE)).text()
    assert "chưa có kênh Telegram" in page and "Nối tài khoản" not in page
    _, page = await desk.press(lan, PAGE)
    assert "t.me" not in page


async def test_the_link_is_made_works_once_and_can_be_taken_back(desk: Desk) -> None:
    await door(desk)
    lan = await desk.as_("worker-1")
    member, now = await desk.member("worker-1"), desk.clock.now()
    _, page = await desk.press(lan, PAGE)
    found = re.search(r"https://t\.me/donghanh_colleagues_bot\?start=([A-Za-z0-9_-]{1,64})\"", page)
    assert found is not None and "data:image/svg+xml" in page
    redeem = linking.redeem
    assert await desk.db.write(lambda tx: redeem(tx, found[1], "telegram", "2002", now=now)) == member.id
    assert await desk.db.write(lambda tx: redeem(tx, found[1], "telegram", "6666", now=now)) is None
    assert "Đã nối" in await (await lan.get(PAGE)).text()
    _, page = await desk.press(lan, f"{PAGE}/remove")
    assert "Đã bỏ nối" in page and "Chưa nối" in page


async def test_a_new_link_makes_the_old_one_worthless(desk: Desk) -> None:
    await door(desk)
    lan, now = await desk.as_("worker-1"), desk.clock.now()
    codes = [re.findall(r"\?start=([\w-]+)\"", (await desk.press(lan, PAGE))[1])[0] for _ in range(2)]
    redeem = linking.redeem
    assert await desk.db.write(lambda tx: redeem(tx, codes[0], "telegram", "2002", now=now)) is None
    assert await desk.db.write(lambda tx: redeem(tx, codes[1], "telegram", "2002", now=now)) is not None


async def test_a_code_for_telegram_is_no_way_into_the_console(desk: Desk) -> None:
    now = desk.clock.now()
    invite = {"role": "worker", "organisation": "Tổ chức mẫu", "centre": "Trung tâm mẫu", "provinces": frozenset("01")}
    await desk.db.write(lambda tx: staff.invite(tx, "thu", now=now, **invite))  # type: ignore[arg-type]
    stranger = await desk.browser()
    for name in ("worker-1", "thu"):
        member = await desk.member(name)
        code = await desk.db.write(lambda tx, who=member.id: linking.begin(tx, who, "telegram", now=now))
        assert (await stranger.get(f"/console/invite/{code}")).status == 404
        answer = await stranger.post(f"/console/invite/{code}", data={"colleague": name, "passphrase": "x" * 20})
        assert answer.status == 404
    assert (await stranger.get(PAGE, allow_redirects=False)).status in (302, 303)


async def test_a_colleague_who_left_cannot_link(desk: Desk) -> None:
    member, now = await desk.member("worker-1"), desk.clock.now()
    code = await desk.db.write(lambda tx: linking.begin(tx, member.id, "telegram", now=now))
    await desk.db.write(lambda tx: staff.remove(tx, member.id, now=now))
    assert await desk.db.write(lambda tx: linking.redeem(tx, code, "telegram", "2002", now=now)) is None
