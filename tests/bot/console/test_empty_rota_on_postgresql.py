"""A night without a rota on PostgreSQL: what holds on SQLite holds there."""

from collections.abc import AsyncIterator

import pytest

from bot.db import Database
from bot.seals import Seals
from tests.bot.console.test_empty_rota import (
    night,
    test_a_cover_where_nothing_is_planned_says_so,
    test_a_manager_adds_a_shift_and_who_stands_there_is_called_at_once,
    test_everybody_is_called_once_in_some_minutes_and_the_page_says_how_many,
)
from tests.conftest import started

__all__ = [
    "night",
    "test_a_cover_where_nothing_is_planned_says_so",
    "test_a_manager_adds_a_shift_and_who_stands_there_is_called_at_once",
    "test_everybody_is_called_once_in_some_minutes_and_the_page_says_how_many",
]


@pytest.fixture
async def db(postgresql: str, seals: Seals) -> AsyncIterator[Database]:
    """Every test above asks for this one here."""
    assert postgresql.startswith("postgresql")
    async with started(postgresql, seals) as database:
        yield database
