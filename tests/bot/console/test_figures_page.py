"""Managers read the figures of their own provinces and take them along; nobody else does, and no small number shows."""

import json
import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select

from bot.db import Tx
from bot.events import happened
from bot.staff import ROLES
from bot.tables import audit, staff_province
from tests.bot.console.conftest import Browser, Desk

MAY = datetime(2026, 5, 4, 3, 0, tzinfo=UTC)


async def happen(desk: Desk, province: str, n: int, kind: str = "case_now") -> None:
    def write(tx: Tx) -> None:
        for _ in range(n):
            happened(tx, kind, now=MAY, province=province, need="violence.physical")

    await desk.db.write(write)


async def take(browser: Browser, form: str, whom: str = "inside") -> tuple[int, bytes]:
    page = await (await browser.get("/console/listings")).text()
    csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    answer = await browser.post("/console/figures/file", data={"csrf": csrf, "form": form, "for": whom, "year": "2026"})
    return answer.status, await answer.read()


@pytest.mark.parametrize("role", ROLES)
async def test_only_a_manager_sees_figures(desk: Desk, role: str) -> None:
    browser = await desk.as_(f"{role}-1")
    status = 200 if role == "manager" else 403
    answer = await browser.get("/console/figures")
    assert answer.status == status
    assert ('href="/console/figures"' in await answer.text()) is (role == "manager")
    await happen(desk, "22", 9)
    for form in ("csv", "json", "xlsx"):
        assert (await take(browser, form))[0] == status


async def test_a_manager_sees_the_own_provinces_and_neither_the_others_nor_their_sum(desk: Desk) -> None:
    binh = await desk.as_("manager-1")
    await happen(desk, "22", 987)
    await happen(desk, "12", 654)
    page = await (await binh.get("/console/figures?year=2026")).text()
    assert "Quảng Ninh" in page and "987" in page
    assert "Lai Châu" not in page and "654" not in page and "1641" not in page
    status, raw = await take(binh, "json")
    assert status == 200 and {one["place"] for one in json.loads(raw)["figures"]} == {"22"}
    me = (await desk.member("manager-1")).id
    await desk.db.write(lambda tx: tx.execute(delete(staff_province).where(staff_province.c.staff_id == me)))
    page = await (await binh.get("/console/figures?year=2026")).text()
    assert "Chưa có số liệu nào" in page and "987" not in page


async def test_what_is_below_five_is_hidden_inside_and_below_eleven_in_public(desk: Desk) -> None:
    binh = await desk.as_("manager-1")
    await happen(desk, "22", 9)
    for whom, n in (("inside", 9), ("public", None)):
        _, raw = await take(binh, "json", whom)
        assert {one["n"] for one in json.loads(raw)["figures"]} == {n}
    await happen(desk, "01", 3, "referred")
    _, raw = await take(binh, "json")
    assert {one["n"] for one in json.loads(raw)["figures"] if one["subject"] == "referred"} == {None}
    taken = select(audit.c.subject, audit.c.detail).where(audit.c.deed == "figures_taken").order_by(audit.c.seq)
    rows = await desk.db.read(lambda connection: [tuple(row) for row in connection.execute(taken)])
    assert rows == [("year:2026", "json inside"), ("year:2026", "json public"), ("year:2026", "json inside")]


async def test_a_running_quarter_is_not_told(desk: Desk) -> None:
    binh = await desk.as_("manager-1")
    await desk.db.write(lambda tx: [happened(tx, "case_now", now=desk.clock.now(), province="22") for _ in range(77)])
    told = re.compile(r">\s*77\s*<")  # as a figure of the page: what is made by chance in it may hold these digits too
    assert not told.search(await (await binh.get("/console/figures")).text())
    desk.clock.pass_(days=26)
    binh = await desk.as_("manager-1")
    assert told.search(await (await binh.get("/console/figures?year=2026")).text())


async def test_strange_wishes_are_answered_kindly(desk: Desk) -> None:
    binh = await desk.as_("manager-1")
    await happen(desk, "22", 9)
    for year in ("1999", "2090", "x", "²026"):
        answer = await binh.get("/console/figures", params={"year": year})
        assert answer.status == 200 and "Số liệu 2026" in await answer.text()
    assert (await take(binh, "exe"))[0] == 400
    assert (await take(binh, "csv", "everybody"))[0] == 400
