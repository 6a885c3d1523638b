"""A typing mark reaches the network a person writes on, once in a few seconds, and a dead network delays nobody."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, update

from bot import signals, vault
from bot.db import Database, Tx
from bot.ports import Address, Signal
from bot.signals import Signals
from bot.tables import contact, lane, person
from tests.conftest import MovableClock


class Network:
    """A network that notes the marks, and may be dead."""

    name, account = "fake", "1"

    def __init__(self) -> None:
        self.marks: list[tuple[str, str]] = []
        self.is_dead = False

    async def signal(self, address: Address, what: Signal) -> None:
        if self.is_dead:
            await asyncio.Event().wait()
        self.marks.append((address, what))


def _lane(tx: Tx, now: datetime) -> None:
    ref, later = vault.refer(tx.seals, "fake", "1", "person-1"), now + timedelta(days=1)
    tx.execute(insert(person).values(id=1, created_at=now, forget_at=later))
    row = {"person_id": 1, "channel": "fake", "account": "1", "handle": ref.handle, "last_at": now}
    tx.execute(insert(lane).values(id=1, forget_at=later, **row))
    tx.execute(insert(contact).values(lane_id=1, sealed=ref.sealed, forget_at=later))


async def test_a_mark_goes_to_the_person_once_in_a_few_seconds(
    db: Database, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, now = Network(), clock.now()
    await db.write(lambda tx: _lane(tx, now))
    sent = Signals(db, clock, (network,))  # type: ignore[arg-type]
    assert [await sent.typing(1) for _ in range(3)] == [True, False, False]
    assert network.marks == [("person-1", "typing")]
    clock.pass_(seconds=5)
    assert await sent.typing(1) and len(network.marks) == 2
    assert not await sent.typing(2), "nobody there"
    monkeypatch.setattr(signals, "SECONDS", 0.05)
    clock.pass_(seconds=5)
    network.is_dead = True
    assert not await asyncio.wait_for(sent.typing(1), 50)
    network.is_dead = False
    clock.pass_(seconds=5)
    await db.write(lambda tx: tx.execute(update(lane).values(stopped_at=now)))
    assert not await sent.typing(1) and len(network.marks) == 2, "who left is not reached any more"
