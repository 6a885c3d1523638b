"""Our transport keeps the contract of the Telegram library: what its own carrier answers, ours answers too."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from telegram import Bot, InputFile
from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import BaseRequest, HTTPXRequest, RequestData
from telegram.request._requestparameter import RequestParameter

from bot.channels.telegram_transport import AiohttpRequest, NotSent
from tests.conftest import MovableClock
from tests.fake_telegram import (
    BLOCKED,
    BROKEN,
    GATEWAY,
    LOST,
    NO_CHAT,
    RESET,
    TOKEN,
    UNAUTHORIZED,
    FakeTelegram,
    Fault,
    flood,
)

WAITING = [RequestParameter.from_input("timeout", 4)]
Make = Callable[[], BaseRequest]
BOTH: dict[str, Make] = {"ours": AiohttpRequest, "theirs": HTTPXRequest}
CONFLICT: Fault = {"status": 409, "description": "Conflict: other getUpdates"}
FAULTS = {
    "blocked": BLOCKED,
    "no chat": NO_CHAT,
    "unauthorized": UNAUTHORIZED,
    "conflict": CONFLICT,
    "flood": flood(7),
    "broken": BROKEN,
    "gateway": GATEWAY,
    "reset": RESET,
    "lost": LOST,
    "array": {"status": 500, "raw": b"garbage"},
}


@pytest.fixture
async def server(clock: MovableClock) -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(clock.now) as made:
        yield made
        assert made.problems == []


def bot(root: str, request: BaseRequest) -> Bot:
    return Bot(TOKEN, base_url=f"{root}/bot", request=request, get_updates_request=HTTPXRequest())


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[TestServer]:
    server = TestServer(app, host="127.0.0.1")
    await server.start_server(access_log=None)
    yield server
    await server.close()


async def outcome(root: str, make: Make) -> tuple[type, str]:
    request = make()
    async with request:
        try:
            made = await bot(root, request).send_message(1001, "Chào bạn 👋", read_timeout=50)
        except TelegramError as problem:
            return type(problem), problem.message
        return type(made), made.text or ""


@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_is_the_same_kind_of_error_as_with_the_librarys_own_carrier(
    server: FakeTelegram, name: str
) -> None:
    kinds = {}
    for who, make in BOTH.items():
        server.fail_next(FAULTS[name])
        kinds[who] = await outcome(server.root, make)
    assert issubclass(kinds["ours"][0], kinds["theirs"][0])
    assert issubclass(kinds["ours"][0], TelegramError)


async def test_what_is_sent_arrives_the_same(server: FakeTelegram) -> None:
    for make in BOTH.values():
        assert (await outcome(server.root, make))[1] == "Chào bạn 👋"
    ours, theirs = server.asked("sendMessage")
    assert ours["text"] == theirs["text"] and int(ours["chat_id"]) == int(theirs["chat_id"])


async def test_a_file_goes_as_multipart(server: FakeTelegram) -> None:
    for make in BOTH.values():
        request = make()
        async with request:
            file = InputFile(b"ch\xe1o", filename="so-tay.txt")
            await bot(server.root, request).send_document(1001, file, caption="Sổ tay")
    ours, theirs = server.asked("sendDocument")
    assert ours["caption"] == theirs["caption"] == "Sổ tay"
    one, other = (next(part for part in body.values() if isinstance(part, tuple)) for body in (ours, theirs))
    assert one == other == ("so-tay.txt", "text/plain", b"ch\xe1o")


async def test_after_429_it_says_how_long(server: FakeTelegram) -> None:
    for fault, seconds in ((flood(7), 7), ({"status": 429, "description": "Too Many Requests"}, 5)):
        server.fail_next(fault)
        async with AiohttpRequest() as request:
            with pytest.raises(RetryAfter) as problem:
                await bot(server.root, request).send_message(1001, "a")
            assert problem.value._retry_after.total_seconds() == seconds


async def test_without_a_connection_nothing_was_sent() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        root = f"http://127.0.0.1:{taken.getsockname()[1]}"
        async with AiohttpRequest() as request:
            with pytest.raises(NotSent) as problem:
                await bot(root, request).send_message(1001, "a")
    assert TOKEN not in str(problem.value) and "canary" not in repr(problem.value)


async def test_an_answer_that_does_not_come_times_out(clock: MovableClock) -> None:
    async def slow(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        await request.read()
        await answer.write(b"{")
        await given_up.wait()
        return answer

    given_up = asyncio.Event()

    app = web.Application()
    app.router.add_post("/{any:.*}", slow)
    async with serving(app) as server:
        root = str(server.make_url("")).rstrip("/")
        for make in (lambda: AiohttpRequest(read_seconds=0.05), lambda: HTTPXRequest(read_timeout=0.05)):
            request: BaseRequest = make()
            async with request:
                with pytest.raises(TimedOut):
                    await bot(root, request).get_me()
        given_up.set()


async def test_a_full_pool_is_said_in_time_and_nothing_was_sent(server: FakeTelegram) -> None:
    async with AiohttpRequest(pool=1, pool_seconds=0.05, connect_seconds=0.05, read_seconds=5) as request:
        one = bot(server.root, request)
        holding = asyncio.ensure_future(request.post(f"{one.base_url}/getUpdates", RequestData(WAITING)))
        while not server.asked("getUpdates"):
            await asyncio.sleep(0.001)
        with pytest.raises(TimedOut) as problem:
            await one.get_me()
        assert isinstance(problem.value, NotSent) and server.asked("getMe") == []
        server.message(1001, text="a")
        assert len(await holding) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize("body", [b"", b"[]", b'"ok"', b'{"ok":true}', b"\xff\xfe", b"[" * 100_000])
async def test_an_answer_that_is_none_is_an_error_of_the_library_and_is_not_logged(
    clock: MovableClock, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def odd(request: web.Request) -> web.Response:
        return web.Response(body=body)

    app = web.Application()
    app.router.add_post("/{any:.*}", odd)
    async with serving(app) as server, AiohttpRequest() as request:
        with pytest.raises(TelegramError):
            await bot(str(server.make_url("")).rstrip("/"), request).get_me()
    assert TOKEN not in caplog.text


async def test_it_goes_through_a_proxy_that_asks_for_a_password(server: FakeTelegram) -> None:
    seen: list[str] = []

    async def proxy(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Proxy-Authorization", ""))
        if not seen[-1]:
            return web.Response(status=407)
        return web.json_response({"ok": True, "result": {"id": 1, "is_bot": True, "first_name": "x"}})

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", proxy)
    async with serving(app) as other:
        address = f"http://me:secret@127.0.0.1:{other.port}"
        async with AiohttpRequest(proxy=address) as request:
            me = await bot("http://api.telegram.test", request).get_me()
    assert me.id == 1 and seen[0].startswith("Basic ")


async def test_it_opens_itself_again_after_it_was_closed(server: FakeTelegram) -> None:
    request = AiohttpRequest()
    one = bot(server.root, request)
    assert (await one.get_me()).is_bot
    await request.shutdown()
    assert (await one.get_me()).is_bot
    await request.shutdown()
    await request.shutdown()


async def test_errors_do_not_quote_the_address(server: FakeTelegram) -> None:
    server.fail_next(RESET)
    async with AiohttpRequest() as request:
        with pytest.raises(NetworkError) as problem:
            await bot(server.root, request).send_message(1001, "canary words")
    assert "canary" not in repr(problem.value) and problem.value.__cause__ is None

