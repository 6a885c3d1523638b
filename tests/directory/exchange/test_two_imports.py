"""Two imports of one file at the same moment: one is taken, the other learns of it, and nothing stands twice."""

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from bot.db import Database
from directory import editing
from directory.exchange import spreadsheet
from directory.exchange.spreadsheet import Outcome
from directory.tables import organisation, place_of_service
from tests.directory.exchange.samples import NOW
from tests.directory.exchange.test_workbook import GOOD, HEAD

ROWS, _ = spreadsheet.parse(
    "\n".join(",".join(f'"{one}"' for one in row) for row in (HEAD, *([f"Nơi {at}", *GOOD[1:]] for at in range(20))))
)


def _take(revisions: dict[str, int], rows: Any, tx: Any) -> Outcome:
    return spreadsheet.take_over(tx.connection, rows, now=NOW, revisions=revisions)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)
async def test_two_imports_of_one_file_at_once(engine: Database) -> None:
    take = partial(_take, {}, ROWS)
    done = await asyncio.gather(engine.write(take), engine.write(take), return_exceptions=True)
    assert sorted(map(_said, done)) == ["EditedMeanwhile", "new 20"]
    changed = [replace(row, draft=replace(row.draft, phones=("024 1234 9999",))) for row in ROWS]
    again = partial(_take, {row.id: 1 for row in ROWS}, changed)
    done = await asyncio.gather(engine.write(again), engine.write(again), return_exceptions=True)
    assert sorted(map(_said, done)) == ["EditedMeanwhile", "changed 20"]

    def stored(connection: Any) -> tuple[int, int, set[int]]:
        places = connection.execute(select(place_of_service.c.revision)).scalars().all()
        return len(places), len(connection.execute(select(organisation)).all()), set(places)

    assert await engine.read(stored) == (20, 1, {2})


def _said(done: Any) -> str:
    if isinstance(done, Outcome):
        return f"new {done.new}" if done.new else f"changed {done.changed}"
    assert isinstance(done, editing.EditedMeanwhile), repr(done)
    return type(done).__name__
