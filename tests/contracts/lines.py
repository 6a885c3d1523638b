"""Every channel under one set of handles: what a person does, what a person sees, and what goes wrong."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot import vault
from bot.bells import Bells
from bot.channels import webchat_store
from bot.channels.telegram import HEADER, PATH, Telegram
from bot.channels.telegram_client import Client
from bot.channels.telegram_pace import Pace
from bot.channels.terminal import Terminal
from bot.channels.webchat import WebChat
from bot.db import Database
from bot.ports import Address, Channel, ContactRef, Inbound, SendKind
from tests.conftest import MovableClock
from tests.fake_telegram import BLOCKED, BROKEN, SECRET, TOKEN, UNAUTHORIZED, FakeTelegram, Fault, flood
from tests.fakes import FakeChannel

NAMES = ("fake", "terminal", "webchat", "telegram")
CHAT = 2**60 + 1001  # longer than a number of a browser can be
_FAULTS: dict[SendKind, Fault] = {
    "throttled": flood(7),
    "contact_gone": BLOCKED,
    "unknown_outcome": BROKEN,
    "auth": UNAUTHORIZED,
    "bad_request": {"status": 400, "description": "Bad Request: something else"},
}


def unhurried() -> Pace:
    """No pacing: its own tests move its clock."""
    return Pace(overall=100_000, chat_seconds=0.0)


@dataclass
class Line:
    """A channel under test, with one person on it. `say` brings in one event; `kept` is what the intake was given."""

    channel: Channel
    address: Address
    texts: Callable[[], list[str]]
    say: Callable[..., Any]
    fail: Callable[[SendKind], None] | None = None
    web: TestClient[Any, Any] | None = None
    server: FakeTelegram | None = None
    kept: list[Inbound] = field(default_factory=list)

    async def keep(self, events: Sequence[Inbound]) -> None:
        self.kept += events


@asynccontextmanager
async def open_line(name: str, db: Database, clock: MovableClock) -> AsyncIterator[Line]:
    async with AsyncExitStack() as stack:
        made: Line = await {"fake": _fake, "terminal": _terminal, "webchat": _webchat, "telegram": _telegram}[name](
            db, clock, stack
        )
        await made.channel.start(made.keep)
        yield made
        await made.channel.stop()
        if made.server is not None:
            assert made.server.problems == []


def _refer(db: Database, channel: str, account: str) -> Callable[[str], ContactRef]:
    return lambda address: vault.refer(db.seals, channel, account, address)


async def _fake(db: Database, clock: MovableClock, stack: AsyncExitStack) -> Line:
    channel = FakeChannel(db.seals, clock)

    async def say(text: str | None = None, *, event_id: str | None = None, **more: Any) -> None:
        await channel.say("anna", text, event_id=event_id, **more)

    return Line(channel, Address("anna"), lambda: channel.texts("anna"), say, channel.fail_next)


async def _terminal(db: Database, clock: MovableClock, stack: AsyncExitStack) -> Line:
    seen: list[str] = []
    channel = Terminal(clock, _refer(db, "terminal", "local"), lambda address, message: seen.append(message.text))

    async def say(text: str | None = None, *, event_id: str | None = None, **more: Any) -> None:
        if event_id is None:
            await channel.say("anna", text=text, **more)
        else:
            await made.keep([one for one in made.kept if one.event_id.startswith("anna")][-1:])

    made = Line(channel, Address("anna"), lambda: seen, say)
    return made


async def _webchat(db: Database, clock: MovableClock, stack: AsyncExitStack) -> Line:
    address = await db.write(lambda tx: webchat_store.open_session(tx, "cookie", now=clock.now()))
    refer = _refer(db, "webchat", "web")
    channel = WebChat(db, clock, Bells(), refer=refer, service_name="Đồng Hành", is_https=False)
    count = iter(range(1000))

    def texts() -> list[str]:
        with db._readers._statements.connect() as connection:
            return [one.body["text"] for one in webchat_store.frames_after(connection, db.seals, address, 0)]

    async def say(text: str | None = None, *, event_id: str | None = None, **more: Any) -> None:
        told = {"id": event_id or f"e{next(count)}", "text": text, **more}
        answer = await client.post("/chat/poll", json=told)
        assert answer.status == 200, await answer.text()

    client = await _serve(channel, stack)
    client.session.cookie_jar.update_cookies({"chat": "cookie"}, client.make_url("/"))
    return Line(channel, Address(address), texts, say, web=client)


async def _telegram(db: Database, clock: MovableClock, stack: AsyncExitStack) -> Line:
    server = await stack.enter_async_context(FakeTelegram(clock.now))
    channel = Telegram(
        db,
        clock,
        Client(TOKEN, api_root=server.root, pace=unhurried()),
        refer=_refer(db, "telegram", "4242"),
        webhook_url="https://help.example.org/channels/telegram",
        webhook_secret=SECRET,
    )
    client = await _serve(channel, stack)

    async def say(text: str | None = None, *, event_id: str | None = None, **more: Any) -> None:
        content: dict[str, Any] = {"text": text} if text is not None else {}
        if (geo := more.pop("geo", None)) is not None:
            content["location"] = {"latitude": geo.lat, "longitude": geo.lon}
        told = server.press(CHAT, more.pop("choice")) if "choice" in more else server.message(CHAT, **content, **more)
        if event_id is not None:
            told["update_id"] = int(event_id.removeprefix("e"))
        answer = await client.post(PATH, data=json.dumps(told), headers={HEADER: SECRET})
        assert answer.status == 200

    def fail(kind: SendKind) -> None:
        server.fail_next(_FAULTS[kind])

    return Line(channel, Address(str(CHAT)), lambda: server.texts(CHAT), say, fail, client, server)


async def _serve(channel: Channel, stack: AsyncExitStack) -> TestClient[Any, Any]:
    app = web.Application(client_max_size=600_000)
    app.add_routes(channel.routes())
    return await stack.enter_async_context(TestClient(TestServer(app, host="127.0.0.1")))
