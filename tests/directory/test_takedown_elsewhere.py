"""Requirement 8: after each of a hundred takedowns another process finds it gone, the next time it looks."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from directory import editing
from directory.shelf import ShelfKeeper
from directory.tables import make_tables
from tests.directory.exchange.samples import NOW, OPEN, shown

ROOT = Path(__file__).parents[2]
MANY = 100
# The other process: it has the shelf in memory, and says of each id that it is asked for whether persons see it there.
OTHER = """
import sys
from sqlalchemy import create_engine
from directory import shelf
engine, keeper = create_engine(sys.argv[1]), shelf.ShelfKeeper()
with engine.connect() as connection:
    keeper.load(connection)
print(len(keeper.shelf), flush=True)
for line in sys.stdin:
    id = line.strip()
    with engine.connect() as connection:
        is_live = not shelf.is_withdrawn(connection, id)
        before = keeper.shelf.get(id) is not None
        keeper.refresh(connection)
    print(is_live, before, keeper.shelf.get(id) is not None, flush=True)
"""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_hundred_takedowns_are_seen_by_another_process_at_its_next_look(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path / 'd.db'}" if kind == "sqlite" else str(request.getfixturevalue("postgresql"))
    engine = create_engine(url)
    make_tables(engine)
    with engine.begin() as connection:
        ids = [shown(connection, replace(OPEN, service=f"Phòng khám {number}")) for number in range(MANY + 1)]
    command = [sys.executable, "-c", OTHER, url]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin is not None and other.stdout is not None
        assert other.stdout.readline() == f"{MANY + 1}\n"
        for id in ids[:MANY]:
            with engine.begin() as connection:
                editing.withdraw(connection, id, staff_id=1, now=NOW)
            print(id, file=other.stdin, flush=True)
            assert other.stdout.readline() == "False True False\n"
        print(ids[MANY], file=other.stdin, flush=True)
        assert other.stdout.readline() == "True True True\n", "what was not taken down stays"
        other.stdin.close()
        assert other.wait(30) == 0
    with engine.connect() as connection:
        keeper = ShelfKeeper()
        keeper.load(connection)
    assert [one.id for one in keeper.shelf] == ids[MANY:]
    engine.dispose()
