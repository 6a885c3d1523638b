"""What every channel promises, whichever network it speaks: one table, the real ones and the fake alike."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import vault
from bot.bells import Bells
from bot.channels import webchat_store
from bot.channels.terminal import Terminal
from bot.channels.webchat import WebChat
from bot.db import Database
from bot.ports import Address, Channel, Choice, ChoiceToken, ContactRef, Inbound, MsgRef, Outbound, RichText
from tests.conftest import MovableClock
from tests.fakes import FakeChannel

NAMES = ("fake", "terminal", "webchat")


class Line:
    """A channel under test, with one person on it."""

    def __init__(self, channel: Channel, address: Address, shown: Callable[[], Any]) -> None:
        self.channel = channel
        self.address = address
        self.shown = shown


@pytest.fixture(params=NAMES)
async def line(request: pytest.FixtureRequest, db: Database, clock: MovableClock) -> AsyncIterator[Line]:
    made: Line
    if request.param == "fake":
        fake = FakeChannel(db.seals, clock)
        made = Line(fake, Address("anna"), lambda: len(fake.shown))
    elif request.param == "terminal":
        seen: list[str] = []
        terminal = Terminal(
            clock,
            lambda address: vault.refer(db.seals, "terminal", "local", address),
            lambda address, message: seen.append(message.text),
        )
        made = Line(terminal, Address("anna"), lambda: len(seen))
    else:
        address = await db.write(lambda tx: webchat_store.open_session(tx, "cookie", now=clock.now()))
        chat = WebChat(
            db,
            clock,
            Bells(),
            refer=lambda address: vault.refer(db.seals, "webchat", "web", address),
            service_name="Đồng Hành",
            is_https=False,
        )

        def frames() -> int:
            with db._reader_engine.connect() as connection:
                return len(webchat_store.frames_after(connection, db.seals, address, 0))

        made = Line(chat, Address(address), frames)
    await made.channel.start(_keep)
    yield made
    await made.channel.stop()


async def _keep(events: Sequence[Inbound]) -> None:
    return None


def said(text: str = "Chào bạn", key: str = "k1") -> Outbound:
    choices = (Choice(ChoiceToken("token"), "Xem thêm"),)
    return Outbound(
        to=ContactRef("", b""), text=RichText(text), choices=choices, idempotency_key=key, purpose="answer"
    )


async def test_the_same_message_sent_again_is_shown_once(line: Line) -> None:
    first = await line.channel.send(said(), line.address)
    again = await line.channel.send(said(), line.address)
    assert line.shown() == 1 and first.refs == again.refs
    await line.channel.send(said(key="k2"), line.address)
    assert line.shown() == 2


async def test_it_says_truthfully_what_could_be_erased(line: Line) -> None:
    refs = [MsgRef("1"), MsgRef("unknown")]
    report = await line.channel.erase(line.address, refs)
    assert {*report.erased, *(ref for ref, _ in report.kept)} == set(refs)
    assert all(why for _, why in report.kept)


async def test_nobody_gets_in_without_the_secret(line: Line) -> None:
    for headers in ({}, {"X-Secret": ""}, {"Authorization": "Bearer x"}):
        assert line.channel.authenticate(headers, b"{}") is False


async def test_health_follows_start_and_stop(line: Line) -> None:
    assert await line.channel.health()
    await line.channel.stop()
    if line.channel.name != "terminal":  # a terminal is always there
        assert not await line.channel.health()


async def test_a_signal_and_forgetting_never_fail(line: Line) -> None:
    await line.channel.signal(line.address, "typing")
    await line.channel.forget(line.address)
    await line.channel.forget(line.address)


async def test_it_names_itself_and_its_limits(line: Line) -> None:
    able = line.channel.capabilities()
    assert line.channel.name and line.channel.account and able.max_text > 0
    assert isinstance(line.channel.redactions(), set)
    assert list(line.channel.routes()) is not None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.one_of(st.binary(max_size=200), st.text(max_size=100).map(str.encode), st.just(b"[" * 5000)))
async def test_parsing_never_raises_and_never_shows_what_it_read(line: Line, raw: bytes) -> None:
    for event in line.channel.parse(raw):
        assert event.channel == line.channel.name
