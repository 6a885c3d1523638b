"""Tables made in one go are those the code describes."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from directory.tables import make_tables, metadata


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_tables_made_in_one_go_are_those_of_the_code_and_what_is_there_stays(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path / 'd.db'}" if kind == "sqlite" else str(request.getfixturevalue("postgresql"))
    engine = create_engine(url)
    make_tables(engine)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO organisation (id, name, is_demo) VALUES ('o', 'O', true)"))
    make_tables(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert connection.execute(text("SELECT name FROM organisation")).scalars().all() == ["O"]
    engine.dispose()


def test_tables_are_made_word_for_word_as_one_by_one(tmp_path: Path) -> None:
    told = []
    for name in ("one", "all"):
        engine = create_engine(f"sqlite:///{tmp_path / name}.db")
        (metadata.create_all if name == "one" else make_tables)(engine)
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT name, sql FROM sqlite_master ORDER BY name")).all()
        told.append([(row.name, " ".join((row.sql or "").split())) for row in rows])
        assert inspect(engine).get_table_names()
        engine.dispose()
    assert told[0] == told[1]
