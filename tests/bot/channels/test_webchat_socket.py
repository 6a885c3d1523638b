"""The socket of the chat page: frames by number, "kept" only of what is kept, nothing for strangers."""

import asyncio
from typing import Any

import pytest
from aiohttp import WSMsgType, WSServerHandshakeError
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from bot.bells import writes
from bot.channels import webchat_socket
from bot.channels.webchat import WebChat
from bot.channels.webchat_socket import GONE
from bot.db import Database
from bot.ports import Address
from bot.tables import webchat_session
from tests.bot.channels.test_webchat import Kept, browser, channel, kept, message  # noqa: F401

Client = TestClient[Any, Any]


@pytest.fixture(autouse=True)
def only_the_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes, comes because somebody rang, and not by the look that an open page takes now and then anyway."""
    monkeypatch.setattr(webchat_socket, "LOOK_SECONDS", 600)


async def address(db: Database) -> Address:
    return Address(await db.read(lambda connection: connection.execute(select(webchat_session.c.id)).scalar_one()))


async def test_frames_come_as_they_are_written_and_after_a_break_by_number(
    browser: Client, channel: WebChat, db: Database  # noqa: F811
) -> None:
    await browser.post("/chat/session")
    to = await address(db)
    await channel.send(message("một", "k0"), to)
    async with browser.ws_connect("/chat/ws") as line:
        await line.send_json({"after": 0})
        assert (await line.receive_json(timeout=50))["text"] == "một"
        await channel.send(message("hai", "k1"), to)
        assert (await line.receive_json(timeout=50))["text"] == "hai"
    await channel.send(message("ba", "k2"), to)
    async with browser.ws_connect("/chat/ws") as line:
        await line.send_json({"after": 2})
        assert (await line.receive_json(timeout=50)) | {"choices": []} == {
            "seq": 3, "text": "ba", "choices": [], "purpose": "answer"
        }  # fmt: skip


async def test_a_message_is_called_kept_only_once_it_is_kept(
    browser: Client, kept: Kept, channel: WebChat  # noqa: F811
) -> None:
    await browser.post("/chat/session")
    async with browser.ws_connect("/chat/ws") as line:
        await line.send_json({"id": "a1", "text": "xin chào"})
        assert await line.receive_json(timeout=50) == {"kept": "a1", "is_kept": True}
        assert [event.text for event in kept.events] == ["xin chào"]
        for nonsense in ("", "[]", "{", "12"):
            await line.send_str(nonsense)
            assert await line.receive_json(timeout=50) == {"wrong": True}
        assert len(kept.events) == 1


async def test_no_socket_without_a_session_or_from_another_site(browser: Client) -> None:  # noqa: F811
    browser.session.cookie_jar.clear()
    with pytest.raises(WSServerHandshakeError) as refused:
        await browser.ws_connect("/chat/ws")
    assert refused.value.status == 410
    await browser.post("/chat/session")
    with pytest.raises(WSServerHandshakeError) as refused:
        await browser.ws_connect("/chat/ws", origin="https://elsewhere.example")
    assert refused.value.status == 403


async def test_the_socket_closes_when_the_session_is_erased(
    browser: Client, channel: WebChat, db: Database  # noqa: F811
) -> None:
    await browser.post("/chat/session")
    async with browser.ws_connect("/chat/ws") as line:
        await line.send_json({"after": 0})
        await asyncio.sleep(0.05)
        await channel.forget(await address(db))
        ended = await line.receive(timeout=50)
        assert ended.type in (WSMsgType.CLOSE, WSMsgType.CLOSED) and line.close_code == GONE


async def test_stopping_closes_open_sockets_at_once(browser: Client, channel: WebChat) -> None:  # noqa: F811
    await browser.post("/chat/session")
    async with browser.ws_connect("/chat/ws") as line:
        await line.send_json({"after": 0})
        await asyncio.sleep(0.05)
        await asyncio.wait_for(channel.stop(), 50)
        ended = await line.receive(timeout=50)
        assert ended.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED)


async def test_an_open_page_shows_that_somebody_writes_and_tells_it_the_other_way_but_not_at_every_key(
    browser: Client, channel: WebChat, kept: Kept, db: Database  # noqa: F811
) -> None:
    await browser.post("/chat/session")
    to = await address(db)
    rung: list[str] = []
    pass_on = db.on_rung
    db.on_rung = lambda topic: (rung.append(topic), pass_on(topic))[1]
    async with browser.ws_connect("/chat/ws") as line:
        await line.send_json({"after": 0})
        await line.send_json({"id": "a1", "text": "xin chào"})
        assert await line.receive_json(timeout=50) == {"kept": "a1", "is_kept": True}
        await channel.signal(to, "typing")
        assert await line.receive_json(timeout=50) == {"typing": True}
        await channel.signal(to, "seen")
        rung.clear()
        for _ in range(5):
            await line.send_json({"typing": True})
        await line.send_json({"id": "a2", "text": "em đây"})
        assert await line.receive_json(timeout=50) == {"kept": "a2", "is_kept": True}
        handle = kept.events[0].contact.handle
        assert rung == [writes(handle)], "once in a few seconds, and no word of what is typed"
    assert [event.text for event in kept.events] == ["xin chào", "em đây"]
