"""Two kinds of processes for the campaign of kills: one tells, one sends over HTTP to a network that fails."""

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from sqlalchemy import insert, select

from bot.app import House, MachineClock, build
from bot.db import Tx
from bot.outbox import tell_person, tell_staff
from bot.policy import demonstration as demo_policy
from bot.ports import Address, Cap, Capabilities, MsgRef, Outbound, SendError, Sent
from bot.seals import Seals
from bot.settings import Settings
from bot.tables import case, staff_organisation
from tests.fakes import FakeChannel

ALARMED, PERSONS = 1, 60  # the colleague who is alarmed; persons who are written to, each line in its order


@dataclass(frozen=True)
class Job:
    """Where everything is, and how much there is to tell."""

    url: str
    folder: str
    network: str
    alarms: int
    ledger: str


async def post(session: aiohttp.ClientSession, network: str, to: str, message: Outbound) -> None:
    """Hand one message to the network; its faults become those of the mailroom's vocabulary."""
    told = {"to": to, "key": message.idempotency_key, "text": message.text, "again": message.is_repeat}
    try:
        async with session.post(network, json=told, timeout=aiohttp.ClientTimeout(total=5)) as answer:
            if answer.status == 429:
                raise SendError("throttled", float(answer.headers["Retry-After"]))
            if answer.status >= 500:
                raise SendError("transient")
    except (aiohttp.ClientError, TimeoutError, ConnectionError):
        raise SendError("unknown_outcome") from None


class HttpDoor(FakeChannel):
    """The network of persons, over HTTP."""

    session: aiohttp.ClientSession
    network: str

    async def send(self, message: Outbound, address: Address) -> Sent:
        await post(self.session, self.network, address, message)
        return Sent((MsgRef(message.idempotency_key),), self.clock.now())


class HttpDesk:
    """The colleagues' network, over HTTP."""

    kind = "mail"

    def __init__(self, session: aiohttp.ClientSession, network: str) -> None:
        self._session = session
        self._network = network

    def capabilities(self) -> Capabilities:
        return Capabilities(Cap.PUSH_ANYTIME, 10_000, "chars", 9, 99, 99)

    async def send(self, message: Outbound, address: Address) -> Sent:
        await post(self._session, self._network, f"staff {address}", message)
        return Sent((MsgRef(message.idempotency_key),), MachineClock().now())

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        return None


def house(job: Job, session: aiohttp.ClientSession) -> House:
    clock = MachineClock()

    def door(seals: Seals) -> HttpDoor:
        made = HttpDoor(seals, clock)
        made.session, made.network = session, job.network
        return made

    folder = Path(job.folder)
    return build(
        Settings(database_url=job.url, data_dir=folder),
        demo_policy(),
        seals=Seals.from_files(folder / "key.json", str(folder / "keys.db")),
        clock=clock,
        channels={("fake", "1"): lambda db, seals, clock, bells, settings, refer: door(seals)},
        senders={"mail": lambda db, clock, bells, settings: HttpDesk(session, job.network)},
        routes=lambda connection, staff_id: [("mail", Address(str(staff_id)))],
    )


def send(job: Job) -> None:
    """A mailroom that lives until it is killed."""
    asyncio.run(_send(job))


async def _send(job: Job) -> None:
    async with aiohttp.ClientSession() as session:
        made = house(job, session)
        while True:
            with suppress(Exception):
                await made.mailroom.collect()
            await asyncio.sleep(0.05)


def tell(job: Job) -> None:
    """Tells alarms and lines to persons, each once, until all are told or it is killed."""
    asyncio.run(_tell(job))


async def _tell(job: Job) -> None:
    async with aiohttp.ClientSession() as session:
        made = house(job, session)
        made.mailroom.leave_it()
        known = set(await made.db.read(lambda c: c.execute(select(staff_organisation.c.name)).scalars().all()))
        with Path(job.ledger).open("a", encoding="utf-8") as ledger:
            for number in range(job.alarms):
                if f"told {number}" not in known:
                    await made.db.write(lambda tx, n=number: _one(tx, n))
                ledger.write(f"{number}\n")
                ledger.flush()
                os.fsync(ledger.fileno())
                await asyncio.sleep(0.004)
        await made.mailroom.settle()
        await asyncio.sleep(1)
        await made.stop()


def _one(tx: Tx, number: int) -> None:
    now = MachineClock().now()
    tx.execute(insert(staff_organisation).values(name=f"told {number}"))
    opened = {"alias": f"case {number}", "urgency": "now", "state": "waiting", "opened_at": now}
    case_id = tx.execute(insert(case).values(**opened).returning(case.c.id)).scalar_one()
    tell_staff(tx, ALARMED, f"alarm {number}", now=now, urgent=True, case_id=case_id)
    tell_person(tx, 1 + number % PERSONS, f"line {number}", now=now, urgent=True)


__all__: Sequence[str] = ("ALARMED", "PERSONS", "Job", "send", "tell")
