"""Trouble that is not the person's: nothing that was told is thrown away for it, and nobody waits for ever."""

import pytest

from bot import vault
from bot.db import Database
from bot.mailroom import Mailroom
from bot.outbox import Item, tell_staff
from bot.ports import Address, Outbound, SendError, Sent
from tests.bot.conftest import let_pass, promises, tell
from tests.bot.networks import Network
from tests.conftest import MovableClock


async def test_a_house_started_once_without_its_token_throws_nothing_away(
    db: Database, clock: MovableClock, room: Mailroom, network: Network
) -> None:
    doors = dict(room._channels)
    room._channels = {}
    await tell(db, clock, "một", "hai")
    await let_pass(room, clock, seconds=61, times=3)
    assert network.texts() == []
    assert await promises(db, clock) == {"outbox_late"}, "it is told"
    room._channels = doors
    await let_pass(room, clock, seconds=1)
    assert network.texts() == ["một", "hai"] and not any(one.is_repeat for one in network.sent)


async def test_while_our_token_is_refused_nothing_is_thrown_away_and_it_is_told(
    db: Database, clock: MovableClock, room: Mailroom, network: Network
) -> None:
    network.faults = [SendError("auth")] * 12
    await tell(db, clock, "một", "hai")
    await let_pass(room, clock, seconds=61, times=11)
    assert network.texts() == [] and await promises(db, clock) >= {"not_delivered"}
    await let_pass(room, clock, seconds=61, times=2)
    assert network.texts() == ["một", "hai"] and await promises(db, clock) == set()


async def test_a_farewell_is_not_waited_for_when_our_token_is_refused(
    db: Database, clock: MovableClock, room: Mailroom, network: Network
) -> None:
    network.faults = [SendError("auth")]
    await tell(db, clock, "tạm biệt", is_last=True)
    await let_pass(room, clock, seconds=1)
    assert await db.read(lambda connection: vault.way_to(connection, 1)) is None, "to forget does not wait"


async def test_a_message_that_breaks_our_own_code_is_given_up_told_and_holds_up_nothing(
    db: Database, clock: MovableClock, room: Mailroom, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries, answers = list[str](), network.send

    async def breaks(message: Outbound, address: Address) -> Sent:
        if message.text == "một":
            tries.append(message.text)
            raise ValueError("canary")
        return await answers(message, address)

    monkeypatch.setattr(network, "send", breaks)
    await tell(db, clock, "một", "hai")
    await let_pass(room, clock, seconds=1)
    assert len(tries) == 2, "not again at once: first after a second, then after two"
    await let_pass(room, clock, seconds=10, times=30)
    assert len(tries) == 3 and network.texts() == ["hai"]
    assert await promises(db, clock) == {"message_given_up"}
    clock.pass_(hours=1)
    assert await promises(db, clock) == set()


async def test_an_alarm_that_breaks_our_own_code_is_tried_again_and_never_given_up(
    db: Database, clock: MovableClock, room: Mailroom, console: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries, real = list[int](), room._to_staff

    async def breaks(item: Item, staff_id: int) -> Sent | None:
        tries.append(item.attempts)
        if len(tries) < 5:
            raise ValueError("canary")
        return await real(item, staff_id)

    monkeypatch.setattr(room, "_to_staff", breaks)
    await db.write(lambda tx: tell_staff(tx, 7, "Ca mới", now=clock.now(), urgent=True))
    await let_pass(room, clock, seconds=61, times=5)
    assert tries == [0, 1, 2, 3, 4] and console.texts("7") == ["Ca mới"]


async def test_a_clock_that_was_fast_for_a_moment_silences_nobody(
    db: Database, clock: MovableClock, room: Mailroom, network: Network
) -> None:
    clock.pass_(hours=2)  # the first minutes of a machine without a battery
    network.faults = [SendError("transient")]
    await tell(db, clock, "một")
    await let_pass(room, clock, seconds=0, times=0)
    clock.pass_(hours=-2)
    await tell(db, clock, "hai")
    await let_pass(room, clock, seconds=1, times=2)
    assert network.texts() == ["một", "hai"]


async def test_the_network_may_say_hours_it_is_asked_again_after_minutes(
    db: Database, clock: MovableClock, room: Mailroom, network: Network
) -> None:
    """What waits for longer can only come from a wrong clock; the channel itself knows how long it was told."""
    network.faults = [SendError("throttled", 7200.0)]
    await tell(db, clock, "một")
    await let_pass(room, clock, seconds=119)
    assert network.texts() == []
    await let_pass(room, clock, seconds=1)
    assert network.texts() == ["một"]
