"""What was told arrives once, in order, also after failures; and never after an erasure."""

import asyncio

import pytest
from sqlalchemy import delete, func, select, update

from bot import vault
from bot.db import Database, DatabaseAway, Tx
from bot.mailroom import Mailroom
from bot.outbox import tell_person, tell_staff
from bot.ports import (
    Address,
    Choice,
    ChoiceToken,
    Outbound,
    SendError,
    Sent,
)
from bot.tables import conversation, lane, message_ref, outbox
from tests.bot.conftest import left, let_pass, tell
from tests.bot.networks import Network
from tests.conftest import MovableClock


async def test_what_is_told_arrives_in_order_and_the_row_goes(
    db: Database, clock: MovableClock, room: Mailroom, network: Network
) -> None:
    await tell(db, clock, "một", "hai", "ba")
    await let_pass(room, clock, seconds=1)
    assert network.texts() == ["một", "hai", "ba"]
    assert await left(db) == 0
    refs = await db.read(lambda connection: connection.execute(select(message_ref.c.sealed)).scalars().all())
    assert len(refs) == 3 and all(b"native" not in sealed for sealed in refs)


async def test_a_new_message_does_not_overtake_one_that_waits(
    db: Database, clock: MovableClock, room: Mailroom, network: Network
) -> None:
    network.faults = [SendError("throttled", 30)]
    await tell(db, clock, "một")
    await let_pass(room, clock, seconds=5)
    await tell(db, clock, "hai")
    await let_pass(room, clock, seconds=5)
    assert network.texts() == []
    await let_pass(room, clock, seconds=30)
    assert network.texts() == ["một", "hai"]


@pytest.mark.parametrize("kind", ["transient", "throttled"])
async def test_a_failed_message_comes_again_before_the_next_one(
    db: Database, clock: MovableClock, room: Mailroom, network: Network, kind: str
) -> None:
    network.faults = [SendError(kind), SendError(kind)]  # type: ignore[arg-type]
    await tell(db, clock, "một", "hai")
    await let_pass(room, clock, seconds=10, times=4)
    assert network.texts() == ["một", "hai"]
    assert await left(db) == 0


async def test_an_unknown_outcome_is_sent_again_with_the_same_key_and_marked(
    db: Database, clock: MovableClock, room: Mailroom, network: Network
) -> None:
    network.faults = ["taken but not confirmed"]
    await tell(db, clock, "một")
    await let_pass(room, clock, seconds=10, times=2)
    assert network.texts() == ["một"]
    assert [message.is_repeat for message in network.sent] == [False, True]


async def test_a_contact_that_is_gone_gets_nothing_more_and_others_are_served(
    db: Database, clock: MovableClock, room: Mailroom, network: Network
) -> None:
    network.faults = [SendError("contact_gone")]
    await tell(db, clock, "một")
    await let_pass(room, clock, seconds=1)
    await tell(db, clock, "hai")
    await tell(db, clock, "chào", lane_id=2)
    await let_pass(room, clock, seconds=10)
    assert network.texts() == [] and network.texts("binh") == ["chào"]


async def test_nothing_written_before_an_erasure_is_sent_after_it(
    db: Database, clock: MovableClock, room: Mailroom, network: Network
) -> None:
    network.faults = [SendError("transient")]
    await tell(db, clock, "trước")
    await let_pass(room, clock, seconds=0, times=0)
    await db.write(lambda tx: tx.execute(update(lane).where(lane.c.id == 1).values(generation=1)))
    await let_pass(room, clock, seconds=60, times=2)
    assert network.texts() == [] and await left(db) == 0


async def test_words_whose_key_is_destroyed_are_dropped(
    db: Database, clock: MovableClock, room: Mailroom, network: Network
) -> None:
    network.faults = [SendError("transient")]
    await tell(db, clock, "trước")
    await let_pass(room, clock, seconds=0, times=0)
    keys = await db.read(lambda connection: connection.execute(select(conversation.c.key_id)).scalars().all())
    db.seals.keys.destroy(keys)
    await let_pass(room, clock, seconds=60, times=2)
    assert network.texts() == [] and await left(db) == 0


async def test_after_the_last_message_the_contact_is_forgotten(
    db: Database, clock: MovableClock, room: Mailroom, network: Network
) -> None:
    await tell(db, clock, "tạm biệt", is_last=True)
    await let_pass(room, clock, seconds=1)
    assert network.texts() == ["tạm biệt"] and network.forgotten == ["anna"]
    assert await db.read(lambda connection: vault.way_to(connection, 1)) is None


async def test_a_row_leased_by_a_process_that_died_is_sent_by_the_next(
    db: Database, clock: MovableClock, room: Mailroom, network: Network
) -> None:
    db.on_told = lambda keys: None  # the process dies between commit and sending
    await tell(db, clock, "một")
    assert await room.collect() == 0
    await let_pass(room, clock, seconds=31)
    assert network.texts() == ["một"]


async def test_an_alarm_reaches_the_console_and_one_channel_with_a_whole_link(
    db: Database, clock: MovableClock, room: Mailroom, network: Network, console: Network
) -> None:
    link = Choice(ChoiceToken(""), "Tôi nhận", "url", "/t/once")
    await db.write(lambda tx: tell_staff(tx, 7, "Ca mới", now=clock.now(), choices=[link], urgent=True))
    await let_pass(room, clock, seconds=1)
    assert console.texts("7") == ["Ca mới"] and network.texts("mail") == ["Ca mới"]
    assert console.sent[0].choices[0].url == "/t/once"
    assert network.sent[0].choices[0].url == "http://help.test/t/once"
    assert await left(db) == 0


async def test_an_alarm_nobody_takes_is_tried_until_it_is_taken(
    db: Database, clock: MovableClock, room: Mailroom, console: Network, network: Network
) -> None:
    console.faults = [SendError("transient")] * 3
    network.faults = [SendError("auth")] * 3
    await db.write(lambda tx: tell_staff(tx, 7, "Ca mới", now=clock.now(), urgent=True))
    await let_pass(room, clock, seconds=61, times=4)
    assert console.texts("7") == ["Ca mới"]


async def test_an_alarm_goes_before_an_answer_to_somebody(
    db: Database, clock: MovableClock, room: Mailroom, network: Network
) -> None:
    """Both are told at once, the alarm last."""
    held = asyncio.Event()
    answers = network.send

    async def slowly(message: Outbound, address: Address) -> Sent:
        if address == "mail":
            await held.wait()
        return await answers(message, address)

    network.send = slowly  # type: ignore[method-assign]

    def both(tx: Tx) -> None:
        tell_person(tx, 1, "một", now=clock.now())
        tell_staff(tx, 7, "Ca mới", now=clock.now(), urgent=True)

    await db.write(both)
    await asyncio.sleep(0.05)
    assert network.shown == []
    held.set()
    await let_pass(room, clock, seconds=1)
    assert [text for _, text in network.shown] == ["Ca mới", "một"]
    assert await left(db) == 0


async def test_an_answer_does_not_wait_for_a_network_that_takes_no_alarms(
    db: Database, clock: MovableClock, room: Mailroom, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.precedence.WAIT_SECONDS", 0.01)
    answered, answers = asyncio.Event(), network.send

    async def never_an_alarm(message: Outbound, address: Address) -> Sent:
        if address == "mail":
            await answered.wait()  # would wait for ever if the answer waited for it
        sent = await answers(message, address)
        answered.set()
        return sent

    network.send = never_an_alarm  # type: ignore[method-assign]
    await db.write(lambda tx: tell_staff(tx, 7, "Ca mới", now=clock.now(), urgent=True))
    await tell(db, clock, "một")
    await let_pass(room, clock, seconds=1)
    assert network.texts() == ["một"] and network.texts("mail") == ["Ca mới"]


async def test_many_alarms_hold_up_answers_once_and_not_each_answer(
    db: Database, clock: MovableClock, room: Mailroom, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one alarm after the other sets out, the answers wait for the first and no more."""
    waits: list[float] = []
    waiting = asyncio.wait_for

    async def counted(what: object, seconds: float) -> object:
        if getattr(what, "__qualname__", "") == "Event.wait":
            waits.append(seconds)
        return await waiting(what, seconds)  # type: ignore[arg-type]

    monkeypatch.setattr("bot.precedence.WAIT_SECONDS", 0.01)
    monkeypatch.setattr("bot.precedence.asyncio.wait_for", counted)
    held, answers = asyncio.Event(), network.send

    async def alarms_never(message: Outbound, address: Address) -> Sent:
        if address == "mail":
            await held.wait()
        return await answers(message, address)

    network.send = alarms_never  # type: ignore[method-assign]
    await db.write(lambda tx: tell_staff(tx, 7, "Ca mới", now=clock.now(), urgent=True))
    await tell(db, clock, *(f"{number}" for number in range(20)))
    while len(network.texts()) < 20:
        await asyncio.sleep(0.01)
    assert len(waits) <= 1
    held.set()
    await let_pass(room, clock, seconds=1)


async def test_while_the_database_is_away_what_was_sent_stays_in_hand(
    db: Database, clock: MovableClock, room: Mailroom, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The note that a colleague has it cannot be written: it is sent again, marked, and then it is gone."""

    def away(tx: Tx, row_ids: object) -> None:
        raise DatabaseAway("gone")

    with monkeypatch.context() as patched:
        patched.setattr("bot.postbag.remove_all", away)
        await db.write(lambda tx: tell_staff(tx, 7, "Ca mới", now=clock.now(), urgent=True))
        await let_pass(room, clock, seconds=1)
        assert await left(db) == 1
    await let_pass(room, clock, seconds=61, times=2)
    assert await left(db) == 0 and [one.is_repeat for one in network.sent][:2] == [False, True]


async def test_a_note_that_fails_keeps_nobody_waiting_for_ever(
    db: Database, clock: MovableClock, room: Mailroom, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(tx: Tx, row_ids: object) -> None:
        raise RuntimeError("broken")

    with monkeypatch.context() as patched:
        patched.setattr("bot.postbag.remove_all", broken)
        await db.write(lambda tx: tell_staff(tx, 7, "Ca một", now=clock.now(), urgent=True))
        await let_pass(room, clock, seconds=1)
    await db.write(lambda tx: tell_staff(tx, 7, "Ca hai", now=clock.now(), urgent=True))
    await let_pass(room, clock, seconds=61, times=2)
    assert await left(db) == 0 and network.texts("mail") == ["Ca một", "Ca hai"]


async def test_stopping_gives_back_what_was_not_sent(
    db: Database, clock: MovableClock, room: Mailroom, network: Network
) -> None:
    db.on_told = lambda keys: None
    await tell(db, clock, "một")
    await room.stop()
    await room.collect()
    await room.settle()
    assert network.texts() == ["một"]


async def test_a_thousand_messages_to_many_are_each_in_order(
    db: Database, clock: MovableClock, room: Mailroom, network: Network
) -> None:
    await asyncio.gather(*(tell(db, clock, f"{number}", lane_id=1 + number % 2) for number in range(1000)))
    await let_pass(room, clock, seconds=1, times=3)
    assert len(network.shown) == 1000
    ids = await db.read(lambda connection: connection.execute(select(func.count()).select_from(outbox)).scalar_one())
    assert ids == 0
    assert await db.write(lambda tx: tx.execute(delete(outbox)).rowcount) == 0


async def test_what_is_noted_as_sent_after_an_erasure_takes_nobody_elses_message_with_it(
    db: Database, clock: MovableClock, network: Network, room: Mailroom
) -> None:
    """The row of a message on its way is erased, and the next message is written before it is noted as sent."""
    at_the_network, may_end = asyncio.Event(), asyncio.Event()
    send = network.send

    async def slow(message: Outbound, address: Address) -> Sent:
        at_the_network.set()
        await may_end.wait()
        return await send(message, address)

    network.send = slow  # type: ignore[method-assign]
    await db.write(lambda tx: tell_person(tx, 1, "cho anna", now=clock.now()))
    await at_the_network.wait()
    network.send = send  # type: ignore[method-assign]
    room._is_open = False  # what is written now waits in the database

    def erased_and_told(tx: Tx) -> None:
        tx.execute(delete(outbox).where(outbox.c.lane_id == 1))
        tell_person(tx, 2, "cho binh", now=clock.now())

    await db.write(erased_and_told)
    may_end.set()
    await room.settle()
    left = await db.read(lambda connection: connection.execute(select(outbox.c.lane_id)).scalars().all())
    assert left == [2]
