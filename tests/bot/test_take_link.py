"""The link in an alarm takes the case once; looking at it takes nothing."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import insert, select

from bot import demonstration, vault
from bot.db import Database, Tx
from bot.helpline import cases
from bot.outbox import unpack
from bot.policy import demonstration as demo_policy
from bot.tables import case, conversation, lane, outbox, person, staff, timer
from bot.web import build
from bot.web.take import routes
from tests.conftest import MovableClock

START = datetime(2026, 12, 7, 2, 0, tzinfo=UTC)


def somebody(tx: Tx, clock: MovableClock) -> None:
    now = clock.now()
    demonstration.seed(tx, now)
    demonstration.set_on_duty(tx, ["worker-1", "worker-2"], now)
    ref = vault.refer(tx.seals, "fake", "1", "anna")
    tx.execute(insert(person).values(id=1, created_at=now, forget_at=now))
    row = {"person_id": 1, "channel": "fake", "account": "1", "handle": ref.handle}
    tx.execute(insert(lane).values(id=1, last_at=now, forget_at=now, **row))
    tx.execute(insert(conversation).values(lane_id=1, key_id=tx.seals.new_key(), last_at=now, forget_at=now))
    cases.open_case(tx, 1, urgency="now", need=None, place=None, now=now, policy=demo_policy())


@pytest.fixture
async def phone(db: Database, clock: MovableClock) -> AsyncIterator[TestClient[Any, Any]]:
    async def ready() -> bool:
        return True

    await db.write(lambda tx: somebody(tx, clock))
    async with TestClient(TestServer(build(routes(db, clock, demo_policy()), is_ready=ready))) as client:
        yield client


async def link(db: Database) -> str:
    mine = select(outbox.c.sealed, outbox.c.key).where(outbox.c.purpose == "alarm")
    row = (await db.read(lambda connection: connection.execute(mine).all()))[0]
    url = unpack(db.seals.open(row.sealed, about=f"outbox:{row.key}")).choices[0].url
    assert url is not None
    return url


async def state(db: Database) -> str:
    found: str = await db.read(lambda connection: connection.execute(select(case.c.state)).scalar_one())
    return found


async def test_looking_takes_nothing_and_pressing_takes_once(db: Database, phone: TestClient[Any, Any]) -> None:
    url = await link(db)
    assert "Tôi nhận" in await (await phone.get(url)).text()
    assert await state(db) == "waiting"
    assert "Bạn đã nhận" in await (await phone.post(url)).text()
    assert await state(db) == "taken"
    assert "Bạn đã nhận" in await (await phone.post(url)).text()  # pressed twice
    assert "<button" not in await (await phone.get(url)).text()


async def test_a_link_nobody_sent_takes_nothing(db: Database, phone: TestClient[Any, Any]) -> None:
    assert (await phone.post("/t/not-a-token")).status == 404
    assert await state(db) == "waiting"


async def test_an_old_link_says_that_it_is_old(
    db: Database, phone: TestClient[Any, Any], clock: MovableClock
) -> None:
    url = await link(db)
    clock.pass_(minutes=61)
    assert "hết hạn" in await (await phone.get(url)).text()
    assert "hết hạn" in await (await phone.post(url)).text()
    assert await state(db) == "waiting"


async def test_who_cannot_come_says_so_without_a_reason_and_the_next_one_is_called(
    db: Database, phone: TestClient[Any, Any]
) -> None:
    url = await link(db)
    assert "gọi người khác ngay" in await (await phone.post(url, data={"do": "decline"})).text()
    assert await state(db) == "waiting"
    due_now = select(timer.c.due_at).where(timer.c.kind == "escalate")
    assert await db.read(lambda connection: connection.execute(due_now).scalar_one()) == START
    assert "Bạn đã nhận" in await (await phone.post(url)).text(), "who can after all is welcome"


async def test_phoning_for_help_keeps_the_case(db: Database, phone: TestClient[Any, Any]) -> None:
    url = await link(db)
    page = await (await phone.get(url)).text()
    assert "giữ ca 30 phút" in page and "Không nhận được" in page
    assert "30 phút" in await (await phone.post(url, data={"do": "call_help"})).text()
    assert await state(db) == "held"
    assert "Bạn đã nhận" in await (await phone.post(url)).text()


async def test_pressed_without_the_page_a_link_that_takes_nothing_says_so_by_its_status(
    db: Database, phone: TestClient[Any, Any], clock: MovableClock
) -> None:
    """The button of a push shows no page: what failed stays on the locked phone, what succeeded goes."""
    url = await link(db)
    mai = select(staff.c.id).where(staff.c.name == "worker-2")

    def first(tx: Tx) -> None:
        cases.take(tx, 1, tx.execute(mai).scalar_one(), now=clock.now(), policy=demo_policy())

    await db.write(first)
    assert (await phone.post(url)).status == 409

    def back(tx: Tx) -> None:
        cases.hand_back(tx, 1, tx.execute(mai).scalar_one(), now=clock.now(), policy=demo_policy())

    await db.write(back)
    assert (await phone.post(url)).status == 410, "recalled"
