"""What the migrations make is what the code expects."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot.db import open_engine
from bot.schema import is_current, upgrade
from directory.tables import metadata


def test_the_migrated_schema_is_the_one_in_the_code_and_migrating_twice_is_harmless(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'migrated.db'}"
    upgrade(url)
    upgrade(url)
    engine = open_engine(url)
    with engine.connect() as connection:
        assert is_current(connection)
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_an_empty_database_is_not_called_current(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    with engine.connect() as connection:
        assert not is_current(connection)
    engine.dispose()
