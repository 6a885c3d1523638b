"""A person and a colleague whose accounts are full of canaries live through a whole case: nothing of them is anywhere.

Looked for in every page of the console, in what buttons carry, in alarms, logs, the database, exports and a backup; and
nothing of the colleague is in what the person gets.
"""

import json
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from sqlalchemy import Connection, select

from bot import backups, linking, staff
from bot.channels.telegram_staff import KIND
from bot.console.building import ROUTES
from bot.console.building import build as build_console
from bot.console.layout import Route
from bot.db import open_engine
from bot.seals import Seals
from bot.staff import ROLES
from bot.tables import case, referral
from bot.web import build as build_web
from bot.web.take import routes as take_routes
from directory.search import Question, search
from tests.bot.console.conftest import Browser, Desk
from tests.conftest import MovableClock
from tests.fake_telegram import FakeTelegram
from tests.telegram_house import Street, street

pytestmark = pytest.mark.timeout(240)

HER, WORKER = 7_777_000_111_222, 8_888_000_333_444
OF_HER = (
    str(HER), "Hongcanaria", "hong_canary_user", "84911222333", "0911222333", "0911 222 333", "Danhbacanaria",
    "7777000999888", "Chuyencanaria", "canary-file-id", "canary.mail@example.org",
)  # fmt: skip
OF_THE_WORKER = (str(WORKER), "Lancanaria", "lan_canary_user")


def about(chat: int, first: str, user: str) -> dict[str, Any]:
    """Who writes, as the network tells it."""
    told = {"id": chat, "is_bot": False, "first_name": first, "last_name": first, "username": user}
    return {
        "from": {**told, "language_code": "vi"},
        "chat": {"id": chat, "type": "private", "first_name": first, "last_name": first, "username": user},
    }


HERS = about(HER, "Hongcanaria", "hong_canary_user")
LANS = about(WORKER, "Lancanaria", "lan_canary_user")


@asynccontextmanager
async def console(town: Street) -> AsyncIterator[Desk]:
    """The pages of the same house, and the page behind the link of an alarm."""
    house = town.house

    async def ready() -> bool:
        return True

    async def typing(lane_id: int) -> None:
        pass

    pages = build_console(
        house.db, town.clock, house.policy, house.bells, house.keeper, service_name="Đồng Hành",
        base_url="http://127.0.0.1", typing=typing,
    )  # fmt: skip
    taking = take_routes(house.db, town.clock, house.policy)
    server = TestServer(build_web(taking, is_ready=ready, parts={"/console": pages}))
    await server.start_server()
    desk = Desk(house.db, town.clock, house.bells, house.keeper, server)
    try:
        yield desk
    finally:
        for browser in desk.browsers:
            await browser.close()
        await server.close()


def written(network: FakeTelegram, chat: int, who: dict[str, Any], **content: Any) -> dict[str, Any]:
    update = network.message(chat, **content)
    update["message"].update(who)
    return update


async def says(town: Street, **content: Any) -> None:
    await town.bring(written(town.network, HER, HERS, **content))


async def link_worker(town: Street) -> None:
    member = await town.house.db.read(lambda connection: staff.by_name(connection, "worker-1"))
    assert member is not None
    code = await town.house.db.write(lambda tx: linking.begin(tx, member.id, KIND, now=town.clock.now()))
    update = written(town.staff_network, WORKER, LANS, text=f"/start {code}")
    asked = town.staff_network.asked
    await town.until(lambda: any(body["offset"] > update["update_id"] for body in asked("getUpdates")))
    await town.settle()


async def everything_she_sends(town: Street) -> None:
    """Words, a card of somebody, a message passed on, a picture, a place, and her number and mail typed."""
    await says(town, text="nó đang đánh em, gọi em 0911222333 hay 0911 222 333, canary.mail@example.org")
    contact = {"phone_number": "+84911222333", "first_name": "Danhbacanaria", "user_id": HER}
    await says(town, contact=contact)
    passed_on = {"type": "user", "sender_user": {"id": 7777000999888, "is_bot": False, "first_name": "Chuyencanaria"}}
    await says(town, text="nó nhắn vậy đó", forward_origin={**passed_on, "date": 1})
    picture = [{"file_id": "canary-file-id", "file_unique_id": "canary-file-id", "width": 9, "height": 9}]
    await says(town, photo=picture)


async def help_her(town: Street, desk: Desk) -> int:
    """Taken by the link on the locked phone, read, answered, asked, referred, accompanied, closed."""
    told = [one for one in town.staff_network.shown.values() if one.is_ours and one.chat == WORKER][-1]
    url = told.body["reply_markup"]["inline_keyboard"][0][0]["url"]
    stranger = await desk.browser()
    assert (await stranger.post("/t/" + url.rpartition("/")[2])).status == 200
    case_id = int(await town.house.db.read(lambda c: c.execute(select(case.c.id)).scalar_one()))
    lan, here = await desk.as_("worker-1"), f"/console/cases/{case_id}"
    assert "nó đang đánh em" in await (await lan.get(here)).text()
    for deed, fields in (
        ("reply", {"text": "Chị đây, em nghe chị không?", "taps": "yes"}),
        ("ask", {"purpose": "notes"}),
        ("note", {"tick": "hurt", "note": "chờ em ấy"}),
        ("refer", {"listing": listing(town)}),
    ):
        await desk.press(lan, f"{here}/{deed}", **fields)
        await town.settle()
    assert town.buttons(HER)
    await desk.press(lan, f"{here}/keep-out", hours="24")
    return case_id


def listing(town: Street) -> str:
    found = search(town.house.keeper.shelf, Question(needs=("legal.aid",), places=(), at=town.clock.now()))
    return found.results[0].listing.id


async def seen_in(desk: Desk, case_id: int) -> str:
    """Every page and every file of the console, as every role sees them."""
    place = next(one.id for one in desk.keeper.shelf)
    ways = {"{case}": str(case_id), "{referral}": "1", "{number}": "1", "{listing}": place, "{channel}": "1"}
    ways |= {"{article}": "pep-72h", "{language}": "vi", "{colleague}": "1"}
    pages = []
    for role in ROLES:
        browser = await desk.as_(f"{role}-1")
        for route in ROUTES:
            if isinstance(route, Route) and route.method == "GET" and route.path not in ("/live", "/sign-out"):
                path = re.sub(r"\{\w+\}", lambda way: ways[way.group()], route.path)
                answer = await browser.get("/console" + path)
                pages.append(f"{path} {answer.headers} {await answer.text(errors='replace')}")
        pages += [await file(desk, browser, *wanted) for wanted in FILES]
    return "\n".join(pages)


FILES = (
    ("exports/table", {"form": "csv"}), ("exports/public", {"form": "offline"}),
    ("figures/file", {"form": "csv", "year": "2026"}), ("figures/file", {"form": "json", "year": "2026"}),
)  # fmt: skip


async def file(desk: Desk, browser: Browser, path: str, fields: dict[str, str]) -> str:
    page = await (await browser.get("/console/channels")).text()
    csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    answer = await browser.post(f"/console/{path}", data={"csrf": csrf, **fields})
    return (await answer.read()).decode("utf-8", "replace")


def sent(network: FakeTelegram, chat: int) -> str:
    """All that a network was told to show there, buttons with what they carry."""
    return json.dumps([one.body for one in network.shown.values() if one.is_ours and one.chat == chat], default=str)


async def test_after_a_whole_case_nothing_of_either_is_anywhere(
    tmp_path: Path, seals: Seals, clock: MovableClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.INFO)
    async with street(tmp_path, seals, clock) as town, console(town) as desk:
        await link_worker(town)
        await everything_she_sends(town)
        case_id = await help_her(town, desk)
        await town.settle()
        while_open = await seen_in(desk, case_id)
        lan = await desk.as_("worker-1")
        await desk.press(lan, f"/console/cases/{case_id}/close", outcome="referred_legal")
        await town.settle()
        found = {
            "pages": while_open + await seen_in(desk, case_id),
            "alarms": sent(town.staff_network, WORKER),
            "log": "\n".join(
                f"{one.getMessage()} {vars(one)}"
                for one in caplog.records
                if not one.name.startswith(("aiohttp.access", "asyncio", "sqlalchemy"))
            ),
        }
        assert "nó đang đánh em" in while_open, "the words themselves are read by whoever has the case"
        assert await town.house.db.read(count_of_referrals) == 1
        to_her = sent(town.network, HER)
        await town.house.db.scrub()
        reader = open_engine(f"sqlite:///{tmp_path / 'house.db'}")
        backups.write(reader, seals, tmp_path / "line.backup", now=clock.now())
        reader.dispose()
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    for canary in OF_HER:
        assert not [name for name, text in found.items() if canary in text], canary
        assert canary not in re.sub(r'"chat_id": \d+', "", to_her), canary
    for canary in OF_THE_WORKER:
        assert not [name for name in ("pages", "log") if canary in found[name]], canary
        assert canary not in to_her, canary
    for canary in (*OF_HER, *OF_THE_WORKER):
        assert not [name for name, raw in files.items() if canary.encode() in raw], canary


def count_of_referrals(connection: Connection) -> int:
    return len(connection.execute(select(referral.c.id)).all())
