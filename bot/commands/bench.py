"""`donghanh bench`: how fast this is beside a peer that everybody knows, measured in the same run, as a ratio."""

import argparse
import asyncio
import json
import re
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import insert

from bot import understanding
from bot.db import Database, Tx, open_engine
from bot.masking import mask
from bot.seals import Seals, create_key_file
from bot.tables import staff_organisation
from directory import needs, places
from directory.reading import fold
from directory.tables import make_tables

MESSAGES = (
    "xet nghiem hiv o cau giay",
    "e bi danh o quan hoang mai, can cho tron",
    "muốn tìm chỗ học nghề ở Ninh Kiều",
    "ten em la hoa, goi em so 0912 345 678 nhe",
    "chi oi cho em hoi prep la gi vay",
    "bi ko che tung anh nong phai lam sao",
)
Rates = tuple[str, float, str, float]  # our name, a second; the peer's name, a second


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("bench", help="speed beside a named peer, as a ratio")
    parser.add_argument("name", nargs="?", choices=sorted(BENCHES), metavar="NAME", help=", ".join(sorted(BENCHES)))
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each side is measured (default 2)")
    parser.add_argument(
        "--seeds", type=int, nargs="+", metavar="N", help="search: ask the queries of each of these, and name the worst"
    )
    parser.add_argument(
        "--asked", type=Path, metavar="FOLDER", help="search: searches that people wrote (tests/examples/searched)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """One JSON object a bench; `ratio` above 1 means that we are faster than the peer."""
    for name in [arguments.name] if arguments.name else sorted(BENCHES):
        print(f"{name} …", file=sys.stderr, flush=True)
        told = {"seeds": arguments.seeds, "asked": arguments.asked} if name == "search" else {}
        more = {option: value for option, value in told.items() if value}
        measured = _deed(name)(arguments.seconds, **more)
        if isinstance(measured, list):
            for one in measured:
                print(json.dumps(one, ensure_ascii=False), flush=True)
            continue
        ours, our_rate, peer, peer_rate = measured
        row = {"bench": name, "ours": ours, "per_second": round(our_rate, 1), "peer": peer}
        row |= {"peer_per_second": round(peer_rate, 1), "ratio": round(our_rate / peer_rate, 3)}
        print(json.dumps(row, ensure_ascii=False), flush=True)
    return 0


def _deed(name: str) -> Callable[..., Rates | list[dict[str, Any]]]:
    """Only what is measured is read: what it keeps in memory is counted too."""
    small = SMALL.get(name)
    return small if small is not None else import_module(f"bot.commands.bench_{name}").measure


def _rate(deed: Callable[[str], object], seconds: float, items: Sequence[str] = MESSAGES) -> float:
    """How often a second, taking the items in turn; the first round warms up and does not count."""
    for item in items:
        deed(item)
    done, begun = 0, time.perf_counter()
    while (passed := time.perf_counter() - begun) < seconds:
        for item in items:
            deed(item)
        done += len(items)
    return done / passed


def _understand(seconds: float) -> Rates:
    """Danger, needs, place, intent and article of a message, beside one fuzzy look-up in the same names."""
    names = [fold(unit.name) for unit in places.units().values()]
    names += [fold(phrase) for need in needs.all_needs().values() for phrase in need.phrases]
    peer = _rate(lambda text: process.extractOne(fold(text), names, scorer=fuzz.partial_ratio), seconds)
    return "understanding.read", _rate(understanding.read, seconds), "rapidfuzz extractOne partial_ratio", peer


def _mask(seconds: float) -> Rates:
    """Eight kinds of things hidden, beside three plain substitutions."""
    plain = [re.compile(one) for one in (r"\+?\d[\d .-]{7,}\d", r"\S+@\S+", r"https?://\S+")]

    def substitute(text: str) -> str:
        for one in plain:
            text = one.sub("…", text)
        return text

    return "masking.mask", _rate(mask, seconds), "three re.sub", _rate(substitute, seconds)


def _write(seconds: float) -> Rates:
    """Small deeds, many callers at once: our writer's shared commits beside one commit a deed."""
    with _folder() as folder:
        ours = asyncio.run(_deeds(folder, seconds))
        file = sqlite3.connect(folder / "plain.db", isolation_level=None)
        file.execute("PRAGMA journal_mode=WAL")
        file.execute("PRAGMA synchronous=FULL")
        file.execute("CREATE TABLE one (id INTEGER PRIMARY KEY, name TEXT UNIQUE)")
        done, begun = 0, time.perf_counter()
        while (passed := time.perf_counter() - begun) < seconds:
            file.execute("BEGIN IMMEDIATE")
            file.execute("INSERT INTO one (name) VALUES (?)", (f"n{done}",))
            file.execute("COMMIT")
            done += 1
        file.close()
    return "Database.write, 64 callers", ours, "sqlite3, one commit a deed", done / passed


async def _deeds(folder: Path, seconds: float) -> float:
    create_key_file(folder / "key.json")
    seals = Seals.from_files(folder / "key.json", str(folder / "keys.db"))
    url = f"sqlite:///{folder / 'ours.db'}"
    engine = open_engine(url)
    make_tables(engine)
    engine.dispose()
    db = Database(url, seals)
    db.start()
    done, begun = 0, time.perf_counter()

    async def caller(number: int) -> None:
        nonlocal done
        turn = 0
        while time.perf_counter() - begun < seconds:
            name = f"{number}:{turn}"

            def deed(tx: Tx, name: str = name) -> None:
                tx.execute(insert(staff_organisation).values(name=name))

            await db.write(deed)
            turn, done = turn + 1, done + 1

    await asyncio.gather(*(caller(number) for number in range(64)))
    passed = time.perf_counter() - begun
    await db.stop()
    seals.stop()
    return done / passed


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        yield Path(folder)


SMALL: Mapping[str, Callable[[float], Rates]] = {"understand": _understand, "mask": _mask, "write": _write}
BENCHES = (*SMALL, "alarms", "exchange", "growth", "search", "turns", "understanding")  # the others have files
