"""The page of a place: a code is ticked without signing in; a refuge is never confirmed; guessing ends quickly."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import insert, select

from bot import demonstration
from bot.db import Database, Tx
from bot.helpline import cases, referrals
from bot.policy import demonstration as demo_policy
from bot.tables import conversation, lane, person, referral, wrong_code
from bot.web import build
from bot.web.came import routes
from directory.shelf import ShelfKeeper
from tests.conftest import MovableClock


@pytest.fixture
async def keeper(db: Database, clock: MovableClock) -> ShelfKeeper:
    await db.write(lambda tx: demonstration.seed(tx, clock.now()))
    made = ShelfKeeper()
    await db.read(made.load)
    return made


@pytest.fixture
async def phone(db: Database, clock: MovableClock, keeper: ShelfKeeper) -> AsyncIterator[TestClient[Any, Any]]:
    async def ready() -> bool:
        return True

    async with TestClient(TestServer(build(routes(db, clock, keeper), is_ready=ready))) as client:
        yield client


def refer(tx: Tx, clock: MovableClock, place: str) -> str:
    now = clock.now()
    tx.execute(insert(person).values(id=1, created_at=now, forget_at=now))
    row = {"person_id": 1, "channel": "fake", "account": "1", "handle": "h"}
    tx.execute(insert(lane).values(id=1, last_at=now, forget_at=now, **row))
    tx.execute(insert(conversation).values(lane_id=1, key_id=tx.seals.new_key(), last_at=now, forget_at=now))
    opened = cases.open_case(tx, 1, urgency="now", need=None, place=None, now=now, policy=demo_policy())
    cases.take(tx, opened.case.id, 1, now=now, policy=demo_policy())
    return referrals.refer(tx, opened.case.id, 1, place, "nơi mẫu", now=now).code


async def test_a_code_is_ticked_and_nobody_is_named(
    phone: TestClient[Any, Any], db: Database, clock: MovableClock, keeper: ShelfKeeper
) -> None:
    place = next(one for one in keeper.shelf if not one.is_sealed)
    found = await (await phone.get("/r/", params={"q": place.service[:12]})).text()
    assert f"/r/{place.id}" in found
    code = await db.write(lambda tx: refer(tx, clock, place.id))
    page = await (await phone.post(f"/r/{place.id}", data={"code": f" {code} "})).text()
    assert "Đã ghi" in page and "Bạn" not in page.replace("của bạn", "")
    state = await db.read(lambda connection: connection.execute(select(referral.c.state)).scalar_one())
    assert state == "attended"
    assert "đã được ghi trước đó" in await (await phone.post(f"/r/{place.id}", data={"code": code})).text()


async def test_a_refuge_is_neither_found_nor_confirmed(phone: TestClient[Any, Any], keeper: ShelfKeeper) -> None:
    sealed = next(one for one in keeper.shelf if one.is_sealed)
    assert sealed.id not in await (await phone.get("/r/", params={"q": sealed.service})).text()
    assert (await phone.get(f"/r/{sealed.id}")).status == 404
    assert (await phone.post(f"/r/{sealed.id}", data={"code": "0000"})).status == 404


async def test_guessing_codes_ends_quickly(phone: TestClient[Any, Any], db: Database, keeper: ShelfKeeper) -> None:
    place = next(one for one in keeper.shelf if not one.is_sealed)
    answers = [(await phone.post(f"/r/{place.id}", data={"code": f"{n:04}"})).status for n in range(14)]
    assert answers == [200] * referrals.MOST_WRONG + [429] * (14 - referrals.MOST_WRONG)
    assert await db.read(lambda connection: connection.execute(select(wrong_code.c.n)).scalar_one()) == 10
    bad = await phone.post(f"/r/{place.id}", data={"code": "<b>1"})
    assert "<b>1" not in await bad.text()
