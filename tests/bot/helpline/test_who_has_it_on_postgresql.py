"""How a case leaves the wrong hands, on PostgreSQL: what holds on SQLite holds there."""

from collections.abc import AsyncIterator

import pytest

from bot.db import Database
from bot.seals import Seals
from tests.bot.helpline.test_clock_set_back import test_danger_that_waits_is_called_out_at_once_and_the_ladder_goes_on
from tests.bot.helpline.test_put_right import (
    test_a_rung_comes_in_its_minutes_and_goes_on_where_the_ladder_stood,
    test_a_silent_colleague_an_agreed_hour_and_a_call_for_help_end_as_was_said,
    test_questions_for_later_come_so_many_days_after_the_talk_at_her_hour,
)
from tests.bot.helpline.test_who_has_it import (
    test_a_case_that_comes_back_calls_the_next_ones_at_once,
    test_danger_now_is_kept_two_hours_at_most_and_not_while_she_writes,
    test_who_falls_ill_in_the_middle_of_a_shift_does_not_keep_the_case,
    test_who_takes_a_case_off_duty_is_asked_after_two_hours_and_keeps_it_by_writing,
)
from tests.conftest import started

__all__ = [
    "test_a_case_that_comes_back_calls_the_next_ones_at_once",
    "test_a_rung_comes_in_its_minutes_and_goes_on_where_the_ladder_stood",
    "test_a_silent_colleague_an_agreed_hour_and_a_call_for_help_end_as_was_said",
    "test_danger_now_is_kept_two_hours_at_most_and_not_while_she_writes",
    "test_danger_that_waits_is_called_out_at_once_and_the_ladder_goes_on",
    "test_questions_for_later_come_so_many_days_after_the_talk_at_her_hour",
    "test_who_falls_ill_in_the_middle_of_a_shift_does_not_keep_the_case",
    "test_who_takes_a_case_off_duty_is_asked_after_two_hours_and_keeps_it_by_writing",
]


@pytest.fixture
async def db(postgresql: str, seals: Seals) -> AsyncIterator[Database]:
    """Every test above asks for this one here."""
    assert postgresql.startswith("postgresql")
    async with started(postgresql, seals) as database:
        yield database
