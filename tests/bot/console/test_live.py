"""An open page hears that something changed, and stops hearing it when the session is over."""

import asyncio

import pytest

from bot.console import live
from bot.console.sender import ConsoleSender, notices
from bot.ports import Address, Choice, ChoiceToken, ContactRef, Outbound, RichText
from bot.tables import staff_notice
from tests.bot.console.conftest import Desk


async def test_the_board_is_told_of_a_new_case_and_then_that_the_session_is_over(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "BEAT_SECONDS", 600)  # what comes, comes because somebody rang
    lan = await desk.as_("worker-1")
    async with lan.get("/console/live", params={"topic": "board"}) as stream:
        assert b"changed" in await asyncio.wait_for(stream.content.readuntil(b"\n\n"), 50)
        await desk.report()
        assert b"changed" in await asyncio.wait_for(stream.content.readuntil(b"\n\n"), 50)
        desk.clock.pass_(minutes=31)
        desk.bells.ring("board")
        assert b"gone" in await asyncio.wait_for(stream.content.readuntil(b"\n\n"), 50)


async def test_nobody_listens_to_a_case_that_is_not_theirs(desk: Desk) -> None:
    case_id = await desk.report()
    lan, mai = await desk.as_("worker-1"), await desk.as_("worker-2")
    await desk.press(lan, f"/console/cases/{case_id}/take")
    async with mai.get("/console/live", params={"topic": f"case:{case_id}"}) as stream:
        await asyncio.wait_for(stream.content.readuntil(b"\n\n"), 50)
        desk.bells.ring(f"case:{case_id}")
        try:
            heard = await asyncio.wait_for(stream.content.readuntil(b"\n\n"), 0.3)
        except TimeoutError:
            heard = b""
        assert heard == b""


async def test_a_note_is_kept_once_sealed_and_shown_to_its_colleague_only(desk: Desk) -> None:
    sender = ConsoleSender(desk.db, desk.clock)
    lan, mai = await desk.member("worker-1"), await desk.member("worker-2")
    link = Choice(ChoiceToken(""), "Tôi nhận", kind="url", url="/t/abc")
    note = Outbound(
        to=ContactRef("", b""), text=RichText("Khẩn cấp: Sen Đá"), choices=(link,), idempotency_key="k", purpose="alarm"
    )
    for _ in range(2):
        await sender.send(note, Address(str(lan.id)))
    assert await desk.count(staff_notice) == 1
    since = desk.clock.now()
    seals = desk.db.seals
    mine = await desk.db.read(lambda connection: notices(connection, seals, lan.id, since=since))
    assert [(one.text, one.url, one.is_alarm) for one in mine] == [("Khẩn cấp: Sen Đá", "/t/abc", True)]
    assert await desk.db.read(lambda connection: notices(connection, seals, mai.id, since=since)) == ()
    browser = await desk.as_("worker-1")
    assert "Khẩn cấp: Sen Đá" in await (await browser.get("/console/news")).text()
