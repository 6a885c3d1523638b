"""A process that slept through a change of the master key seals nothing with the old one, and loses no word."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot import vault
from bot.app import House
from bot.db import Tx, open_engine, run_alone
from bot.outbox import tell_staff
from bot.ports import KeysChanged
from bot.resealing import rotate
from bot.seals import Seals
from bot.tables import lane, outbox
from tests.conftest import MovableClock
from tests.fake_house import door, open_house

both = pytest.mark.parametrize("house", ["sqlite", "postgresql"], indirect=True)
on_postgresql = pytest.mark.parametrize("house", ["postgresql"], indirect=True)


@pytest.fixture
async def house(
    request: pytest.FixtureRequest, tmp_path: Path, seals: Seals, clock: MovableClock
) -> AsyncIterator[House]:
    """Nothing ticks in it: it learns of a new key only by itself, as a process that was asleep."""
    url = f"sqlite:///{tmp_path / 'house.db'}"
    if request.param == "postgresql":
        url = str(request.getfixturevalue("postgresql_with_tables"))
    async with open_house(url, tmp_path, seals, clock) as made:
        yield made


def change_the_key(house: House, folder: Path) -> None:
    """In another process, from the first step to the last."""
    seals, engine = Seals.from_files(folder / "key.json", str(folder / "keys.db")), open_engine(house.db.url)

    def run(deed):  # type: ignore[no-untyped-def]
        with engine.begin() as connection:
            return run_alone(connection, deed, seals, "other")[0]

    try:
        done = rotate(run, seals, folder / "key.json", say=lambda text: None, wait=lambda seconds: None)
        assert done.unreadable == 0 and len(json.loads((folder / "key.json").read_text())["keys"]) == 1
    finally:
        engine.dispose()
        seals.stop()


def newcomer(folder: Path) -> Seals:
    """What a process that starts afterwards can open."""
    return Seals.from_files(folder / "key.json", str(folder / "keys.db"))


def alarm(tx: Tx, clock: MovableClock) -> None:
    tell_staff(tx, 1, "Ca mới", now=clock.now(), urgent=True)


async def opens(house: House, folder: Path) -> list[str]:
    rows = await house.db.read(lambda c: c.execute(select(outbox.c.key, outbox.c.sealed, outbox.c.staff_id)).all())
    seals = newcomer(folder)
    try:
        return [seals.open(one.sealed, about=f"outbox:{one.key}") for one in rows if one.staff_id is not None]
    finally:
        seals.stop()


@both
async def test_what_it_writes_when_it_wakes_is_sealed_with_the_new_key(
    house: House, tmp_path: Path, clock: MovableClock
) -> None:
    house.db.on_told = lambda items: None  # it stays in the outbox
    await asyncio.to_thread(change_the_key, house, tmp_path)
    await house.db.write(lambda tx: alarm(tx, clock))
    (said,) = await opens(house, tmp_path)
    assert "Ca mới" in said and house.db.counts.is_well


@on_postgresql
async def test_also_if_it_fell_asleep_in_the_middle_of_a_deed(
    house: House, tmp_path: Path, clock: MovableClock
) -> None:
    house.db.on_told = lambda items: None
    begun: list[int] = []

    def deed(tx: Tx) -> None:
        alarm(tx, clock)
        begun.append(1)
        if len(begun) == 1:
            change_the_key(house, tmp_path)

    await house.db.write(deed)
    assert len(begun) == 2 and len(await opens(house, tmp_path)) == 1


@both
async def test_who_wrote_while_it_slept_is_known_and_heard(house: House, tmp_path: Path, clock: MovableClock) -> None:
    fake = door(house)
    await fake.say("anna", "chao")
    await house.settle()
    brought = fake.parse(json.dumps({"from": "anna", "id": "cry", "text": "nó đang đánh em"}).encode())
    new = fake.parse(json.dumps({"from": "binh", "id": "new", "text": "nó đang đánh em"}).encode())
    await asyncio.to_thread(change_the_key, house, tmp_path)
    for events in (brought, new):
        with pytest.raises(KeysChanged):
            await house.reception.keep(events)
    assert house.db.counts.is_well, "this is no trouble of the database"
    await fake.say("anna", "nó đang đánh em", event_id="cry")  # the network was not answered, and brings it again
    await fake.say("binh", "nó đang đánh em", event_id="new")
    await house.settle()
    for who in ("anna", "binh"):
        assert any("115" in text for text in fake.texts(who))
    assert await house.db.read(lambda c: c.execute(select(func.count()).select_from(lane)).scalar_one()) == 2
    seals = newcomer(tmp_path)
    try:
        for number in await house.db.read(lambda c: list(c.execute(select(lane.c.id)).scalars())):
            way = await house.db.read(lambda c, number=number: vault.way_to(c, number))  # type: ignore[misc]
            assert way is not None and vault.open_address(seals, way.to) in ("anna", "binh")
    finally:
        seals.stop()


@both
async def test_the_keys_it_makes_when_it_wakes_can_be_opened_by_others(house: House, tmp_path: Path) -> None:
    await asyncio.to_thread(change_the_key, house, tmp_path)
    made = [house.seals.new_key() for _ in range(40)]
    seals = newcomer(tmp_path)
    try:
        for key in made:
            sealed = house.seals.close_with(key, "lời", about="x")
            assert seals.open_with(key, sealed, about="x") == "lời"
    finally:
        seals.stop()


@both
async def test_a_key_file_that_cannot_be_read_for_a_moment_stops_nobody(
    house: House, tmp_path: Path, clock: MovableClock
) -> None:
    (tmp_path / "key.json").rename(tmp_path / "aside.json")
    assert await house.db.write(lambda tx: tx.seals.masters.current) == 1
    (tmp_path / "aside.json").rename(tmp_path / "key.json")
    assert await house.db.write(lambda tx: tx.seals.masters.current) == 1 and house.db.counts.is_well
