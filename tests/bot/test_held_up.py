"""Another program holds a lock on PostgreSQL: the house says so, does what needs no lock, and catches up afterwards."""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, make_url, select

import bot.db
from bot.app import House
from bot.commands.serve import _is_ready
from bot.db import DatabaseAway, Tx
from bot.ports import HeldUp
from bot.schema import upgrade
from bot.seals import Seals
from bot.tables import case, inbox, outbox, staff, timer
from tests.conftest import MovableClock
from tests.fake_house import door, open_house
from tests.test_takeover import Desk

LOCK_ALL = "LOCK TABLE {} IN ACCESS EXCLUSIVE MODE"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.db, "LOCK_SECONDS", 0.2)


@pytest.fixture
async def house(tmp_path: Path, postgresql_with_tables: str, seals: Seals, clock: MovableClock) -> AsyncIterator[House]:
    desk = Desk(clock)
    senders = {"console": lambda db, clock, bells, settings: desk}
    async with open_house(postgresql_with_tables, tmp_path, seals, clock, senders=senders) as made:
        yield made


@contextmanager
def somebody(house: House, statement: str) -> Iterator[None]:
    """Somebody has opened a transaction in psql and gone for coffee."""
    address = make_url(house.settings.database_url).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False)) as connection:
        connection.execute(statement)
        yield
        connection.rollback()


async def alarms(house: House) -> int:
    return await house.db.read(lambda c: c.execute(select(func.count()).select_from(case)).scalar_one())


@pytest.mark.parametrize("table", ["lane", "inbox", "outbox", "event", "timer"])
async def test_a_locked_table_is_told_and_nothing_is_lost(
    house: House, clock: MovableClock, table: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    fake = door(house)
    await fake.say("anna", "chao")
    await house.settle()
    with somebody(house, LOCK_ALL.format(table)):
        kept = True
        try:
            await fake.say("anna", "nó đang đánh em", event_id="cry")
        except DatabaseAway:
            kept = False  # the network was not answered: it brings the same again
        await house.reception.settle()
        await house.mailroom.settle()
        with pytest.raises(DatabaseAway):
            await house.db.read(lambda c: c.exec_driver_sql(f'SELECT count(*) FROM "{table}"').scalar_one())
        assert not await _is_free(house), "the load balancer is told"
    told = [record for record in caplog.records if record.msg in ("deed_held_up", "read_held_up")]
    assert told and all(record.deed for record in told)  # type: ignore[attr-defined]
    if not kept:
        await fake.say("anna", "nó đang đánh em", event_id="cry")
    assert await _is_free(house)
    await house.reception.look()
    await house.settle()
    clock.pass_(seconds=40)
    await house.reception.look()
    await house.settle()
    assert await alarms(house) == 1 and any("115" in text for text in fake.texts("anna"))
    aside = select(func.count()).select_from(inbox).where(inbox.c.set_aside_at.is_not(None))
    assert await house.db.read(lambda c: c.execute(aside).scalar_one()) == 0, "a lock is no fault of the message"


async def _is_free(house: House) -> bool:
    try:
        return await house.db.is_free() and house.db.counts.is_well
    except DatabaseAway:
        return False


async def test_one_row_that_is_locked_holds_up_nobody_else(house: House, clock: MovableClock) -> None:
    fake = door(house)
    for who in ("anna", "binh"):
        await fake.say(who, "chao")
    await house.settle()
    first = "UPDATE lane SET last_at = last_at WHERE id = (SELECT min(id) FROM lane)"
    with somebody(house, first):
        with pytest.raises(HeldUp):
            await fake.say("anna", "nó đang đánh em", event_id="cry")
        await fake.say("binh", "nó đang đánh em")
        await house.reception.settle()
        await house.mailroom.settle()
        assert any("115" in text for text in fake.texts("binh")), "who needs no lock is heard"
        assert await house.db.is_free(), "the house is not taken out of the way for one row"
    await fake.say("anna", "nó đang đánh em", event_id="cry")
    await house.settle()
    assert await alarms(house) == 2


async def test_the_timer_of_a_locked_case_does_not_hold_up_the_others(house: House, clock: MovableClock) -> None:
    fake = door(house)
    for who in ("anna", "binh"):
        await fake.say(who, "nó đang đánh em")
        await house.settle()
    later = select(case.c.id, timer.c.due_at).join(timer, timer.c.subject_id == case.c.id)
    planned = later.where(timer.c.kind == "escalate").order_by(case.c.id)
    before = await house.db.read(lambda c: c.execute(planned).all())
    assert len(before) == 2
    clock.pass_(minutes=6)
    with somebody(house, f'UPDATE "case" SET state = state WHERE id = {before[0].id}'):
        await house.clockwork.tick()
        meanwhile = await house.db.read(lambda c: c.execute(planned).all())
        assert meanwhile[0].due_at == before[0].due_at and meanwhile[1].due_at > before[1].due_at
    await house.clockwork.tick()
    after = await house.db.read(lambda c: c.execute(planned).all())
    assert after[0].due_at > before[0].due_at


async def test_after_the_first_wait_nobody_else_waits_as_long(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    waits: list[str] = []

    def look(tx: Tx) -> None:
        waits.append(str(tx.connection.exec_driver_sql("SHOW lock_timeout").scalar_one()))

    def touch(tx: Tx) -> None:
        tx.execute(select(staff.c.id).limit(1).with_for_update())

    await house.db.write(look)
    with somebody(house, LOCK_ALL.format("staff")), pytest.raises(HeldUp):
        await house.db.write(touch)
    await house.db.write(look)
    assert waits == ["200ms", "50ms"]
    assert [record.deed for record in caplog.records if record.msg == "deed_held_up"] == [  # type: ignore[attr-defined]
        "test_after_the_first_wait_nobody_else_waits_as_long.touch"
    ]


async def test_a_command_says_so_instead_of_hanging(house: House, postgresql: str) -> None:
    upgrade(postgresql)
    address = make_url(postgresql).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        connection.execute(LOCK_ALL.format("alembic_version"))
        with pytest.raises(HeldUp, match="pg_stat_activity"):
            upgrade(postgresql)


async def test_a_locked_house_is_not_ready_and_is_again_afterwards(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.commands.serve.is_current", lambda connection: True)  # these tables were made at once
    assert await _is_ready(house)
    with somebody(house, LOCK_ALL.format("lane")):
        with pytest.raises(HeldUp):
            await door(house).say("anna", "chao")
        assert not await _is_ready(house)
    assert await _is_ready(house)


async def test_the_next_update_is_kept_behind_one_that_is_held_up(house: House) -> None:
    """On Telegram everybody stands in one line: a locked row of one person must not hide the cry of another."""
    from bot.channels.telegram_poll import Poller

    kept: list[int] = []

    async def handle(told: dict[str, int]) -> None:
        if told["update_id"] == 7 and 9 not in kept:
            raise HeldUp
        kept.append(told["update_id"])

    class Network:
        account = "1"

        def __init__(self) -> None:
            self.asked: list[int] = []

        async def fetch(self, offset: int, kinds: list[str]) -> list[dict[str, int]]:
            self.asked.append(offset)
            return [{"update_id": number} for number in (6, 7, 8, 9) if number >= offset]

    network = Network()
    poller = Poller(house.db, house.clock, network, kind="telegram", updates=[], handle=handle)  # type: ignore[arg-type]
    poller._is_ready = True
    with pytest.raises(HeldUp):
        await poller._round()
    assert kept == [6, 8, 9] and poller._offset == 7
    await poller._round()
    assert kept[3:] == [7, 8, 9] and network.asked == [0, 7] and poller._offset == 10


async def test_a_letter_that_somebody_holds_is_sent_once_and_the_others_do_not_wait(
    house: House, clock: MovableClock
) -> None:
    fake = door(house)
    for who in ("anna", "binh"):
        await fake.say(who, "chao")
    await house.settle()
    before = {who: len(fake.texts(who)) for who in ("anna", "binh")}
    house.db.on_told, told = (lambda items: None), house.db.on_told  # nobody takes it out of the outbox yet
    await fake.say("anna", "nó đang đánh em")
    await house.reception.settle()
    house.db.on_told = told
    mine = "SELECT min(id) FROM outbox WHERE lane_id = (SELECT min(id) FROM lane)"
    with somebody(house, f"UPDATE outbox SET state = state WHERE id = ({mine})"):
        clock.pass_(seconds=31)
        with suppress(HeldUp):
            await house.mailroom.collect()
        await house.mailroom.settle()
        await fake.say("binh", "nó đang đánh em")
        await house.reception.settle()
        await house.mailroom.settle()
        assert any("115" in text for text in fake.texts("binh")[before["binh"] :]), "nobody else waits for it"
    for _ in range(3):
        clock.pass_(seconds=31)
        await house.mailroom.collect()
        await house.settle()
    hers = fake.texts("anna")[before["anna"] :]
    assert any("115" in text for text in hers)
    plain = [text for text in hers if "115" in text]
    assert len(plain) == len(set(plain)), "held or not, it comes once"
    assert await house.db.read(lambda c: c.execute(select(func.count()).select_from(outbox)).scalar_one()) == 0
