"""`donghanh serve`: opens the line: the chat page, the console, and everything that runs behind them."""

import argparse
import asyncio
import errno
import signal
import sys
from collections.abc import Mapping
from datetime import datetime

from aiohttp import web
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from bot import demonstration, logs, memory, own_channels, staff, waking
from bot.app import EVERYTHING, ChannelMaker, House, MachineClock, SenderMaker, build
from bot.bells import Bells
from bot.channels import wake
from bot.channels.heartbeat import heartbeat
from bot.channels.webchat import WebChat
from bot.commands.opening import once, prepare, served_here_alone, strange_keys
from bot.console.building import build as build_console
from bot.console.sender import ConsoleSender
from bot.db import Database, Tx, away, open_engine
from bot.policy import Policy
from bot.policy import demonstration as demo_policy
from bot.policy import load as load_policy
from bot.ports import Address, Cap, Capabilities, Clock, MsgRef, Outbound, Sent
from bot.schema import is_current, upgrade
from bot.seals import Seals
from bot.settings import Settings, SettingsProblem, load
from bot.shared_clock import SharedClock
from bot.signals import Signals
from bot.web import build as build_web
from bot.web import calendar, came, hsds, metrics, take
from directory.demonstration import DemoRefused, refuse_demo


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("serve", help="run the service")
    parser.add_argument("--demo", action="store_true", help="with the made-up directory, staff and rota")
    parser.add_argument(
        "--only",
        type=_parts,
        default=EVERYTHING,
        metavar="PARTS",
        help="run only these of web,turns,mailroom,timers in this process (PostgreSQL only)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 after a clean stop, 1 if the work failed (port taken, database away), 2 if the service may not open."""
    memory.pause()
    settings = load()
    policy = demo_policy() if arguments.demo else load_policy(settings.policy_file, today=MachineClock().now().date())
    if problems := policy.problems():
        print(f"{problems[0]} The line stays closed until the policy is complete and signed.", file=sys.stderr)
        return 2
    if settings.is_sqlite and arguments.only != EVERYTHING:
        raise SettingsProblem("--only needs PostgreSQL: set DONGHANH_DATABASE_URL, or run everything in one process.")
    logs.start()
    with served_here_alone(settings):
        return asyncio.run(_serve(settings, policy, arguments.only))


def _parts(written: str) -> frozenset[str]:
    parts = frozenset(part.strip() for part in written.split(",") if part.strip())
    if not parts or parts - EVERYTHING:
        raise argparse.ArgumentTypeError(f"choose from {','.join(sorted(EVERYTHING))}")
    return parts


class Printed:
    """In the demonstration alarms are also shown in this terminal."""

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


async def _serve(settings: Settings, policy: Policy, parts: frozenset[str]) -> int:
    logs.guard_loop(asyncio.get_running_loop())
    stopping = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    house = await _open(settings, policy)
    try:
        await house.start(parts=parts)
        runner = await _open_web(house) if "web" in parts else None
        if runner is None and "web" in parts:
            return 1
        await _say_where(house, parts)
        await stopping.wait()
        for channel in house.channels:
            await channel.stop()  # open sockets are told to come back later
        if runner is not None:
            await runner.cleanup()
        return 0
    finally:
        await house.stop()


async def _open_web(house: House) -> web.AppRunner | None:
    """The pages; None if the port is taken."""
    settings, policy = house.settings, house.policy
    routes = [route for channel in house.channels for route in channel.routes()]
    routes.extend(take.routes(house.db, house.clock, policy))
    secure = settings.base_url.startswith("https://")
    proxies = settings.trusted_proxies
    routes.extend(came.routes(house.db, house.clock, house.keeper, trusted_proxies=proxies, is_secure=secure))
    routes.extend(calendar.routes(house.db, house.clock, policy))
    routes.extend(metrics.routes(house.db, house.clock, house.keeper, token=settings.metrics_token))
    routes.extend(
        hsds.routes(
            house.clock,
            house.keeper,
            base_url=settings.base_url,
            get_by_need=settings.hsds_get_by_need,
            trusted_proxies=settings.trusted_proxies,
        )
    )
    console = build_console(
        house.db,
        house.clock,
        policy,
        house.bells,
        house.keeper,
        service_name=settings.service_name,
        base_url=settings.base_url,
        wake_kinds=frozenset(house.senders),
        typing=Signals(house.db, house.clock, house.channels).typing,
        windows={(one.name, one.account): one.capabilities().reply_window for one in house.channels},
    )
    app = build_web(routes, is_ready=lambda: _is_ready(house), parts={"/console": console})
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as problem:
        print(_not_to_be_had(settings, problem), file=sys.stderr)
        await runner.cleanup()
        return None
    return runner


def _not_to_be_had(settings: Settings, problem: OSError) -> str:
    if problem.errno in (errno.EACCES, errno.EPERM):
        return f"Port {settings.port} is for the system's own programs: set DONGHANH_PORT to one above 1023."
    if problem.errno == errno.EADDRINUSE:
        return f"Port {settings.port} is taken: set DONGHANH_PORT to another one."
    return f"{settings.host} is no address of this machine: set DONGHANH_HOST to 127.0.0.1 or 0.0.0.0."


async def _say_where(house: House, parts: frozenset[str]) -> None:
    base = house.settings.base_url
    if house.policy.is_demo:
        token = await house.db.write(lambda tx: _demo_link(tx, house.clock))
        print(f"Chat:    {base}/\nConsole: {base}/console/invite/{token}   (works once)", flush=True)
        print("Demonstration: everything in it is made up. Ctrl-C stops.", flush=True)
        return
    print(f"Open: {', '.join(sorted(parts))}. Chat: {base}/  Console: {base}/console/", flush=True)
    if set(house.senders) <= set(waking.PAGES):
        print("Nobody can be woken: alarms reach open console pages only. Keep one open and heard.", file=sys.stderr)


def _demo_link(tx: Tx, clock: Clock) -> str:
    member = staff.by_name(tx.connection, demonstration.FIRST)
    if member is None:
        raise LookupError(demonstration.FIRST)
    return staff.demo_link(tx, member.id, now=clock.now())


async def _open(settings: Settings, policy: Policy) -> House:
    seals = prepare(settings)
    if settings.is_sqlite:
        upgrade(settings.database_url)
    clock = _clock(settings)
    if policy.is_demo and once(settings, seals, lambda tx: is_current(tx.connection)):
        once(settings, seals, lambda tx: demonstration.seed(tx, clock.now()))

    def door(db: Database, bells: Bells, refer: object) -> WebChat:
        is_https = settings.base_url.startswith("https")
        return WebChat(db, clock, bells, refer=refer, service_name=settings.service_name, is_https=is_https)  # type: ignore[arg-type]

    house = build(
        settings,
        policy,
        seals=seals,
        clock=clock,
        channels={
            ("webchat", "web"): lambda db, seals, clock, bells, settings, refer: door(db, bells, refer),
            **_telegram(settings)[0],
        },
        senders={
            "console": lambda db, clock, bells, settings: ConsoleSender(db, clock),
            **_telegram(settings)[1],
            **wake.ways(settings),
            **({"terminal": lambda db, clock, bells, settings: Printed(clock)} if policy.is_demo else {}),
        },
        routes=lambda connection, staff_id: _ways(connection, seals, policy, staff_id, clock.now()),
        beat=heartbeat(settings.heartbeat_url),
    )
    try:
        await house.db.read(lambda connection: _fit(connection, policy, seals))
    except BaseException:
        await house.stop()
        raise
    return house


def _clock(settings: Settings) -> Clock:
    """Where several processes may run, all go by the clock of the database they share. Raises DatabaseAway."""
    if settings.is_sqlite:
        return MachineClock()
    clock, engine = SharedClock(MachineClock()), open_engine(settings.database_url)
    try:
        with engine.connect() as connection:
            clock.set_by(connection)
    except DBAPIError as problem:
        raise away(problem) from None
    finally:
        engine.dispose()
    return clock


def _telegram(settings: Settings) -> tuple[Mapping[tuple[str, str], ChannelMaker], Mapping[str, SenderMaker]]:
    """The doors and the senders on Telegram; its library is loaded only where an account is set."""
    if not settings.telegram_token and not settings.staff_telegram_token:
        return {}, {}
    from bot.channels import telegram, telegram_staff

    return telegram.doors(settings), telegram_staff.ways(settings)


def _fit(connection: Connection, policy: Policy, seals: Seals) -> None:
    """The made-up directory cannot be served as a real one by accident, nor an old schema by a new program, nor words
    whose keys are somewhere else."""
    if not is_current(connection):
        raise SettingsProblem("The database has an old schema: run donghanh migrate, then start again.")
    if problem := strange_keys(connection, seals):
        raise SettingsProblem(problem)
    if not policy.is_demo:
        try:
            refuse_demo(connection)
        except DemoRefused as problem:
            raise SettingsProblem(str(problem)) from None


def _ways(
    connection: Connection, seals: Seals, policy: Policy, staff_id: int, now: datetime
) -> list[tuple[str, Address]]:
    """The console always; then the colleague's own channels; in the demonstration the terminal too."""
    found = [("console", Address(str(staff_id)))]
    found += own_channels.ways(connection, seals, staff_id, now=now, days=policy.channel_days)
    member = staff.get(connection, staff_id) if policy.is_demo else None
    return [*found, ("terminal", Address(member.alias))] if member else found


async def _is_ready(house: House) -> bool:
    """Readable, of a schema this program knows or a newer one, nothing locked by another program, and the last thing
    written was really written."""
    if not house.db.counts.is_well:
        await house.db.write(lambda tx: None)  # perhaps the disk has room again; DatabaseAway is "not ready" too
    return await house.db.read(is_current) and await house.db.is_free() and house.db.counts.is_well
