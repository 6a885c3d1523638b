"""What may stand in a sentence shown with a listing, and for how long."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from directory import notices
from directory.drafts import DraftProblem
from tests.directory.test_editing import NOW, published

TODAY = date(2026, 12, 7)


def put(connection: Connection, text: str, **days: date) -> str:
    """The text as it is shown, or the key of the problem."""
    whole: dict[str, Any] = {"starts_on": TODAY, "ends_on": TODAY + timedelta(days=7), **days}
    id = published(connection)
    try:
        notices.put(connection, id, text, **whole, staff_id=1, now=NOW)
    except DraftProblem as problem:
        return problem.problems[0].key
    return notices.of(connection, id)[0].text


@pytest.mark.parametrize(
    "text",
    [
        "gọi chị Lan 0912345678", "gọi 0912.345.678", "gọi +84 912 345 678", "gọi 84912345678", "gọi 024 3333 4444",
        "1900 1567 nhé", "xem http://x.y", "xem zalo.me/0", "vào trang abc.vn",
    ],
)  # fmt: skip
def test_a_notice_names_no_number_and_no_link(connection: Connection, text: str) -> None:
    assert put(connection, text) == "listing.problem.notice_private"


@pytest.mark.parametrize(
    "text", ["hết PrEP tới 15/12", "Từ 15/12/2026 tới 02/01/2027 nghỉ", "phí 20.000.000 đồng", "gấp gọi 115", "8h-17h"]
)
def test_days_prices_and_emergency_lines_may_stand_there(connection: Connection, text: str) -> None:
    assert put(connection, text) == text


def test_signs_that_turn_the_writing_round_are_left_out(connection: Connection) -> None:
    assert put(connection, "hết \u202ePrEP\u200b tới 15/12") == "hết PrEP tới 15/12"
    assert put(connection, "\u202e\u200b") == "listing.problem.notice_text"


def test_a_notice_ends_between_today_and_half_a_year_from_now(connection: Connection) -> None:
    wrong = "listing.problem.notice_end"
    assert put(connection, "nghỉ", starts_on=date(2020, 1, 1), ends_on=date(2020, 2, 1)) == wrong
    assert put(connection, "nghỉ", ends_on=date(9999, 12, 31)) == wrong
    assert put(connection, "nghỉ", ends_on=TODAY + timedelta(days=181)) == wrong
    assert put(connection, "nghỉ", ends_on=TODAY + timedelta(days=180)) == "nghỉ"
    assert put(connection, "nghỉ", starts_on=TODAY - timedelta(days=3), ends_on=TODAY) == "nghỉ"
