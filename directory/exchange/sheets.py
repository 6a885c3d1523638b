"""Tables in files, read row by row within fixed bounds: what is too large, broken or hostile is refused whole."""

import csv
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from directory.exchange import headers
from directory.exchange.headers import BESIDE, Header
from directory.exchange.rows import tidy

MOST_BYTES = 32_000_000
# Stand for cells of a workbook that hold no words: no cell of a file can begin with this sign.
_OLD_FORM = bytes.fromhex("d0cf11e0a1b11ae1")  # .xls, and any workbook behind a password
IS_FORMULA, IS_DAY, IS_ERROR = "\x00formula", "\x00day", "\x00error"
OVER = ""  # the name of what stands in a row beyond its last header
MOST_ROWS, MOST_COLUMNS, MOST_CELL = 50_000, 200, 100_000
MOST_UNPACKED = 200_000_000  # bytes of a packed file
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
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


def too_long() -> NotATable:
    return NotATable(f"The table has more than {MOST_ROWS} rows: split it into smaller ones.", "rows", str(MOST_ROWS))


def text_of(raw: bytes) -> str:
    """A text as spreadsheets write it: UTF-8, or UTF-16 with its mark. Raises NotATable."""
    if raw.startswith(_OLD_FORM):
        says = "This is an old workbook (.xls), or one with a password: save it as XLSX, without a password."
        raise NotATable(says, "locked")
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        raise NotATable("The file is no UTF-8 text: save the table as “CSV UTF-8”.", "no_text") from None


def csv_rows(text: str, left_out: list[str] | None = None) -> Iterator[Cells]:
    """The rows of a CSV table below its header, with their numbers. Raises NotATable."""
    text = text.removeprefix("\ufeff")
    between = _between(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=between)
    try:
        if sum(1 for _ in islice(reader, MOST_ROWS + 2)) > MOST_ROWS + 1:  # counted first: to look at each takes long
            raise too_long()
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=between)
        yield from named(([bare(cell) for cell in _narrow(row)] for row in reader), left_out)
    except (csv.Error, _TooLong):
        line = reader.line_num
        says = f"The table breaks off near line {line}: a quotation mark is not closed, or a cell is far too long."
        raise NotATable(says, "breaks", str(line)) from None


def _narrow(row: list[str]) -> list[str]:
    if len(row) > MOST_COLUMNS and any(row[MOST_COLUMNS:]):
        raise NotATable(f"The table has more than {MOST_COLUMNS} columns.")
    if any(len(cell) > MOST_CELL for cell in row):
        raise _TooLong
    return row[:MOST_COLUMNS]


class _TooLong(Exception):
    """A cell that nobody wrote: everything behind a quotation mark."""


def _between(text: str) -> str:
    """The sign between the cells: that by which the headers are found, else the most frequent of the first line."""
    head, start = text.partition("\n")[0], text[:20_000]
    likely = sorted(",;\t", key=lambda sign: -head.count(sign))
    for sign in likely:
        try:
            rows = [row for row in islice(csv.reader(io.StringIO(start, newline=""), delimiter=sign), 60) if any(row)]
        except csv.Error:
            continue
        if headers.find(rows[: headers.LOOKED_AT]) is not None:
            return sign
    return likely[0]


def named(rows: Iterable[list[str]], left_out: list[str] | None = None) -> Iterator[Cells]:
    """Rows under our column names, below the first row, or pair of rows, that is a header. Raises NotATable.

    Another header further down begins another table, as do headers side by side. What has no header of ours is not
    read, and its name added to `left_out`.
    """
    numbered = _within_bounds(rows)
    begun: list[tuple[int, list[str]]] = []
    for one in numbered:
        begun.append(one)
        if headers.find([row for _, row in begun]) is not None or len(begun) == headers.LOOKED_AT:
            break
    if not begun:
        raise NotATable("The table is empty.", "empty")
    begun += islice(numbered, 1)  # the second row of a header tells more of the first
    header, first = _header([row for _, row in begun])
    left: dict[str, None] = {}
    waiting = deque(begun[first:])
    tables = _side_by_side(header)
    while _fill(waiting, numbered):
        if (below := _header_below(waiting)) is not None:
            header, many = below
            tables = _side_by_side(header)
            above = [waiting.popleft()[1] for _ in range(many)][: many - header.rows]
            left.update(
                dict.fromkeys(tidy(cell) for row in above for cell in _filled(row))
            )  # titles, named as not read
            continue
        number, row = waiting.popleft()
        yield from _told(number, row, tables, left)
    if left_out is not None:
        left_out += left


_TITLES = 3  # rows above a header further down that may be its titles
_NUMBER = re.compile(r"\d{4}")  # most listings have a phone: only rows without a number are looked at closely


def _fill(waiting: "deque[tuple[int, list[str]]]", numbered: Iterator[tuple[int, list[str]]]) -> bool:
    """Keep so many rows in sight that a header is seen before its titles are taken for listings."""
    waiting.extend(islice(numbered, _TITLES + 2 - len(waiting)))
    return bool(waiting)


def _header_below(waiting: Iterable[tuple[int, list[str]]]) -> tuple[Header, int] | None:
    """A header that comes next, after titles of one cell at most, and how many rows it takes with these."""
    rows = [row for _, row in waiting]
    titles = next((at for at, row in enumerate(rows) if len(_filled(row)) > 1), len(rows))
    if titles > _TITLES or titles == len(rows) or _NUMBER.search("\x1f".join(rows[titles])):
        return None
    found = headers.find(rows[titles : titles + 2])
    # Half a header may be a listing, which must not be lost.
    if found is None or found[0] or (found[1].rows > 1 and not all(map(headers.meant, _filled(rows[titles])))):
        return None
    return found[1], titles + found[1].rows


def _filled(row: Sequence[str]) -> list[str]:
    return [cell for cell in row if cell.strip() and not cell.startswith(BESIDE)]


def _told(number: int, row: list[str], tables: Sequence[tuple[int, Header]], left: dict[str, None]) -> Iterator[Cells]:
    """What a row says in each of the tables it belongs to."""
    for start, header in tables:
        is_last = (start, header) == tables[-1]
        width = len(header.columns)
        own = row[start:] if is_last else row[start : start + width]
        if len(tables) > 1 and not any(cell.strip() for cell in own):
            continue
        own += [""] * (width - len(own))  # empty cells at the end may be left away
        told = {name: _cell(cell) for name, cell in zip(header.columns, own, strict=False) if name}
        more = [tidy(cell) for cell in own[width:] if cell.strip()]
        unread = [at for at, cell in enumerate(own[:width]) if cell.strip() and not header.columns[at]]
        left.update(dict.fromkeys(" ".join((header.said[at], f"({_letter(start + at)})")).strip() for at in unread))
        yield number, {**told, OVER: more[0]} if more else told


def _cell(cell: str) -> str:
    told = cell.removeprefix(BESIDE)
    return told if told in (IS_FORMULA, IS_DAY, IS_ERROR) else tidy(told)


def _within_bounds(rows: Iterable[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, with their numbers. Raises NotATable."""
    for number, row in enumerate(rows, 1):
        if number > MOST_ROWS + 1:
            raise too_long()
        if any(cell.strip() for cell in row):
            yield number, row


def _header(rows: list[list[str]]) -> tuple[Header, int]:
    """The header, and how many rows are above and in it. Raises NotATable."""
    found = headers.find(rows)
    if found is None:
        names = ", ".join(sorted(headers.nearest(rows).lacks))
        raise NotATable(f"The table lacks the columns {names}.", "lacks", names)
    at, header = found
    return header, at + header.rows


def _side_by_side(header: Header) -> tuple[tuple[int, Header], ...]:
    """The tables that stand below a row of headers. Raises NotATable."""
    if not (found := headers.beside(header)):
        names = ", ".join(sorted(header.twice))
        raise NotATable(f"The table has these columns twice: {names}.", "twice", names)
    return found


def _letter(at: int) -> str:
    """`A`, `B`, … as spreadsheets count columns."""
    return chr(65 + at) if at < 26 else f"{_letter(at // 26 - 1)}{chr(65 + at % 26)}"


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
