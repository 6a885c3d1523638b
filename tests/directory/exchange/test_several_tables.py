"""Requirement 15: two tables on one sheet, one under another or side by side, are both read, or refused with a word."""

from pathlib import Path
from typing import Any

import pytest

from directory.exchange import spreadsheet
from directory.exchange.spreadsheet import NotATable
from tests.directory.exchange.test_workbook import GOOD, HEAD, book, parsed

VI = ["Điện thoại", "Tổ chức", "Dịch vụ", "Loại nơi", "Nhu cầu", "Nơi"]


def good(name: str) -> list[Any]:
    return [name, *GOOD[1:]]


def turned(name: str) -> list[Any]:
    """The same in the order of `VI`."""
    service, owner, kind, needs, place, phone = good(name)
    return [phone, owner, service, kind, needs, place]


def names(rows: Any) -> list[str]:
    return [row.draft.service for row in rows]


@pytest.mark.parametrize("titles", [[], [["Bảng 2: quận Đống Đa"]], [["Phụ lục"], ["Danh sách khác"]]])
def test_a_table_under_another_is_read_by_its_own_headers(tmp_path: Path, titles: list[list[Any]]) -> None:
    path = book(tmp_path / "a.xlsx", [HEAD, good("Một"), [], *titles, VI, turned("Hai"), turned("Ba")])
    left_out: list[str] = []
    rows, wrong = spreadsheet.parse_file(path, left_out=left_out)
    assert left_out == [cell for row in titles for cell in row], "what is taken for a title is named"
    assert wrong == () and names(rows) == ["Một", "Hai", "Ba"]
    assert {row.draft.organisation for row in rows} == {GOOD[1]} and {row.draft.phones for row in rows} == {
        rows[0].draft.phones
    }


def test_tables_side_by_side_are_read_each_by_its_headers(tmp_path: Path) -> None:
    lines = [
        [*HEAD, None, *VI],
        [*good("Một"), None, *turned("Hai")],
        [*good("Ba")],
        [*[None] * 7, *turned("Bốn")],
    ]
    rows, wrong = parsed(book(tmp_path / "a.xlsx", lines))
    assert wrong == () and sorted(names(rows)) == ["Ba", "Bốn", "Hai", "Một"]


def test_without_an_empty_column_between_they_must_begin_alike(tmp_path: Path) -> None:
    rows, wrong = parsed(book(tmp_path / "a.xlsx", [[*HEAD, *HEAD], [*good("Một"), *good("Hai")]]))
    assert wrong == () and names(rows) == ["Một", "Hai"]
    with pytest.raises(NotATable, match="twice"):
        parsed(book(tmp_path / "b.xlsx", [[*HEAD, *VI], [*good("Một"), *turned("Hai")]]))


def test_a_mistake_in_either_is_named_with_its_row(tmp_path: Path) -> None:
    bad = [*turned("Hai")]
    bad[3] = "gì đó"
    _, wrong = parsed(book(tmp_path / "a.xlsx", [[*HEAD, None, *VI], [*good("Một"), None, *bad]]))
    assert [(one.row, one.column) for one in wrong] == [(2, "kind")]


def test_a_line_of_words_between_listings_is_named_and_no_title() -> None:
    text = "\n".join([";".join(HEAD), ";".join(good("Một")), "ghi chú", ";".join(good("Hai"))])
    rows, wrong = spreadsheet.parse(text)
    assert names(rows) == ["Một", "Hai"] and {one.row for one in wrong} == {3}


def test_the_same_listing_in_both_tables_is_named() -> None:
    text = "\n".join([";".join(HEAD), ";".join(good("Một")), ";".join(VI), ";".join(turned("Một"))])
    _, wrong = spreadsheet.parse(text)
    assert [str(one) for one in wrong] == ["row 4, column id: the same as in row 2"]
