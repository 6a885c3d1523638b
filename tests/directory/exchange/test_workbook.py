"""Requirement 15: workbooks go out and come back without a change; what spreadsheets spoil is mended or named."""

import csv
import io
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import Connection

from directory import editing, needs
from directory.exchange import leaving, sheets, spreadsheet, workbook
from directory.exchange.rows import COLUMNS, column_of, header_of
from directory.exchange.spreadsheet import NotATable, Outcome
from directory.places import PlaceKey, Tier
from tests.directory.exchange.samples import BARE, NOW, OPEN, SEALED, shown, three

HEAD = ["service", "organisation", "kind", "needs", "place", "phones"]
WHERE = "quận Cầu Giấy, Hà Nội"
GOOD: list[Any] = ["Phòng khám A", "Tổ chức A", "hiv_clinic", "health.hiv_test", WHERE, "024 1234 5678"]


def book(path: Path, rows: list[list[Any]], *, spoil: Callable[[Any], None] = lambda sheet: None) -> Path:
    made = Workbook()
    for row in rows:
        made.worksheets[0].append(row)
    spoil(made.worksheets[0])
    made.save(path)
    return path


def parsed(path: Path) -> tuple[Any, Any]:
    return spreadsheet.parse_file(path)


@pytest.mark.parametrize("language", ["", "vi", "en"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_our_own_export_comes_back_as_no_change(
    connection: Connection, tmp_path: Path, form: str, language: str
) -> None:
    three(connection)
    known = spreadsheet.everything(connection)
    path = tmp_path / f"out.{form}"
    made = spreadsheet.as_csv if form == "csv" else spreadsheet.as_xlsx
    told = made(known, language=language)
    path.write_bytes(told.encode() if isinstance(told, str) else told)
    rows, wrong = parsed(path)
    assert wrong == () and len(rows) == 3
    plan = spreadsheet.plan(connection, rows)
    assert plan.outcome == Outcome(0, 0, 3) and plan.differences == ()
    assert spreadsheet.take_over(connection, rows, now=NOW) == Outcome(0, 0, 3)


def test_a_sealed_row_hides_its_district_and_can_still_be_moved(connection: Connection) -> None:
    id = shown(connection, SEALED)
    text = spreadsheet.as_csv(spreadsheet.everything(connection))
    assert "Hoàng Mai" not in text and "008" not in text and "nội bộ" not in text and "Hà Nội" in text
    moved = text.replace("new_province,01", "old_district,005")
    rows, _ = spreadsheet.parse(moved)
    plan = spreadsheet.plan(connection, rows)
    assert plan.outcome.changed == 1 and all(one.after == "…" for one in plan.differences)
    spreadsheet.take_over(connection, plan.rows, now=NOW)
    known = editing.look_up(connection, id)
    assert known is not None and known.draft == replace(SEALED, place=PlaceKey(Tier.OLD_DISTRICT, "005"))


def test_headers_are_known_in_both_languages_however_they_are_typed() -> None:
    for name in COLUMNS:
        for language in ("vi", "en"):
            header = header_of(name, language)
            assert column_of(header) == name == column_of(unicodedata.normalize("NFD", header.upper()))
    assert column_of("dien thoai") == "phones" and column_of("Màu sắc") is None


def test_every_cell_is_text_and_none_is_run(connection: Connection, tmp_path: Path) -> None:
    evil = replace(OPEN, source='=HYPERLINK("x")', directions="@here", phones=("+84 24 1234 5678", "0000001"))
    id = editing.propose(connection, replace(evil, phones=("+84 24 1234 5678",)), staff_id=1, now=NOW)
    path = tmp_path / "out.xlsx"
    path.write_bytes(spreadsheet.as_xlsx(spreadsheet.everything(connection)))
    assert all(one == editing.look_up(connection, one.id) for one in spreadsheet.everything(connection))
    cells = [cell for row in load_workbook(path).worksheets[0].iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"} and {cell.number_format for cell in cells} == {"@"}
    rows, wrong = parsed(path)
    assert wrong == () and rows[0].id == id and rows[0].draft.source == '=HYPERLINK("x")'


def test_lost_zeros_come_back_and_rounded_numbers_are_named(tmp_path: Path) -> None:
    numbers = [912345678, 2412345678.0, 19001234, "0912 345 678", "9.12E+08", 9.1234e20]
    rows = [[f"Phòng khám {at}", *GOOD[1:5], number] for at, number in enumerate(numbers)]
    good, wrong = parsed(book(tmp_path / "a.xlsx", [HEAD, *rows]))
    phones = [row.draft.phones for row in good]
    assert phones[:4] == [("0912345678",), ("02412345678",), ("19001234",), ("0912 345 678",)]
    assert {(one.row, one.column) for one in wrong} == {(6, "phones"), (7, "phones")}
    assert "rounded" in str(wrong[-1])
    coded = [[*HEAD, "place_tier", "place_code"], [*GOOD[:4], "", GOOD[5], "old_district", 5]]
    (row,), _ = parsed(book(tmp_path / "b.xlsx", coded))
    assert row.draft.place == PlaceKey(Tier.OLD_DISTRICT, "005")


def test_merged_cells_count_for_every_row_they_cover(tmp_path: Path) -> None:
    rows = [HEAD, GOOD, ["Phòng khám B", None, "hiv_clinic", "health.prep", None, "024 1234 5679"]]

    def merge(sheet: Any) -> None:
        sheet.merge_cells("B2:B3")
        sheet.merge_cells("E2:E3")

    good, wrong = parsed(book(tmp_path / "a.xlsx", rows, spoil=merge))
    assert wrong == () and [row.draft.organisation for row in good] == ["Tổ chức A", "Tổ chức A"]
    assert good[0].draft.place == good[1].draft.place


def test_letters_put_together_otherwise_are_no_change(connection: Connection, tmp_path: Path) -> None:
    three(connection)
    text = unicodedata.normalize("NFD", spreadsheet.as_csv(spreadsheet.everything(connection)))
    rows, wrong = spreadsheet.parse(text)
    assert wrong == () and spreadsheet.plan(connection, rows).outcome == Outcome(0, 0, 3)


def test_a_formula_is_named_and_not_taken_for_its_text(tmp_path: Path) -> None:
    good, wrong = parsed(book(tmp_path / "a.xlsx", [HEAD, ["Phòng khám B", *GOOD[1:5], "=1+1"], GOOD]))
    assert len(good) == 1 and [str(one) for one in wrong] == [
        "row 2, column phones: holds a formula: write its value instead"
    ]


def test_codes_may_be_written_as_people_say_them(tmp_path: Path) -> None:
    vi = ["Dịch vụ", "Tổ chức", "Loại nơi", "Nhu cầu", "Nơi", "Điện thoại", "Nhận ai", "Giữ kín", "Đặc điểm"]
    said = ["Phòng khám B", "Tổ chức B", "phòng khám HIV", needs.label("health.hiv_test")]
    row = [*said, WHERE, "024 1234 5678", "Phụ nữ", "có", "mien phi"]
    (good,), wrong = parsed(book(tmp_path / "a.xlsx", [vi, row]))
    assert wrong == () and good.draft.needs == ("health.hiv_test",) and good.draft.kind == "hiv_clinic"
    assert good.draft.audience == ("women",) and good.draft.attributes == ("free",) and good.draft.is_sealed


def test_the_same_listing_twice_and_a_column_twice_are_named(tmp_path: Path) -> None:
    _, wrong = parsed(book(tmp_path / "a.xlsx", [HEAD, GOOD, [], GOOD]))
    assert [str(one) for one in wrong] == ["row 4, column id: the same as in row 2"]
    with pytest.raises(NotATable, match="twice: phones"):
        parsed(book(tmp_path / "b.xlsx", [[*HEAD, "Điện thoại"], GOOD]))


ENTITY = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><sst>&a;</sst>'


def hostile(path: Path, name: str) -> Path:
    whole = book(path, [HEAD, *[GOOD] * 50]).read_bytes()
    plain = {"cut": whole[: len(whole) // 2], "text": b"service,organisation\n", "empty": b""}
    if name in plain:
        path.write_bytes(plain[name])
        return path
    part, content = {
        "bomb": ("xl/worksheets/sheet1.xml", b"\x00" * 210_000_000),
        "entity": ("xl/sharedStrings.xml", ENTITY),
        "padded": ("xl/sharedStrings.xml", b"<!--" + b"x" * 5_000 + b"-->" + ENTITY),
        "blank": ("xl/sharedStrings.xml", b" " * 5_000 + ENTITY),
        "shown": ("xl/sharedStrings.xml", b"<!-- <sst> -->" + ENTITY),
        "no_sheet": ("xl/workbook.xml", b"<workbook/>"),
        "zip": ("readme.txt", b"nothing"),
    }[name]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        if name in ("bomb", *DECLARING):
            with zipfile.ZipFile(io.BytesIO(whole)) as source:
                for one in source.namelist():
                    if one != part:
                        packed.writestr(one, source.read(one))
        packed.writestr(part, content)
    return path


DECLARING = ("entity", "padded", "blank", "shown")


@pytest.mark.parametrize("name", ["cut", "text", "empty", "bomb", *DECLARING, "no_sheet", "zip"])
def test_a_hostile_or_broken_workbook_is_refused_with_one_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotATable) as refused:
        parsed(hostile(tmp_path / "a.xlsx", name))
    assert 15 < len(str(refused.value)) < 120
    assert ("too large" in str(refused.value)) is (name == "bomb")
    assert ("declarations" in str(refused.value)) is (name in DECLARING)


@pytest.mark.parametrize("name", ["a.xls", "a.xlsx", "a.csv"])
def test_an_old_or_locked_workbook_is_named_as_one(tmp_path: Path, name: str) -> None:
    """Both are files of the same old form, whatever they are called."""
    path = tmp_path / name
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 600)
    with pytest.raises(NotATable, match=r"\.xls.*password") as refused:
        parsed(path)
    assert refused.value.why == "locked"


def test_what_a_file_is_called_does_not_matter(tmp_path: Path) -> None:
    path = book(tmp_path / "a.csv", [HEAD, GOOD])
    (row,), wrong = parsed(path)
    assert row.draft.service == GOOD[0] and wrong == ()
    (tmp_path / "b.xlsx").write_text(",".join(HEAD) + "\n" + ",".join(f'"{one}"' for one in GOOD), "utf-8")
    (again,), wrong = parsed(tmp_path / "b.xlsx")
    assert again == row and wrong == ()


@pytest.mark.parametrize("limit", [131_072, 1_000_000_000])  # other programs in the process may have raised it
def test_a_quotation_mark_that_is_not_closed_is_named_with_its_line(limit: int) -> None:
    before = csv.field_size_limit(limit)
    lines = [",".join(HEAD), '"Phòng khám A', *["a,b,c"] * 60_000]
    with pytest.raises(NotATable, match=r"near line \d+: a quotation mark is not closed, or a cell is far too long"):
        spreadsheet.parse("\n".join(lines))
    csv.field_size_limit(before)


def test_every_way_of_spoiling_bytes_ends_in_a_table_or_a_refusal(tmp_path: Path) -> None:
    whole = book(tmp_path / "whole.xlsx", [HEAD, *[GOOD] * 3]).read_bytes()
    path = tmp_path / "spoilt.xlsx"
    for at in range(0, len(whole), 97):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            parsed(path)
        except NotATable as refused:
            assert str(refused).endswith(".")


def test_a_table_of_two_gigabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(2_000_000_000)
    with pytest.raises(NotATable, match="too large: at most 32 MB"):
        parsed(path)
    assert sheets.MOST_BYTES == 32_000_000


def test_a_table_of_too_many_rows_is_refused() -> None:
    with pytest.raises(NotATable, match="more than 50000 rows"):
        spreadsheet.parse(",".join(HEAD) + "\n" + "a,b\n" * (sheets.MOST_ROWS + 1))


def test_too_many_rows_are_counted_before_any_is_looked_at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A table of a million rows is refused at once, not after each of the first 50,000 was read."""
    small = 200
    monkeypatch.setattr(sheets, "MOST_ROWS", small)
    monkeypatch.setattr(workbook, "MOST_ROWS", small)
    many = [[f"Phòng khám {number}", *GOOD[1:]] for number in range(small + 1)]
    long = book(tmp_path / "a.xlsx", [HEAD, *many])
    just = book(tmp_path / "b.xlsx", [HEAD, *many[1:]])
    assert len(parsed(just)[0]) == small

    def look(*_: Any, **__: Any) -> Any:
        raise AssertionError("a row was looked at")

    monkeypatch.setattr(workbook, "_told", look)
    monkeypatch.setattr(sheets, "named", look)
    for path, text in ((long, ""), (tmp_path / "a.csv", ",".join(HEAD) + "\n" + "a,b\n" * (small + 1))):
        if text:
            path.write_text(text, "utf-8")
        with pytest.raises(NotATable, match=f"more than {small} rows"):
            parsed(path)


@pytest.mark.parametrize("between", [";", "\t"])
def test_tables_of_other_spreadsheets_are_read_too(between: str, tmp_path: Path) -> None:
    line = between.join(HEAD) + "\r\n" + between.join(GOOD) + "\r\n"
    for raw in (line.encode("utf-8-sig"), line.encode("utf-16")):
        path = tmp_path / "a.csv"
        path.write_bytes(raw)
        (row,), wrong = parsed(path)
        assert wrong == () and row.draft.phones == ("024 1234 5678",)


def test_what_is_sealed_stays_out_of_every_export_and_is_not_lost(connection: Connection) -> None:
    three(connection)
    for one in spreadsheet.everything(connection):
        hidden = leaving.veiled(one.draft)
        assert leaving.unveiled(hidden, one.draft) == one.draft
    assert leaving.veiled(BARE) == BARE
    assert workbook.MOST_UNPACKED <= 200_000_000
