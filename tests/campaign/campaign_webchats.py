"""A thousand chat pages open at once and fifty messages a second for a minute: every one is answered."""

import asyncio
import json
import random
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.campaign.conftest import scaled
from tests.test_killed import free_port, start

CHATS, PER_SECOND, SECONDS = 1000, 50, 60
TEXTS = ("xet nghiem hiv o cau giay", "prep la gi vay", "muon tim cho hoc nghe o ninh kieu", "cam on nha", "chao ban")


class Chat:
    """One open page: sends a message and notes when the next frame comes."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.browser = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.socket: aiohttp.ClientWebSocketResponse
        self.asked: float | None = None
        self.lasted: list[float] = []
        self.sent = 0
        self.kept = 0
        self._reading: asyncio.Task[None]

    async def open(self) -> None:
        async with self.browser.post(f"{self.base}/chat/session"):
            pass
        self.socket = await self.browser.ws_connect(f"{self.base}/chat/ws")
        await self.socket.send_json({"after": 0})
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for message in self.socket:
            told = json.loads(message.data)
            if "seq" in told and self.asked is not None:
                self.lasted.append(time.monotonic() - self.asked)
                self.asked = None
            elif told.get("is_kept"):
                self.kept += 1

    async def ask(self, text: str) -> None:
        self.sent += 1
        self.asked = time.monotonic()
        await self.socket.send_json({"id": f"m{self.sent}", "text": text})

    async def close(self) -> None:
        self._reading.cancel()
        await self.socket.close()
        await self.browser.close()


@asynccontextmanager
async def service(folder: Path) -> AsyncIterator[str]:
    port = free_port()
    process, said = start(folder, port), folder / "said.txt"
    while "Ctrl-C" not in said.read_text("utf-8"):
        await asyncio.sleep(0.1)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


@pytest.mark.timeout(1200)
async def test_a_thousand_chats(tmp_path: Path) -> None:
    chance, count, seconds = random.Random(3), scaled(CHATS), scaled(SECONDS)
    per_second = max(1, scaled(PER_SECOND))
    async with service(tmp_path) as base:
        chats = [Chat(base) for _ in range(count)]
        for begin in range(0, count, 50):
            await asyncio.gather(*(chat.open() for chat in chats[begin : begin + 50]))
        begun, asked = time.monotonic(), 0
        while (passed := time.monotonic() - begun) < seconds:
            if asked < passed * per_second:
                idle = [chat for chat in chance.sample(chats, min(20, count)) if chat.asked is None]
                if idle:
                    await idle[0].ask(chance.choice(TEXTS))
                asked += 1
                continue
            await asyncio.sleep(0.002)
        end = time.monotonic() + 30
        while any(chat.asked is not None for chat in chats) and time.monotonic() < end:
            await asyncio.sleep(0.05)
        lost = sum(chat.asked is not None for chat in chats)
        lasted = sorted(one for chat in chats for one in chat.lasted)
        sent, kept = sum(chat.sent for chat in chats), sum(chat.kept for chat in chats)
        for chat in chats:
            await chat.close()
    p50, p99 = (lasted[int(len(lasted) * share)] * 1000 for share in (0.5, 0.99))
    print(f"\n| {count} chats open, {per_second} messages/s for {seconds} s: {sent} sent, {kept} kept "
          f"| lost {lost}, answer p50 {p50:.0f} ms, p99 {p99:.0f} ms |")  # fmt: skip
    assert lost == 0 and kept == sent
