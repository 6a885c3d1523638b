"""After "xoá", and after the day on which words are forgotten, nothing of them is left in any file of the service."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, text

from bot import backups
from bot.app import House, forget_what_is_due
from bot.db import open_engine
from bot.seals import KeyDestroyed, KeyId, Seals
from bot.tables import case, conversation, transcript
from tests.conftest import MovableClock
from tests.fake_house import door, open_house


@pytest.fixture
async def house(tmp_path: Path, seals: Seals, clock: MovableClock) -> AsyncIterator[House]:
    async with open_house(f"sqlite:///{tmp_path / 'house.db'}", tmp_path, seals, clock) as made:
        yield made


async def tell_much(house: House) -> list[bytes]:
    """A talk with an open case and words in its relay; returns every sealed value of it, byte for byte."""
    fake = door(house)
    for said in ("nó đang đánh em", "toi ten la hoa o day", "em dang o trong phong", "xem them"):
        await fake.say("anna", said)
        await house.settle()
    found = await house.db.read(values)
    assert len(found) >= 4
    return found


def values(connection: Connection) -> list[bytes]:
    """What is kept sealed with a key of this person's, in every table: the markers that must be gone afterwards."""
    found: list[bytes] = []
    for table in ("inbox", "conversation", "offered", "transcript", "outbox", "message_ref", "contact"):
        found += [row[0] for row in connection.execute(text(f"SELECT sealed FROM {table}")) if row[0]]
    found += [key.encode() for key in keys(connection)]
    return found


def keys(connection: Connection) -> list[KeyId]:
    wanted = (select(conversation.c.key_id), select(case.c.key_id).where(case.c.key_id.is_not(None)))
    return [KeyId(row[0]) for query in wanted for row in connection.execute(query)]


def wrapped(tmp_path: Path, ids: list[KeyId]) -> list[bytes]:
    with closing(sqlite3.connect(tmp_path / "keys.db")) as store:
        return [row[0] for one in ids for row in store.execute("SELECT wrapped FROM data_key WHERE id = ?", (one,))]


def found_in(tmp_path: Path, markers: list[bytes]) -> list[str]:
    """Every file of the folder, the write-ahead log, journals and temporary ones too, read byte for byte."""
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    raw = {path.name: path.read_bytes() for path in files}
    assert any(name.endswith("-wal") for name in raw), "the log is there to be looked at"
    return [name for name, content in raw.items() for marker in markers if marker in content]


async def erase(house: House) -> None:
    fake = door(house)
    for said in ("xoá", "xoa het"):
        await fake.say("anna", said)
        await house.settle()
    assert any("Đã xoá" in said for said in fake.texts("anna"))


async def test_after_erasing_nothing_is_left_in_any_file(house: House, tmp_path: Path) -> None:
    markers = await tell_much(house)
    ids = await house.db.read(keys)
    markers += wrapped(tmp_path, ids)
    assert found_in(tmp_path, markers), "it was there before"
    await erase(house)
    assert found_in(tmp_path, markers) == []
    with pytest.raises(KeyDestroyed):
        house.seals.keys.get(ids[0])


async def test_after_the_day_nothing_is_left_in_any_file(house: House, clock: MovableClock, tmp_path: Path) -> None:
    markers = await tell_much(house)
    markers += wrapped(tmp_path, await house.db.read(keys))
    (case_id,) = await house.db.read(lambda connection: connection.execute(select(case.c.id)).scalars().all())
    day = clock.now()
    await house.db.write(
        lambda tx: tx.execute(case.update().where(case.c.id == case_id).values(state="closed", forget_at=day))
    )
    clock.pass_(days=41)
    await forget_what_is_due(house.db, clock, house.policy)
    assert await house.db.read(lambda c: c.execute(select(transcript)).all()) == []
    assert found_in(tmp_path, markers) == []


async def test_a_reader_who_stays_long_only_delays_it(house: House, tmp_path: Path) -> None:
    """An export that reads while somebody erases: words cannot be opened at once, and go when the reader goes."""
    markers = await tell_much(house)
    with closing(sqlite3.connect(tmp_path / "house.db", isolation_level=None)) as export:
        export.execute("BEGIN")
        assert export.execute("SELECT count(*) FROM transcript").fetchone()[0] >= 0
        ids = await house.db.read(keys)
        await erase(house)
        assert house.db.must_scrub, "the reader holds the log back, and that is known"
        assert all(not house.seals.keys.has(one) for one in ids), "but nobody can open a word any more"
        export.execute("COMMIT")
    await house.db.scrub_again()
    assert not house.db.must_scrub and found_in(tmp_path, markers) == []


async def test_a_scrub_that_a_kill_interrupted_is_done_at_the_next_start(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    markers = await tell_much(house)

    async def killed(*, tries: int = 40) -> bool:
        return False

    monkeypatch.setattr(house.db, "scrub", killed)
    await erase(house)
    monkeypatch.undo()
    assert found_in(tmp_path, markers), "still in the log"
    await house.start(ticks=False)
    assert found_in(tmp_path, markers) == []


async def test_a_backup_made_afterwards_holds_nothing_of_it(house: House, clock: MovableClock, tmp_path: Path) -> None:
    markers = await tell_much(house)
    await erase(house)
    (tmp_path / "later").mkdir()
    reader = open_engine(house.settings.database_url, is_reader=True)
    backups.write(reader, house.seals, tmp_path / "later" / "line.backup", now=clock.now())
    reader.dispose()
    raw = (tmp_path / "later" / "line.backup").read_bytes()
    assert not [marker for marker in markers if marker in raw] and b"anna" not in raw
    assert [path.name for path in (tmp_path / "later").iterdir()] == ["line.backup"]
