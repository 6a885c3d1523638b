"""`donghanh serve`: runs the demonstration: the web chat, and alarms shown in this terminal."""

import argparse
import asyncio
import signal
import sys
from dataclasses import replace

from aiohttp import web
from sqlalchemy import Connection, text

from bot import demonstration, staff
from bot.app import House, MachineClock, build
from bot.bells import Bells
from bot.channels.webchat import WebChat
from bot.db import Database, Tx
from bot.policy import demonstration as demo_policy
from bot.policy import load as load_policy
from bot.ports import Address, Cap, Capabilities, Clock, MsgRef, Outbound, Sent
from bot.schema import is_current, upgrade
from bot.seals import Seals, create_key_file
from bot.settings import Settings, load
from bot.web import build as build_web
from bot.web import take


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("serve", help="run the service")
    parser.add_argument("--demo", action="store_true", help="with the made-up directory, staff and rota")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 after a clean stop, 1 if the port is taken, 2 if the service may not open."""
    settings = load()
    if not arguments.demo:
        for problem in load_policy(settings.policy_file).problems():
            print(problem, file=sys.stderr)
        print("A real line cannot be opened yet: there is no console for colleagues. Use --demo.", file=sys.stderr)
        return 2
    return asyncio.run(_serve(settings))


class Printed:
    """In the demonstration colleagues are told in this terminal, until there is a console."""

    kind = "terminal"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def capabilities(self) -> Capabilities:
        return Capabilities(Cap.BUTTONS | Cap.PUSH_ANYTIME, 100_000, "chars", 20, 200, 200)

    async def send(self, message: Outbound, address: Address) -> Sent:
        links = " ".join(choice.url for choice in message.choices if choice.url)
        print(f"[{address}] {message.text} {links}", flush=True)
        return Sent((MsgRef(message.idempotency_key),), self._clock.now())

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        return None


async def _serve(settings: Settings) -> int:
    house = await _open(settings)
    stopping = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    await house.start()
    routes = [route for channel in house.channels for route in channel.routes()]
    routes.extend(take.routes(house.db, house.clock, house.policy))
    app = build_web(routes, is_ready=lambda: house.db.read(_is_ready))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError:
        print(f"Port {settings.port} is taken: set DONGHANH_PORT to another one.", file=sys.stderr)
        await runner.cleanup()
        await house.stop()
        return 1
    print(f"Chat: {settings.base_url}/   (demonstration; Ctrl-C stops)", flush=True)
    await stopping.wait()
    await runner.cleanup()
    await house.stop()
    return 0


async def _open(settings: Settings) -> House:
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if settings.is_sqlite and not settings.sqlite_path.exists() and not settings.key_file.exists():
        create_key_file(settings.key_file)
    seals = Seals.from_files(settings.key_file, settings.key_store)
    upgrade(settings.database_url)
    clock = MachineClock()

    def door(db: Database, bells: Bells, refer: object) -> WebChat:
        is_https = settings.base_url.startswith("https")
        return WebChat(db, clock, bells, refer=refer, service_name=settings.service_name, is_https=is_https)  # type: ignore[arg-type]

    house = build(
        replace(settings),
        demo_policy(),
        seals=seals,
        clock=clock,
        channels={("webchat", "web"): lambda db, seals, clock, bells, settings, refer: door(db, bells, refer)},
        senders={"terminal": lambda db, clock, bells, settings: Printed(clock)},
        routes=_names,
    )
    await house.db.write(lambda tx: _seed(tx, clock))
    return house


def _seed(tx: Tx, clock: Clock) -> None:
    demonstration.seed(tx, clock.now())


def _names(connection: Connection, staff_id: int) -> list[tuple[str, Address]]:
    member = staff.get(connection, staff_id)
    return [("terminal", Address(member.alias))] if member else []


def _is_ready(connection: Connection) -> bool:
    connection.execute(text("SELECT 1"))
    return is_current(connection)
