"""Three thousand alarms over a network that fails in every way, while those who send and those who tell are killed."""

import asyncio
import multiprocessing
import random
import time
from collections import defaultdict
from pathlib import Path

import pytest
from aiohttp import web
from sqlalchemy import func, insert, select

from bot import vault
from bot.app import MachineClock
from bot.db import Tx, open_engine, run_alone
from bot.seals import Seals, create_key_file
from bot.tables import centre, conversation, lane, outbox, person, staff, staff_organisation
from directory.tables import make_tables
from tests.campaign import hands
from tests.campaign.conftest import scaled

FAULTS = ((0.04, "429"), (0.04, "500"), (0.02, "reset"), (0.01, "lost"))


class Network:
    """Accepts messages, and fails at random: refuses, breaks, resets, or takes a message and loses its own answer."""

    def __init__(self) -> None:
        self.taken: defaultdict[str, list[bool]] = defaultdict(list)  # key: was it marked as a repetition
        self.lines: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        self.faults: defaultdict[str, int] = defaultdict(int)
        self.chance = random.Random(7)

    async def handle(self, request: web.Request) -> web.Response:
        told = await request.json()
        fault = self._fault()
        self.faults[fault] += 1
        if fault == "429":
            return web.Response(status=429, headers={"Retry-After": str(self.chance.choice((0.05, 0.1, 0.3)))})
        if fault == "500":
            return web.Response(status=500)
        if fault != "reset":
            await asyncio.sleep(0.002)
            self.taken[told["key"]].append(told["again"])
            self.lines[told["to"]].append((told["key"], told["text"]))
            await asyncio.sleep(0.002)
        if fault in ("reset", "lost") and request.transport is not None:
            request.transport.abort()
        return web.Response()

    def _fault(self) -> str:
        drawn = self.chance.random()
        for share, name in FAULTS:
            if drawn < share:
                return name
            drawn -= share
        return "none"


def seed(tx: Tx) -> None:
    now = MachineClock().now()
    tx.execute(insert(staff_organisation).values(id=1_000_000, name="o"))
    tx.execute(insert(centre).values(id=1, organisation_id=1_000_000, name="c"))
    row = {"id": hands.ALARMED, "name": "w", "alias": "w", "role": "worker", "centre_id": 1, "state": "active"}
    tx.execute(insert(staff).values(**row, created_at=now))
    for number in range(1, hands.PERSONS + 1):
        ref = vault.refer(tx.seals, "fake", "1", f"person {number}")
        tx.execute(insert(person).values(id=number, created_at=now, forget_at=now))
        way = {"id": number, "person_id": number, "channel": "fake", "account": "1", "handle": ref.handle}
        tx.execute(insert(lane).values(**way, last_at=now, forget_at=now))
        talk = {"lane_id": number, "key_id": tx.seals.new_key(), "last_at": now, "forget_at": now}
        tx.execute(insert(conversation).values(**talk))
        vault.keep(tx, number, ref, forget_at=now)


@pytest.mark.timeout(3000)
async def test_kills_of_those_who_send_and_of_all(tmp_path: Path, postgresql: str) -> None:
    alarms, kills, kills_of_all = scaled(3000), scaled(200), scaled(50)
    create_key_file(tmp_path / "key.json")
    engine = open_engine(postgresql)
    make_tables(engine)
    seals = Seals.from_files(tmp_path / "key.json", str(tmp_path / "keys.db"))
    with engine.begin() as connection:
        run_alone(connection, seed, seals, "seed")
    seals.stop()
    network, app = Network(), web.Application()
    app.router.add_post("/send", network.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
    job = hands.Job(postgresql, str(tmp_path), f"http://127.0.0.1:{port}/send", alarms, str(tmp_path / "ledger"))
    begun = time.monotonic()
    await rule(job, network, kills, kills_of_all, engine)
    lasted = time.monotonic() - begun
    await runner.cleanup()
    unsent = remaining(engine)
    engine.dispose()
    assert unsent == 0, f"{unsent} wait still: the time was too short to say what is lost"
    lost = 2 * alarms - len(network.taken)
    again = sum(len(marks) - 1 for marks in network.taken.values())
    unmarked = sum(not mark for marks in network.taken.values() for mark in marks[1:])
    disordered = sum(not in_order(lines) for to, lines in network.lines.items() if to.startswith("person"))
    faults = ", ".join(f"{name} {n}" for name, n in sorted(network.faults.items()))
    what = f"{alarms} alarms and {alarms} lines to persons, {kills} kills of the mailroom, {kills_of_all} of all"
    print(f"\n| {what}, {lasted:.0f} s; network: {faults} ", end="")
    share = 100 * again / len(network.taken)
    print(f"| lost {lost}, second copies {again} ({share:.1f} %), unmarked {unmarked}, out of order {disordered} |")
    assert (lost, unmarked, disordered) == (0, 0, 0) and again <= 0.05 * len(network.taken)


def in_order(lines: list[tuple[str, str]]) -> bool:
    first: dict[str, int] = {}
    for key, text in lines:
        first.setdefault(key, int(text.split()[1]))
    numbers = list(first.values())
    return numbers == sorted(numbers)


async def rule(job: hands.Job, network: Network, kills: int, kills_of_all: int, engine: object) -> None:
    """Start and kill until the kills are used up; then let the last ones live until nothing is left."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.campaign.hands"])
    chance, left = random.Random(1), kills + kills_of_all
    teller = mailroom = None
    while left > 0:
        if mailroom is None or not mailroom.is_alive():
            mailroom = context.Process(target=hands.send, args=(job,), daemon=True)
            mailroom.start()
        if teller is None or not teller.is_alive():
            teller = context.Process(target=hands.tell, args=(job,), daemon=True)
            teller.start()
        before, end = len(network.taken), time.monotonic() + 20
        while len(network.taken) == before and time.monotonic() < end and len(network.taken) < 2 * job.alarms:
            await asyncio.sleep(0.005)  # it lives and sends
        await asyncio.sleep(chance.uniform(0.05, 0.25))
        left -= 1
        mailroom.kill()
        if left % ((kills + kills_of_all) // max(1, kills_of_all)) == 0:
            teller.kill()
            await asyncio.to_thread(teller.join)
        await asyncio.to_thread(mailroom.join)
    last = [context.Process(target=target, args=(job,), daemon=True) for target in (hands.send, hands.tell)]
    for process in last:
        process.start()
    end = time.monotonic() + 900
    while time.monotonic() < end and (len(network.taken) < 2 * job.alarms or remaining(engine)):
        await asyncio.sleep(0.5)
    for process in (*last, teller):
        if process is not None:
            process.kill()
            await asyncio.to_thread(process.join)


def remaining(engine: object) -> int:
    with engine.connect() as connection:  # type: ignore[attr-defined]
        return int(connection.execute(select(func.count()).select_from(outbox)).scalar_one())
