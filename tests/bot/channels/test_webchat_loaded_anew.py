"""The chat page loaded anew: whoever opens the browser later sees nothing of her talk until it is asked for."""

from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from bot import intake, vault
from bot.channels.webchat import WebChat
from bot.db import Database
from bot.helpline import guards
from bot.ports import Address
from tests.bot.channels.test_webchat import address_of, browser, channel, frames, kept, message  # noqa: F401
from tests.bot.channels.test_webchat_socket import only_the_bell  # noqa: F401
from tests.conftest import MovableClock

Client = TestClient[Any, Any]
pytestmark = pytest.mark.usefixtures("browser", "channel")


async def she_wrote(db: Database, to: Address, clock: MovableClock) -> int:
    """The lane that her first message makes."""
    door = ("webchat", "web", vault.refer(db.seals, "webchat", "web", to))
    until = clock.now() + timedelta(days=3)
    return await db.write(lambda tx: intake.new_lane(tx, *door, None, now=clock.now(), until=until, held_until=None))


async def told(browser: Client, query: str) -> dict[str, Any]:  # noqa: F811
    answer: dict[str, Any] = await (await browser.get(f"/chat/poll?{query}")).json()
    return answer


async def test_in_the_middle_of_a_talk_it_goes_on_as_it_stood(
    browser: Client,  # noqa: F811
    channel: WebChat,  # noqa: F811
    db: Database,
    clock: MovableClock,
) -> None:
    to = await address_of(db)
    await she_wrote(db, to, clock)
    await channel.send(message("thẻ an toàn", "1"), to)
    await frames(browser, 1)
    clock.pass_(minutes=9)
    assert await frames(browser) == [(1, "thẻ an toàn")]


async def test_later_only_what_was_never_shown_comes_and_the_rest_when_asked_for(
    browser: Client,  # noqa: F811
    channel: WebChat,  # noqa: F811
    db: Database,
    clock: MovableClock,
) -> None:
    to = await address_of(db)
    await she_wrote(db, to, clock)
    await channel.send(message("chuyện của em", "1"), to)
    await frames(browser, 1)
    clock.pass_(minutes=11)
    await channel.send(message("chị đây", "2"), to)
    for _ in range(2):  # whoever loads it twice learns no more
        found = await told(browser, "after=0")
        assert [one["text"] for one in found["frames"]] == ["chị đây"] and found["earlier"] == 1
    assert [one["text"] for one in (await told(browser, "before=2"))["frames"]] == ["chuyện của em"]
    async with browser.ws_connect("/chat/ws") as line:
        await line.send_json({"after": 0})
        assert await line.receive_json(timeout=50) == {"earlier": 1}
        assert (await line.receive_json(timeout=50))["text"] == "chị đây"


async def test_while_somebody_else_may_hold_the_phone_nothing_of_before_is_shown_asked_for_or_not(
    browser: Client,  # noqa: F811
    channel: WebChat,  # noqa: F811
    db: Database,
    clock: MovableClock,
) -> None:
    to = await address_of(db)
    lane_id = await she_wrote(db, to, clock)
    await channel.send(message("chuyện của em", "1"), to)
    await frames(browser, 1)
    await channel.send(message("chị gọi người tới nhé", "2"), to)
    clock.pass_(seconds=5)
    async with browser.ws_connect("/chat/ws") as line:
        await line.send_json({"after": 2})
        await db.write(lambda tx: guards.go_neutral(tx, lane_id, now=clock.now()))
        await channel.send(message("Trang hỏi đáp sức khoẻ", "3"), to)
        assert await line.receive_json(timeout=50) == {"veil": True}, "the open page is emptied before it answers"
        assert (await line.receive_json(timeout=50))["text"] == "Trang hỏi đáp sức khoẻ"
        found = await told(browser, "after=0")
        assert [one["text"] for one in found["frames"]] == ["Trang hỏi đáp sức khoẻ"]
        assert found["veil"] and "earlier" not in found
        assert (await told(browser, "before=3"))["frames"] == []
        await db.write(lambda tx: guards.open_again(tx, lane_id, now=clock.now()))
        await channel.send(message("Chào bạn trở lại", "4"), to)
        assert await line.receive_json(timeout=50) == {"veil": False}
    assert [one["text"] for one in (await told(browser, "before=3"))["frames"]] == [
        "chuyện của em", "chị gọi người tới nhé"
    ]  # fmt: skip


async def test_after_the_quick_exit_nothing_is_shown_at_all(
    browser: Client,  # noqa: F811
    channel: WebChat,  # noqa: F811
    db: Database,
) -> None:
    await channel.send(message("chuyện của em", "1"), await address_of(db))
    await browser.post("/chat/exit")
    await browser.post("/chat/session")
    assert await told(browser, "after=0") == {"frames": [], "veil": False}
    assert (await told(browser, "before=9"))["frames"] == []
