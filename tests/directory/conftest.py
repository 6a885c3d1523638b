"""A directory in a temporary file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine

from directory.tables import make_tables


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    engine = create_engine(f"sqlite:///{tmp_path / 'directory.db'}")
    make_tables(engine)
    with engine.begin() as made:
        yield made
    engine.dispose()
