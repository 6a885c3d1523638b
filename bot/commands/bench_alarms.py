"""How long from a tap to the last colleague of the first rung, a hundred at once; a look over 10,000 open cases."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from bot import demonstration, own_channels, staff
from bot.app import House, MachineClock, build
from bot.channels.terminal import Terminal
from bot.console.sender import ConsoleSender
from bot.db import Tx, open_engine
from bot.helpline import escalation, invariants
from bot.policy import demonstration as demo_policy
from bot.ports import Address, Cap, Capabilities, Clock, MsgRef, Outbound, Sent
from bot.seals import Seals, create_key_file
from bot.settings import Settings
from bot.tables import case, staff_channel, timer
from directory.tables import make_tables

REPORTS = 100
RUNG = ("worker-1", "worker-2", "supervisor-1")
NETWORK_SECONDS = 0.03  # what a push server on the same continent takes
OPEN_CASES = 10_000
WAIT_SECONDS = 60


@dataclass(slots=True)
class Pushed:
    """A push server in memory, as slow as a real one; notes when each alarm was handed to it."""

    clock: Clock
    at: dict[str, list[float]] = field(default_factory=dict)
    kind: str = "ntfy"

    def capabilities(self) -> Capabilities:
        return Capabilities(Cap.LINK_BTN | Cap.PUSH_ANYTIME, 3_500, "chars", 3, 120, 500)

    async def send(self, message: Outbound, address: Address) -> Sent:
        if message.case and message.choices:
            self.at.setdefault(message.case, []).append(time.perf_counter())
        await asyncio.sleep(NETWORK_SECONDS)
        return Sent((MsgRef(message.idempotency_key),), self.clock.now())

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        return None


def measure(seconds: float) -> list[dict[str, Any]]:
    """Two rows; there is no peer that does both, the promise stands beside the number. `seconds` is not used."""
    return [asyncio.run(_taps()), asyncio.run(_sweep())]


async def _taps() -> dict[str, Any]:
    """Everybody has been asked "in danger now?" and taps "yes" at the same moment."""
    async with _open() as (house, terminal, pushed, offered):
        await asyncio.gather(*(terminal.say(f"p{one}", text="e bi danh") for one in range(REPORTS)))
        await house.settle()
        begun = time.perf_counter()
        await asyncio.gather(*(terminal.say(f"p{one}", choice=offered[f"p{one}"]) for one in range(REPORTS)))
        while sum(len(one) for one in pushed.at.values()) < REPORTS * len(RUNG):
            await asyncio.sleep(0.005)
            if time.perf_counter() - begun > WAIT_SECONDS:
                break
        complete = sorted(max(times) - begun for times in pushed.at.values() if len(times) >= len(RUNG))
    told: dict[str, Any] = {"bench": "alarms", "what": "tap to the last sender of the first rung, 100 at once"}
    told |= {"reports": REPORTS, "complete": len(complete), "promise": {"p95_ms": 1000, "p99_ms": 3000}}
    cuts = statistics.quantiles(complete, n=100, method="inclusive")
    return told | {f"p{at}_ms": round(cuts[at - 1] * 1000) for at in (50, 95, 99)}


async def _sweep() -> dict[str, Any]:
    """What looks at every open case: the tick, the mending, the self-audit. Nothing is due; best of five each."""
    async with _open() as (house, _, _, _):
        now = house.clock.now()
        await house.db.write(lambda tx: _many(tx, now))
        looks: Mapping[str, Callable[[], Awaitable[object]]] = {
            "tick": house.clockwork.tick,
            "mend": lambda: house.db.write(lambda tx: escalation.mend(tx, now=house.clock.now())),
            "self_audit": lambda: house.db.read(
                lambda connection: invariants.broken(connection, now=house.clock.now(), policy=house.policy)
            ),
        }
        told: dict[str, Any] = {"bench": "alarms", "what": f"a look over {OPEN_CASES} open cases"}
        for name, look in looks.items():
            best = min([await _timed(look) for _ in range(5)])
            told[f"{name}_ms"] = round(best * 1000, 1)
        broken = await house.db.read(
            lambda connection: invariants.broken(connection, now=house.clock.now(), policy=house.policy)
        )
    return told | {"broken": broken, "promise": {"sweep_ms": 50}}


async def _timed(look: Callable[[], Awaitable[object]]) -> float:
    begun = time.perf_counter()
    await look()
    return time.perf_counter() - begun


def _many(tx: Tx, now: datetime) -> None:
    """Cases that wait, with their next step planned, as after a very bad night."""
    rows = [
        {"alias": f"c{one}", "urgency": "now", "state": "waiting", "alarmed": 1, "opened_at": now, "alarmed_at": now}
        for one in range(OPEN_CASES)
    ]
    tx.execute(insert(case), rows)
    ids = tx.execute(select(case.c.id)).scalars().all()
    later = now + timedelta(minutes=10)
    tx.execute(insert(timer), [{"kind": "escalate", "subject_id": one, "due_at": later} for one in ids])


@asynccontextmanager
async def _open() -> AsyncIterator[tuple[House, Terminal, Pushed, dict[str, str]]]:
    """A whole house on SQLite, its rungs all on the first one, each colleague with a push of her own."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder, clock = Path(name), MachineClock()
        create_key_file(folder / "key.json")
        seals = Seals.from_files(folder / "key.json", str(folder / "keys.db"))
        url = f"sqlite:///{folder / 'bench.db'}"
        engine = open_engine(url)
        make_tables(engine)
        engine.dispose()
        pushed, offered, terminals = Pushed(clock), dict[str, str](), list[Terminal]()

        def show(address: Address, message: Outbound) -> None:
            if message.choices:
                offered.setdefault(address, str(message.choices[0].token))

        def door(refer: Any) -> Terminal:
            terminals.append(Terminal(clock, refer, show))
            return terminals[0]

        house = build(
            Settings(database_url=url, data_dir=folder),
            demo_policy(),
            seals=seals,
            clock=clock,
            channels={("terminal", "local"): lambda db, seals, clock, bells, settings, refer: door(refer)},
            senders={
                "console": lambda db, clock, bells, settings: ConsoleSender(db, clock),
                "ntfy": lambda db, clock, bells, settings: pushed,
            },
            routes=lambda connection, staff_id: [
                ("console", Address(str(staff_id))),
                *own_channels.ways(connection, seals, staff_id, now=clock.now(), days=30),
            ],
        )
        await house.db.write(lambda tx: _people(tx, clock.now()))
        await house.start()
        try:
            yield house, terminals[0], pushed, offered
        finally:
            await house.stop()


def _people(tx: Tx, now: datetime) -> None:
    demonstration.seed(tx, now)
    demonstration.set_on_duty(tx, [], now)
    for name in RUNG:
        demonstration.put_on_duty(tx, name, 0, now)
        member = staff.by_name(tx.connection, name)
        assert member is not None
        sealed = tx.seals.close(f"topic-of-{name}", about=own_channels.about(member.id, "ntfy"))
        tx.execute(insert(staff_channel).values(staff_id=member.id, kind="ntfy", sealed=sealed, verified_at=now))
