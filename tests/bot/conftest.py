"""A mailroom with two persons, a colleague, and networks in memory."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, insert, select

from bot import vault
from bot.db import Database, Tx
from bot.helpline import invariants
from bot.mailroom import Mailroom
from bot.outbox import tell_person
from bot.policy import demonstration
from bot.ports import Address
from bot.tables import centre, conversation, lane, outbox, person, staff, staff_organisation
from tests.bot.networks import Network
from tests.conftest import MovableClock


def forget_lane(tx: Tx, lane_id: int) -> None:
    vault.forget(tx, lane_id)


@pytest.fixture
def network(clock: MovableClock) -> Network:
    return Network(clock)


@pytest.fixture
def console(clock: MovableClock) -> Network:
    return Network(clock)


@pytest.fixture
async def room(db: Database, clock: MovableClock, network: Network, console: Network) -> AsyncIterator[Mailroom]:
    made = Mailroom(
        db,
        clock,
        channels={("fake", "1"): network},  # type: ignore[dict-item]
        senders={"console": console, "mail": network},  # type: ignore[dict-item]
        routes=lambda connection, staff_id: [("console", Address(str(staff_id))), ("mail", Address("mail"))],
        base_url="http://help.test/",
        forget_lane=forget_lane,
    )
    db.on_told = made.hand_over
    await db.write(lambda tx: seed(tx, clock))
    yield made


def seed(tx: Tx, clock: MovableClock) -> None:
    now = clock.now()
    for number, name in ((1, "anna"), (2, "binh")):
        ref = vault.refer(tx.seals, "fake", "1", name)
        tx.execute(insert(person).values(id=number, created_at=now, forget_at=now))
        tx.execute(
            insert(lane).values(
                id=number, person_id=number, channel="fake", account="1", handle=ref.handle, last_at=now, forget_at=now
            )
        )
        tx.execute(insert(conversation).values(lane_id=number, key_id=tx.seals.new_key(), last_at=now, forget_at=now))
        vault.keep(tx, number, ref, forget_at=now)
    tx.execute(insert(staff_organisation).values(id=1, name="o"))
    tx.execute(insert(centre).values(id=1, organisation_id=1, name="c"))
    tx.execute(insert(staff).values(id=7, name="w", alias="w", role="worker", centre_id=1, created_at=now))


async def tell(db: Database, clock: MovableClock, *texts: str, lane_id: int = 1, is_last: bool = False) -> None:
    for text in texts:
        await db.write(lambda tx, text=text: tell_person(tx, lane_id, text, now=clock.now(), is_last=is_last))


async def left(db: Database) -> int:
    return await db.read(lambda connection: connection.execute(select(func.count()).select_from(outbox)).scalar_one())


async def let_pass(room: Mailroom, clock: MovableClock, *, seconds: int, times: int = 1) -> None:
    await asyncio.sleep(0.02)
    await room.settle()
    for _ in range(times):
        clock.pass_(seconds=seconds)
        await room.collect()
        await room.settle()


async def promises(db: Database, clock: MovableClock) -> set[str]:
    """Which promises about messages are broken."""
    found = await db.read(lambda connection: invariants.broken(connection, now=clock.now(), policy=demonstration()))
    return {*found} & {"message_given_up", "not_delivered", "outbox_late", "lease_dead", "outbox_state"}
