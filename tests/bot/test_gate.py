"""A colleague whose network is slow holds up nobody else's alarm, and what is not urgent holds up none at all."""

import asyncio
import threading
from collections.abc import Sequence

import pytest
from sqlalchemy import insert

from bot import postbag, waking
from bot.db import Database, Tx
from bot.gate import AT_A_MOMENT, AT_ONCE, AT_ONE_DESK, Gate
from bot.mailroom import Mailroom
from bot.outbox import tell_staff
from bot.ports import Address, Outbound, Sent
from bot.tables import case, staff
from tests.bot.conftest import let_pass
from tests.bot.networks import Network
from tests.conftest import MovableClock

SLOW = range(100, 140)


@pytest.fixture
async def stuck(db: Database, clock: MovableClock, room: Mailroom, network: Network) -> asyncio.Event:
    """To everybody but colleague 7 the network answers only when this event is set. Two per colleague wait on it."""
    opened, answer = asyncio.Event(), network.send

    async def slowly(message: Outbound, address: Address) -> Sent:
        if address != "7":
            await opened.wait()
        return await answer(message, address)

    network.send = slowly  # type: ignore[method-assign]
    room._routes = lambda connection, staff_id: [("mail", Address(str(staff_id)))]

    def colleagues(tx: Tx) -> None:
        for number in SLOW:
            named = {"name": f"w{number}", "alias": f"w{number}", "role": "worker", "centre_id": 1}
            tx.execute(insert(staff).values(id=number, created_at=clock.now(), **named))

    await db.write(colleagues)
    return opened


async def call(db: Database, clock: MovableClock, staff_id: int, *, times: int = 1) -> None:
    def deed(tx: Tx) -> None:
        for _ in range(times):
            tell_staff(tx, staff_id, f"Ca mới {staff_id}", now=clock.now(), urgent=True, wakes=True)

    await db.write(deed)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A way is waited for as long as the test likes."""
    monkeypatch.setattr(waking, "ONE_WAY_SECONDS", 600.0)
    monkeypatch.setattr(waking.reach, "__kwdefaults__", {"seconds": 600.0})


async def all_for(network: Network, address: str, n: int) -> None:
    async with asyncio.timeout(20):
        while len(network.texts(address)) < n:
            await asyncio.sleep(0.01)


async def test_an_alarm_does_not_wait_until_forty_slow_ones_to_others_are_answered(
    db: Database, clock: MovableClock, room: Mailroom, network: Network, stuck: asyncio.Event
) -> None:
    for number in SLOW:
        await call(db, clock, number, times=2)
    await call(db, clock, 7)
    await all_for(network, "7", 1)
    assert all(network.texts(str(number)) == [] for number in SLOW)
    stuck.set()
    await let_pass(room, clock, seconds=1)


async def test_an_alarm_does_not_wait_behind_what_is_not_urgent() -> None:
    made, opened, inside = Gate(), asyncio.Event(), 0

    async def slow(staff_id: int) -> None:
        nonlocal inside
        async with made.to_colleague(staff_id, urgent=False):
            inside += 1
            await opened.wait()

    tasks = [asyncio.create_task(slow(number)) for number in SLOW for _ in range(AT_ONE_DESK)]
    while inside < AT_ONCE:
        await asyncio.sleep(0)
    async with asyncio.timeout(20), made.to_colleague(SLOW[0], urgent=True):
        assert inside == AT_ONCE
    opened.set()
    await asyncio.gather(*tasks)
    assert inside == len(tasks)


async def test_a_quick_network_is_given_few_together_and_a_slow_one_holds_nobody_up() -> None:
    """A network that answers at once has at most eight at a time; where it does not answer, the others set out too."""
    made, answered, inside, most = Gate(), asyncio.Event(), 0, 0

    async def send(*, is_quick: bool) -> None:
        nonlocal inside, most
        async with made.to_person(urgent=True):
            inside += 1
            most = max(most, inside)
            await (asyncio.sleep(0) if is_quick else answered.wait())
            inside -= 1

    await asyncio.gather(*(send(is_quick=True) for _ in range(100)))
    assert most == AT_A_MOMENT
    slow = [asyncio.create_task(send(is_quick=False)) for _ in range(3 * AT_A_MOMENT)]
    async with asyncio.timeout(20):
        while inside < len(slow):
            await asyncio.sleep(0.01)
    answered.set()
    await asyncio.gather(*slow)
    assert made._moment._value == AT_A_MOMENT  # every place was given back once


async def test_an_alarm_has_its_place_at_a_desk_until_it_is_written_down(
    db: Database, clock: MovableClock, room: Mailroom, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However quick the network: when this process dies, no more than these come twice."""
    may_write, remove_all = threading.Event(), postbag.remove_all

    def held(tx: Tx, row_ids: Sequence[int]) -> None:
        assert may_write.wait(20)
        remove_all(tx, row_ids)

    monkeypatch.setattr(postbag, "remove_all", held)
    room._routes = lambda connection, staff_id: [("mail", Address(str(staff_id)))]

    def alarms(tx: Tx) -> None:
        for case_id in range(1, 21):
            opened = {"id": case_id, "alias": f"c{case_id}", "urgency": "now", "state": "waiting"}
            tx.execute(insert(case).values(**opened, opened_at=clock.now()))
            tell_staff(tx, 7, f"Ca {case_id}", now=clock.now(), urgent=True, case_id=case_id)

    await db.write(alarms)
    await all_for(network, "7", AT_ONE_DESK)
    for _ in range(20):
        await asyncio.sleep(0.01)
    assert len(network.texts("7")) == AT_ONE_DESK
    may_write.set()
    await all_for(network, "7", 20)
    await room.settle()
