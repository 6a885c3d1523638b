"""Fetching: one process an account, nothing acknowledged that is not kept, and nothing the network says ends it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.channels.telegram_client import Client
from bot.channels.telegram_poll import LEASE, Poller, give_back, take
from bot.db import Database, DatabaseAway, open_engine
from bot.helpline import invariants
from bot.policy import demonstration
from bot.seals import Seals
from bot.tables import lease, poller
from directory.tables import make_tables
from tests.conftest import MovableClock
from tests.contracts.lines import unhurried
from tests.fake_telegram import BROKEN, TOKEN, UNAUTHORIZED, FakeTelegram

POST = "telegram:4242"


@pytest.fixture
async def network(clock: MovableClock) -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(clock.now) as made:
        yield made
        assert made.problems == []


class Fetching:
    """A poller whose waits pass at once and are written down."""

    def __init__(
        self, db: Database, clock: MovableClock, network: FakeTelegram, *, hold_seconds: float = 3.0
    ) -> None:
        self.begun = clock.now()
        self.kept: list[Any] = []
        self.waits: list[float] = []
        self.trouble: list[Exception] = []
        self.client = Client(TOKEN, api_root=network.root, pace=unhurried())
        self.poller = Poller(
            db, clock, self.client, kind="telegram", updates=["message"], handle=self._keep, nap=self._nap,
            hold_seconds=hold_seconds,
        )  # fmt: skip

    async def _keep(self, told: Any) -> None:
        if self.trouble:
            raise self.trouble.pop(0)
        self.kept.append(told["message"]["text"])

    async def _nap(self, seconds: float) -> None:
        if seconds:
            self.waits.append(seconds)
        await asyncio.sleep(0.01)

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not is_so():
                await asyncio.sleep(0.002)

    async def stop(self) -> None:
        await self.poller.stop()
        await self.client.stop()


@pytest.fixture
async def fetching(db: Database, clock: MovableClock, network: FakeTelegram) -> AsyncIterator[Fetching]:
    made = Fetching(db, clock, network)
    yield made
    await made.stop()


async def test_everything_is_fetched_in_order_and_acknowledged_once_kept(
    fetching: Fetching, network: FakeTelegram, db: Database
) -> None:
    network.webhook = "https://left.over.example.org/"  # of another way of running
    for number in range(150):
        network.message(1001, text=f"{number}")
    fetching.poller.start()
    await fetching.until(lambda: len(fetching.kept) == 150)
    assert fetching.kept == [f"{number}" for number in range(150)] and network.webhook == ""
    network.message(1001, text="mới")
    await fetching.until(lambda: fetching.kept[-1] == "mới")
    name = await db.read(lambda connection: connection.execute(select(poller.c.name)).scalar_one())
    assert name == "donghanh_test_bot"


async def test_a_second_installation_is_waited_out_with_a_line_in_the_log(
    fetching: Fetching, network: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    fetching.poller.start()
    await fetching.until(lambda: bool(network.asked("getUpdates")))
    network._polling += 1
    network.message(1001, text="cứu")
    await fetching.until(lambda: len(fetching.waits) > 6)
    assert fetching.poller.is_running and max(fetching.waits) == 30.0
    assert {one.msg for one in caplog.records if one.name.startswith("bot")} == {"poll_conflict"}
    network._polling -= 1
    network.message(1001, text="em")
    await fetching.until(lambda: fetching.kept[-2:] == ["cứu", "em"])


@pytest.mark.parametrize("trouble", ["token", "conflict"])
async def test_an_account_that_cannot_be_fetched_from_for_ten_minutes_is_told(
    fetching: Fetching, network: FakeTelegram, db: Database, clock: MovableClock, trouble: str
) -> None:
    async def is_told() -> bool:
        return bool(await db.read(lambda c: invariants.PROMISES["door_shut"](c, clock.now(), demonstration())))

    network.token, network._polling = ("revoked", 0) if trouble == "token" else (TOKEN, 1)
    fetching.poller.start()
    for _ in range(12):
        tries = len(fetching.waits)
        await fetching.until(lambda tries=tries: len(fetching.waits) > tries + 1)
        assert not await is_told() or clock.now() > fetching.begun + timedelta(minutes=10)
        clock.pass_(minutes=1)
    assert await is_told()
    await db.write(lambda tx: tx.execute(update(lease).values(owner="a process that was killed")))
    network.token, network._polling = TOKEN, 0
    network.message(1001, text="a")
    await fetching.until(lambda: fetching.kept == ["a"])
    await fetching.until(lambda: fetching.poller._is_shut is False)
    assert not await is_told()


async def test_trouble_of_the_network_ends_nothing(fetching: Fetching, network: FakeTelegram) -> None:
    network.fail_next(BROKEN, "getMe", times=2)
    network.fail_next(UNAUTHORIZED, "getUpdates")
    network.fail_next({"status": 429, "description": "x", "parameters": {"retry_after": 77}}, "getUpdates")
    network.fail_next({"status": 200, "raw": b"<html>"}, "getUpdates")
    network.message(1001, text="a")
    fetching.poller.start()
    await fetching.until(lambda: fetching.kept == ["a"])
    assert 60.0 in fetching.waits and 77.0 in fetching.waits


async def test_what_could_not_be_kept_comes_again(fetching: Fetching, network: FakeTelegram) -> None:
    fetching.trouble = [DatabaseAway("full")] * 7
    network.message(1001, text="a")
    network.message(1001, text="b")
    fetching.poller.start()
    await fetching.until(lambda: fetching.kept == ["a", "b"])


async def test_after_a_quiet_week_the_network_counts_somewhere_else(
    fetching: Fetching, network: FakeTelegram
) -> None:
    network._ids = 900_000_000
    network.message(1001, text="a")
    fetching.poller.start()
    await fetching.until(lambda: not network._updates)
    network._ids = 300_000_000
    for text in ("b", "c"):
        network.message(1001, text=text)
    await fetching.until(lambda: not network._updates)
    assert fetching.kept == ["a", "b", "c"]


async def test_one_update_that_breaks_does_not_hide_the_others(
    fetching: Fetching, network: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    fetching.trouble = [ValueError("canary")] * 3
    network.message(1001, text="a")
    network.message(1001, text="b")
    fetching.poller.start()
    await fetching.until(lambda: fetching.kept == ["b"])
    assert "canary" not in caplog.text


async def test_what_was_fetched_and_not_kept_is_there_for_the_next_process(
    db: Database, clock: MovableClock, network: FakeTelegram
) -> None:
    first = Fetching(db, clock, network)
    stuck = asyncio.Event()

    async def hang(told: Any) -> None:
        stuck.set()
        await asyncio.sleep(3600)

    first.poller._handle = hang
    network.message(1001, text="a")
    first.poller.start()
    await asyncio.wait_for(stuck.wait(), 20)
    await first.stop()
    second = Fetching(db, clock, network)
    second.poller.start()
    await second.until(lambda: second.kept == ["a"])
    await second.stop()


async def test_one_process_fetches_and_another_takes_over(
    postgresql: str, seals: Seals, clock: MovableClock, network: FakeTelegram
) -> None:
    engine = open_engine(postgresql)
    make_tables(engine)
    engine.dispose()
    one, other = Database(postgresql, seals), Database(postgresql, seals)
    for house in (one, other):
        house.start()
    now = clock.now()
    assert await one.write(lambda tx: take(tx, POST, now=now))
    assert not await other.write(lambda tx: take(tx, POST, now=now))
    assert await one.write(lambda tx: take(tx, POST, now=now + timedelta(seconds=20)))
    assert not await other.write(lambda tx: take(tx, POST, now=now + timedelta(seconds=19) + LEASE))
    assert await other.write(lambda tx: take(tx, POST, now=now + LEASE + timedelta(seconds=20)))
    await one.write(lambda tx: give_back(tx, POST))  # not its own any more
    assert not await one.write(lambda tx: take(tx, POST, now=now + LEASE + timedelta(seconds=21)))

    first, second = Fetching(one, clock, network), Fetching(other, clock, network)
    second.poller.start()
    await second.until(lambda: bool(network.asked("getUpdates")))
    first.poller.start()
    await first.until(lambda: len(first.waits) > 3)
    network.message(1001, text="a")
    await second.until(lambda: second.kept == ["a"])
    await second.stop()  # gives the post back at once
    network.message(1001, text="b")
    await first.until(lambda: first.kept[-1:] == ["b"])  # what was not acknowledged may come again
    await first.stop()
    assert second.kept == ["a"]
    for house in (one, other):
        await house.stop()


@pytest.fixture
async def two(
    postgresql_with_tables: str, seals: Seals, clock: MovableClock, network: FakeTelegram
) -> AsyncIterator[tuple[Fetching, Fetching]]:
    """Two processes of one house with the same account."""
    houses = [Database(postgresql_with_tables, seals) for _ in range(2)]
    for house in houses:
        house.start()
    one, other = (Fetching(house, clock, network, hold_seconds=0.02) for house in houses)
    yield one, other
    for made in (one, other):
        await made.stop()
    for house in houses:
        await house.stop()


async def held_until(one: Fetching) -> datetime | None:
    wanted = select(poller.c.lease_until)
    return await one.poller._db.read(lambda connection: connection.execute(wanted).scalar_one())


async def test_the_post_is_held_while_the_network_lets_us_wait(
    two: tuple[Fetching, Fetching], network: FakeTelegram, clock: MovableClock
) -> None:
    one, other = two
    one.poller.start()
    await one.until(lambda: network._polling == 1)
    other.poller.start()
    for _ in range(6):  # half a minute, in which nobody writes
        looks = len(other.waits)
        clock.pass_(seconds=5)
        async with asyncio.timeout(20):
            while await held_until(other) != clock.now() + LEASE:
                await asyncio.sleep(0.01)
        await other.until(lambda looks=looks: len(other.waits) > looks + 3)
    assert len(network.asked("getUpdates")) == 1 and network._polling == 1, "one question, still waiting, and no other"
    network.message(1001, text="a")
    await one.until(lambda: one.kept == ["a"])
    assert other.kept == []


async def test_a_cry_that_waits_at_the_network_is_fetched_within_fifteen_seconds_of_a_kill(
    two: tuple[Fetching, Fetching], network: FakeTelegram, clock: MovableClock
) -> None:
    one, other = two
    one.poller.start()
    await one.until(lambda: network._polling == 1)
    assert one.poller._task is not None
    one.poller._task.cancel()  # without a word to anybody
    await one.until(lambda: network._polling == 0)
    network.message(1001, text="cứu")
    begun = clock.now()
    other.poller.start()
    while not other.kept:
        looks = len(other.waits)
        await other.until(lambda looks=looks: other.kept != [] or len(other.waits) > looks)
        if not other.kept:
            clock.pass_(seconds=other.waits[-1])
    assert timedelta(seconds=3) < clock.now() - begun <= timedelta(seconds=13)


async def test_who_has_lost_the_post_ends_its_question_so_that_no_other_is_refused(
    two: tuple[Fetching, Fetching], network: FakeTelegram, clock: MovableClock, caplog: pytest.LogCaptureFixture
) -> None:
    one, other = two
    one.poller.start()
    await one.until(lambda: network._polling == 1)
    theirs = update(poller).values(lease_owner=other.poller._db.owner, lease_until=clock.now() + LEASE)
    await other.poller._db.write(lambda tx: tx.execute(theirs).rowcount)  # while the first one slept
    await one.until(lambda: network._polling == 0)
    other.poller.start()
    await other.until(lambda: network._polling == 1)
    network.message(1001, text="a")
    await other.until(lambda: other.kept == ["a"])
    said = [record.msg for record in caplog.records]
    assert one.kept == [] and "poll_taken_over" in said and "poll_conflict" not in said
