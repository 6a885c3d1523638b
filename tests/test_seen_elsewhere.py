"""Requirements 2 and 8: what one process changes in the directory another one tells, on PostgreSQL.

That it does so within a second is measured in `tests/campaign/campaign_seen_elsewhere.py`.
"""

import asyncio
import time
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import create_engine, text, update

from bot.app import House, MachineClock, build
from bot.bells import SHELF
from bot.db import Tx
from bot.policy import demonstration
from bot.seals import Seals
from bot.settings import Settings
from directory import editing, verification
from directory.demonstration import import_demo
from directory.tables import place_of_service
from tests.test_killed import free_port
from tests.test_two_processes import prepare, running

pytestmark = pytest.mark.timeout(110)
HANGS = 10  # seconds; a machine that does too much at once is not a fault
STREET = "Số 1 phố Canh Chừng"


def house_on(url: str, folder: Path) -> House:
    """This process: it only writes."""
    return build(
        Settings(database_url=url, data_dir=folder), demonstration(),
        seals=Seals.from_files(folder / "key.json", str(folder / "keys.db")), clock=MachineClock(), channels={},
        senders={}, routes=lambda connection, staff_id: (),
    )  # fmt: skip


def asking(number: int) -> aiohttp.ClientSession:
    """Whoever asks, from an address of its own: nobody asks too often."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(local_addr=(f"127.0.0.{number + 2}", 0)))


async def told(client: aiohttp.ClientSession, base: str, id: str) -> str:
    async with client.get(f"{base}/hsds/service_at_locations/{id}?full=true") as answer:
        assert answer.status in (200, 404)
        return await answer.text() if answer.status == 200 else ""


async def seconds_until_told(folder: Path, url: str, *, rings: bool, many: int) -> list[float]:
    """Changes and takes down so many places, one after the other, and asks another process until it says so; returns
    how long each took."""
    prepare(folder, url)
    port = free_port()
    with running(folder, url, "other", port):
        house, base = house_on(url, folder / "data"), f"http://127.0.0.1:{port}"
        await house.db.read(house.keeper.load)
        open_ones = [one.id for one in house.keeper.shelf if not one.is_sealed and one.hours]

        def move(tx: Tx, id: str) -> None:
            tx.execute(update(place_of_service).where(place_of_service.c.id == id).values(street=STREET))
            verification.note(tx.connection, "save", id, staff_id=1, now=house.clock.now(), before={}, after={})

        def withdraw(tx: Tx, id: str) -> None:
            editing.withdraw(tx.connection, id, staff_id=1, now=house.clock.now())

        lasted: list[float] = []
        for number, id in enumerate(open_ones[:many]):
            async with asking(number) as client:
                assert await told(client, base, id) and STREET not in await told(client, base, id)
                for deed in (move, withdraw):

                    def do(tx: Tx, id: str = id, deed=deed) -> None:  # type: ignore[no-untyped-def]
                        deed(tx, id)
                        if rings:
                            tx.ring(SHELF)

                    await house.db.write(do)
                    begun = time.monotonic()
                    while (STREET in (said := await told(client, base, id))) is (deed is withdraw):
                        assert time.monotonic() - begun < HANGS
                        await asyncio.sleep(0.02)
                    lasted.append(time.monotonic() - begun)
                    assert bool(said) is (deed is move)
                    await asyncio.sleep(0.07)
        await house.stop()
    assert len(lasted) == 2 * many
    return lasted


@pytest.mark.parametrize("rings", [True, False])
async def test_a_change_and_a_takedown_are_told_by_another_process(
    tmp_path: Path, postgresql: str, rings: bool
) -> None:
    """With a bell at once, and without one (an import by a command, a bell that got lost) since each process looks."""
    await seconds_until_told(tmp_path, postgresql, rings=rings, many=3)


async def test_a_bell_alone_makes_another_process_look_also_one_that_rang_while_it_could_not_hear(
    tmp_path: Path, postgresql: str
) -> None:
    """The other one does not look by itself: only the bell tells it, and its first look when it can hear again."""
    prepare(tmp_path, postgresql)
    with create_engine(postgresql).begin() as connection:
        import_demo(connection, MachineClock().now())
    here, there = (house_on(postgresql, tmp_path / "data") for _ in range(2))
    await there.start(parts=frozenset(), ticks=False)
    assert there.hearing is not None
    try:
        async with asyncio.timeout(HANGS):
            while not there.hearing.is_open:
                await asyncio.sleep(0.02)
        silent, rung, missed = [one.id for one in there.keeper.shelf][:3]

        def withdraw(tx: Tx, id: str, *topics: str) -> None:
            editing.withdraw(tx.connection, id, staff_id=1, now=here.clock.now())
            for topic in topics:
                tx.ring(topic)

        async def until_gone(id: str, seconds: float) -> bool:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    while there.keeper.shelf.get(id) is not None:
                        await asyncio.sleep(0.02)
            return there.keeper.shelf.get(id) is None

        await here.db.write(lambda tx: withdraw(tx, silent))
        assert not await until_gone(silent, 1.5), "nobody rang"
        await here.db.write(lambda tx: withdraw(tx, rung, SHELF))
        assert await until_gone(rung, HANGS) and there.keeper.shelf.get(silent) is None

        with create_engine(postgresql, isolation_level="AUTOCOMMIT").connect() as connection:
            ears = "query LIKE 'LISTEN%' OR query = 'SELECT 1'"
            connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ears}"))
            async with asyncio.timeout(HANGS):
                while there.hearing.is_open:
                    await asyncio.sleep(0.01)
            await here.db.write(lambda tx: withdraw(tx, missed, SHELF))
        assert await until_gone(missed, HANGS), "when it hears again it looks"
    finally:
        await there.stop()
        await here.stop()
