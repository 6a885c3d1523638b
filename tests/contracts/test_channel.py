"""What every channel promises, whichever network it speaks: one table, the real ones and the fake alike."""

import logging
import traceback
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot import intake
from bot.channels.render import measure
from bot.db import Database
from bot.ports import Cap, Choice, ChoiceToken, ContactRef, Geo, MsgRef, Outbound, RichText, SendError, SendKind
from bot.tables import inbox
from tests.conftest import MovableClock
from tests.contracts.lines import NAMES, Line, open_line

KINDS: tuple[SendKind, ...] = ("throttled", "contact_gone", "unknown_outcome", "auth", "bad_request")
FAMILY = "👩‍👩‍👧"
LONG = {
    "2001 letters": "ạ" * 2001,
    "4097 letters": "Chào bạn. " * 409 + "ạ" * 7,
    "pictures": FAMILY * 1000,
    "marks apart": "e\u0302\u0301" * 2000,
    "flags": "🇻🇳" * 2500,
}


@pytest.fixture(params=NAMES)
async def line(request: pytest.FixtureRequest, db: Database, clock: MovableClock) -> AsyncIterator[Line]:
    async with open_line(request.param, db, clock) as made:
        yield made


def said(text: str = "Chào bạn", key: str = "k1", *, token: str = "token", **more: Any) -> Outbound:
    choices = (Choice(ChoiceToken(token), "Xem thêm"),)
    return Outbound(
        to=ContactRef("", b""), text=RichText(text), choices=choices, idempotency_key=key, purpose="answer", **more
    )


async def kept_rows(db: Database) -> int:
    return await db.read(lambda connection: connection.execute(select(func.count()).select_from(inbox)).scalar_one())


# --- coming in --------------------------------------------------------------------------------------------------------


async def test_nobody_gets_in_without_the_secret(line: Line) -> None:
    not_ascii = {"X-Telegram-Bot-Api-Secret-Token": "Đ\udcff"}
    for headers in ({}, {"X-Secret": ""}, {"Authorization": "Bearer x"}, not_ascii):
        assert line.channel.authenticate(headers, b"{}") is False


async def test_the_same_event_twice_is_kept_once(line: Line, db: Database, clock: MovableClock) -> None:
    await line.say("cứu em", event_id=None)
    event = line.kept[-1]
    stripped = [(event, intake.strip(event))]
    for _ in range(5):
        await db.write(
            lambda tx: intake.keep(tx, stripped, now=clock.now(), conversation_hours=72, routing_days=40)
        )
    assert await kept_rows(db) == 1


async def test_a_message_comes_in_as_it_was_typed_and_names_nobody(line: Line) -> None:
    await line.say("Chào, mình cần giúp 👋")
    event = line.kept[-1]
    assert (event.kind, event.text) == ("text", "Chào, mình cần giúp 👋")
    assert event.channel == line.channel.name and event.account == line.channel.account
    assert len(event.lane) == 64 and line.address not in event.lane
    assert "Canary" not in repr(event) and line.address not in repr(event) and "mình cần" not in repr(event)


async def test_a_touched_choice_is_a_choice_and_its_typed_text_is_not(line: Line) -> None:
    await line.say(choice="abcDEF_-123")
    await line.say("abcDEF_-123")
    touched, typed = line.kept[-2:]
    assert (touched.kind, touched.choice, touched.text) == ("choice", "abcDEF_-123", None)
    assert (typed.kind, typed.choice) == ("text", None)
    assert touched.lane == typed.lane


async def test_a_shared_place_comes_in_as_a_point_and_is_kept_as_a_district(line: Line) -> None:
    if line.channel.name == "webchat":
        await line.say(location=[21.03, 105.79])
    elif line.channel.name == "fake":
        await line.say(geo=[21.03, 105.79])
    else:
        await line.say(geo=Geo(21.03, 105.79))
    event = line.kept[-1]
    assert event.kind == "location" and "105.79" not in repr(event) and "21.03" not in repr(event)
    kept = intake.strip(event)
    assert kept.place is not None and not hasattr(kept, "geo")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.one_of(st.binary(max_size=200), st.text(max_size=100).map(str.encode), st.just(b"[" * 5000)))
async def test_parsing_never_raises_and_never_shows_what_it_read(line: Line, raw: bytes) -> None:
    for event in line.channel.parse(raw):
        assert event.channel == line.channel.name


# --- going out --------------------------------------------------------------------------------------------------------


async def test_the_same_message_sent_again_is_shown_once(line: Line) -> None:
    first = await line.channel.send(said(), line.address)
    again = await line.channel.send(said(), line.address)
    assert len(line.texts()) == 1 and first.refs == again.refs
    await line.channel.send(said(key="k2"), line.address)
    assert len(line.texts()) == 2


@pytest.mark.parametrize("name", LONG)
async def test_a_long_text_comes_whole_in_order_and_no_sign_is_torn(line: Line, name: str) -> None:
    await line.channel.send(said(LONG[name]), line.address)
    able, parts = line.channel.capabilities(), line.texts()
    assert "".join(parts) == LONG[name]
    assert all(measure(part, able) <= able.max_text for part in parts)
    for part in parts[1:]:
        assert part[0] not in "\u200d\u0301\u0302" and not part.startswith("🇳")


async def test_a_token_that_no_button_can_carry_is_refused_by_us(line: Line) -> None:
    if line.channel.name in ("terminal", "webchat"):
        pytest.skip("its buttons are its own")
    await line.channel.send(said(token="t" * 64), line.address)
    with pytest.raises(SendError) as problem:
        await line.channel.send(said(key="k2", token="t" * 65), line.address)
    assert problem.value.kind == "bad_request" and len(line.texts()) == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_what_the_network_refuses_is_named_by_the_house(line: Line, kind: SendKind) -> None:
    if line.fail is None:
        pytest.skip("nothing between us and the person can refuse")
    line.fail(kind)
    with pytest.raises(SendError) as problem:
        await line.channel.send(said(), line.address)
    assert problem.value.kind == kind
    shown = "".join(traceback.format_exception(problem.value))
    assert line.address not in shown and "SECRET" not in shown and "Chào bạn" not in shown


async def test_nothing_secret_and_nobody_is_written_into_the_log(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.INFO)
    await line.say("canary words")
    await line.say(choice="canary-token")
    await line.channel.send(said("canary answer"), line.address)
    for kind in reversed(KINDS):
        if line.fail is not None:
            line.fail(kind)
            with pytest.raises(SendError, match=kind):
                await line.channel.send(said("canary answer", key=kind), line.address)
    await line.channel.signal(line.address, "typing")
    await line.channel.erase(line.address, [MsgRef("1:1"), MsgRef("canary-ref")])
    ours = [one for one in caplog.records if not one.name.startswith(("aiohttp", "asyncio", "sqlalchemy"))]
    logged = "\n".join(f"{one.getMessage()} {vars(one)}" for one in ours)
    assert "canary" not in logged.casefold() and line.address not in logged
    for secret in line.channel.redactions():
        assert secret not in caplog.text and secret not in repr(line.channel)


async def test_it_says_truthfully_what_could_be_erased(line: Line) -> None:
    refs = [MsgRef("1"), MsgRef("unknown")]
    report = await line.channel.erase(line.address, refs)
    assert {*report.erased, *(ref for ref, _ in report.kept)} == set(refs)
    assert all(why for _, why in report.kept)


async def test_what_was_sent_can_be_erased_where_the_network_can(line: Line, clock: MovableClock) -> None:
    if Cap.DELETE_USER not in line.channel.capabilities().flags or line.server is None:
        pytest.skip("this network takes nothing back, or takes all of it at once")
    await line.say("em muốn xoá")
    mine = line.kept[-1].msg_ref
    sent = await line.channel.send(said(), line.address)
    assert mine is not None
    report = await line.channel.erase(line.address, [mine, *sent.refs])
    assert set(report.erased) == {mine, *sent.refs} and not report.kept
    assert line.texts() == [] and line.server.texts(int(line.address), ours=False) == []


# --- opening and closing ----------------------------------------------------------------------------------------------


async def test_health_follows_start_and_stop(line: Line) -> None:
    assert await line.channel.health()
    await line.channel.stop()
    if line.channel.name != "terminal":  # a terminal is always there
        assert not await line.channel.health()


async def test_what_is_on_its_way_may_still_be_sent_after_the_door_is_closed(line: Line) -> None:
    await line.channel.stop()
    await line.channel.send(said(), line.address)
    assert line.texts() == ["Chào bạn"]


async def test_a_signal_and_forgetting_never_fail(line: Line) -> None:
    await line.channel.signal(line.address, "typing")
    await line.channel.signal(line.address, "seen")
    await line.channel.forget(line.address)
    await line.channel.forget(line.address)


async def test_it_names_itself_and_its_limits(line: Line) -> None:
    able = line.channel.capabilities()
    assert line.channel.name and line.channel.account and able.max_text > 0
    assert isinstance(line.channel.redactions(), set)
    assert list(line.channel.routes()) is not None
