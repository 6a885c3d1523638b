"""Many deeds share a commit, and none of them pays for another's failure."""

import asyncio
import sqlite3
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, insert, select
from sqlalchemy.exc import IntegrityError

import bot.db
from bot.db import Database, DatabaseAway, Tx
from bot.events import happened
from bot.seals import Seals
from bot.tables import event, lease, staff_organisation
from tests.conftest import MovableClock, started


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


async def test_a_connection_that_broke_between_two_deeds_costs_nobody_anything(db: Database) -> None:
    await db.write(add("before"))
    broken = db._writer._kept.connect()
    broken.connection.dbapi_connection.close()  # type: ignore[union-attr]
    assert await db.write(add("after")) == "after"
    assert await count(db) == 2 and db.counts.is_well
    assert db._writer._kept.connect() is not broken


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


async def test_a_caller_that_gives_up_does_not_stop_the_writer(db: Database) -> None:
    tasks = [asyncio.create_task(db.write(add(f"org {number}"))) for number in range(50)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert sum(isinstance(one, asyncio.CancelledError) for one in outcomes) == 25
    assert await db.write(add("after")) == "after"


async def test_on_a_full_disk_nothing_is_half_written_and_later_all_goes_on(db: Database) -> None:
    def pages(tx: Tx, most: int) -> None:
        tx.connection.exec_driver_sql(f"PRAGMA max_page_count={most}")

    used = await db.read(lambda connection: connection.exec_driver_sql("PRAGMA page_count").scalar_one())
    await db.write(lambda tx: pages(tx, used))
    big = "x" * 150
    outcomes = await asyncio.gather(
        *(db.write(add(f"{big}{number}")) for number in range(300)), db.write(add("small")), return_exceptions=True
    )
    refused = [one for one in outcomes if isinstance(one, DatabaseAway)]
    assert refused and all("disk is full" in str(one) for one in refused)
    assert await count(db) == len(outcomes) - len(refused), "what was called written is there, and nothing else"
    await db.write(lambda tx: pages(tx, 1_000_000))
    assert await db.write(add("room again")) == "room again" and db.counts.is_well


async def test_a_commit_of_nothing_is_no_proof_that_something_can_be_kept(db: Database) -> None:
    def say(tx: Tx, statement: str) -> None:
        tx.connection.exec_driver_sql(statement)

    refusal = "CREATE TRIGGER full BEFORE INSERT ON lease BEGIN SELECT RAISE(ABORT, 'full'); END"
    await db.write(lambda tx: say(tx, refusal))
    await db.write(lambda tx: None)
    assert db.counts.is_well, "while all is well nothing is written for proof"
    db.counts.is_well = False
    with pytest.raises(DatabaseAway):
        await db.write(lambda tx: None)
    assert not db.counts.is_well
    await db.write(lambda tx: say(tx, "DROP TRIGGER full"))
    assert db.counts.is_well


async def test_a_key_store_that_cannot_be_written_is_not_well_either(db: Database) -> None:
    file = db.seals.keys._file
    file.execute("PRAGMA query_only=ON")
    with pytest.raises(DatabaseAway, match="key store"):
        await db.write(lambda tx: [tx.seals.new_key() for _ in range(100)])
    await db.write(lambda tx: None)
    assert not db.counts.is_well
    file.execute("PRAGMA query_only=OFF")
    await db.write(lambda tx: None)
    assert db.counts.is_well


async def test_a_deed_that_takes_long_is_named_in_the_log(db: Database, caplog: pytest.LogCaptureFixture) -> None:
    def dawdle(tx: Tx) -> None:
        time.sleep(0.06)

    await db.write(dawdle)
    (told,) = [record for record in caplog.records if record.msg == "slow_deed"]
    assert told.deed.endswith("dawdle") and told.ms >= 60 and db.counts.slow == 1  # type: ignore[attr-defined]


async def test_while_a_deed_runs_the_loop_stands_still(db: Database) -> None:
    """Otherwise each of its statements would wait until the loop lets go of the interpreter."""
    rounds = 0

    async def turn_and_turn() -> None:
        nonlocal rounds
        while True:
            rounds += 1
            await asyncio.sleep(0)

    def look(tx: Tx) -> int:
        before = rounds
        for number in range(20):
            add(f"org {number}")(tx)
        return rounds - before

    turning = asyncio.create_task(turn_and_turn())
    assert await db.write(look) == 0
    turning.cancel()


async def test_a_deed_that_lasts_does_not_hold_the_loop(db: Database) -> None:
    seen = threading.Event()

    async def go_on() -> None:
        await asyncio.sleep(0.01)
        seen.set()

    going = asyncio.create_task(go_on())
    assert await db.write(lambda tx: seen.wait(10))
    await going


async def test_what_is_urgent_does_not_wait_behind_what_is_not(db: Database) -> None:
    order: list[str] = []

    def note(name: str):  # type: ignore[no-untyped-def]
        def deed(tx: Tx) -> None:
            order.append(name)
            time.sleep(0.002)

        return deed

    first = asyncio.create_task(db.write(lambda tx: time.sleep(0.02)))
    await asyncio.sleep(0)
    routine = [asyncio.create_task(db.write(note("routine"), urgent=False)) for _ in range(20)]
    await asyncio.sleep(0)
    alarm = asyncio.create_task(db.write(note("alarm")))
    await asyncio.gather(first, *routine, alarm)
    assert order[0] == "alarm"


async def test_counters_are_added_once_a_batch_and_only_for_deeds_that_are_kept(
    db: Database, clock: MovableClock
) -> None:
    def good(tx: Tx) -> None:
        happened(tx, "turn", now=clock.now(), province="01", need="health.pep")

    def bad(tx: Tx) -> None:
        happened(tx, "turn", now=clock.now(), province="01", need="health.pep")
        raise LookupError

    await asyncio.gather(*(db.write(good) for _ in range(40)), db.write(bad), return_exceptions=True)
    rows = await db.read(lambda connection: connection.execute(select(event)).all())
    assert [(row.kind, row.need_group, row.n) for row in rows] == [("turn", "health", 40)]


async def test_no_error_of_the_database_quotes_a_row(db: Database) -> None:
    await db.write(add("hồng hạc"))
    with pytest.raises(IntegrityError) as caught:
        await db.write(add("hồng hạc"))
    assert "hồng hạc" not in str(caught.value)


async def test_a_reader_holds_the_log_back_and_it_is_emptied_as_soon_as_he_is_gone(
    db: Database, tmp_path: Path
) -> None:
    reader = sqlite3.connect(tmp_path / "donghanh.db", isolation_level=None)
    await db.write(add("one"))
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM staff_organisation").fetchone()
    await db.write(add("two"))
    assert not await db.scrub(tries=2) and db.must_scrub
    reader.execute("COMMIT")
    reader.close()
    await db.scrub_again()
    assert not db.must_scrub and (tmp_path / "donghanh.db-wal").stat().st_size == 0


async def test_whoever_falls_silent_in_a_deed_loses_the_locks_that_others_wait_for(
    postgresql: str, seals: Seals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.db, "MOST_IDLE_SECONDS", 1)
    async with started(postgresql, seals) as db:
        woken = threading.Event()

        def stopped(tx: Tx) -> None:
            tx.execute(insert(lease).values(name="poller", owner="one", until=datetime(2027, 1, 1, tzinfo=UTC)))
            woken.wait(60)

        asleep = asyncio.ensure_future(db.write(stopped))
        await asyncio.sleep(0.2)
        other = create_engine(postgresql, isolation_level="AUTOCOMMIT")
        with other.connect() as connection:  # waits for the row until the server ends the sleeper's transaction
            connection.execute(insert(lease).values(name="poller", owner="two", until=datetime(2027, 1, 1, tzinfo=UTC)))
        other.dispose()
        woken.set()
        await asyncio.gather(asleep, return_exceptions=True)
        whose = select(lease.c.owner).where(lease.c.name == "poller")
        assert await db.write(lambda tx: tx.execute(whose).scalar_one()) == "two"
