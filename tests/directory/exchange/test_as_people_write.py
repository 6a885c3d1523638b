"""Sheets as people make them: read rightly, or named cell by cell with how to mend it; never wrong in silence."""

import io
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import Connection

from directory import editing
from directory.exchange import spreadsheet
from directory.exchange.spreadsheet import Outcome
from directory.places import PlaceKey, Tier
from directory.reading import fold
from tests.directory.exchange.samples import NOW, OPEN, SEALED, shown

HEAD = "service,organisation,kind,needs,place,phones,hours\n"
ROW = 'Phòng khám {at},Tổ chức A,hiv_clinic,health.hiv_test,"quận Cầu Giấy, Hà Nội",{phones},{hours}\n'


def read(*rows: dict[str, str]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The rows and the mistakes of a table with these cells."""
    told = [{"phones": "024 1234 5678", "hours": ""} | row for row in rows]
    quoted = [{key: f'"{cell}"' for key, cell in row.items()} for row in told]
    return spreadsheet.parse(HEAD + "".join(ROW.format(at=at, **row) for at, row in enumerate(quoted)))


@pytest.mark.parametrize(
    "line",
    [
        "9999-12-31 closed", "2026-12-24..9999-12-31 closed", "0001-01-01 closed", "9999-12-31..9999-12-31 08:00-09:00",
        "1926-12-24 closed", "2026-02-30 closed",
    ],
)  # fmt: skip
def test_a_day_that_cannot_be_meant_is_named_in_its_cell_and_the_other_rows_stay(line: str) -> None:
    good, wrong = read({"hours": line}, {"hours": "2026-12-24 closed"})
    assert [row.draft.hours for row in good] == [("2026-12-24 closed",)]
    assert [(one.row, one.column) for one in wrong] == [(2, "hours")] and line in wrong[0].says


HEADS = ["Dịch vụ", "Tổ chức", "Loại nơi", "Nhu cầu", "Nơi", "Điện thoại", "Giờ mở cửa", "Giữ kín", "Đường, số nhà"]
CELLS: list[Any] = [
    "Phòng khám A", "Tổ chức A", "hiv_clinic", "health.hiv_test", "quận Cầu Giấy, Hà Nội",
    "024 1234 5678 hoặc 0912345678", "Sáng 7h30-11h30, chiều 13h-17h (T2-T6)", "không", "Số 5",
]  # fmt: skip


def book(*rows: list[Any], spoil: Callable[[Any], None] = lambda book: None) -> bytes:
    made = Workbook()
    for row in rows:
        made.worksheets[0].append(row)
    spoil(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def parsed(raw: bytes) -> tuple[tuple[Any, ...], tuple[Any, ...], list[str]]:
    left_out: list[str] = []
    return (*spreadsheet.parse_bytes(raw, left_out=left_out), left_out)


def is_read(row: Any) -> bool:
    draft = row.draft
    return (
        draft.phones == ("024 1234 5678", "0912345678")
        and draft.hours == ("mon-fri 07:30-11:30", "mon-fri 13:00-17:00")
        and draft.place == PlaceKey(Tier.OLD_DISTRICT, "005")
        and not draft.is_sealed
        and draft.street == "Số 5"
    )


def _title_over_all(made: Any) -> None:
    made.worksheets[0].merge_cells("B1:J1")


def test_titles_above_the_headers_an_empty_column_and_headers_of_several_lines() -> None:
    shouted = [f" {head.upper().replace(' ', chr(10), 1)} " for head in HEADS]
    above = ([None, "DANH SÁCH"], [], [None, "Cập nhật 12/2026", "Tổ chức: A"])
    (row,), wrong, left = parsed(book(*above, [None, *shouted], [None, *CELLS], spoil=_title_over_all))
    assert is_read(row) and row.number == 5 and (wrong, left) == ((), [])
    told = "\n".join(
        ["Danh sách;;;", "", ";".join(["Dich vu", *map(fold, HEADS[1:])]), ";".join(f'"{cell}"' for cell in CELLS)]
    )
    (row,), wrong = spreadsheet.parse(told)
    assert is_read(row) and row.number == 4


def test_other_words_for_our_columns_and_what_is_not_read_is_said() -> None:
    heads = ["STT", "Tên cơ sở", "ĐƠN VỊ", "Loại hình (*)", "Nhu cầu", "Địa bàn", "SĐT", "Giờ làm việc", "Giữ kín",
             "Địa chỉ", "Ghi chú", "Giá (tiếng Mường)", "Người liên hệ"]  # fmt: skip
    (row,), wrong, left = parsed(book(heads, [1, *CELLS, "tốt", "không"]))
    assert is_read(row) and wrong == () and left == ["STT (A)", "Ghi chú (K)", "Giá (tiếng Mường) (L)"]


def test_headers_in_two_rows_and_merged_ones() -> None:
    upper = [*HEADS[:4], "Địa chỉ", None, "Liên hệ", None]
    lower = [None, None, None, None, "Đường, số nhà", "Nơi", "Điện thoại", "Giờ mở cửa"]

    def merge(made: Any) -> None:
        for cells in ("A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:F1", "G1:H1"):
            made.worksheets[0].merge_cells(cells)

    cells = [*CELLS[:4], CELLS[8], CELLS[4], CELLS[5], CELLS[6]]
    for spoil in (merge, lambda made: None):
        (row,), wrong, _ = parsed(book(upper, lower, cells, spoil=spoil))
        assert is_read(row) and wrong == () and row.number == 3
    _, _, left = parsed(
        book([*HEADS[:6], None], [*CELLS[:6], "0912345679"], spoil=lambda b: b.worksheets[0].merge_cells("F1:G1"))
    )
    assert left == ["Điện thoại (G)"]


def test_of_several_sheets_the_one_with_listings_is_read_and_two_are_refused() -> None:
    def more(made: Any, names: tuple[str, ...], hidden: str = "") -> None:
        for name in names:
            sheet = made.create_sheet(name)
            sheet.append(HEADS)
            sheet.append(CELLS)
            sheet.sheet_state = "hidden" if name == hidden else "visible"

    (row,), wrong, left = parsed(book(["Đọc kỹ trước khi điền"], spoil=lambda made: more(made, ("Hà Nội",))))
    assert is_read(row) and wrong == () and left == ["Sheet"]
    (row,), wrong, left = parsed(book(["Đọc kỹ"], spoil=lambda made: more(made, ("Hà Nội", "Cũ"), "Cũ")))
    assert is_read(row) and left == ["Sheet", "Cũ"]
    with pytest.raises(spreadsheet.NotATable, match="Several sheets hold listings: Hà Nội, Huế"):
        parsed(book(["Đọc kỹ"], spoil=lambda made: more(made, ("Hà Nội", "Huế"))))


def test_what_a_spreadsheet_made_of_a_cell_is_named_in_its_cell() -> None:
    rows: list[list[Any]] = [
        [*CELLS[:6], time(7, 30), "", date(2026, 5, 12)],
        ["Phòng khám B", *CELLS[1:5], datetime(2026, 5, 12), 46380, "kín", "#REF!"],
        ["Phòng khám C", *CELLS[1:5], True, "31/12/9999 nghỉ", "", "=A1"],
    ]
    good, wrong, _ = parsed(book(HEADS, *rows))
    assert good == () and {(one.row, one.column) for one in wrong} == {
        (2, "hours"), (2, "street"), (3, "phones"), (3, "hours"), (3, "is_sealed"), (3, "street"),
        (4, "phones"), (4, "hours"), (4, "street"),
    }  # fmt: skip
    text = HEAD.replace("hours", "street")
    for turned in ("12-May", "05-thg 12", "Thg 5-12", "2026-05-12 00:00:00", "#N/A"):
        _, wrong = spreadsheet.parse(text + ROW.format(at="A", phones="024 1234 5678", hours=turned))
        assert [one.column for one in wrong] == ["street"], turned


def test_a_comma_that_is_not_in_quotes_shifts_no_cell_in_silence() -> None:
    row = ROW.format(at="A", phones="024 1234 5678", hours="T2 8h-9h")
    good, wrong = spreadsheet.parse(HEAD + row.replace('"', ""))
    assert good == () and any("more cells follow than there are headers" in str(one) for one in wrong)


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("024 1234 5678 hoặc 0912345678", ("024 1234 5678", "0912345678")),
        ("024.1234.5678/0912 345 678", ("024.1234.5678", "0912 345 678")),
        ("912345678; 0912345679", ("0912345678", "0912345679")),
        ("0912345678, 0912345679", ("0912345678", "0912345679")),
        ("0912 345 678 - 0912 345 679", ("0912 345 678", "0912 345 679")),
        ("ĐT: 0912345678\nhotline 1900 1234", ("0912345678", "1900 1234")),
        ("024-1234-5678 và 113", ("024-1234-5678", "113")),
    ],
)
def test_several_numbers_in_one_cell(cell: str, numbers: tuple[str, ...]) -> None:
    (row,), wrong = read({"phones": cell})
    assert row.draft.phones == numbers and wrong == ()


@pytest.mark.parametrize("cell", ["02412345678/79", "0912345678 (chị Lan)", "hoặc", "024 1234 5678 - 0912", "gọi Lan"])
def test_what_is_no_number_is_named_whole(cell: str) -> None:
    _, wrong = read({"phones": cell})
    assert [one.column for one in wrong] == ["phones"] and f"“{cell}”" in str(wrong[0])


@pytest.mark.parametrize(
    ("cell", "lines"),
    [
        ("Sáng 7h30-11h30, chiều 1h-5h (T2-T6)", "mon-fri 07:30-11:30; mon-fri 13:00-17:00"),
        ("T2-T6: 7h30–11h30, 13h–17h; T7: 7h30–11h30", "mon-fri 07:30-11:30; mon-fri 13:00-17:00; sat 07:30-11:30"),
        ("7h-17h T2-T6, 8h-12h T7", "mon-fri 07:00-17:00; sat 08:00-12:00"),
        ("Từ thứ hai đến thứ sáu, từ 8 giờ đến 17 giờ", "mon-fri 08:00-17:00"),
        ("T2,4,6 8h-11h", "mon 08:00-11:00; wed 08:00-11:00; fri 08:00-11:00"),
        ("Hàng ngày\n7g30 - 11g30\n13:30 - 17:00", "mon-sun 07:30-11:30; mon-sun 13:30-17:00"),
        ("T2-T7 7h-17h, nghỉ CN", "mon-sat 07:00-17:00"),
        ("T2-T6 8h-17h (nghỉ lễ, tết)", "mon-fri 08:00-17:00; holidays closed; tet closed"),
        ("T2-T6 8h-17h; 24/12/26 nghỉ", "mon-fri 08:00-17:00; 2026-12-24 closed"),
        ("24/7", "mon-sun 00:00-24:00"),
        ("Tối 6h-9h T3, T5", "tue 18:00-21:00; thu 18:00-21:00"),
        ("Mon - Fri: 8am-5pm", "mon-fri 08:00-17:00"),
    ],
)
def test_hours_that_can_be_read_in_one_way_are_read(cell: str, lines: str) -> None:
    for told in (cell, unicodedata.normalize("NFD", cell), cell.upper()):
        (row,), wrong = read({"hours": told})
        assert "; ".join(row.draft.hours or ()) == lines and wrong == ()


@pytest.mark.parametrize(
    "cell",
    [
        "7h30-11h30", "24/24", "T2-T6 giờ hành chính", "T2-T6 8h-5h", "8h-12h, 1h-5h T2-T6", "Hàng ngày trừ CN 7h-17h",
        "T2-T6 nghỉ trưa 11h30-13h", "T2-T6 7h-11h, 13h-17h T7", "Sáng T2-T6 7h-11h", "trong tuần 8h-17h", "gọi trước",
        "Lễ 8h-12h", "CN-T2 8h-9h", "32/12/2026 nghỉ", "T8 8h-9h", "T2 25h-26h", "sáng 13h-17h T2", "nghỉ",
        "2026-12-24..2028-12-31 closed", "T2 8h-9h" * 80,
        "1/12/2026-31/12/2026 T2 8h-9h", "T2-T6 8h-17h từ 1/1/2027", "8h-17h (trừ T7, CN)", "T2 8h-9h; T3 như trên",
    ],
)  # fmt: skip
def test_hours_that_could_mean_something_else_are_named(cell: str) -> None:
    good, wrong = read({"hours": cell})
    assert good == () and {one.column for one in wrong} == {"hours"}


def test_how_a_cell_of_a_new_listing_was_read_is_shown_before_it_is_taken(connection: Connection) -> None:
    text = "\n".join(",".join(f'"{one}"' for one in row) for row in (HEADS, CELLS))
    (row,), _ = spreadsheet.parse(text)
    told = {one.column: (one.before, one.after) for one in spreadsheet.plan(connection, [row]).differences}
    assert told["hours"] == (CELLS[6], "mon-fri 07:30-11:30; mon-fri 13:00-17:00")
    assert told["phones"] == (CELLS[5], "024 1234 5678; 0912345678") and "place" not in told


@pytest.mark.parametrize(("cell", "is_it"), [("x", True), ("Có", True), ("KHÔNG", False), ("", False), ("ko", False)])
def test_yes_and_no_in_peoples_words(cell: str, is_it: bool) -> None:
    text = HEAD.replace("hours", "is_sealed") + ROW.format(at="A", phones="024 1234 5678", hours=cell)
    (row,), wrong = spreadsheet.parse(text)
    assert row.draft.is_sealed is is_it and wrong == ()


def test_whether_a_place_is_hidden_is_never_guessed() -> None:
    for cell in ("kín", "?", "đang hỏi", "yes/no"):
        text = HEAD.replace("hours", "is_sealed") + ROW.format(at="A", phones="024 1234 5678", hours=cell)
        good, wrong = spreadsheet.parse(text)
        assert good == () and [one.column for one in wrong] == ["is_sealed"]


def test_lists_of_one_cell_however_they_are_parted() -> None:
    heads = [*HEADS[:4], "Nơi", "Nhận ai", "Ngôn ngữ"]
    needs = "health.hiv_test, health.prep"
    row = [*CELLS[:3], needs, CELLS[4], "Phụ nữ\nngười chuyển giới", "tiếng Việt, Anh"]
    (found,), wrong, _ = parsed(book(heads, row))
    assert wrong == () and found.draft.needs == ("health.hiv_test", "health.prep")
    assert found.draft.languages == ("vi", "en") and found.draft.audience == ("women", "trans")
    _, wrong, _ = parsed(book(heads, [*row[:6], "tiếng gì đó"]))
    assert [one.column for one in wrong] == ["languages"]


def test_running_numbers_of_two_tables_are_not_taken_for_the_same_listings(connection: Connection) -> None:
    heads, cells = ["Mã", *HEADS[:6]], [1, *CELLS[:6]]
    rows, _, _ = parsed(book(heads, cells))
    assert spreadsheet.take_over(connection, rows, now=NOW) == Outcome(1, 0, 0)
    again, _, _ = parsed(book(heads, [1, "Phòng khám mới", *CELLS[1:6]]))
    assert spreadsheet.plan(connection, again).outcome == Outcome(0, 1, 0), "a new name is a change"
    other, _, _ = parsed(book(heads, [1, "Nơi khác", "Tổ chức khác", *CELLS[2:6]]))
    plan = spreadsheet.plan(connection, other)
    assert plan.rows == () and [one.column for one in plan.wrong] == ["id"]


def test_a_column_that_a_table_does_not_have_empties_nothing(connection: Connection) -> None:
    for draft in (OPEN, SEALED):
        id = shown(connection, draft)
        head = "id,service,organisation,kind,needs,place,place_tier,place_code\n"
        place = "Hà Nội,new_province,01" if draft.is_sealed else "quận Cầu Giấy,,"
        rows, wrong = spreadsheet.parse(
            f'{head}{id},Tên mới,{draft.organisation},{draft.kind},{";".join(draft.needs)},{place}\n'
        )
        plan = spreadsheet.plan(connection, rows)
        assert wrong == () and [one.column for one in plan.differences] == ["service"]
        spreadsheet.take_over(connection, plan.rows, now=NOW)
        known = editing.look_up(connection, id)
        assert known is not None and known.draft == replace(draft, service="Tên mới")


def test_a_cell_emptied_at_the_end_of_a_row_is_emptied(connection: Connection) -> None:
    id = shown(connection, OPEN)
    head = "id,service,organisation,kind,needs,place,phones,directions"
    told = f'{id},{OPEN.service},{OPEN.organisation},{OPEN.kind},{";".join(OPEN.needs)},quận Cầu Giấy,024 0000 0001'
    rows, _ = spreadsheet.parse(f"{head}\n{told}\n")
    plan = spreadsheet.plan(connection, rows)
    assert {one.column: one.after for one in plan.differences} == {"phones": "024 0000 0001", "directions": ""}
