"""Machines whose clocks differ by minutes serve one house on PostgreSQL: all go by the time of the database."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import func, select

from bot import demonstration, shared_clock
from bot.app import House, MachineClock, build
from bot.channels.telegram_poll import take
from bot.db import Database
from bot.policy import demonstration as demo_policy
from bot.ports import Address, Clock
from bot.seals import Seals
from bot.selfaudit import SelfAudit
from bot.settings import Settings
from bot.shared_clock import SharedClock, apart_too_far
from bot.tables import case, timer
from tests.conftest import MovableClock
from tests.fakes import FakeChannel
from tests.test_killed import free_port
from tests.test_takeover import Desk, die_before_reading, die_before_sending
from tests.test_two_processes import HANGS, ask, prepare, running

pytestmark = pytest.mark.timeout(110)


class Off:
    """A machine whose clock is wrong."""

    def __init__(self, **by: float) -> None:
        self._by = timedelta(**by)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._by


@pytest.fixture
def houses(postgresql_with_tables: str, seals: Seals, tmp_path: Path):  # type: ignore[no-untyped-def]
    """Opens a process on a machine with this clock."""
    desk = Desk(MachineClock())  # type: ignore[arg-type]

    @asynccontextmanager
    async def process(machine: Clock) -> AsyncIterator[House]:
        clock = SharedClock(machine)
        made = build(
            Settings(database_url=postgresql_with_tables, data_dir=tmp_path),
            demo_policy(),
            seals=Seals.from_files(tmp_path / "key.json", str(tmp_path / "keys.db")),
            clock=clock,
            channels={("fake", "1"): lambda db, seals, clock, bells, settings, refer: FakeChannel(seals, clock)},
            senders={"console": lambda db, clock, bells, settings: desk},
            routes=lambda connection, staff_id: [("console", Address(str(staff_id)))],
        )
        await made.db.read(clock.set_by)
        await made.db.write(lambda tx: demonstration.seed(tx, clock.now()))
        await made.start(ticks=False)
        yield made
        await made.stop()

    process.desk = desk  # type: ignore[attr-defined]
    return process


def network(house: House) -> FakeChannel:
    (channel,) = house.channels
    assert isinstance(channel, FakeChannel)
    return channel


async def round_(house: House) -> None:
    await house.reception.look()
    await house.clockwork.tick()
    await house.mailroom.collect()
    await house.reception.settle()
    await house.mailroom.settle()


@pytest.mark.parametrize("minutes", [1, -1, 10, -10])
async def test_nothing_is_taken_out_of_the_hands_of_a_process_nor_held_for_ever(
    houses, minutes: float, monkeypatch: pytest.MonkeyPatch  # type: ignore[no-untyped-def]
) -> None:
    async with houses(Off(minutes=minutes)) as one, houses(Off(minutes=-minutes)) as other:
        assert await one.db.write(lambda tx: take(tx, "telegram:1", now=one.clock.now()))
        await network(one).say("anna", "chao")
        await one.reception.settle()
        await one.mailroom.settle()
        die_before_reading(one, monkeypatch)
        await network(one).say("anna", "nó đang đánh em")  # kept, and being thought about
        die_before_sending(one, monkeypatch)
        await round_(other)
        assert houses.desk.told == [] and network(other).shown == [], "the lane is held by the other process"
        assert not await other.db.write(lambda tx: take(tx, "telegram:1", now=other.clock.now()))
        await one.reception._step(1)  # decided and committed; on its way when it dies
        await round_(other)
        assert houses.desk.told == [] and network(other).shown == [], "so is what is on its way"


@pytest.mark.parametrize("minutes", [1, -1, 10, -10])
async def test_timers_run_neither_early_nor_late(houses, minutes: float) -> None:  # type: ignore[no-untyped-def]
    due = select(timer.c.due_at).where(timer.c.kind == "escalate").order_by(timer.c.due_at)
    async with houses(Off(minutes=minutes)) as one, houses(Off(minutes=-minutes)) as other:
        await network(one).say("anna", "nó đang đánh em")
        await one.reception.settle()
        before = await one.db.read(lambda connection: connection.execute(due).scalar_one())
        for house in (one, other):
            await round_(house)
        assert await one.db.read(lambda connection: connection.execute(due).scalar_one()) == before, "nothing early"
        opened = await one.db.read(lambda connection: connection.execute(select(case.c.opened_at)).scalar_one())
        now = await one.db.read(lambda connection: connection.execute(select(func.clock_timestamp())).scalar_one())
        assert opened <= now and before - now <= timedelta(minutes=5), "nor a minute late"


class Ticking:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


class Told:
    """A database whose clock is set by hand, and that takes its time."""

    def __init__(self, ticking: Ticking, at: datetime, takes: float = 0.0) -> None:
        self._ticking, self._at, self._takes = ticking, at, takes

    def execute(self, statement: object) -> "Told":
        self._ticking.seconds += self._takes
        return self

    def scalar_one(self) -> datetime:
        return self._at


def test_the_time_runs_on_evenly_between_two_looks_and_follows_the_database(clock: MovableClock) -> None:
    ticking, start = Ticking(), datetime(2026, 12, 7, 5, 0, tzinfo=UTC)
    shared = SharedClock(clock, ticking=ticking)
    assert shared.now() == clock.now(), "before the first look the machine is believed"
    shared.set_by(Told(ticking, start))  # type: ignore[arg-type]
    assert shared.now() == start
    clock.pass_(hours=5)  # somebody sets the machine
    ticking.seconds += 7
    assert shared.now() == start + timedelta(seconds=7) and shared.apart == timedelta(hours=2, seconds=-7)
    shared.set_by(Told(ticking, start + timedelta(seconds=8), takes=4))  # type: ignore[arg-type]
    assert shared.now() == start + timedelta(seconds=11), "a slow answer says nothing better than what is known"
    shared.set_by(Told(ticking, start + timedelta(hours=1)))  # type: ignore[arg-type]
    assert shared.now() == start + timedelta(hours=1), "another server after a failover"


async def test_a_machine_that_is_far_off_is_told_to_those_in_charge_once_an_hour(
    db: Database, clock: MovableClock
) -> None:
    beats, ticking = list[int](), Ticking()
    shared = SharedClock(clock, ticking=ticking)

    async def beat() -> None:
        beats.append(1)

    def routes(connection: object, staff_id: int) -> Sequence[tuple[str, Address]]:
        return [("console", Address("1"))]

    desk = Desk(clock)
    await db.write(lambda tx: demonstration.seed(tx, clock.now()))
    audit = SelfAudit(
        db, clock, demo_policy(), senders={"console": desk}, routes=routes, beat=beat,  # type: ignore[dict-item]
        here=lambda: apart_too_far(shared),
    )  # fmt: skip
    shared.set_by(Told(ticking, clock.now() + shared_clock.MOST_APART))  # type: ignore[arg-type]
    assert await audit.look() == {} and beats == [1]
    shared.set_by(Told(ticking, clock.now() + timedelta(seconds=61)))  # type: ignore[arg-type]
    assert await audit.look() == {"clocks_differ": 61} and beats == [1]
    told = len(desk.told)
    assert told > 0 and "clocks_differ:61" in desk.told[0].text
    clock.pass_(minutes=1)
    ticking.seconds += 60
    await audit.look()
    assert len(desk.told) == told
    clock.pass_(minutes=60)
    ticking.seconds += 3600
    await audit.look()
    assert len(desk.told) == 2 * told


def machine_off(minutes: int) -> tuple[str, str]:
    """The whole program, on a machine whose clock is wrong."""
    lines = (
        "import sys",
        "from datetime import timedelta",
        "from bot.app import MachineClock as M",
        "right = M.now",
        f"M.now = lambda self: right(self) + timedelta(minutes={minutes})",
        "from bot.__main__ import main",
        "sys.exit(main(sys.argv[1:]))",
    )
    return "-c", "\n".join(lines)


async def test_two_processes_ten_minutes_apart_answer_once_and_say_that_they_differ(
    tmp_path: Path, postgresql: str
) -> None:
    prepare(tmp_path, postgresql)
    ports = free_port(), free_port()
    with (
        running(tmp_path, postgresql, "ahead", ports[0], program=machine_off(10)) as (_, ahead),
        running(tmp_path, postgresql, "behind", ports[1], program=machine_off(-10)) as (_, behind),
    ):
        talks = await asyncio.gather(*(ask(port, "xet nghiem hiv o cau giay") for port in ports * 3))
        for came in talks:
            assert sum(text.startswith("Chào bạn") for text in came) == 1, came
            assert sum("\n1. " in text for text in came) == 1, came
        for port in ports:
            assert any("115" in text for text in await ask(port, "nó đang đánh em"))
        end = time.monotonic() + HANGS
        while time.monotonic() < end and len(_alarms(ahead, behind)) < 2:
            await asyncio.sleep(0.2)
        await asyncio.sleep(2)  # what would come twice comes now
        alarms = _alarms(ahead, behind)
        assert len(alarms) == len(set(alarms)) == 2, alarms
        apart = [await _apart(port) for port in ports]
        assert 590 < apart[0] < 610 and -610 < apart[1] < -590


def _alarms(*said: Path) -> list[str]:
    return re.findall(r"Khẩn cấp ngay bây giờ: ([^,]+),", "".join(one.read_text("utf-8") for one in said))


async def _apart(port: int) -> float:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/metrics") as answer:
        found = re.search(r"^donghanh_clock_apart_seconds (\S+)$", await answer.text(), re.MULTILINE)
    assert found is not None
    return float(found[1])
