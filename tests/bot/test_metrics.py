"""Numbers for those who watch over the service: only for them, and about nobody."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.db import Database
from bot.helpline.invariants import PROMISES
from bot.web import build, metrics
from directory.shelf import ShelfKeeper
from tests.bot.test_take_link import somebody
from tests.conftest import MovableClock


@pytest.fixture
async def client(db: Database, clock: MovableClock) -> AsyncIterator[TestClient[Any, Any]]:
    async def ready() -> bool:
        return True

    await db.write(lambda tx: somebody(tx, clock))
    routes = metrics.routes(db, clock, ShelfKeeper(), token="a-long-token")
    async with TestClient(TestServer(build(routes, is_ready=ready))) as made:
        yield made


async def test_how_many_wait_and_since_when(client: TestClient[Any, Any], clock: MovableClock) -> None:
    clock.pass_(seconds=90)
    page = await (await client.get("/metrics")).text()
    assert 'donghanh_cases_waiting{urgency="now"} 1.0' in page
    assert 'donghanh_oldest_waiting_seconds{urgency="now"} 90.0' in page
    assert "donghanh_cases_without_timer 0.0" in page


async def test_no_label_holds_anything_but_an_urgency_and_a_promise(client: TestClient[Any, Any]) -> None:
    page = await (await client.get("/metrics")).text()
    assert set(re.findall(r"\{(.*?)\}", page)) == {
        *(f'urgency="{one}"' for one in ("now", "violence", "request")),
        *(f'promise="{one}"' for one in PROMISES),
    }


async def test_who_comes_through_a_proxy_needs_the_token(client: TestClient[Any, Any]) -> None:
    forwarded = {"X-Forwarded-For": "203.0.113.5"}
    assert (await client.get("/metrics", headers=forwarded)).status == 403
    assert (await client.get("/metrics", headers={**forwarded, "Authorization": "Bearer wrong"})).status == 403
    assert (await client.get("/metrics", headers={**forwarded, "Authorization": "Bearer a-long-token"})).status == 200
