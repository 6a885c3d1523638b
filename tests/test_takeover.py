"""A process dies with work in its hands: another takes it over, alarms within ten seconds, the rest within thirty."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot import claims, demonstration
from bot.app import House, build
from bot.channels.telegram_poll import take
from bot.db import open_engine
from bot.outbox import Item, tell_person
from bot.policy import demonstration as demo_policy
from bot.ports import Address, Cap, Capabilities, MsgRef, NotOurs, Outbound, Sent
from bot.seals import Seals, create_key_file
from bot.settings import Settings
from bot.tables import case, lane, outbox, timer
from directory.tables import make_tables
from tests.conftest import MovableClock
from tests.fake_house import only_keep
from tests.fakes import FakeChannel

pytestmark = pytest.mark.timeout(120)


@dataclass
class Desk:
    """Stands for the colleagues' own channels, the same for both processes."""

    clock: MovableClock
    told: list[Outbound] = field(default_factory=list)
    kind: str = "console"

    def capabilities(self) -> Capabilities:
        return Capabilities(Cap.PUSH_ANYTIME, 10_000, "chars", 9, 99, 99)

    async def send(self, message: Outbound, address: Address) -> Sent:
        self.told.append(message)
        return Sent((MsgRef(message.idempotency_key),), self.clock.now())

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        return None


@dataclass
class Two:
    """Two processes of one house, on one PostgreSQL, with one key file; and the desk that both alarm."""

    one: House
    two: House
    desk: Desk
    clock: MovableClock

    def network(self, house: House) -> FakeChannel:
        (channel,) = house.channels
        assert isinstance(channel, FakeChannel)
        return channel

    async def let_pass(self, house: House, **step: float) -> None:
        self.clock.pass_(**step)
        await house.reception.look()
        await house.clockwork.tick()
        await house.mailroom.collect()
        await house.reception.settle()
        await house.mailroom.settle()


@pytest.fixture
async def both(tmp_path: Path, postgresql: str, clock: MovableClock) -> AsyncIterator[Two]:
    create_key_file(tmp_path / "key.json")
    engine = open_engine(postgresql)
    make_tables(engine)
    engine.dispose()
    desk = Desk(clock)

    def process() -> House:
        return build(
            Settings(database_url=postgresql, data_dir=tmp_path),
            demo_policy(),
            seals=Seals.from_files(tmp_path / "key.json", str(tmp_path / "keys.db")),
            clock=clock,
            channels={("fake", "1"): lambda db, seals, clock, bells, settings, refer: FakeChannel(seals, clock)},
            senders={"console": lambda db, clock, bells, settings: desk},
            routes=lambda connection, staff_id: [("console", Address(str(staff_id)))],
        )

    made = Two(process(), process(), desk, clock)
    await made.one.db.write(lambda tx: demonstration.seed(tx, clock.now()))
    await made.one.start(ticks=False)
    await made.two.start(ticks=False)
    yield made
    await made.one.stop()
    await made.two.stop()


def die_before_reading(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on this process keeps messages and then does nothing more with them."""
    monkeypatch.setattr(house.reception, "_wake", lambda lane_id: None)
    monkeypatch.setattr(house.reception, "_keep_and_answer", only_keep)
    monkeypatch.setattr(house.reception, "_look_quietly", lambda: asyncio.sleep(0))  # a bell would find it all alive


def die_before_sending(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on this process decides, commits, and dies before anything is sent."""
    monkeypatch.setattr(house.db, "on_told", lambda keys: None)


async def test_an_unread_message_is_read_by_another_after_ten_seconds_and_not_before(
    both: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    die_before_reading(both.one, monkeypatch)
    await both.network(both.one).say("anna", "nó đang đánh em")
    await both.let_pass(both.two, seconds=9)
    assert both.desk.told == [], "the first process may still be thinking"
    await both.let_pass(both.two, seconds=1)
    assert any("Khẩn cấp" in message.text for message in both.desk.told)
    assert any("115" in text for text in both.network(both.two).texts("anna"))
    assert await both.two.db.read(lambda c: c.execute(select(func.count()).select_from(case)).scalar_one()) == 1
    assert await both.two.db.read(lambda c: c.execute(select(lane.c.lease_owner)).scalar_one()) is None


async def test_an_alarm_that_was_not_sent_goes_out_after_ten_seconds_and_says_that_it_may_be_the_second(
    both: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    die_before_sending(both.one, monkeypatch)
    await both.network(both.one).say("anna", "nó đang đánh em")
    await both.one.reception.settle()
    await both.let_pass(both.two, seconds=9)
    assert both.desk.told == []
    await both.let_pass(both.two, seconds=1)
    (alarm,) = [message for message in both.desk.told if "Khẩn cấp" in message.text]
    assert alarm.is_repeat


async def test_an_ordinary_answer_follows_after_thirty_seconds(both: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    die_before_sending(both.one, monkeypatch)
    await both.network(both.one).say("anna", "xet nghiem hiv o cau giay")
    await both.one.reception.settle()
    await both.let_pass(both.two, seconds=29)
    assert both.network(both.two).texts("anna") == []
    await both.let_pass(both.two, seconds=1)
    texts = both.network(both.two).texts("anna")
    assert texts[0].startswith("Chào bạn") and "Cầu Giấy" in texts[1], "in order"


async def test_a_timer_is_run_by_whoever_is_there(both: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    await both.network(both.one).say("anna", "nó đang đánh em")
    await both.let_pass(both.one)
    first = len(both.desk.told)
    (due,) = await both.two.db.read(lambda c: c.execute(select(timer.c.due_at)).scalars().all())
    await both.let_pass(both.two, seconds=(due - both.clock.now()).total_seconds())
    assert len(both.desk.told) > first, "the next rung is called by the other process"
    again = len(both.desk.told)
    await both.let_pass(both.one)
    assert len(both.desk.told) == again, "and only once"


async def test_an_answer_written_by_one_process_does_not_overtake_one_that_the_other_is_sending(both: Two) -> None:
    slow, quick = both.network(both.one), both.network(both.two)
    await slow.say("anna", "chao", event_id="a")
    await both.let_pass(both.one)
    (lane_id,) = await both.one.db.read(lambda c: c.execute(select(lane.c.id)).scalars().all())
    slow.slow_next(0.4)
    await both.one.db.write(lambda tx: tell_person(tx, lane_id, "một", now=both.clock.now()))
    await both.two.db.write(lambda tx: tell_person(tx, lane_id, "hai", now=both.clock.now()))
    await both.two.mailroom.settle()
    await both.two.mailroom.collect()
    await both.two.mailroom.settle()
    assert quick.texts("anna") == [], "the first is still on its way elsewhere"
    await both.one.mailroom.settle()
    await both.let_pass(both.two)
    assert slow.texts("anna")[-1] == "một" and quick.texts("anna") == ["hai"]


async def test_a_long_line_in_living_hands_is_not_taken_over(both: Two) -> None:
    slow, quick = both.network(both.one), both.network(both.two)
    await slow.say("anna", "chao", event_id="a")
    await both.let_pass(both.one)
    (lane_id,) = await both.one.db.read(lambda c: c.execute(select(lane.c.id)).scalars().all())
    before = len(slow.texts("anna"))
    for _ in range(5):
        slow.slow_next(0.3)
    for number in range(5):
        await both.one.db.write(lambda tx, n=number: tell_person(tx, lane_id, f"{n}", now=both.clock.now()))
    for _ in range(6):
        both.clock.pass_(seconds=12)
        await both.one.mailroom.collect()
        await both.two.mailroom.collect()
    await both.one.mailroom.settle()
    await both.two.mailroom.settle()
    assert slow.texts("anna")[before:] == ["0", "1", "2", "3", "4"] and quick.texts("anna") == []
    assert await both.one.db.read(lambda c: c.execute(select(func.count()).select_from(outbox)).scalar_one()) == 0


async def test_an_erasure_whose_process_died_is_finished_by_the_other_after_thirty_seconds(
    both: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_begun = asyncio.Event()

    async def dies(erasing: object) -> None:
        has_begun.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(both.one.reception, "_erase", dies)
    for text in ("xin chào", "xoá"):
        await both.network(both.one).say("anna", text)
        await both.one.settle()
    await both.network(both.one).say("anna", "xoá hết")
    await has_begun.wait()
    (task,) = both.one.reception._open_tasks()
    task.cancel()
    await both.network(both.two).say("anna", "nó đang đánh em", event_id="a cry")
    await both.two.settle()
    assert any("Khẩn cấp" in message.text for message in both.desk.told), "nobody waits for the erasure to be heard"
    lanes = select(func.count()).select_from(lane)
    await both.let_pass(both.two, seconds=29)
    assert await both.two.reception.finish_erasures() == 0
    assert await both.two.db.read(lambda c: c.execute(lanes).scalar_one()) == 2
    both.clock.pass_(seconds=1)
    assert await both.two.reception.finish_erasures() == 1 and await both.two.reception.finish_erasures() == 0
    await both.two.settle()
    assert await both.two.db.read(lambda c: c.execute(lanes).scalar_one()) == 1, "hers that is new"
    assert not any("Đã xoá xong" in text for text in both.network(both.two).texts("anna"))


async def test_a_clean_end_leaves_its_work_free_at_once(both: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    die_before_reading(both.one, monkeypatch)
    await both.network(both.one).say("anna", "nó đang đánh em")
    await both.one.reception.let_go()
    await both.let_pass(both.two)
    assert any("Khẩn cấp" in message.text for message in both.desk.told)


async def test_a_bell_rung_in_one_process_is_heard_in_the_other(both: Two) -> None:
    hearing = both.two.hearing
    assert hearing is not None
    while not hearing.is_open:
        await asyncio.sleep(0.01)
    both.two.bells.look_every = None
    with both.two.bells.listen("case:7") as seven, both.two.bells.listen("case:8") as eight:
        await both.one.db.write(lambda tx: tx.ring("case:7"))
        assert await seven.wait(10)
        assert not await eight.wait(0.1)


def sleep_before_sending(house: House, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """This process is stopped between having a message in hand and looking whom it goes to; set: it goes on."""
    wakes, real = asyncio.Event(), house.mailroom._attempt

    async def slow(item: Item) -> None:
        await wakes.wait()
        await real(item)

    monkeypatch.setattr(house.mailroom, "_attempt", slow)
    return wakes


async def tell_three(house: House, clock: MovableClock, lane_id: int) -> None:
    """The first, urgent, may be taken over long before the others."""
    for number, urgent in enumerate((True, False, False)):
        await house.db.write(lambda tx, n=number, u=urgent: tell_person(tx, lane_id, f"{n}", now=clock.now(), urgent=u))


@pytest.mark.parametrize("seconds", [11, 31, 300])
async def test_a_process_that_slept_sends_nothing_again_and_nothing_out_of_order(
    both: Two, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    sleeper, other = both.network(both.one), both.network(both.two)
    await sleeper.say("anna", "chao")
    await both.let_pass(both.one)
    (lane_id,) = await both.one.db.read(lambda c: c.execute(select(lane.c.id)).scalars().all())
    before = len(sleeper.shown)
    wakes = sleep_before_sending(both.one, monkeypatch)
    await tell_three(both.one, both.clock, lane_id)
    other.slow_next(0.3)  # the first is still on its way there when the sleeper wakes
    both.clock.pass_(seconds=seconds)
    await both.two.mailroom.collect()
    wakes.set()
    await both.one.mailroom.settle()
    assert sleeper.shown[before:] == [], "all of it is the other's now, or stands behind what is"
    await both.two.mailroom.settle()
    for house in (both.one, both.two, both.one):
        await both.let_pass(house, seconds=1)
    assert sleeper.texts("anna")[before:] + other.texts("anna") == ["0", "1", "2"] or (
        other.texts("anna") == ["0"] and sleeper.texts("anna")[before:] == ["1", "2"]
    )
    assert await both.one.db.read(lambda c: c.execute(select(func.count()).select_from(outbox)).scalar_one()) == 0


async def test_what_is_over_and_was_taken_by_nobody_is_sent_by_whoever_comes_and_marked(
    both: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleeper, other = both.network(both.one), both.network(both.two)
    await sleeper.say("anna", "chao")
    await both.let_pass(both.one)
    (lane_id,) = await both.one.db.read(lambda c: c.execute(select(lane.c.id)).scalars().all())
    before = len(sleeper.shown)
    wakes = sleep_before_sending(both.one, monkeypatch)
    await tell_three(both.one, both.clock, lane_id)
    both.clock.pass_(seconds=40)
    wakes.set()
    await both.one.mailroom.settle()
    assert sleeper.shown[before:] == []
    await both.let_pass(both.two, seconds=1)
    assert other.texts("anna") == ["0", "1", "2"]


async def test_a_lease_is_renewed_only_of_what_is_still_ours(both: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sleeper's first breath is a tick, not the sending: that must not make it believe it owns what it lost."""
    sleeper, other = both.network(both.one), both.network(both.two)
    await sleeper.say("anna", "chao")
    await both.let_pass(both.one)
    (lane_id,) = await both.one.db.read(lambda c: c.execute(select(lane.c.id)).scalars().all())
    before, at_the_network = len(sleeper.shown), asyncio.Event()
    real = sleeper.send

    async def paced(message: Outbound, address: Address) -> Sent:
        await at_the_network.wait()
        if not message.is_ours():
            raise NotOurs
        return await real(message, address)

    monkeypatch.setattr(sleeper, "send", paced)
    await both.one.db.write(lambda tx: tell_person(tx, lane_id, "một", now=both.clock.now()))
    await asyncio.sleep(0.05)
    both.clock.pass_(seconds=31)
    await both.two.mailroom.collect()
    await both.two.mailroom.settle()
    await both.one.mailroom.collect()
    at_the_network.set()
    await both.one.mailroom.settle()
    assert other.texts("anna") == ["một"] and sleeper.shown[before:] == []


async def test_a_process_without_this_network_leaves_its_messages_to_one_that_has_it(
    both: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token is rolled out: the second process does not have it yet, and reads and writes for everybody."""
    monkeypatch.setattr(both.two.mailroom, "_channels", {})
    line = both.network(both.one)
    await line.say("anna", "chao")
    await both.let_pass(both.one)
    before = len(line.shown)
    (lane_id,) = await both.one.db.read(lambda c: c.execute(select(lane.c.id)).scalars().all())
    line.fail_next("throttled", retry_after=3)
    await both.one.db.write(lambda tx: tell_person(tx, lane_id, "một", now=both.clock.now()))
    await both.one.mailroom.settle()
    await both.let_pass(both.two, seconds=5)
    await both.let_pass(both.one)
    assert line.texts("anna")[before:] == ["một"]
    for text in ("hai", "ba"):
        await both.two.db.write(lambda tx, text=text: tell_person(tx, lane_id, text, now=both.clock.now()))
    await both.two.mailroom.settle()
    await both.let_pass(both.two)
    left = await both.one.db.read(lambda c: c.execute(select(outbox.c.lease_owner, outbox.c.attempts)).all())
    assert all(row.attempts == 0 and row.lease_owner != both.two.db.owner for row in left), "put back, not tried"
    await both.one.mailroom.settle()  # the bell may have called it already
    await both.let_pass(both.one)
    assert line.texts("anna")[before:] == ["một", "hai", "ba"]


async def test_leases_given_by_a_clock_that_was_fast_hold_up_nobody(both: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    """The dead process had an unread cry in its hands, an answer, and the fetching of messages."""
    line = both.network(both.two)
    both.clock.pass_(hours=2)
    now = both.clock.now()
    die_before_sending(both.one, monkeypatch)
    await both.network(both.one).say("binh", "chao")
    await both.one.reception.settle()
    die_before_reading(both.one, monkeypatch)
    await both.network(both.one).say("anna", "nó đang đánh em")
    await both.one.db.write(lambda tx: take(tx, "telegram:1", now=now))
    await both.one.db.write(lambda tx: claims.hold(tx, "forgetting", now=now, seconds=90))
    both.clock.pass_(hours=-2)
    await both.let_pass(both.two)
    assert any("115" in text for text in line.texts("anna")) and line.texts("binh") != []
    assert await both.two.db.write(lambda tx: take(tx, "telegram:1", now=both.clock.now()))
    assert await both.two.db.write(lambda tx: claims.hold(tx, "forgetting", now=both.clock.now(), seconds=90))
    await line.say("anna", "em đây")
    await both.let_pass(both.two)
    assert await both.two.db.read(lambda c: c.execute(select(lane.c.lease_owner)).scalars().all()) == [None, None]


async def test_an_alarm_that_was_taken_over_reaches_the_desk_once(both: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    wakes = sleep_before_sending(both.one, monkeypatch)
    await both.network(both.one).say("anna", "nó đang đánh em")
    await both.one.reception.settle()
    both.clock.pass_(seconds=11)
    await both.two.mailroom.collect()
    await both.two.mailroom.settle()
    wakes.set()
    await both.one.mailroom.settle()
    assert len([message for message in both.desk.told if "Khẩn cấp" in message.text]) == 1
