"""On PostgreSQL many statements go in one journey: nothing is lost of any, and an error is told to whoever made it."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Boolean, LargeBinary, bindparam, column, delete, insert, select, text, update
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InvalidRequestError

from bot import wire
from bot.connections import Statements
from bot.db import Database, DatabaseAway, Tx, open_engine
from bot.seals import Seals
from bot.tables import event, lane, staff_organisation, timer
from tests.carried import carried
from tests.conftest import started

ADD = insert(staff_organisation).values(name=bindparam("name"))
ADD_ONE = insert(staff_organisation).returning(staff_organisation.c.name)
NAMES = select(staff_organisation.c.name).order_by(staff_organisation.c.id)
RENAME = update(staff_organisation).where(staff_organisation.c.name == bindparam("old")).values(name=bindparam("new"))
NONE_SUCH = insert(timer).values(kind=None, subject_id=1, due_at=datetime(2026, 1, 1, tzinfo=UTC))
ANY = (
    select(text("n"))
    .select_from(text("generate_series(100, 103) AS n"))
    .where(column("n", timer.c.id.type).in_(bindparam("which", expanding=True)))
)
SLEEP = select(text("pg_sleep(0.3)"))


@pytest.fixture
async def db(postgresql: str, seals: Seals) -> AsyncIterator[Database]:
    async with started(postgresql, seals) as database:
        for _ in range(2):  # what is said for the second time is prepared
            await database.write(lambda tx: [tx.execute(ADD, {"name": "x"}), tx.execute(NAMES), _clear(tx)])
            await database.write(lambda tx: [tx.execute(ADD_ONE, {"name": "x"}), tx.execute(RENAME, _TO), _clear(tx)])
        yield database


_TO = {"old": "nobody", "new": "somebody"}


def _clear(tx: Tx) -> None:
    tx.execute(delete(staff_organisation))


async def names(db: Database) -> list[str]:
    return await db.read(lambda connection: list(connection.execute(NAMES).scalars()))


async def test_what_is_told_goes_with_the_commit(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def deed(tx: Tx) -> list[str]:
        for name in ("a", "b", "c"):
            tx.tell(ADD, {"name": name})
        before = tx.ask(NAMES)
        tx.tell(RENAME, {"old": "b", "new": "z"})
        after = tx.ask(NAMES)
        return [*before.rows.scalars(), *after.rows.scalars()]

    with carried(monkeypatch) as found:
        assert await db.write(deed) == ["a", "b", "c", "a", "z", "c"], "in the order in which it was said"
    assert len(found) == 2, "one for what is looked at, one for the commit"
    assert await names(db) == ["a", "z", "c"]


async def test_deeds_of_one_batch_share_the_journey_of_their_commit(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with carried(monkeypatch) as found:
        await asyncio.gather(*(db.write(lambda tx, n=n: tx.tell(ADD, {"name": f"{n}"})) for n in range(20)))
    assert sum(found) > 40 and len(found) <= 20 and sorted(await names(db)) == sorted(map(str, range(20)))


async def test_an_error_of_what_was_told_is_told_to_who_told_it_and_the_others_stand(db: Database) -> None:
    def twice(tx: Tx) -> None:
        tx.tell(ADD, {"name": "same"})
        tx.tell(ADD, {"name": "same"})

    def good(name: str):  # type: ignore[no-untyped-def]
        return db.write(lambda tx: tx.ask(ADD_ONE, {"name": name}).rows.scalar_one())

    told = await asyncio.gather(good("a"), db.write(twice), good("b"), good("c"), return_exceptions=True)
    assert [told[0], *told[2:]] == ["a", "b", "c"] and isinstance(told[1], IntegrityError)
    assert sorted(await names(db)) == ["a", "b", "c"] and db.counts.is_well


async def test_a_deed_that_fails_by_itself_takes_back_what_it_told_and_nothing_else(db: Database) -> None:
    def gives_up(tx: Tx) -> None:
        tx.tell(ADD, {"name": "never"})
        raise LookupError

    def add(name: str):  # type: ignore[no-untyped-def]
        return db.write(lambda tx: tx.tell(ADD, {"name": name}))

    told = await asyncio.gather(add("a"), db.write(gives_up), add("b"), return_exceptions=True)
    assert isinstance(told[1], LookupError) and await names(db) == ["a", "b"]


async def test_a_step_that_fails_by_what_it_told_fails_alone(db: Database) -> None:
    def deed(tx: Tx) -> str:
        tx.tell(ADD, {"name": "before"})
        with pytest.raises(IntegrityError), tx.step():
            tx.tell(ADD, {"name": "within"})
            tx.tell(ADD, {"name": "within"})
        with pytest.raises(LookupError), tx.step():
            tx.tell(ADD, {"name": "also within"})
            raise LookupError
        tx.tell(ADD, {"name": "after"})
        return "done"

    assert await db.write(deed) == "done" and await names(db) == ["before", "after"]


async def test_who_swallows_an_error_of_the_database_has_written_nothing(db: Database) -> None:
    """Its transaction is broken: whoever is told that it was written would be told a lie."""

    def swallows(tx: Tx) -> str:
        tx.tell(ADD, {"name": "lost"})
        with pytest.raises(DBAPIError):
            tx.execute(NONE_SUCH)
        return "written"

    told = await asyncio.gather(
        db.write(swallows), db.write(lambda tx: tx.tell(ADD, {"name": "kept"})), return_exceptions=True
    )
    assert isinstance(told[0], DatabaseAway) and await names(db) == ["kept"]


async def test_what_was_not_answered_is_not_taken_for_nothing(db: Database) -> None:
    def deed(tx: Tx) -> None:
        with pytest.raises(IntegrityError), tx.step():
            tx.tell(ADD, {"name": "same"})
            tx.tell(ADD, {"name": "same"})
            asked = tx.ask(NAMES)
            tx.ask(NAMES).rows.all()
        with pytest.raises(InvalidRequestError):
            asked.rows.all()

    await db.write(deed)


async def test_a_value_that_cannot_be_written_is_refused_and_nothing_else(db: Database) -> None:
    def deed(tx: Tx) -> None:
        tx.tell(ADD, {"name": "before"})
        tx.tell(ADD, {"name": "a\0b"})

    told = await asyncio.gather(
        db.write(deed), db.write(lambda tx: tx.tell(ADD, {"name": "good"})), return_exceptions=True
    )
    assert isinstance(told[0], DataError) and "a\0b" not in str(told[0]) and await names(db) == ["good"]


async def test_statements_that_the_server_forgot_are_prepared_anew(db: Database) -> None:
    await db.write(lambda tx: tx.connection.exec_driver_sql("DEALLOCATE ALL"))
    await db.write(lambda tx: tx.tell(ADD, {"name": "a"}))
    assert await names(db) == ["a"] and db.counts.is_well


def test_no_connection_keeps_more_statements_than_it_should(postgresql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MOST_NAMES", 3)
    engine = open_engine(postgresql)
    with Statements(engine).connect() as connection, connection.begin():
        for length in (1, 2, 3, 4, 5, 1, 5, 2):
            for _ in range(2):
                asked = connection.ask(ANY, {"which": list(range(length))})
                assert asked.rows.scalars().all() == []
        assert connection._wire is not None and len(connection._wire._names) <= 3
        (kept,) = connection.exec_driver_sql("SELECT count(*) FROM pg_prepared_statements").one()
        assert kept <= 3
    engine.dispose()


async def test_while_the_server_is_waited_for_others_have_the_interpreter(db: Database) -> None:
    """The driver itself keeps the interpreter while it waits for an answer in this mode."""
    moments: list[float] = []
    is_over = threading.Event()

    def looks_on() -> None:
        while not is_over.wait(0.002):
            moments.append(time.monotonic())

    for _ in range(2):
        await db.write(lambda tx: tx.execute(SLEEP).all())
    other = threading.Thread(target=looks_on)
    other.start()
    await db.write(lambda tx: tx.ask(SLEEP).rows.all())
    is_over.set()
    other.join()
    assert len(moments) > 3, "in 0.3 s; held, there would be one or two"


async def test_a_connection_that_ends_in_the_middle_loses_nothing(db: Database) -> None:
    ended: list[int] = []

    def deed(tx: Tx) -> None:
        tx.tell(ADD, {"name": "kept"})
        if not ended:
            ended.append(1)
            tx.connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

    await db.write(deed)
    assert await names(db) == ["kept"] and db.counts.is_well


def test_every_kind_of_value_comes_back_as_from_the_library(postgresql: str, seals: Seals) -> None:
    """Numbers, texts, bytes, yes and no, days and moments, and nothing at all, in one statement and as its rows."""
    engine = open_engine(postgresql)
    day = date(2026, 11, 27)
    said = {"n": 7, "t": "chào", "b": b"\x00\xff", "yes": True, "d": day, "m": datetime(2026, 11, 27, 3, 4, 5, 6, UTC)}
    types = {"n": event.c.n.type, "t": event.c.kind.type, "d": event.c.day.type}
    types |= {"m": lane.c.last_at.type, "yes": Boolean(), "b": LargeBinary()}
    wanted = select(*(bindparam(name, type_=types[name], value=said[name]).label(name) for name in said))
    empty = select(*(bindparam(name, type_=types[name]).label(name) for name in ("n", "t", "d", "m")))
    with Statements(engine).connect() as connection, connection.begin():
        rows = [connection.execute(wanted, said).one()._asdict() for _ in range(3)]
        assert rows[0] == rows[1] == rows[2] == said
        nothing = dict.fromkeys(("n", "t", "d", "m"))
        assert [connection.execute(empty, nothing).one()._asdict() for _ in range(3)] == [nothing] * 3
    engine.dispose()


async def test_an_answer_longer_than_any_buffer_is_read_whole(db: Database) -> None:
    """More is sent, and more comes back, than fits into the pipe between the two."""
    words = "đ" * 100_000

    def deed(tx: Tx) -> int:
        for number in range(40):
            tx.tell(ADD, {"name": f"{number}" + "x" * 60})
        asked = [tx.ask(LONG, {"words": words}) for _ in range(40)]
        return sum(len(one.rows.scalar_one()) for one in asked)

    for _ in range(2):
        await db.write(lambda tx: tx.execute(LONG, {"words": "x"}).all())
    assert await db.write(deed) == 40 * len(words)


LONG = select(bindparam("words", type_=staff_organisation.c.name.type))
