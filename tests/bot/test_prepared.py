"""Prepared statements say the same as SQLAlchemy, and look-ups that share a transaction keep to themselves."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, bindparam, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError, InvalidRequestError, StatementError

from bot.connections import MOST_SHAPES, PreparedConnection, Statements
from bot.db import Database, DatabaseAway, Tx, open_engine
from bot.seals import Seals
from bot.tables import event, lane, timer
from tests.conftest import started

NOW = datetime(2026, 11, 26, 21, 4, tzinfo=UTC)
DAY = date(2026, 11, 26)

COUNT = insert(event).values(province="01", need_group="health", model="", n=bindparam("many"))
COUNTED = select(event).where(event.c.day == bindparam("day")).order_by(event.c.kind)
ONE_KIND = select(event.c.n).where(event.c.day == bindparam("day"), event.c.kind == bindparam("which"))
EITHER = select(event.c.kind).where(event.c.kind.in_(bindparam("kinds", expanding=True))).order_by(event.c.kind)
FEW_OF = (
    select(event.c.kind)
    .where(event.c.n.in_((0, 1)), event.c.kind.in_(bindparam("kinds", expanding=True)), event.c.n >= bindparam("least"))
    .order_by(event.c.kind)
)
MORE = update(event).where(event.c.kind == bindparam("which")).values(n=event.c.n + 1).returning(event.c.n)
GONE = delete(event).where(event.c.kind == bindparam("which"))


@pytest.fixture(params=["sqlite", "postgresql"])
async def db(request: pytest.FixtureRequest, tmp_path: Path, seals: Seals) -> AsyncIterator[Database]:
    url = f"sqlite:///{tmp_path / 'house.db'}" if request.param == "sqlite" else request.getfixturevalue("postgresql")
    async with started(url, seals) as database:
        yield database


@pytest.fixture
def engine(db: Database) -> Engine:
    return open_engine(db.url)


@pytest.fixture
def connection(engine: Engine) -> Iterator[PreparedConnection]:
    with Statements(engine).connect() as connection, connection.begin():
        yield connection
    engine.dispose()


def _count(connection: Connection, kind: str, many: int) -> None:
    connection.execute(COUNT, {"day": DAY, "kind": kind, "many": many})


def test_the_third_time_says_what_the_first_did(connection: PreparedConnection) -> None:
    for number, kind in enumerate(("asked", "found", "told")):
        _count(connection, kind, number)
    told = [connection.execute(COUNTED, {"day": DAY}) for _ in range(3)]
    rows = [list(one) for one in told]
    assert rows[0] == rows[1] == rows[2]
    assert [(row.kind, row.n, row.day) for row in rows[2]] == [("asked", 0, DAY), ("found", 1, DAY), ("told", 2, DAY)]
    assert [connection.execute(ONE_KIND, {"day": DAY, "which": "told"}).scalar_one() for _ in range(3)] == [2, 2, 2]


def test_moments_and_yes_or_no_come_out_as_they_went_in(connection: PreparedConnection) -> None:
    made = insert(timer).returning(timer.c.id)
    kept = [connection.execute(made, {"kind": "k", "subject_id": one, "due_at": NOW}).scalar_one() for one in range(3)]
    found = select(timer.c.due_at, timer.c.lease_until, timer.c.subject_id == 1).where(timer.c.id == bindparam("which"))
    read = [tuple(connection.execute(found, {"which": which}).one()) for which in kept]
    assert read == [(NOW, None, False), (NOW, None, True), (NOW, None, False)]
    assert len(set(kept)) == 3


def test_how_many_rows_were_changed_and_what_came_back(connection: PreparedConnection) -> None:
    for kind in ("a", "b", "c"):
        _count(connection, kind, 7)
    assert [connection.execute(MORE, {"which": "a"}).scalar_one() for _ in range(3)] == [8, 9, 10]
    assert [connection.execute(GONE, {"which": one}).rowcount for one in ("a", "b", "nobody")] == [1, 1, 0]


@pytest.mark.parametrize("kinds", [[], ["a"], ["a", "b"]])
@pytest.mark.parametrize(
    "ask", ["all", "first", "one", "one_or_none", "scalar_one", "scalar_one_or_none", "fetchall", "__iter__"]
)
def test_rows_answer_as_those_of_the_library_do(connection: PreparedConnection, ask: str, kinds: list[str]) -> None:
    for kind in ("a", "b", "c"):
        _count(connection, kind, 1)

    def told() -> object:
        try:
            found = getattr(connection.execute(EITHER, {"kinds": kinds}), ask)()
            return [(type(row), row.kind, tuple(row)) for row in found] if ask == "__iter__" else found
        except InvalidRequestError as refused:
            return type(refused)

    first, *later = [told() for _ in range(3)]  # the first is the library's own
    assert later == [first, first]


def test_a_statement_made_of_a_prepared_one_is_another(connection: PreparedConnection) -> None:
    for kind in ("a", "b"):
        _count(connection, kind, 1)
    for _ in range(3):
        assert len(connection.execute(COUNTED, {"day": DAY}).all()) == 2
        assert len(connection.execute(COUNTED.where(event.c.kind == "b"), {"day": DAY}).all()) == 1


def test_lists_of_any_length_are_found_every_time(connection: PreparedConnection) -> None:
    for number, kind in enumerate(("a", "b", "c")):
        _count(connection, kind, number)
    for kinds in (["a"], ["b"], ["c"], ["a", "b"], ["b", "c"], ("c", "b", "a"), ["a"], [], [], []):
        assert connection.execute(EITHER, {"kinds": kinds}).scalars().all() == sorted(kinds)
        few = connection.execute(FEW_OF, {"kinds": kinds, "least": 1}).scalars().all()
        assert few == sorted(set(kinds) & {"b"})


def test_more_lengths_than_are_kept_say_the_same(connection: PreparedConnection) -> None:
    _count(connection, "a", 1)
    for length in (*range(MOST_SHAPES + 5), 3, MOST_SHAPES + 3):
        found = connection.execute(EITHER, {"kinds": ["a"] * length}).scalars().all()
        assert found == ["a"][:length]


def test_sets_and_plain_text_are_left_to_sqlalchemy(connection: PreparedConnection) -> None:
    for kind in ("a", "b", "c"):
        _count(connection, kind, 1)
    for kinds in ({"a"}, {"b"}, {"a", "b"}):
        assert connection.execute(EITHER, {"kinds": kinds}).scalars().all() == sorted(kinds)
    plain = text("SELECT kind FROM event WHERE kind = :which")
    assert [connection.execute(plain, {"which": "a"}).scalar_one() for _ in range(3)] == ["a", "a", "a"]


def test_numbers_that_the_driver_must_explain_are_left_to_sqlalchemy(connection: PreparedConnection) -> None:
    _count(connection, "a", 3)
    half = select((event.c.n / 2).label("half")).where(event.c.day == bindparam("day"))
    assert [float(connection.execute(half, {"day": DAY}).scalar_one()) for _ in range(3)] == [1.5] * 3


def test_a_value_that_is_missing_is_refused_every_time(connection: PreparedConnection) -> None:
    for told in ({"day": DAY, "which": "a"}, {"day": DAY, "which": "a"}, {"day": DAY}):
        if "which" in told:
            connection.execute(ONE_KIND, told)
        else:
            with pytest.raises(StatementError, match="value is required"):
                connection.execute(ONE_KIND, told)


def test_an_error_of_the_database_names_no_value(engine: Engine) -> None:
    with Statements(engine).connect() as connection:
        for number in range(3):
            _count(connection, f"kind-{number}", 1)
        with pytest.raises(IntegrityError) as caught:
            _count(connection, "kind-1", 1)
    assert caught.value.params is None
    assert "kind-1" not in str(caught.value).partition("[SQL")[2]
    engine.dispose()


async def test_look_ups_of_one_moment_answer_each_for_itself(db: Database) -> None:
    def broken(connection: Connection) -> int:
        raise KeyError("mine")

    def lanes(connection: Connection) -> int:
        return len(connection.execute(select(lane.c.id)).all())

    asked = [db.look_up(lanes), db.look_up(broken), db.look_up(lambda connection: 7), db.look_up(lanes)]
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert [found[0], found[2], found[3]] == [0, 7, 0]
    assert isinstance(found[1], KeyError)


async def test_a_look_up_given_up_does_not_hold_the_others(db: Database) -> None:
    first = asyncio.ensure_future(db.look_up(lambda connection: 1))
    second = asyncio.ensure_future(db.look_up(lambda connection: 2))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == 2
    assert await db.look_up(lambda connection: 3) == 3


async def test_trouble_of_the_database_is_told_to_all_who_look_up(db: Database) -> None:
    def nowhere(connection: Connection) -> None:
        connection.execute(text("SELECT 1 FROM no_such_table"))

    found = await asyncio.gather(db.look_up(nowhere), db.look_up(lambda connection: 1), return_exceptions=True)
    assert isinstance(found[0], DatabaseAway)
    assert found[1] == 1 if db.is_sqlite else isinstance(found[1], DatabaseAway)  # there they share a transaction
    assert await db.look_up(lambda connection: 3) == 3


async def test_what_cannot_be_asked_on_the_spot_is_asked_by_a_reader(db: Database) -> None:
    """SQLite is asked by the event loop itself, which waits for no lock; whoever may wait is another thread."""
    asked: list[bool] = []

    def elsewhere(connection: Connection) -> int:
        asked.append(threading.current_thread() is threading.main_thread())
        return connection.execute(text("SELECT 5 FROM no_such_table" if asked[-1] else "SELECT 5")).scalar_one()

    assert [await db.look_up(elsewhere), await db.look_up(elsewhere)] == [5, 5]
    assert asked == ([True, False, True, False] if db.is_sqlite else [False, False])


async def test_a_look_up_holds_no_erased_word_in_the_log(db: Database) -> None:
    for number, kind in enumerate(("a", "b", "c")):  # said by the library, then prepared
        found = await db.look_up(lambda connection: connection.execute(COUNTED, {"day": DAY}).all())
        assert len(found) == number  # each sees what is newest
        await db.write(partial(_asked, kind))
        assert await db.scrub(tries=1)


def _asked(kind: str, tx: Tx) -> None:
    _count(tx.connection, kind, 1)
