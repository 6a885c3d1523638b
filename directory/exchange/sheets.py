"""Tables in files, read row by row within fixed bounds: what is too large, broken or hostile is refused whole."""

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from directory.exchange.rows import NEEDED, column_of, tidy

MOST_BYTES = 32_000_000
IS_FORMULA = "\x00formula"  # stands for a cell that holds a formula; no cell of a file can hold this sign
MOST_ROWS = 50_000
MOST_UNPACKED = 200_000_000  # bytes of a packed file
FORMULA = ("=", "+", "-", "@", "\t", "\r")
Cells = tuple[int, dict[str, str]]


class NotATable(Exception):
    """The file cannot be read as a table with our columns; the message says what is missing.

    `why` is a short code for those who say it in another language, `what` the names it is about.
    """

    def __init__(self, says: str, why: str = "broken", what: str = "") -> None:
        super().__init__(says)
        self.why, self.what = why, what


def content(path: Path, *, most: int = MOST_BYTES) -> bytes:
    """The bytes of a file that is not too large. Raises NotATable, OSError."""
    size = path.stat().st_size
    if size <= most:
        with path.open("rb") as file:
            told = file.read(most + 1)
        if len(told) <= most:
            return told
        size = len(told)
    raise NotATable(f"The file is too large: at most {most // 1_000_000} MB are read. Split it into smaller ones.")


def text_of(raw: bytes) -> str:
    """A text as spreadsheets write it: UTF-8, or UTF-16 with its mark. Raises NotATable."""
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        raise NotATable("The file is no UTF-8 text: save the table as “CSV UTF-8”.", "no_text") from None


def csv_rows(text: str) -> Iterator[Cells]:
    """The rows of a CSV table below its header, with their numbers. Raises NotATable."""
    text = text.removeprefix("\ufeff")
    head = text.partition("\n")[0]
    between = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=between)
    try:
        yield from named([bare(cell) for cell in row] for row in reader)
    except csv.Error as problem:
        raise NotATable(f"The table breaks off: {problem}.") from None


def named(rows: Iterable[list[str]]) -> Iterator[Cells]:
    """Rows under our column names; the first row that is not empty is the header. Raises NotATable."""
    header: list[str | None] | None = None
    for number, row in enumerate(rows, 1):
        if number > MOST_ROWS + 1:
            raise NotATable(f"The table has more than {MOST_ROWS} rows: split it into smaller ones.")
        if not any(cell.strip() for cell in row):
            continue
        if header is None:
            header = _header(row)
            continue
        told = {name: tidy(cell) for name, cell in zip(header, row, strict=False) if name}
        yield number, told
    if header is None:
        raise NotATable("The table is empty.", "empty")


def _header(row: list[str]) -> list[str | None]:
    header = [column_of(cell) for cell in row]
    missing = NEEDED - set(header)
    if missing:
        names = ", ".join(sorted(missing))
        raise NotATable(f"The table lacks the columns {names}.", "lacks", names)
    twice = {name for name in header if name and header.count(name) > 1}
    if twice:
        names = ", ".join(sorted(twice))
        raise NotATable(f"The table has these columns twice: {names}.", "twice", names)
    return header


def as_csv(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table with a byte-order mark, so that spreadsheets show Vietnamese letters; no cell begins like a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(list(header))
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()


def safe(cell: str) -> str:
    """A cell that begins like a formula would be run by some spreadsheets; the quote in front is taken off again."""
    return f"'{cell}" if cell.startswith((*FORMULA, "'")) else cell


def bare(cell: Any) -> str:
    """The cell without the quote that `safe` put in front."""
    told = str(cell or "").strip(" ")
    return told[1:] if told.startswith("'") and told[1:].startswith((*FORMULA, "'")) else told
