"""`donghanh bench growth`: a whole turn with few and with very many persons and listings in the database."""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from bot import demonstration, memory
from bot.app import House, build
from bot.channels.terminal import Terminal
from bot.commands import bench_search
from bot.db import open_engine
from bot.policy import demonstration as demo_policy
from bot.ports import Address, Outbound
from bot.seals import Seals, create_key_file
from bot.settings import Settings
from bot.tables import contact, conversation, lane, person, seen_event
from directory import listing_index
from directory.listings import Listing
from directory.shelf import Shelf
from directory.tables import make_tables, place_of_service, service

SIZES = ((1_000, 100), (100_000, 100), (1_000_000, 100), (1_000, 10_000), (1_000_000, 10_000))
IN_FLIGHT = 16
ASKING = 400  # persons who write, again and again
CHUNK = 5_000
TEXTS = ("xet nghiem hiv o cau giay", "xem them", "muốn tìm chỗ học nghề ở Ninh Kiều", "prep la gi vay", "cam on nha")
AT = datetime(2026, 12, 7, 3, tzinfo=UTC)


class StandingClock:
    """Moves on by a little with every look, so that no lane is taken for a flood."""

    def __init__(self) -> None:
        self._now = AT

    def now(self) -> datetime:
        self._now += timedelta(milliseconds=40)
        return self._now


class Answers:
    """Who waits for an answer, and what comes."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Event] = {}

    def expected(self, who: str) -> asyncio.Event:
        self._waiting[who] = event = asyncio.Event()
        return event

    def shown(self, address: Address, message: Outbound) -> None:
        if (event := self._waiting.get(address)) is not None:
            event.set()


def measure(seconds: float) -> list[dict[str, Any]]:
    """One row a size; `slower` is how many times slower than the smallest (the promise: at most 1.3)."""
    rows: list[dict[str, Any]] = []
    for persons, listings in SIZES:
        print(f"growth: {persons} persons, {listings} listings …", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            row = asyncio.run(_measure(Path(folder), persons, listings, seconds))
        row["slower"] = round(row["p50_ms"] / rows[0]["p50_ms"], 2) if rows else 1.0
        rows.append(row)
    return rows


async def _measure(folder: Path, persons: int, listings: int, seconds: float) -> dict[str, Any]:
    answers = Answers()
    house, terminal = await _open(folder, answers)
    _fill(folder, persons)
    shelf, made = house.keeper.shelf, bench_search.listings_for(listings)
    _list(folder, made.values())
    house.keeper.shelf = Shelf(
        listing_index.build(made.values()),
        shelf.seq,
        library=shelf.library,
        known=shelf.known,
    )
    memory.settle()
    await _talk(answers, terminal, min(1.0, seconds), [])
    lasted: list[float] = []
    begun = time.perf_counter()
    await _talk(answers, terminal, seconds, lasted)
    rate = len(lasted) / (time.perf_counter() - begun)
    await house.stop()
    size = sum(path.stat().st_size for path in folder.glob("house.db*")) / 1e6
    ordered = sorted(lasted)
    return {
        "bench": "growth", "persons": persons, "listings": listings, "turns_per_second": round(rate, 1),
        "p50_ms": _ms(statistics.median(ordered)), "p99_ms": _ms(ordered[len(ordered) * 99 // 100]),
        "megabytes": round(size), "in_flight": IN_FLIGHT, "n": len(lasted),
    }  # fmt: skip


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)


async def _open(folder: Path, answers: Answers) -> tuple[House, Terminal]:
    create_key_file(folder / "key.json")
    url = f"sqlite:///{folder / 'house.db'}"
    engine = open_engine(url)
    make_tables(engine)
    engine.dispose()
    clock, made = StandingClock(), list[Terminal]()

    def door(refer: Any) -> Terminal:
        made.append(Terminal(clock, refer, answers.shown))
        return made[0]

    house = build(
        Settings(database_url=url, data_dir=folder),
        demo_policy(),
        seals=Seals.from_files(folder / "key.json", str(folder / "keys.db")),
        clock=clock,
        channels={("terminal", "local"): lambda db, seals, clock, bells, settings, refer: door(refer)},
        senders={},
        routes=lambda connection, staff_id: [("console", Address(str(staff_id)))],
    )
    await house.db.write(lambda tx: demonstration.seed(tx, AT))
    await house.start(ticks=False)
    return house, made[0]


def _fill(folder: Path, persons: int) -> None:
    """Persons who wrote before, each with a lane, an address and a talk; sealed values of the usual length."""
    engine = open_engine(f"sqlite:///{folder / 'house.db'}")
    later, sealed = AT + timedelta(days=40), b"\x01" + bytes(300)
    day = {"forget_at": later}
    for begin in range(10_000, 10_000 + persons, CHUNK):
        ids = range(begin, min(begin + CHUNK, 10_000 + persons))
        with engine.begin() as connection:
            connection.execute(insert(person), [{"id": one, "created_at": AT, **day} for one in ids])
            ways = {"channel": "terminal", "account": "local", "last_at": AT, **day}
            named = [{"id": one, "person_id": one, "handle": f"{one * 7919:064x}", **ways} for one in ids]
            connection.execute(insert(lane), named)
            connection.execute(insert(contact), [{"lane_id": one, "sealed": sealed, **day} for one in ids])
            talks = [{"lane_id": one, "key_id": f"{one:032x}", "sealed": sealed, "last_at": AT, **day} for one in ids]
            connection.execute(insert(conversation), talks)
            connection.execute(insert(seen_event), [{"key": f"{one * 104729:064x}", **day} for one in ids])
    engine.dispose()


def _list(folder: Path, made: Iterable[Listing]) -> None:
    """The listings' rows as far as they are looked up live: one that is not there was taken down, and is not shown."""
    engine = open_engine(f"sqlite:///{folder / 'house.db'}")
    said: dict[str, Any] = {key: {} for key in ("reception", "price", "papers")}
    said |= {key: [] for key in ("audience", "languages", "attributes")}
    with engine.begin() as connection:
        of = connection.execute(select(service.c.id).limit(1)).scalar_one()
        told = {"service_id": of, "state": "published", "modified_at": AT, **said}
        rows = [
            {"id": one.id, "place_tier": one.place.tier, "place_code": one.place.code, "province": one.province, **told}
            for one in made
        ]
        connection.execute(insert(place_of_service), rows)
    engine.dispose()


async def _talk(answers: Answers, terminal: Terminal, seconds: float, lasted: list[float]) -> None:
    """So many at once, one turn after another: kept, understood, answered, sent; until the first answer is there."""
    end = time.perf_counter() + seconds

    async def caller(number: int) -> None:
        turn = 0
        while time.perf_counter() < end:
            who = f"asking {number + IN_FLIGHT * (turn % (ASKING // IN_FLIGHT))}"
            begun, answer = time.perf_counter(), answers.expected(who)
            await terminal.say(who, text=TEXTS[turn % len(TEXTS)])
            await answer.wait()
            lasted.append(time.perf_counter() - begun)
            turn += 1

    await asyncio.gather(*(caller(number) for number in range(IN_FLIGHT)))
