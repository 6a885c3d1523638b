"""Requirement 11: hours are right at every minute of the week, and a sealed place never has an address."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.listings import Hours, ListingProblem, is_open
from directory.wording import HCMC

MONDAY = datetime(2026, 12, 7, tzinfo=HCMC)
spans = st.tuples(st.integers(0, 6), st.integers(0, 1439), st.integers(1, 1440)).map(
    lambda one: (one[0], one[1], one[2] if one[2] > one[1] else one[2] + 1440)
)


def brute(hours: Hours, minute: int) -> bool:
    return any(
        begins + day * 1440 <= at < ends + day * 1440
        for day, begins, ends in hours.spans
        for at in (minute, minute + 10080)
    )


@given(st.lists(spans, max_size=6), st.integers(0, 10079))
def test_open_is_what_a_look_at_every_span_says(made: list[tuple[int, int, int]], minute: int) -> None:
    hours = Hours(tuple(made))
    found = is_open(hours, MONDAY + timedelta(minutes=minute))
    assert (found.state == "open") == brute(hours, minute)


@given(st.lists(spans, min_size=1, max_size=4), st.integers(0, 10079))
def test_closing_and_opening_times_are_the_next_change(made: list[tuple[int, int, int]], minute: int) -> None:
    hours = Hours(tuple(made))
    now = MONDAY + timedelta(minutes=minute)
    found = is_open(hours, now)
    change = found.closes if found.state == "open" else found.opens
    if change is None:
        assert all(brute(hours, at) == (found.state == "open") for at in range(0, 10080, 7))
        return
    at_change = round((change - MONDAY).total_seconds() / 60) % 10080
    assert brute(hours, at_change) != (found.state == "open")
    assert brute(hours, (at_change - 1) % 10080) == (found.state == "open")


def test_a_bar_open_past_midnight_is_open_on_sunday_at_one() -> None:
    hours = Hours.parse(["mon-sat 20:00-02:00"])
    assert is_open(hours, datetime(2026, 12, 12, 18, 0, tzinfo=UTC)).state == "open"
    assert is_open(hours, datetime(2026, 12, 13, 18, 0, tzinfo=UTC)).state == "closed"


def test_unknown_hours_are_never_called_open() -> None:
    assert is_open(None, MONDAY).state == "unknown"


def test_day_and_night_has_no_closing_time() -> None:
    assert is_open(Hours.parse(["mon-sun 00:00-24:00"]), MONDAY).is_always


@pytest.mark.parametrize("line", ["monday 8-17", "sun-mon 08:00-10:00", "mon 25:00-26:00", "", "mon 0800-1700"])
def test_hours_that_cannot_be_read_say_how_to_write_them(line: str) -> None:
    with pytest.raises(ListingProblem, match="mon"):
        Hours.parse([line])
