"""The event loop looks up rows on PostgreSQL without waiting for them; in any trouble a thread does."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from sqlalchemy import Connection, bindparam, func, select, text

from bot import glances
from bot.connections import ask
from bot.db import Database, DatabaseAway
from bot.glances import Glance
from bot.seals import Seals
from bot.tables import staff_organisation
from tests.carried import carried
from tests.conftest import started
from tests.cut_line import Line

NUMBER = select(bindparam("n", type_=staff_organisation.c.id.type))
SLOW = select(bindparam("n", type_=staff_organisation.c.id.type), text("pg_sleep(0.3)"))
BROKEN = select(bindparam("n", type_=staff_organisation.c.id.type) / 0)


def number(n: int, statement: object = NUMBER) -> Glance[int]:
    def asks(connection: Connection) -> Callable[[], int]:
        asked = ask(connection, statement, {"n": n})  # type: ignore[arg-type]
        return lambda: int(asked.rows.one()[0])

    return asks


on_both = pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
async def near(postgresql: str, seals: Seals) -> AsyncIterator[Database]:
    async with started(postgresql, seals) as database:
        await until_open(database)
        yield database


async def until_open(db: Database) -> None:
    async with asyncio.timeout(10):
        while not is_open(db):
            await db.glance(number(1))
            await asyncio.sleep(0.01)


def is_open(db: Database) -> bool:
    return db._readers._glances is not None and db._readers._glances._wire is not None


@on_both
async def test_each_is_told_what_it_asked(engine: Database) -> None:
    for _ in range(3):
        assert await asyncio.gather(*(engine.glance(number(n)) for n in range(20))) == list(range(20))


async def test_what_is_asked_in_one_moment_goes_in_one_journey(near: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with carried(monkeypatch) as found:
        assert await asyncio.gather(*(near.glance(number(n)) for n in range(8))) == list(range(8))
    assert found == [8]


@on_both
async def test_an_own_error_is_ones_own(engine: Database) -> None:
    def asks_badly(connection: Connection) -> Callable[[], int]:
        raise KeyError("mine")

    def reads_badly(connection: Connection) -> Callable[[], int]:
        asked = ask(connection, NUMBER, {"n": 1})
        return lambda: int(asked.rows.one()[7])

    for _ in range(3):
        asked = [
            engine.glance(number(5)),
            engine.glance(asks_badly),
            engine.glance(reads_badly),
            engine.glance(number(6)),
        ]
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert found[0] == 5 and found[3] == 6
        assert isinstance(found[1], KeyError) and isinstance(found[2], IndexError)


async def test_who_gave_up_waiting_holds_nobody_up(near: Database) -> None:
    first, second = (asyncio.ensure_future(near.glance(number(n))) for n in (1, 2))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == 2 and await near.glance(number(3)) == 3 and is_open(near)


async def test_the_loop_goes_on_while_the_server_takes_its_time(near: Database) -> None:
    steps = 0
    for _ in range(2):
        await near.glance(number(1, SLOW))
    asked = asyncio.ensure_future(near.glance(number(4, SLOW)))
    while not asked.done():
        steps += 1
        await asyncio.sleep(0.001)
    assert await asked == 4 and steps > 3 and is_open(near), "standing still, it would take one or two"


async def test_what_takes_too_long_is_looked_up_by_a_thread(near: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        await near.glance(number(1, SLOW))
    monkeypatch.setattr(glances, "PATIENCE_SECONDS", 0.05)
    found = await asyncio.gather(near.glance(number(7, SLOW)), near.glance(number(8)))
    assert found == [7, 8] and not is_open(near)
    assert await near.glance(number(9)) == 9, "meanwhile threads do it"
    monkeypatch.setattr(near._readers._glances, "_rests_until", 0.0)
    await until_open(near)


async def test_an_error_of_the_database_is_told_and_the_next_goes_on(near: Database) -> None:
    for _ in range(3):
        found = await asyncio.gather(near.glance(number(1, BROKEN)), return_exceptions=True)
        assert isinstance(found[0], DatabaseAway)
        assert await near.glance(number(2)) == 2
        mine = near._readers._glances
        assert mine is not None
        mine._rests_until = 0.0
        await until_open(near)


async def test_a_connection_that_ends_between_two_is_not_noticed_by_anybody(near: Database) -> None:
    mine = near._readers._glances
    assert mine is not None and mine._wire is not None
    ended = select(func.pg_terminate_backend(mine._wire._pg.backend_pid))
    await near.write(lambda tx: tx.execute(ended).all())
    assert await asyncio.gather(*(near.glance(number(n)) for n in range(5))) == list(range(5))
    async with asyncio.timeout(10):
        while is_open(near):  # by now it is told, also if nobody asks
            await asyncio.sleep(0.01)


async def test_without_a_server_everybody_is_told_so(postgresql: str, seals: Seals) -> None:
    line = Line(postgresql)
    async with started(line.url, seals) as far:
        await until_open(far)
        line.go_away()
        found = await asyncio.gather(*(far.glance(number(n)) for n in range(3)), return_exceptions=True)
        assert [type(one) for one in found] == [DatabaseAway] * 3
        line.come_back()
        assert await far.glance(number(3)) == 3
    line.close()


async def test_a_house_can_close_while_something_is_looked_up(postgresql: str, seals: Seals) -> None:
    async with started(postgresql, seals) as db:
        for _ in range(2):
            await db.glance(number(1, SLOW))
        await until_open(db)
        asked = asyncio.ensure_future(db.glance(number(4, SLOW)))
        await asyncio.sleep(0.02)
    asked.cancel()
    assert not is_open(db)
