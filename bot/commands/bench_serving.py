"""A web server of this machine alone, for what `donghanh bench` measures."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession, web

from bot.web import build


@asynccontextmanager
async def served(routes: Iterable[Any]) -> AsyncIterator[tuple[ClientSession, str]]:
    async def ready() -> bool:
        return True

    runner = web.AppRunner(build(routes, is_ready=ready))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with ClientSession() as client:
            yield client, f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def read(client: ClientSession, address: str, number: int = 0) -> bytes:
    async with client.get(address, headers=seen_from(number)) as answer:
        body = await answer.read()
        assert answer.status == 200, body[:200]
        return body


def seen_from(number: int) -> dict[str, str]:
    """Every question from an address of its own, so that nobody asks too much."""
    return {"X-Forwarded-For": f"10.0.{number // 250 % 250}.{number % 250}"}
