"""Tables as XLSX: written as plain text cells, read without trusting the file: its size, its parts and its numbers."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time, timedelta
from itertools import islice
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from directory.exchange import headers
from directory.exchange.headers import BESIDE
from directory.exchange.sheets import (
    IS_DAY,
    IS_ERROR,
    IS_FORMULA,
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_UNPACKED,
    Cells,
    NotATable,
    named,
    too_long,
)

MOST_PARTS = 2_000
MOST_SHEETS = 60
MOST_MERGED = 2_000_000  # cells
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^<>]{0,100}?\bref="([A-Z]{1,3}\d{1,7}(?::[A-Z]{1,3}\d{1,7})?)"')
_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
_LONGEST_TAG = 200
# What stands before the first element of a part, as spreadsheets write it: no declaration of its own.
_PROLOG = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*<[A-Za-z_]", re.DOTALL)
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def as_xlsx(header: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    """A workbook with one sheet. Every cell is text, so that no zero is lost and nothing is run as a formula."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet("listings")
    sheet.freeze_panes = "C2"
    names, style = list(header), _text_style(sheet)
    for at in range(1, len(names) + 1):
        sheet.column_dimensions[get_column_letter(at)].number_format = "@"
    sheet.append([_head(sheet, name) for name in names])
    for row in rows:
        sheet.append([_text(sheet, cell, style) if cell else None for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _head(sheet: Any, name: str) -> Any:
    made: Any = WriteOnlyCell(sheet, name)
    made.font, made.alignment = Font(bold=True), Alignment(wrap_text=True)
    made.number_format, made.data_type = "@", "s"
    return made


def _text_style(sheet: Any) -> Any:
    """The format of text, made once for all cells: a style for each is what makes workbooks slow."""
    made: Any = WriteOnlyCell(sheet, "")
    made.number_format = "@"
    return made._style


def _text(sheet: Any, cell: str, style: Any) -> Any:
    """A cell of text, shown as text also when somebody types into it."""
    made: Any = WriteOnlyCell(sheet, _UNWRITABLE.sub("", cell)[:32_000])
    made.data_type, made._style = "s", style
    return made


def rows_of(raw: bytes, *, most_unpacked: int = MOST_UNPACKED, left_out: list[str] | None = None) -> Iterator[Cells]:
    """The rows of the sheet with listings below its header, with their numbers. Raises NotATable."""
    try:
        _look_over(raw, most_unpacked)
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=False, keep_links=False)
        sheet, others = _chosen(raw, book.worksheets)
        rows = _filled(raw, sheet, MOST_ROWS + 2)
        book.close()
    except NotATable:
        raise
    except Exception:  # a spoilt file breaks its reader in any way; nothing has been changed by then
        says = "The file is broken or is no XLSX workbook: save it again from the spreadsheet."
        raise NotATable(says) from None
    if left_out is not None:
        left_out += others
    yield from named(rows, left_out)


def _chosen(raw: bytes, sheets: Sequence[Any]) -> tuple[Any, list[str]]:
    """The one sheet that holds listings, and the names of the others that hold anything. Raises NotATable."""
    shown = [one for one in sheets if one.sheet_state == "visible"] or list(sheets)
    if len(sheets) == 1:
        return sheets[0], []
    if len(sheets) > MOST_SHEETS:
        raise NotATable(f"The workbook has more than {MOST_SHEETS} sheets: save the one with the listings by itself.")
    starts = {one.title: _start(raw, one) for one in sheets}
    found = [one for one in shown if headers.find(starts[one.title]) is not None]
    if len(found) > 1:
        names = ", ".join(one.title for one in found)
        says = f"Several sheets hold listings: {names}. Put them on one sheet, or save each by itself."
        raise NotATable(says, "sheets", names)
    sheet = found[0] if found else next((one for one in shown if starts[one.title]), shown[0])
    return sheet, [one.title for one in sheets if one is not sheet and starts[one.title]]


def _start(raw: bytes, sheet: Any) -> list[list[str]]:
    """The first rows of a sheet that are not empty."""
    rows = (row for row in _filled(raw, sheet, 100) if any(cell.strip() for cell in row))
    return list(islice(rows, headers.LOOKED_AT))


def _filled(raw: bytes, sheet: Any, most: int) -> Iterator[list[str]]:
    """Rows of one width, with what is merged. How large a sheet says it is, is not believed: rows would be lost."""
    sheet.reset_dimensions()
    if most > MOST_ROWS and _row_count(raw, sheet) > MOST_ROWS + 1:
        raise too_long()
    rows = [[_told(cell) for cell in row[:MOST_COLUMNS]] for row in islice(sheet.iter_rows(), most)]
    width = max(map(len, rows), default=0)
    for row in rows:
        row += [""] * (width - len(row))
    return _unmerged(rows, _merged(raw, sheet))


def _look_over(raw: bytes, most_unpacked: int) -> None:
    """Before anything is unpacked: how large it would become, and whether it declares things of its own."""
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        parts = packed.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > most_unpacked:
            raise NotATable("The workbook would unpack to something far too large: it was not opened.", "unpacked")
        for part in parts:
            if part.flag_bits & 1:
                raise NotATable("The workbook is locked with a password: save it without one.", "locked")
            if part.filename.endswith((".xml", ".rels")):
                with packed.open(part) as file:
                    start = file.read(4096)
                if b"\x00" in start or (part.file_size and _PROLOG.match(start) is None):
                    raise NotATable("The workbook holds declarations that no spreadsheet writes: it was not opened.")


def _told(cell: Any) -> str:
    """What a cell says, as text. Whole numbers without a point; a formula as a sign of its own."""
    value = cell.value
    if value is None:
        return ""
    if getattr(cell, "data_type", "") == "f":
        return IS_FORMULA
    if getattr(cell, "data_type", "") == "e":
        return IS_ERROR
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (date, time, timedelta)):  # "12/5" of a street becomes the twelfth of May
        return IS_DAY
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _row_count(raw: bytes, sheet: Worksheet) -> int:
    """How many rows are written down, as far as it matters: counted, because reading each takes long."""
    found, rest = 0, b""
    with zipfile.ZipFile(io.BytesIO(raw)) as packed, packed.open(str(getattr(sheet, "_worksheet_path", ""))) as file:
        while found <= MOST_ROWS + 1 and (chunk := file.read(1_000_000)):
            told = rest + chunk
            ends = [match.end() for match in _ROW.finditer(told)]
            found += len(ends)
            rest = told[max(len(told) - _LONGEST_TAG, ends[-1] if ends else 0) :]
    return found


def _merged(raw: bytes, sheet: Worksheet) -> list[tuple[int, int, int, int]]:
    """The merged ranges of a sheet as (first column, first row, last column, last row), counted from 1."""
    part = str(getattr(sheet, "_worksheet_path", ""))
    found: list[tuple[int, int, int, int]] = []
    covered = 0
    with zipfile.ZipFile(io.BytesIO(raw)) as packed, packed.open(part) as file:
        rest = b""
        while chunk := file.read(1_000_000):
            told = rest + chunk
            for match in _MERGED.finditer(told):
                left, top, right, bottom = range_boundaries(match[1].decode())
                found.append((left or 1, top or 1, right or 1, bottom or 1))
                covered += (found[-1][2] - found[-1][0] + 1) * (found[-1][3] - found[-1][1] + 1)
                if covered > MOST_MERGED:
                    raise NotATable("The workbook merges too many cells: take the merging back.")
            rest = told[-_LONGEST_TAG:] if not _MERGED.search(told[-_LONGEST_TAG:]) else b""
    return found


def _unmerged(rows: list[list[str]], merged: list[tuple[int, int, int, int]]) -> Iterator[list[str]]:
    """Every cell of a merged range says what its first one says; those beside it are marked, for headers count once."""
    for left, top, right, bottom in merged:
        if top > len(rows) or left > len(rows[top - 1]):
            continue
        said = rows[top - 1][left - 1]
        for row in rows[top - 1 : bottom]:
            row += [""] * (min(right, MOST_COLUMNS) - len(row))
            beside = f"{BESIDE}{said}" if said else said
            row[left - 1 : min(right, MOST_COLUMNS)] = [said, *[beside] * (min(right, MOST_COLUMNS) - left)]
    yield from rows
