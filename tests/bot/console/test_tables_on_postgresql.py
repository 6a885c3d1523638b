"""Bringing in a table and taking files along, on PostgreSQL: what holds on SQLite holds there."""

from collections.abc import AsyncIterator

import pytest

from bot.db import Database
from bot.seals import Seals
from tests.bot.console.test_exports_page import test_what_is_sealed_stands_in_no_file
from tests.bot.console.test_import_page import (
    test_a_listing_that_is_another_than_the_one_looked_at_is_not_written_over,
    test_nothing_is_stored_before_the_yes_and_good_rows_alone_only_when_asked,
    test_our_own_export_changes_nothing_and_one_changed_cell_is_shown,
    test_what_a_colleague_changes_between_the_look_and_the_yes_is_not_overwritten,
)
from tests.conftest import started

__all__ = [
    "test_a_listing_that_is_another_than_the_one_looked_at_is_not_written_over",
    "test_nothing_is_stored_before_the_yes_and_good_rows_alone_only_when_asked",
    "test_our_own_export_changes_nothing_and_one_changed_cell_is_shown",
    "test_what_a_colleague_changes_between_the_look_and_the_yes_is_not_overwritten",
    "test_what_is_sealed_stands_in_no_file",
]


@pytest.fixture
async def db(postgresql: str, seals: Seals) -> AsyncIterator[Database]:
    """Every test above asks for this one here."""
    assert postgresql.startswith("postgresql")
    async with started(postgresql, seals) as database:
        yield database
