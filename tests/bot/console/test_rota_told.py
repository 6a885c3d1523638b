"""Whoever is put on duty, stands in or is asked to swap hears it on the own channels, not only on a page."""

import re
from datetime import timedelta

from sqlalchemy import delete, select

from bot.outbox import unpack
from bot.seals import KeyId
from bot.tables import outbox
from directory.wording import HCMC
from tests.bot.console.conftest import Desk


async def told(desk: Desk, name: str) -> list[str]:
    """What was queued for this colleague since it was asked for last."""
    member, seals = await desk.member(name), desk.db.seals
    mine = outbox.c.staff_id == member.id
    rows = await desk.db.read(lambda c: c.execute(select(outbox).where(mine).order_by(outbox.c.id)).all())
    await desk.db.write(lambda tx: tx.execute(delete(outbox).where(mine)))
    found = []
    for row in rows:
        about = f"outbox:{row.key}"
        key = KeyId(row.key_id) if row.key_id else None
        body = seals.open_with(key, row.sealed, about=about) if key else seals.open(row.sealed, about=about)
        found.append(unpack(body).text)
    return found


async def test_who_is_put_on_duty_or_stands_in_hears_it_and_whoever_did_it_does_not(desk: Desk) -> None:
    minh, lan, mai = await desk.as_("supervisor-1"), await desk.member("worker-1"), await desk.member("worker-2")
    day = f"{(desk.clock.now() + timedelta(days=2)).astimezone(HCMC):%Y-%m-%d}"
    asked = {"starts": f"{day}T08:00", "ends": f"{day}T20:00"}
    await desk.press(minh, "/console/rota/shift", who=str(mai.id), place="01", rung="1", **asked)
    assert [one for one in await told(desk, "worker-2") if one.startswith("Bạn được xếp trực từ 08:00")]
    await desk.press(minh, "/console/rota/shift", who=str(mai.id), place="01", rung="1", **asked)
    assert await told(desk, "worker-2") == [], "pressed twice, it is told once"
    await desk.press(minh, "/console/rota/cover", who=str(lan.id), cover=str(mai.id), **asked)
    assert len([one for one in await told(desk, "worker-2") if "trực thay" in one and lan.alias in one]) == 1
    assert len([one for one in await told(desk, "worker-1") if "trực thay bạn" in one and mai.alias in one]) == 1
    await desk.press(minh, "/console/rota/leave", who=str(lan.id), **asked)
    assert len([one for one in await told(desk, "worker-1") if "được ghi nghỉ" in one]) == 1
    await desk.press(await desk.as_("worker-1"), "/console/rota/leave", **asked)
    assert await told(desk, "worker-1") == [] == await told(desk, "supervisor-1"), "one's own deeds are known"


async def test_who_is_asked_to_swap_hears_it_and_so_does_who_asked(desk: Desk) -> None:
    lan, mai, member = await desk.as_("worker-1"), await desk.as_("worker-2"), await desk.member("worker-2")
    day = f"{(desk.clock.now() + timedelta(days=1)).astimezone(HCMC):%Y-%m-%d}"
    asked = {"starts": f"{day}T08:00", "ends": f"{day}T20:00", "starts_back": f"{day}T20:00"}
    await desk.press(lan, "/console/rota/swap", cover=str(member.id), ends_back=f"{day}T23:00", **asked)
    assert [one for one in await told(desk, "worker-2") if "xin đổi ca với bạn" in one]
    page = await (await mai.get("/console/rota")).text()
    await desk.press(mai, "/console/rota/agree", pair=re.findall(r'name="pair" value="(\w+)"', page)[0])
    assert [one for one in await told(desk, "worker-1") if "đồng ý đổi ca" in one and "20:00" in one]
    number = re.findall(r'name="change" value="(\d+)"', page)[0]
    await desk.press(mai, "/console/rota/take-back", change=number)
    assert [one for one in await told(desk, "worker-1") if "đã được rút lại" in one]
