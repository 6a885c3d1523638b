"""The chat page: what is typed is kept before it is called kept, and nothing said is lost when the line breaks."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot import intake, vault
from bot.bells import Bells
from bot.channels import webchat
from bot.channels.webchat import WebChat
from bot.db import Database
from bot.ports import Address, Choice, ChoiceToken, ContactRef, Inbound, Outbound, RichText, SendError
from bot.tables import webchat_frame, webchat_session
from bot.web import build
from tests.conftest import MovableClock


class Kept:
    """Stands for reception: remembers what it was given, or refuses."""

    def __init__(self) -> None:
        self.events: list[Inbound] = []

    async def keep(self, events: Sequence[Inbound]) -> None:
        self.events.extend(events)


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
async def channel(db: Database, clock: MovableClock, kept: Kept, monkeypatch: pytest.MonkeyPatch) -> WebChat:
    monkeypatch.setattr(webchat, "WAIT_SECONDS", 0.2)
    bells = Bells()
    db.on_rung = bells.ring
    made = WebChat(
        db,
        clock,
        bells,
        refer=lambda address: vault.refer(db.seals, "webchat", "web", address),
        service_name="Đồng Hành",
        is_https=False,
    )
    await made.start(kept.keep)
    return made


@pytest.fixture
async def browser(channel: WebChat) -> AsyncIterator[TestClient[Any, Any]]:
    async def ready() -> bool:
        return True

    async with TestClient(TestServer(build(channel.routes(), is_ready=ready))) as client:
        await client.post("/chat/session")
        yield client


async def address_of(db: Database) -> Address:
    return Address(await db.read(lambda connection: connection.execute(select(webchat_session.c.id)).scalar_one()))


def message(text: str, key: str) -> Outbound:
    choice = Choice(ChoiceToken("token"), "Xem thêm")
    contact = ContactRef("", b"")
    return Outbound(to=contact, text=RichText(text), choices=(choice,), idempotency_key=key, purpose="answer")


async def frames(browser: TestClient[Any, Any], after: int = 0) -> list[tuple[int, str]]:
    answer = await browser.get(f"/chat/poll?after={after}")
    return [(frame["seq"], frame["text"]) for frame in (await answer.json())["frames"]]


async def test_the_page_has_every_word_and_strict_headers(browser: TestClient[Any, Any]) -> None:
    answer = await browser.get("/")
    page = await answer.text()
    assert "{{" not in page and "Đồng Hành" in page and 'lang="vi"' in page
    assert "unsafe" not in answer.headers["Content-Security-Policy"] and answer.headers["Cache-Control"] == "no-store"
    assert "<script>" not in page and "style=" not in page and " on" not in page.split("<body")[1].split("<header")[0]
    assert 'lang="en"' in await (await browser.get("/?lang=en")).text()


async def test_the_cookie_is_for_this_site_and_not_for_scripts(channel: WebChat) -> None:
    async def ready() -> bool:
        return True

    async with TestClient(TestServer(build(channel.routes(), is_ready=ready))) as client:
        answer = await client.post("/chat/session")
        cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie and "SameSite=Strict" in cookie


async def test_a_message_is_called_kept_only_once_it_is(browser: TestClient[Any, Any], kept: Kept) -> None:
    answer = await browser.post("/chat/poll", json={"id": "1", "text": "e bi danh"})
    assert (await answer.json()) == {"kept": True}
    assert [event.text for event in kept.events] == ["e bi danh"]
    again = await browser.post("/chat/poll", json={"id": "1", "text": "e bi danh"})
    assert again.status == 200 and kept.events[0].event_id == kept.events[1].event_id


async def test_after_a_lost_connection_exactly_the_missing_frames_come(
    browser: TestClient[Any, Any], channel: WebChat, db: Database
) -> None:
    to = await address_of(db)
    for number in range(1, 6):
        await channel.send(message(f"tin {number}", f"key {number}"), to)
    assert await frames(browser, 3) == [(4, "tin 4"), (5, "tin 5")]
    assert [seq for seq, _ in await frames(browser)] == [1, 2, 3, 4, 5]


async def test_one_message_sent_twice_is_one_frame(
    browser: TestClient[Any, Any], channel: WebChat, db: Database
) -> None:
    to = await address_of(db)
    assert await channel.send(message("một", "same"), to) == await channel.send(message("một", "same"), to)
    assert await frames(browser) == [(1, "một")]


async def test_frames_are_sealed_and_gone_with_the_session(
    browser: TestClient[Any, Any], channel: WebChat, db: Database
) -> None:
    to = await address_of(db)
    await channel.send(message("điều bí mật", "k"), to)
    sealed = await db.read(lambda connection: connection.execute(select(webchat_frame.c.sealed)).scalar_one())
    assert "bí mật".encode() not in sealed
    await channel.forget(to)
    rows = select(func.count()).select_from(webchat_frame)
    assert await db.read(lambda connection: connection.execute(rows).scalar_one()) == 0
    assert (await browser.get("/chat/poll?after=0")).status == 410
    with pytest.raises(SendError) as problem:
        await channel.send(message("nữa", "k2"), to)
    assert problem.value.kind == "contact_gone"


async def test_words_taken_back_leave_the_page_too_and_the_talk_goes_on(
    browser: TestClient[Any, Any], channel: WebChat, db: Database
) -> None:
    address = await address_of(db)
    sent = [await channel.send(message(f"chuyện {n}", str(n)), address) for n in range(3)]
    report = await channel.erase(address, [one.refs[0] for one in sent])
    assert len(report.erased) == 3
    await channel.send(message("còn đây", "later"), address)
    found = (await (await browser.get("/chat/poll?after=0")).json())["frames"]
    assert [one.get("wipe", False) for one in found] == [True, False]
    assert [one["text"] for one in found] == ["", "còn đây"] and found[0]["seq"] == 4


async def test_a_page_that_stood_open_for_days_is_emptied_although_no_reference_is_left(
    browser: TestClient[Any, Any], channel: WebChat, db: Database
) -> None:
    address = await address_of(db)
    await channel.send(message("chuyện cũ", "1"), address)
    report = await channel.erase(address, [])
    assert report.is_whole and not report.kept
    found = (await (await browser.get("/chat/poll?after=0")).json())["frames"]
    assert [one.get("wipe", False) for one in found] == [True]


async def test_a_page_from_which_somebody_writes_behind_an_erasure_goes_on(
    browser: TestClient[Any, Any], channel: WebChat, db: Database, clock: MovableClock
) -> None:
    address = await address_of(db)
    old = await channel.send(message("chuyện cũ", "1"), address)
    until = clock.now() + timedelta(days=1)
    door = ("webchat", "web", vault.refer(db.seals, "webchat", "web", address))
    await db.write(lambda tx: intake.new_lane(tx, *door, None, now=clock.now(), until=until, held_until=None))
    await channel.send(message("trả lời mới", "2"), address)
    await channel.erase(address, old.refs)
    await channel.forget(address)
    found = (await (await browser.get("/chat/poll?after=0")).json())["frames"]
    assert [(one["text"], one.get("up_to")) for one in found] == [("trả lời mới", None), ("", 1)]


async def test_quick_exit_takes_the_cookie(browser: TestClient[Any, Any]) -> None:
    await browser.post("/chat/exit")
    assert (await browser.get("/chat/poll?after=0")).status == 410


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b'"x"', b"[" * 5000])
async def test_nonsense_is_refused_and_nothing_is_kept(browser: TestClient[Any, Any], kept: Kept, body: bytes) -> None:
    assert (await browser.post("/chat/poll", data=body)).status == 400
    assert kept.events == []


async def test_a_hundred_thousand_letters_are_kept_and_a_million_refused(
    browser: TestClient[Any, Any], kept: Kept
) -> None:
    assert (await browser.post("/chat/poll", json={"id": "1", "text": "ắ" * 60_000})).status == 200
    assert (await browser.post("/chat/poll", json={"id": "2", "text": "a" * 1_000_000})).status == 413
    assert len(kept.events) == 1


@given(raw=st.binary(max_size=200) | st.from_regex(rb'\{"address":"a","id":".","(text|choice|location)":.{0,40}\}'))
@settings(max_examples=200)
def test_parse_never_raises(raw: bytes) -> None:
    clock = MovableClock.__new__(MovableClock)
    clock._now = None  # type: ignore[assignment]
    made = WebChat(
        None,  # type: ignore[arg-type]
        clock,
        Bells(),
        refer=lambda address: ContactRef("h", b""),
        service_name="",
        is_https=False,
    )
    made.parse(raw)
