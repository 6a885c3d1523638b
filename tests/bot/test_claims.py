"""A lane is worked on by one process at a time, and by another as soon as that one is dead."""

import pytest
from sqlalchemy import insert, select, update

from bot import claims
from bot.db import Database, Tx
from bot.tables import conversation, inbox, lane, person
from tests.conftest import MovableClock

pytestmark = pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)


def arrive(tx: Tx, clock: MovableClock, lane_id: int, *, owner: str | None = None) -> None:
    now = clock.now()
    tx.execute(insert(person).values(id=lane_id, created_at=now, forget_at=now))
    row = {"id": lane_id, "person_id": lane_id, "channel": "fake", "account": "1", "handle": f"h{lane_id}"}
    held = {"lease_owner": owner, "lease_until": now + claims.LANE_LEASE} if owner else {}
    tx.execute(insert(lane).values(**row, **held, last_at=now, forget_at=now))
    tx.execute(insert(conversation).values(lane_id=lane_id, key_id=tx.seals.new_key(), last_at=now, forget_at=now))
    tx.execute(insert(inbox).values(lane_id=lane_id, sealed=b"x", received_at=now, forget_at=now))


async def waiting(engine: Database, clock: MovableClock) -> list[int]:
    return await engine.read(lambda connection: claims.waiting(connection, engine.owner, clock.now()))


async def test_a_lane_of_a_dead_process_is_free_after_ten_seconds(engine: Database, clock: MovableClock) -> None:
    await engine.write(lambda tx: (arrive(tx, clock, 1, owner="dead"), arrive(tx, clock, 2)))
    assert await waiting(engine, clock) == [2]
    assert await engine.write(lambda tx: claims.claim_lanes(tx, [1, 2], now=clock.now())) == [2]
    clock.pass_(seconds=10)
    assert await waiting(engine, clock) == [1, 2]
    assert await engine.write(lambda tx: claims.claim_lanes(tx, [1, 2], now=clock.now())) == [1, 2]


async def test_a_lane_is_given_back_when_nothing_waits_in_it(engine: Database, clock: MovableClock) -> None:
    await engine.write(lambda tx: arrive(tx, clock, 1))
    await engine.write(lambda tx: claims.claim_lanes(tx, [1], now=clock.now()))
    assert not await engine.write(lambda tx: claims.let_go(tx, 1, now=clock.now())), "a message still waits"
    await engine.write(lambda tx: tx.execute(update(inbox).values(set_aside_at=clock.now())))
    assert await engine.write(lambda tx: claims.let_go(tx, 1, now=clock.now()))
    assert await engine.read(lambda c: c.execute(select(lane.c.lease_owner)).scalar_one()) is None


async def test_who_has_lost_the_lease_stops(engine: Database, clock: MovableClock) -> None:
    await engine.write(lambda tx: arrive(tx, clock, 1, owner="somebody else"))
    assert await engine.write(lambda tx: claims.let_go(tx, 1, now=clock.now()))


async def test_a_task_of_the_house_is_done_by_one_process_at_a_time(engine: Database, clock: MovableClock) -> None:
    def as_other(tx: Tx) -> bool:
        tx.owner = "other"
        return claims.hold(tx, "poller:telegram:1", now=clock.now(), seconds=30)

    def mine(tx: Tx) -> bool:
        return claims.hold(tx, "poller:telegram:1", now=clock.now(), seconds=30)

    assert await engine.write(mine) and await engine.write(mine)
    assert not await engine.write(as_other)
    clock.pass_(seconds=30)
    assert await engine.write(as_other) and not await engine.write(mine)
    clock.pass_(seconds=30)
    assert await engine.write(mine)
    await engine.write(lambda tx: claims.drop(tx, "poller:telegram:1"))
    assert await engine.write(as_other)
