"""At two in the night nobody is on duty: whoever is in charge puts somebody there and calls everybody."""

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, insert, select

from bot.clockwork import Clockwork
from bot.db import Tx
from bot.helpline.due import DUE
from bot.helpline.rota import on_call
from bot.outbox import unpack
from bot.policy import demonstration as demo_policy
from bot.rota import changes
from bot.seals import KeyId
from bot.tables import alarm, audit, case, case_event, centre, outbox, rota_change, shift, staff, staff_organisation
from directory.wording import HCMC
from tests.bot.console.conftest import Desk


@pytest.fixture
async def night(desk: Desk) -> Desk:
    """The rota is empty, and somebody has cried."""
    await desk.db.write(lambda tx: tx.execute(delete(shift)))
    await desk.report()
    return desk


def hours(begins: datetime, n: int) -> dict[str, str]:
    here = begins.astimezone(HCMC)
    return {"starts": f"{here:%Y-%m-%dT%H:%M}", "ends": f"{here + timedelta(hours=n):%Y-%m-%dT%H:%M}"}


async def alarmed(desk: Desk) -> list[tuple[int, bool]]:
    wanted = select(alarm.c.staff_id, alarm.c.is_notice).order_by(alarm.c.id)
    return [(row.staff_id, row.is_notice) for row in await desk.db.read(lambda c: c.execute(wanted).all())]


async def due(desk: Desk) -> None:
    await Clockwork(desk.db, desk.clock, demo_policy(), due=DUE, rounds={}).tick()


async def told(desk: Desk) -> list[str]:
    wanted = select(outbox).where(outbox.c.lane_id == 1).order_by(outbox.c.id)
    rows = await desk.db.read(lambda c: c.execute(wanted).all())
    sealed = [(KeyId(row.key_id), row.sealed, f"outbox:{row.key}") for row in rows]
    return [unpack(desk.db.seals.open_with(key, body, about=about)).text for key, body, about in sealed]


async def test_a_manager_adds_a_shift_and_who_stands_there_is_called_at_once(night: Desk) -> None:
    manager, mai = await night.as_("manager-1"), await night.member("worker-2")
    page = await (await manager.get("/console/rota")).text()
    assert "Đang chờ người nhận: 1 việc khẩn cấp" in page and "Thêm ca trực" in page
    where, page = await night.press(
        manager, "/console/rota/shift", who=str(mai.id), place="", rung="0", **hours(night.clock.now(), 8)
    )
    assert where == "/console/rota?said=shift_added" and "Đã thêm ca" in page
    before = len(await alarmed(night))
    await due(night)
    assert (await alarmed(night))[before:] == [(mai.id, False)], "called in the same second, not at the next quarter"
    again = await night.press(
        manager, "/console/rota/shift", who=str(mai.id), place="", rung="0", **hours(night.clock.now(), 8)
    )
    assert again[0].endswith("shift_there") and await night.count(shift) == 1
    await due(night)
    assert len(await alarmed(night)) == before + 1, "pressed twice, she is called once"
    assert await night.count(audit, audit.c.deed == "shift_added") == 1


async def test_a_shift_of_the_coming_evening_calls_when_it_begins(night: Desk) -> None:
    manager, mai = await night.as_("manager-1"), await night.member("worker-2")
    begins = night.clock.now() + timedelta(minutes=7)
    await night.press(manager, "/console/rota/shift", who=str(mai.id), place="01", rung="1", **hours(begins, 2))
    night.clock.pass_(minutes=6)
    await due(night)
    assert (mai.id, False) not in await alarmed(night)
    found = await night.db.read(lambda c: on_call(c, "01", begins + timedelta(minutes=1), policy=demo_policy()))
    assert found == ((mai.id,),)


async def test_what_makes_no_shift_is_said_and_not_written(night: Desk) -> None:
    manager, mai = await night.as_("manager-1"), await night.member("worker-2")
    boss, now = await night.member("manager-1"), night.clock.now()
    good = {"who": str(mai.id), "place": "", "rung": "0", **hours(now, 8)}
    for wrong in (
        {"who": str(boss.id)},
        {"who": "999"},
        {"who": "x"},
        {"place": "99"},
        {"rung": "7"},
        {"rung": ""},
        hours(now, 25),
        hours(now - timedelta(hours=9), 8),
        hours(now + timedelta(days=400), 8),
        {"starts": "heute"},
    ):
        where, _ = await night.press(manager, "/console/rota/shift", **{**good, **wrong})
        assert where.endswith("said=refused") or "said=time_" in where, wrong
    minh = await night.as_("supervisor-1")
    await night.press(minh, "/console/rota/leave", who=str(mai.id), **hours(now, 9))
    where, page = await night.press(manager, "/console/rota/shift", **good)
    assert where.endswith("shift_away") and "Chưa thêm" in page and await night.count(shift) == 0


async def test_a_supervisor_adds_for_the_own_centre_only_and_a_worker_not_at_all(night: Desk) -> None:
    def other(tx: Tx) -> None:
        now = night.clock.now()
        row = {"id": 77, "organisation_id": 77, "name": "B", "province": "79"}
        tx.execute(insert(staff_organisation).values(id=77, name="Nhóm B"))
        tx.execute(insert(centre).values(**row))
        away = {"id": 777, "name": "b-1", "alias": "chị Chín", "role": "worker", "centre_id": 77, "state": "active"}
        tx.execute(insert(staff).values(**away, created_at=now))

    await night.db.write(other)
    minh, mai, lan = await night.as_("supervisor-1"), await night.member("worker-2"), await night.as_("worker-1")
    asked = {"place": "", "rung": "0", **hours(night.clock.now(), 8)}
    page = await (await minh.get("/console/rota")).text()
    form = page.partition('action="/console/rota/shift"')[2].partition("</form>")[0]
    assert "chị Mai" in form and "chị Chín" not in form
    assert (await night.press(minh, "/console/rota/shift", who="777", **asked))[0].endswith("refused")
    assert (await night.press(minh, "/console/rota/shift", who=str(mai.id), **asked))[0].endswith("shift_added")
    page = await (await lan.get("/console/rota")).text()
    assert "/console/rota/shift" not in page and "call-all" not in page
    await night.press(lan, "/console/rota/shift", who=str(mai.id), **asked)
    assert await night.count(shift) == 1
    boss = await night.as_("manager-1")
    assert (await night.press(boss, "/console/rota/shift", who="777", **asked))[0].endswith("shift_added")


async def test_everybody_is_called_once_in_some_minutes_and_the_page_says_how_many(night: Desk) -> None:
    manager, before = await night.as_("manager-1"), len(await alarmed(night))
    answering = {(await night.member(name)).id for name in ("worker-1", "worker-2", "peer-1", "supervisor-1")}
    where, page = await night.press(manager, "/console/rota/call-all")
    assert where == "/console/rota?said=called" and "đã gọi tất cả: 4 người" in page and "Gọi lại được từ" in page
    assert {one for one, is_notice in (await alarmed(night))[before:] if not is_notice} == answering
    letters = await night.db.read(lambda c: c.execute(select(outbox).where(outbox.c.staff_id.in_(answering))).all())
    opened = [unpack(night.db.seals.open(row.sealed, about=f"outbox:{row.key}")) for row in letters]
    assert all(one.wakes for one in opened) and len(opened) >= 4
    assert "Mình vừa gọi cùng lúc 4 người. Ai trả lời, mình báo bạn ngay." in await told(night)
    [row] = await night.db.read(lambda c: c.execute(select(audit).where(audit.c.deed == "called_all")).all())
    assert row.staff_id == (await night.member("manager-1")).id and row.detail == "4"
    n = len(await alarmed(night))
    where, page = await night.press(manager, "/console/rota/call-all")
    assert where.endswith("called_just_now") and "Lần này không gọi thêm ai" in page and len(await alarmed(night)) == n
    assert await night.count(case_event, case_event.c.kind == "called_all") == 1
    night.clock.pass_(minutes=5)
    manager = await night.as_("manager-1")
    assert (await night.press(manager, "/console/rota/call-all"))[0].endswith("=called")
    assert len(await alarmed(night)) == n + 4


async def test_what_nobody_waits_for_is_said_and_the_manager_sees_no_case(night: Desk) -> None:
    manager, lan = await night.as_("manager-1"), await night.as_("worker-1")
    page = await (await manager.get("/console/rota")).text()
    alias = await night.db.read(lambda c: c.execute(select(case.c.alias)).scalar_one())
    main = page.partition("<main")[2]
    assert alias not in main and "nó đánh em" not in main and "/console/cases" not in page
    assert (await manager.get("/console/cases/1")).status == 403
    assert (await lan.post("/console/rota/call-all", data={})).status == 403
    await night.press(lan, "/console/cases/1/take")
    where, page = await night.press(manager, "/console/rota/call-all")
    assert where.endswith("nothing_waits") and "Chưa gọi ai" in page and "Đang chờ người nhận" not in page


async def test_a_cover_where_nothing_is_planned_says_so(night: Desk) -> None:
    minh, lan, mai = await night.as_("supervisor-1"), await night.member("worker-1"), await night.member("worker-2")
    asked = {"who": str(lan.id), "cover": str(mai.id), **hours(night.clock.now(), 8)}
    where, page = await night.press(minh, "/console/rota/cover", **asked)
    assert where.endswith("nothing_planned") and "Hãy thêm ca trực" in page and await night.count(rota_change) == 0
    await night.press(minh, "/console/rota/shift", who=str(lan.id), place="", rung="0", **hours(night.clock.now(), 8))
    await night.press(minh, "/console/rota/leave", who=str(lan.id), **hours(night.clock.now(), 8))
    assert (await night.press(minh, "/console/rota/cover", **asked))[0].endswith("noted"), "she is ill: Mai stands in"
    before = await alarmed(night)
    await due(night)
    assert (await alarmed(night))[len(before) :] == [(mai.id, False)]


async def test_a_supervisor_takes_back_changes_of_the_own_centre_only(night: Desk) -> None:
    now = night.clock.now()

    def other(tx: Tx) -> None:
        tx.execute(insert(staff_organisation).values(id=77, name="Nhóm B"))
        tx.execute(insert(centre).values(id=77, organisation_id=77, name="B", province="79"))
        for number, alias in ((777, "chị Chín"), (778, "chị Mười")):
            row = {"id": number, "name": alias, "alias": alias, "role": "worker", "centre_id": 77, "state": "active"}
            tx.execute(insert(staff).values(**row, created_at=now))
        changes.cover(tx, 777, 778, now, now + timedelta(hours=9), by=777, now=now)
        changes.ask_swap(tx, 777, 778, (now, now + timedelta(hours=1)), (now, now + timedelta(hours=2)), now=now)

    await night.db.write(other)
    minh, mai = await night.as_("supervisor-1"), await night.member("worker-2")
    for one in await night.db.read(lambda c: changes.ahead(c, now)):
        where, page = await night.press(minh, "/console/rota/take-back", change=str(one.id))
        assert where.endswith("refused") and "Trực thay: chị Chín" not in page
    assert await night.count(rota_change) == 3
    await night.press(minh, "/console/rota/leave", who=str(mai.id), **hours(now, 9))
    leave = next(one for one in await night.db.read(lambda c: changes.ahead(c, now)) if one.kind == "leave")
    assert (await night.press(minh, "/console/rota/take-back", change=str(leave.id)))[0].endswith("taken_back")
    assert await night.count(rota_change) == 3


async def test_the_way_of_the_notice_leads_to_the_deeds(night: Desk) -> None:
    boss = await night.member("manager-1")
    rows = await night.db.read(lambda c: c.execute(select(outbox).where(outbox.c.staff_id == boss.id)).all())
    found = [unpack(night.db.seals.open(row.sealed, about=f"outbox:{row.key}")) for row in rows]
    [link] = [choice for letter in found for choice in letter.choices]
    assert link.url == "/console/rota" and "Gọi tất cả" in link.label and "thêm ca" in found[-1].text
    browser = await night.browser()
    page = await browser.get("/console/rota", allow_redirects=False)
    assert re.search(r"next=/console/rota", page.headers["Location"])
