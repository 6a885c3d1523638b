"""What a step of the clock says to the database is said again in ten minutes: it is prepared, and stays prepared."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select, text

from bot.db import Database, DatabaseAway
from bot.rehearsal import Rehearsal
from bot.seals import Seals
from bot.tables import timer
from tests.conftest import started

NOW = datetime(2026, 12, 7, 2, 0, tzinfo=UTC)
COUNT = select(func.count()).select_from(timer)


@pytest.fixture
async def db(either: str, seals: Seals) -> AsyncIterator[Database]:
    async with started(either, seals) as database:
        yield database


@pytest.fixture(params=["furnished", "furnished_postgresql"])
def furnished_on_either(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


async def test_a_step_of_an_unanswered_alarm_has_no_statement_built_anew(
    furnished_on_either: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[str] = []
    plainly = Connection.execute

    def noted(self: Connection, statement: Any, *told: Any, **more: Any) -> Any:
        built.append(str(statement))
        return plainly(self, statement, *told, **more)

    async with Rehearsal(database_url=furnished_on_either) as rehearsal:
        await rehearsal.play({"as": "person:a", "text": "chong em dang danh em"})
        await rehearsal.play({"pass": "150m"})
        with monkeypatch.context() as watched:
            watched.setattr(Connection, "execute", noted)
            told = await rehearsal.play({"pass": "60m"})
    assert {one["to"] for one in told} == {"supervisor:1", "person:a"}, "nobody was called: this was no such hour"
    assert not built


async def test_a_reader_can_write_nothing(db: Database) -> None:
    with pytest.raises(DatabaseAway):
        await db.read(
            lambda connection: connection.execute(insert(timer), {"kind": "k", "subject_id": 1, "due_at": NOW})
        )
    assert await db.read(lambda connection: connection.execute(COUNT).scalar_one()) == 0


async def test_what_readers_ask_often_stays_prepared_on_the_server(postgresql_with_tables: str, seals: Seals) -> None:
    """A ROLLBACK after each reading would have the driver forget it, there and here."""
    kept = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%FROM timer%'")
    async with started(postgresql_with_tables, seals) as db:
        for _ in range(10):
            await db.read(lambda connection: connection.execute(COUNT).scalar_one())
        assert await db.read(lambda connection: connection.execute(kept).scalar_one()) == 1
