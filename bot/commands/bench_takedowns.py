"""How long a place that was taken down is still told by another process of the house, on the same file."""

import asyncio
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from sqlalchemy import Connection, create_engine, insert

from bot.app import House, MachineClock, build
from bot.bells import SHELF
from bot.commands import bench_search
from bot.commands.bench_serving import seen_from, served
from bot.policy import demonstration
from bot.seals import Seals, create_key_file
from bot.settings import Settings
from bot.web import hsds
from directory import editing
from directory.tables import make_tables, organisation, phone, place_of_service, service, service_need

APART = 0.13  # seconds from one takedown to the next, so that they fall anywhere between two looks
LOOKED = 0.02  # seconds between two questions whether it is still told
LONGEST = 30.0
_OTHER = "import asyncio, sys; from bot.commands import bench_takedowns as one; asyncio.run(one.tell(sys.argv[1]))"


def measure(listings: int, many: int) -> tuple[list[float], list[float]]:
    """The seconds of each takedown until the API of a second process tells it no more, and until a plain connection
    that asks for the row sees it."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        create_key_file(Path(folder) / "key.json")
        engine = create_engine(_url(folder))
        make_tables(engine)
        with engine.begin() as connection:
            ids = _write_down(connection, listings, MachineClock().now())
        engine.dispose()
        command = [sys.executable, "-c", _OTHER, folder]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
            assert other.stdin is not None and other.stdout is not None
            try:
                base = other.stdout.readline().strip()
                return asyncio.run(_take_down(folder, base, ids[:: max(1, len(ids) // many)][:many]))
            finally:
                other.stdin.close()


async def tell(folder: str) -> None:
    """The other process: the house with its ticks, and the API. Says its address; ends when its input does."""
    house = _house(folder)
    await house.start(parts=frozenset({"web"}))
    routes = hsds.routes(house.clock, house.keeper, base_url="http://127.0.0.1", trusted_proxies=("127.0.0.1",))
    async with served(routes) as (_, base):
        print(base, flush=True)
        await asyncio.to_thread(sys.stdin.read)
    await house.stop()


async def _take_down(folder: str, base: str, ids: Sequence[str]) -> tuple[list[float], list[float]]:
    house = _house(folder)
    plain: list[float] = []
    async with ClientSession() as client:
        watching = []
        for number, id in enumerate(ids):
            assert await _is_told(client, base, id, number), "it is told before"
            begun = time.perf_counter()
            await house.db.write(lambda tx, id=id: _withdraw(tx, id, house.clock.now()))  # type: ignore[misc]
            watching.append(asyncio.create_task(_until_gone(client, base, id, number, begun)))
            plain.append(await asyncio.to_thread(_until_seen, folder, id, begun))
            await asyncio.sleep(APART)
        spent = await asyncio.gather(*watching)
    await house.stop()
    return list(spent), plain


def _withdraw(tx: Any, id: str, now: datetime) -> None:
    editing.withdraw(tx.connection, id, staff_id=1, now=now)
    tx.ring(SHELF)


async def _until_gone(client: ClientSession, base: str, id: str, number: int, begun: float) -> float:
    while await _is_told(client, base, id, number):
        if time.perf_counter() - begun > LONGEST:
            break
        await asyncio.sleep(LOOKED)
    return time.perf_counter() - begun


async def _is_told(client: ClientSession, base: str, id: str, number: int) -> bool:
    asked = int(time.monotonic() * 1000) + number  # nobody asks too often from one address
    async with client.get(f"{base}/hsds/service_at_locations/{id}", headers=seen_from(asked)) as answer:
        return answer.status == 200


def _until_seen(folder: str, id: str, begun: float) -> float:
    with closing(sqlite3.connect(Path(folder) / "bench.db")) as file:
        wanted = "SELECT state FROM place_of_service WHERE id = ?"
        while file.execute(wanted, (id,)).fetchone() != ("withdrawn",):
            time.sleep(LOOKED)
    return time.perf_counter() - begun


def _house(folder: str) -> House:
    where = Path(folder)
    return build(
        Settings(database_url=_url(folder), data_dir=where), demonstration(),
        seals=Seals.from_files(where / "key.json", str(where / "keys.db")), clock=MachineClock(), channels={},
        senders={}, routes=lambda connection, staff_id: (),
    )  # fmt: skip


def _url(folder: str) -> str:
    return f"sqlite:///{Path(folder) / 'bench.db'}"


def _write_down(connection: Connection, count: int, now: datetime) -> list[str]:
    """Published listings, each of an organisation and a service of its own; their ids."""
    rows: dict[Any, list[dict[str, Any]]] = {}
    for one in bench_search.listings_for(count).values():
        id, of, owner = (str(uuid.uuid4()) for _ in range(3))
        rows.setdefault(organisation, []).append({"id": owner, "name": f"{one.organisation} {owner}", "is_demo": True})
        told = {"id": of, "organisation_id": owner, "name": one.service, "kind": one.kind}
        rows.setdefault(service, []).append(told)
        rows.setdefault(service_need, []).append({"service_id": of, "need": one.needs[0], "position": 0})
        place = {
            "id": id, "service_id": of, "state": "published", "is_demo": True, "modified_at": now,
            "place_tier": str(one.place.tier), "place_code": one.place.code, "province": one.province,
            "reception": {}, "price": {}, "papers": {}, "audience": [], "languages": ["vi"], "attributes": [],
        }  # fmt: skip
        rows.setdefault(place_of_service, []).append(place)
        rows.setdefault(phone, []).append({"place_id": id, "number": "0000 000 001", "position": 0})
    for table, many in rows.items():
        connection.execute(insert(table), many)
    return [str(row["id"]) for row in rows[place_of_service]]
