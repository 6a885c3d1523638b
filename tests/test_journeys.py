"""Every journey comes back as written, on SQLite and on PostgreSQL."""

from pathlib import Path

import pytest

from bot.db import open_engine
from bot.journeys import JourneyBroken, walk
from bot.schema import is_current, upgrade

JOURNEYS = sorted((Path(__file__).parent / "journeys").glob("*.txt"))


@pytest.mark.parametrize("path", JOURNEYS, ids=lambda path: path.stem)
async def test_the_journey_comes_back_as_written(path: Path, furnished: str) -> None:
    await walk(path.read_text("utf-8"), database_url=furnished)


@pytest.mark.parametrize("path", JOURNEYS, ids=lambda path: path.stem)
async def test_the_journey_comes_back_as_written_on_postgresql(path: Path, furnished_postgresql: str) -> None:
    await walk(path.read_text("utf-8"), database_url=furnished_postgresql)


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
