"""Many deeds share a commit, and none of them pays for another's failure."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from bot.db import Database, DatabaseAway, Tx
from bot.tables import staff_organisation


def add(name: str):  # type: ignore[no-untyped-def]
    def deed(tx: Tx) -> str:
        tx.execute(insert(staff_organisation).values(name=name))
        return name

    return deed


async def count(db: Database) -> int:
    rows = select(func.count()).select_from(staff_organisation)
    return await db.read(lambda connection: connection.execute(rows).scalar_one())


async def test_many_deeds_at_once_are_all_kept(db: Database) -> None:
    names = [f"org {number}" for number in range(300)]
    assert await asyncio.gather(*(db.write(add(name), urgent=bool(len(name) % 2)) for name in names)) == names
    assert await count(db) == 300


async def test_a_failing_deed_fails_alone(db: Database) -> None:
    def refuse(tx: Tx) -> None:
        tx.execute(insert(staff_organisation).values(name="never"))
        raise LookupError("no")

    outcomes = await asyncio.gather(db.write(add("a")), db.write(refuse), db.write(add("b")), return_exceptions=True)
    assert outcomes[0] == "a" and isinstance(outcomes[1], LookupError) and outcomes[2] == "b"
    assert await count(db) == 2


async def test_a_duplicate_fails_alone(db: Database) -> None:
    outcomes = await asyncio.gather(*(db.write(add("same")) for _ in range(5)), return_exceptions=True)
    assert outcomes.count("same") == 1
    assert await count(db) == 1


async def test_hooks_run_after_the_commit_only(db: Database) -> None:
    rung: list[str] = []
    db.on_rung = rung.append

    def good(tx: Tx) -> None:
        tx.ring("good")

    def bad(tx: Tx) -> None:
        tx.ring("bad")
        raise LookupError

    await asyncio.gather(db.write(good), db.write(bad), return_exceptions=True)
    await asyncio.sleep(0.01)
    assert rung == ["good"]


async def test_a_locked_database_is_a_plain_sentence_and_nothing_is_half_written(db: Database, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "donghanh.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseAway, match="locked"):
        await db.write(add("late"))
    other.execute("ROLLBACK")
    other.close()
    assert await db.write(add("after")) == "after"
    assert await count(db) == 1


async def test_scrub_empties_the_log(db: Database, tmp_path: Path) -> None:
    await db.write(add("x"))
    assert await db.scrub()
    assert (tmp_path / "donghanh.db-wal").stat().st_size == 0


async def test_a_reader_cannot_write(db: Database) -> None:
    with pytest.raises(DatabaseAway):
        await db.read(lambda connection: connection.execute(insert(staff_organisation).values(name="no")))
