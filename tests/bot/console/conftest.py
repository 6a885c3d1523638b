"""A console on a real database, with browsers that keep their cookies, and one person who has asked for help."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import insert, select

from bot import demonstration, staff, vault
from bot.bells import Bells
from bot.console.building import build as build_console
from bot.db import Database, Tx
from bot.helpline import cases, relay
from bot.masking import Masked
from bot.policy import demonstration as demo_policy
from bot.tables import conversation, lane, person
from bot.web import build
from directory.shelf import ShelfKeeper
from tests.conftest import MovableClock

Browser = TestClient[Any, Any]


@dataclass
class Desk:
    """What the console tests share."""

    db: Database
    clock: MovableClock
    bells: Bells
    keeper: ShelfKeeper
    server: TestServer
    browsers: list[Browser] = field(default_factory=list)
    typed: list[int] = field(default_factory=list)  # lanes that were shown that a colleague writes

    async def browser(self) -> Browser:
        made: Browser = TestClient(self.server, cookie_jar=CookieJar(unsafe=True))
        self.browsers.append(made)
        return made

    async def as_(self, name: str) -> Browser:
        """A browser in which this demonstration colleague is signed in."""
        made = await self.browser()
        member = await self.member(name)
        token = await self.db.write(lambda tx: staff.demo_link(tx, member.id, now=self.clock.now()))
        answer = await made.post(f"/console/invite/{token}", data={"colleague": name})
        assert answer.status == 200, await answer.text()
        return made

    async def member(self, name: str) -> staff.StaffMember:
        found = await self.db.read(lambda connection: staff.by_name(connection, name))
        assert found is not None
        return found

    async def press(self, browser: Browser, path: str, **fields: Any) -> tuple[str, str]:
        """Send a form as the page would; returns (path it led to, text of that page)."""
        page = await (await browser.get("/console/listings")).text()
        csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
        answer = await browser.post(path, data={"csrf": csrf, **fields})
        return str(answer.url.relative()), await answer.text()

    async def report(self, text: str = "nó đánh em", *, urgency: str = "now", number: int = 1) -> int:
        """Somebody reports; returns the number of the case."""

        def write(tx: Tx) -> int:
            now = self.clock.now()
            ref = vault.refer(tx.seals, "fake", "1", f"person-{number}")
            until = now + timedelta(days=40)
            tx.execute(insert(person).values(id=number, created_at=now, forget_at=until))
            row = {"person_id": number, "channel": "fake", "account": "1", "handle": ref.handle}
            tx.execute(insert(lane).values(id=number, last_at=now, forget_at=until, **row))
            key = tx.seals.new_key()
            tx.execute(insert(conversation).values(lane_id=number, key_id=key, last_at=now, forget_at=until))
            opened = cases.open_case(
                tx, number, urgency=urgency, need=None, place=None, now=now, policy=demo_policy()  # type: ignore[arg-type]
            )
            relay.from_person(tx, opened.case.id, Masked(text), now=now)
            return opened.case.id

        return await self.db.write(write)

    async def count(self, table: Any, *where: Any) -> int:
        rows = await self.db.read(lambda connection: connection.execute(select(table).where(*where)).all())
        return len(rows)


@pytest.fixture
async def desk(db: Database, clock: MovableClock) -> AsyncIterator[Desk]:
    bells, keeper = Bells(), ShelfKeeper()
    db.on_rung = bells.ring
    await db.write(lambda tx: demonstration.seed(tx, clock.now()))
    await db.read(keeper.load)

    async def ready() -> bool:
        return True

    typed: list[int] = []

    async def typing(lane_id: int) -> None:
        typed.append(lane_id)

    console = build_console(
        db, clock, demo_policy(), bells, keeper, service_name="Đồng Hành", base_url="http://127.0.0.1", typing=typing
    )
    server = TestServer(build((), is_ready=ready, parts={"/console": console}))
    await server.start_server()
    made = Desk(db, clock, bells, keeper, server, typed=typed)
    yield made
    for browser in made.browsers:
        await browser.close()
    await server.close()


