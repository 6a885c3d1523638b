"""A dead or silent way costs seconds, danger rings first, and a colleague nobody can reach is passed by at once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from bot import own_channels, waking
from bot.app import forget_lane
from bot.db import Database, Tx
from bot.helpline import alarms, cases, due
from bot.mailroom import Mailroom
from bot.outbox import tell_staff
from bot.policy import demonstration as demo_policy
from bot.ports import Address, ContactRef, MsgRef, Outbound, RichText, SendError, Sent
from bot.tables import alarm, case_event, outbox, staff_channel
from bot.timers import due_at
from tests.bot.helpline.conftest import BICH, HOA, LAN, MAI, add_person, add_shift, add_staff
from tests.conftest import MovableClock


@dataclass
class Way:
    """One sender in memory."""

    clock: MovableClock
    kind: str
    took: list[tuple[str, Outbound]] = field(default_factory=list)
    faults: list[SendError | float] = field(default_factory=list)
    broken: SendError | None = None

    async def send(self, message: Outbound, address: Address) -> Sent:
        fault = self.faults.pop(0) if self.faults else self.broken
        if isinstance(fault, SendError):
            raise fault
        await asyncio.sleep(fault or 0)
        self.took.append((address, message))
        return Sent((MsgRef("1"),), self.clock.now())


@dataclass
class Line:
    db: Database
    clock: MovableClock
    room: Mailroom
    ways: dict[str, Way]

    async def settle(self) -> None:
        await asyncio.sleep(0.02)
        for _ in range(3):
            await self.room.settle()
            await self.room.collect()
        await self.room.settle()

    def told(self, kind: str) -> list[str]:
        return [address for address, _ in self.ways[kind].took]


def has(tx: Tx, staff_id: int, now: object, *kinds: str) -> None:
    """This colleague has shown these channels to work."""
    for position, kind in enumerate(kinds):
        sealed = tx.seals.close(f"{kind}-{staff_id}", about=own_channels.about(staff_id, kind))
        row = {"staff_id": staff_id, "kind": kind, "sealed": sealed, "position": position, "verified_at": now}
        tx.execute(insert(staff_channel).values(**row))


@pytest.fixture
async def line(db: Database, clock: MovableClock) -> AsyncIterator[Line]:
    ways = {kind: Way(clock, kind) for kind in ("console", "voice", "ntfy", "telegram", "mail")}
    room = Mailroom(
        db,
        clock,
        channels={},
        senders=ways,  # type: ignore[arg-type]
        routes=lambda connection, staff_id: [
            ("console", Address(str(staff_id))),
            *own_channels.ways(connection, db.seals, staff_id, now=clock.now(), days=30),
        ],
        base_url="http://help.test",
        forget_lane=forget_lane,
        pass_by=alarms.pass_by,
    )
    db.on_told = room.hand_over

    def build(tx: Tx) -> None:
        now = clock.now()
        add_staff(tx, now)
        for rung, staff_id in enumerate((LAN, MAI, HOA)):
            add_shift(tx, staff_id, rung, now - timedelta(hours=1))
        add_person(tx, 1, now)

    await db.write(build)
    yield Line(db, clock, room, ways)


async def cry(line: Line, urgency: str = "now") -> int:
    opened = await line.db.write(
        lambda tx: cases.open_case(
            tx,
            1,
            urgency=urgency,
            need=None,
            place=None,
            now=line.clock.now(),
            policy=demo_policy(),  # type: ignore[arg-type]
        )
    )
    await line.settle()
    return opened.case.id


async def test_danger_rings_the_phone_and_pushes_the_link_before_any_mail(line: Line) -> None:
    await line.db.write(lambda tx: has(tx, LAN, line.clock.now(), "mail", "ntfy", "voice"))
    await cry(line)
    assert line.told("voice") == ["voice-1"] and line.told("ntfy") == ["ntfy-1"] and line.told("mail") == []
    [(_, push)] = line.ways["ntfy"].took
    assert push.wakes and push.choices[0].url is not None and push.choices[0].url.startswith("http://help.test/t/")
    assert line.told("console") == ["1"]


async def test_what_is_not_danger_now_goes_the_own_way_and_never_rings(line: Line) -> None:
    await line.db.write(lambda tx: has(tx, LAN, line.clock.now(), "voice", "mail", "ntfy"))
    await cry(line, "violence")
    assert line.told("voice") == [] and line.told("mail") == ["mail-1"] and line.told("ntfy") == []


async def test_a_blocked_channel_is_dead_and_the_next_one_takes_it_at_once(line: Line) -> None:
    await line.db.write(lambda tx: has(tx, LAN, line.clock.now(), "telegram", "mail"))
    line.ways["telegram"].broken = SendError("contact_gone")
    await cry(line)
    assert [message.is_repeat for address, message in line.ways["mail"].took if message.choices] == [False]
    dead = select(staff_channel.c.kind).where(staff_channel.c.dead_at.is_not(None))
    assert await line.db.read(lambda connection: connection.execute(dead).scalars().all()) == ["telegram"]
    assert any("Telegram" in message.text for _, message in line.ways["mail"].took), "the owner is told"
    left = await line.db.read(
        lambda connection: own_channels.ways(connection, line.db.seals, LAN, now=line.clock.now(), days=30)
    )
    assert [kind for kind, _ in left] == ["mail"]


async def test_a_silent_network_is_left_for_the_next_one(monkeypatch: pytest.MonkeyPatch, clock: MovableClock) -> None:
    assert waking.ONE_WAY_SECONDS < 5
    ways = {kind: Way(clock, kind) for kind in ("ntfy", "mail")}
    ways["ntfy"].faults = [30.0]
    message = Outbound(to=ContactRef("", b""), text=RichText("x"), idempotency_key="k", purpose="alarm")
    reached = await waking.reach(
        ways,  # type: ignore[arg-type]
        [("ntfy", Address("a")), ("mail", Address("b"))],
        lambda kind: message,
        order=("push", "mail"),
        wakes=True,
        seconds=0.05,
    )
    assert reached.own is not None and reached.failures == ("unknown_outcome",) and not reached.gone
    assert [address for address, _ in ways["mail"].took] == ["b"]


async def test_a_colleague_whom_nothing_reaches_is_passed_by_in_the_same_moment(line: Line) -> None:
    await line.db.write(lambda tx: (has(tx, LAN, line.clock.now(), "ntfy"), has(tx, MAI, line.clock.now(), "mail")))
    line.ways["ntfy"].broken = SendError("contact_gone")
    case_id = await cry(line)

    def next_rung(tx: Tx) -> None:
        due.DUE["escalate"](tx, case_id, line.clock.now(), demo_policy())

    kinds = select(case_event.c.kind).where(case_event.c.case_id == case_id)
    assert "unreached" in await line.db.read(lambda connection: connection.execute(kinds).scalars().all())
    await line.db.write(next_rung)  # the timer is due now: the clock has not moved
    await line.settle()
    assert "mail-2" in line.told("mail")


async def test_a_network_that_is_away_for_a_while_is_tried_again_though_the_console_took_it(line: Line) -> None:
    await line.db.write(lambda tx: has(tx, LAN, line.clock.now(), "ntfy"))
    line.ways["ntfy"].faults = [SendError("transient"), SendError("unknown_outcome")]
    await cry(line)
    assert line.told("ntfy") == [] and line.told("console") == ["1"]
    for _ in range(3):
        line.clock.pass_(seconds=20)
        await line.settle()
    assert line.told("ntfy") == ["ntfy-1"] and line.ways["ntfy"].took[0][1].is_repeat
    left = select(outbox.c.id).where(outbox.c.staff_id.is_not(None))
    assert await line.db.read(lambda connection: connection.execute(left).all()) == []


async def test_a_test_message_goes_through_its_channel_alone_also_before_it_counts(line: Line) -> None:
    def begin(tx: Tx) -> int:
        channel_id = own_channels.add(tx, LAN, "ntfy", "a-secret-topic", now=line.clock.now())
        own_channels.try_out(tx, LAN, channel_id, now=line.clock.now())
        return channel_id

    await line.db.write(begin)
    await line.settle()
    assert line.told("ntfy") == ["a-secret-topic"] and line.told("console") == []


async def test_danger_overtakes_three_hundred_routine_messages_to_others(line: Line) -> None:
    await line.db.write(lambda tx: [has(tx, LAN, line.clock.now(), "mail"), has(tx, MAI, line.clock.now(), "mail")])
    line.db.on_told = lambda keys: None  # everything lies in the outbox at once
    for _ in range(3):
        await line.db.write(lambda tx: [tell_staff(tx, MAI, "lịch trực", now=line.clock.now()) for _ in range(100)])
    await cry(line)
    line.clock.pass_(seconds=31)
    await line.room.collect()
    await line.room.settle()
    assert "mail-1" in line.told("mail")[:2]


async def test_who_was_passed_by_does_not_send_the_ladder_round_and_round(line: Line) -> None:
    for kind in ("ntfy", "mail"):
        line.ways[kind].broken = SendError("auth")
    await line.db.write(lambda tx: [has(tx, one, line.clock.now(), "ntfy") for one in (LAN, MAI, HOA)])
    case_id = await cry(line)
    for _ in range(6):
        await line.db.write(lambda tx: _run_if_due(tx, case_id, line))
        await line.settle()
    called = await line.db.read(lambda connection: connection.execute(select(alarm.c.staff_id)).scalars().all())
    assert sorted(called) == [LAN, MAI, HOA, BICH], "each once in this minute, and who is in charge"


def _run_if_due(tx: Tx, case_id: int, line: Line) -> None:
    planned = due_at(tx, "escalate", case_id)
    if planned is not None and planned <= line.clock.now():
        due.DUE["escalate"](tx, case_id, line.clock.now(), demo_policy())


async def test_a_worsening_rings_the_phone_of_who_has_the_case_and_a_hand_over_of_who_is_asked(line: Line) -> None:
    everyone = (LAN, MAI)
    await line.db.write(lambda tx: [has(tx, one, line.clock.now(), "mail", "ntfy", "voice") for one in everyone])
    case_id = await cry(line, "violence")
    await line.db.write(lambda tx: cases.take(tx, case_id, LAN, now=line.clock.now(), policy=demo_policy()))
    await line.settle()
    assert line.told("voice") == [] and line.told("ntfy") == []
    await cry(line, "now")
    assert line.told("voice") == ["voice-1"] and line.told("ntfy") == ["ntfy-1"]
    await line.db.write(lambda tx: cases.hand_over(tx, case_id, LAN, MAI, now=line.clock.now(), policy=demo_policy()))
    await line.settle()
    assert line.told("voice") == ["voice-1", "voice-2"] and line.told("ntfy") == ["ntfy-1", "ntfy-2"]


@pytest.mark.parametrize("before", ["none", "dead", "no sender", "never shown to work"])
async def test_a_colleague_who_has_only_an_open_page_is_passed_by_in_the_same_moment(line: Line, before: str) -> None:
    """An open page wakes nobody: where no own channel is left, nobody waits five minutes for an answer."""

    def story(tx: Tx) -> None:
        has(tx, MAI, line.clock.now(), "mail")
        if before != "none":
            has(tx, LAN, line.clock.now(), "sms" if before == "no sender" else "ntfy")
        gone = {"dead": {"dead_at": line.clock.now()}, "never shown to work": {"verified_at": None}}.get(before)
        if gone is not None:
            tx.execute(update(staff_channel).where(staff_channel.c.staff_id == LAN).values(gone))

    await line.db.write(story)
    case_id = await cry(line)
    assert line.told("console") == ["1"], "the page shows it all the same"
    await line.db.write(lambda tx: _run_if_due(tx, case_id, line))
    await line.settle()
    assert line.told("mail") == ["mail-2"], "the clock has not moved"


async def test_in_the_demonstration_whose_colleagues_have_only_the_page_the_page_is_enough(line: Line) -> None:
    line.room._pages_suffice = True
    case_id = await cry(line)
    kinds = select(case_event.c.kind).where(case_event.c.case_id == case_id)
    assert "unreached" not in await line.db.read(lambda connection: connection.execute(kinds).scalars().all())


async def test_nobody_has_a_channel_and_still_nobody_is_called_each_second(line: Line) -> None:
    case_id = await cry(line)
    for _ in range(8):
        await line.db.write(lambda tx: _run_if_due(tx, case_id, line))
        await line.settle()
    called = await line.db.read(lambda connection: connection.execute(select(alarm.c.staff_id)).scalars().all())
    assert sorted(called) == [LAN, MAI, HOA, BICH], "each once in this minute, and who is in charge"
    line.clock.pass_(minutes=15)
    await line.db.write(lambda tx: _run_if_due(tx, case_id, line))
    again = await line.db.read(lambda connection: connection.execute(select(alarm.c.staff_id)).scalars().all())
    assert sorted(again[4:]) == [LAN, MAI, HOA, BICH], "then all of them and those in charge, not the last rung alone"
