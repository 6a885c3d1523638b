"""A whole house with a Telegram door and a Telegram sender, on made-up networks."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestClient, TestServer

from bot import demonstration, linking
from bot.app import House, build
from bot.channels.telegram import HEADER, PATH, Telegram
from bot.channels.telegram_client import Client
from bot.channels.telegram_staff import KIND, Colleagues, StaffTelegram
from bot.db import open_engine
from bot.policy import demonstration as demo_policy
from bot.ports import Address
from bot.seals import Seals
from bot.settings import Settings
from bot.web import build as build_web
from directory.tables import make_tables
from tests.conftest import MovableClock
from tests.contracts.lines import unhurried
from tests.fake_telegram import SECRET, TOKEN, FakeTelegram

STAFF_TOKEN = "5151:canary-STAFF_token"
ANNA = 1001
LAN = 2002


@dataclass
class Street:
    """The house, the two networks (for persons and for colleagues), and the webhook if there is one."""

    house: House
    network: FakeTelegram
    staff_network: FakeTelegram
    clock: MovableClock
    web: TestClient[Any, Any] | None = None

    async def bring(self, update: dict[str, Any], *, times: int = 1) -> None:
        """Let an update come in on whichever way this house has, and everything it leads to be done."""
        for _ in range(times):
            if self.web is not None:
                answer = await self.web.post(PATH, data=json.dumps(update), headers={HEADER: SECRET})
                assert answer.status == 200
            else:
                await self.until(lambda: not self._is_waiting(update))
        await self.settle()

    def _is_waiting(self, update: dict[str, Any]) -> bool:
        asked = self.network.asked("getUpdates")
        return not asked or asked[-1]["offset"] <= update["update_id"]

    async def say(self, text: str, chat: int = ANNA) -> list[str]:
        """A person writes; what comes back."""
        before = len(self.network.texts(chat))
        await self.bring(self.network.message(chat, text=text))
        return self.network.texts(chat)[before:]

    async def settle(self) -> None:
        await self.house.settle()
        for channel in self.house.channels:
            while beside := getattr(channel, "_beside", None):
                await asyncio.gather(*beside)
        for sender in self.house.senders.values():
            while answers := getattr(sender, "_answering", None):
                await asyncio.gather(*answers.values())

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not is_so():
                await asyncio.sleep(0.005)

    def buttons(self, chat: int = ANNA) -> dict[str, str]:
        """The buttons of the newest message that has some: token by label."""
        for one in reversed([one for one in self.network.shown.values() if one.chat == chat and one.is_ours]):
            if rows := one.body.get("reply_markup", {}).get("inline_keyboard"):
                return {row[0]["text"]: row[0]["callback_data"] for row in rows}
        return {}

    async def press(self, token: str, chat: int = ANNA) -> list[str]:
        before = len(self.network.texts(chat))
        holder = next(
            (one for one in self.network.shown.values() if one.is_ours and token in json.dumps(one.body)), None
        )
        await self.bring(self.network.press(chat, token, on=holder))
        return self.network.texts(chat)[before:]


@asynccontextmanager
async def street(
    folder: Path, seals: Seals, clock: MovableClock, *, url: str | None = None, by_webhook: bool = True
) -> AsyncIterator[Street]:
    where = url or f"sqlite:///{folder / 'house.db'}"
    engine = open_engine(where)
    make_tables(engine)
    engine.dispose()
    async with AsyncExitStack() as stack:
        network = await stack.enter_async_context(FakeTelegram(clock.now))
        staff_network = await stack.enter_async_context(FakeTelegram(clock.now, token=STAFF_TOKEN))
        house = _build(where, seals, clock, network.root, staff_network.root, by_webhook)
        await house.db.write(lambda tx: demonstration.seed(tx, clock.now()))
        await house.start(ticks=False)
        stack.push_async_callback(house.stop)
        made = Street(house, network, staff_network, clock)
        if by_webhook:
            routes = [route for channel in house.channels for route in channel.routes()]

            async def ready() -> bool:
                return True

            server = TestServer(build_web(routes, is_ready=ready), host="127.0.0.1")
            made.web = await stack.enter_async_context(TestClient(server))
        yield made
        assert network.problems == [] and staff_network.problems == []


def _build(
    where: str, seals: Seals, clock: MovableClock, root: str, staff_root: str, by_webhook: bool
) -> House:
    base = "https://help.example.org"

    def door(db: Any, seals: Any, clock: Any, bells: Any, settings: Any, refer: Any) -> Telegram:
        return Telegram(
            db,
            clock,
            Client(TOKEN, api_root=root, pace=unhurried()),
            refer=refer,
            webhook_url=f"{base}{PATH}" if by_webhook else "",
            webhook_secret=SECRET if by_webhook else "",
            is_colleague=Colleagues(db, clock),
            console_url=f"{base}/console/",
        )

    def sender(db: Any, clock: Any, bells: Any, settings: Any) -> StaffTelegram:
        client = Client(STAFF_TOKEN, api_root=staff_root, pace=unhurried())
        return StaffTelegram(db, clock, client, public_url=base)

    def routes(connection: Any, staff_id: int) -> list[tuple[str, Address]]:
        own = linking.address_of(connection, seals, staff_id, KIND)
        return [(KIND, own)] if own is not None else []

    return build(
        Settings(database_url=where, public_url=base),
        demo_policy(),
        seals=seals,
        clock=clock,
        channels={("telegram", "4242"): door},
        senders={KIND: sender},
        routes=routes,
    )
