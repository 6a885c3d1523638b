"""Telegram against a server that others have written: what it understands of us, and we of it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import vault
from bot.channels.telegram import PATH, Telegram
from bot.channels.telegram_client import Client
from bot.channels.telegram_parse import read_reference
from bot.db import Database
from bot.ports import Address, Choice, ChoiceToken, ContactRef, Inbound, Outbound, RichText, SendError
from tests.conftest import MovableClock
from tests.contracts.crabline import TOKEN, Crabline, serving
from tests.contracts.lines import unhurried
from tests.fake_telegram import SECRET

ANNA = Address("1001")
Make = Callable[..., Telegram]


@pytest.fixture
def crabline(tmp_path: Path) -> Iterator[Crabline]:
    with serving(tmp_path) as made:
        yield made


@pytest.fixture
def make(db: Database, clock: MovableClock, crabline: Crabline) -> Make:
    def refer(address: str) -> ContactRef:
        return vault.refer(db.seals, "telegram", "123456", address)

    def made(**more: Any) -> Telegram:
        client = Client(TOKEN, api_root=crabline.root, pace=unhurried())
        return Telegram(db, clock, client, refer=refer, **more)

    return made


class Kept(list[Inbound]):
    async def keep(self, events: Any) -> None:
        self.extend(events)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(20):
            while len(self) < count:
                await asyncio.sleep(0.01)


def said(text: str, key: str = "k1", **more: Any) -> Outbound:
    choices = (Choice(ChoiceToken("abc_DEF-1234"), "Có"), Choice(ChoiceToken("xyz"), "Không"))
    told = {"choices": choices, **more}
    return Outbound(to=ContactRef("", b""), text=RichText(text), idempotency_key=key, purpose="answer", **told)


@pytest.fixture
async def polling(make: Make) -> AsyncIterator[tuple[Telegram, Kept]]:
    channel, kept = make(), Kept()
    await channel.start(kept.keep)
    yield channel, kept
    await channel.stop()


async def test_a_talk_by_polling(polling: tuple[Telegram, Kept], crabline: Crabline) -> None:
    channel, kept = polling
    await crabline.say("/start p01")
    await crabline.say("em cần giúp 👋")
    await kept.until(2)
    assert [(one.kind, one.start_param, one.text) for one in kept] == [
        ("start", "p01", None), ("text", None, "em cần giúp 👋")
    ]  # fmt: skip
    assert all(one.event_id and one.msg_ref for one in kept)
    sent = await channel.send(said("Chào bạn, mình nghe đây."), ANNA)
    assert len(sent.refs) == 1
    (body,) = crabline.asked("sendMessage")
    assert body["text"] == "Chào bạn, mình nghe đây." and body["protect_content"] is True


async def test_a_long_text_is_taken_in_parts(polling: tuple[Telegram, Kept], crabline: Crabline) -> None:
    channel, _ = polling
    sent = await channel.send(said("Chào bạn 👋. " * 900), ANNA)
    assert len(sent.refs) == 3
    assert "".join(str(body["text"]) for body in crabline.asked("sendMessage")) == "Chào bạn 👋. " * 900


async def test_a_message_is_written_over_and_taken_back(polling: tuple[Telegram, Kept], crabline: Crabline) -> None:
    channel, _ = polling
    sent = await channel.send(said("một"), ANNA)
    again = await channel.send(said("hai", "k2", replace=sent.refs[0]), ANNA)
    assert again.refs == sent.refs
    known = read_reference(sent.refs[0])
    assert known is not None
    assert await channel._client.call(channel._client.bot.delete_message(1001, known[0]))
    assert await channel._client.call(channel._client.bot.send_chat_action(1001, "typing"))
    (edited,), (deleted,) = crabline.asked("editMessageText"), crabline.asked("deleteMessage")
    assert edited["text"] == "hai" and deleted["message_id"] == edited["message_id"] == known[0]


async def test_by_webhook_with_the_secret(make: Make, crabline: Crabline) -> None:
    kept = Kept()
    channel: Telegram | None = None

    async def hook(request: web.Request) -> web.StreamResponse:
        assert channel is not None
        return await channel._hook(request)

    app = web.Application()
    app.router.add_post(PATH, hook)
    async with TestServer(app, host="127.0.0.1") as server:
        channel = make(webhook_url=str(server.make_url(PATH)), webhook_secret=SECRET)
        await channel.start(kept.keep)
        async with asyncio.timeout(20):
            while not crabline.asked("setWebhook"):
                await asyncio.sleep(0.01)
        await crabline.say("cứu em")
        await kept.until(1)
        assert (kept[0].kind, kept[0].text) == ("text", "cứu em")
        await channel.stop()


async def test_its_bare_page_for_a_token_it_does_not_know_is_no_word_of_the_network(crabline: Crabline) -> None:
    client = Client("123456:wrong-canary", api_root=crabline.root, pace=unhurried())
    with pytest.raises(SendError, match="unknown_outcome"):
        await client.call(client.bot.get_me())
    await client.stop()
