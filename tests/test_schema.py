"""What the migrations make is what the code expects."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot import schema
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


@pytest.mark.parametrize("name", ["inbox", "outbox"])
def test_a_number_is_never_used_again(tmp_path: Path, name: str) -> None:
    """In a database brought up step by step, as in one made at once; what was in it stays."""
    url = f"sqlite:///{tmp_path / 'numbers.db'}"
    upgrade(url)
    engine = open_engine(url)
    with engine.connect() as connection:
        made = connection.exec_driver_sql(f"SELECT sql FROM sqlite_master WHERE name = '{name}'").scalar_one()
    engine.dispose()
    assert "AUTOINCREMENT" in made
    assert metadata.tables[name].dialect_options["sqlite"]["autoincrement"] is True


def test_what_waits_in_the_outbox_is_still_there_after_the_table_was_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "waiting.db"
    config = schema._config(f"sqlite:///{path}")
    command.upgrade(config, "0012")
    at = "2026-11-26 00:00:00"
    with closing(sqlite3.connect(path)) as old:
        old.execute("INSERT INTO person (id, created_at, forget_at, language) VALUES (1, ?, ?, 'vi')", (at, at))
        old.execute(
            "INSERT INTO lane (id, person_id, channel, account, handle, last_at, forget_at) "
            "VALUES (1, 1, 'fake', '1', 'h', ?, ?)", (at, at),
        )  # fmt: skip
        old.execute(
            "INSERT INTO outbox (id, lane_id, purpose, sealed, state, next_at, key, at, forget_at) "
            "VALUES (7, 1, 'answer', x'01', 'pending', ?, 'k', ?, ?)", (at, at, at),
        )  # fmt: skip
        old.commit()
    command.upgrade(config, "head")
    with closing(sqlite3.connect(path)) as new:
        assert new.execute("SELECT id, lane_id, key, attempts FROM outbox").fetchall() == [(7, 1, "k", 0)]
        new.execute("DELETE FROM outbox")
        new.execute(
            "INSERT INTO outbox (lane_id, purpose, sealed, state, next_at, key, at, forget_at) "
            "VALUES (1, 'answer', x'01', 'pending', ?, 'l', ?, ?)", (at, at, at),
        )  # fmt: skip
        assert new.execute("SELECT id FROM outbox").fetchall() == [(8,)]


def test_an_empty_database_is_not_called_current(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    with engine.connect() as connection:
        assert not is_current(connection)
    engine.dispose()
