"""HSDS in files: one page of JSON, one service a line, or 24 tables; written as told, read with bounds."""

import csv
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from directory.exchange import hsds_tables
from directory.exchange.sheets import MOST_BYTES, NotATable, bare, content, safe, text_of

Object = Mapping[str, Any]
MOST_UNPACKED = 200_000_000
MOST_TABLE_ROWS = 1_500_000  # of all tables of a package together
MOST_PAGE = 128_000_000  # bytes of one page of JSON: some 7,000 services with all that belongs to them
MOST_OBJECTS = 1_500_000  # in one page
MOST_LINE, MOST_LINES = 4_000_000, 1_000_000_000  # bytes of a line, and of all lines
_SIGNED = re.compile(r"[+-][\d .()-]*")
_PACKAGES = ("datapackage.json", "datapackage.313.json")


def page(contents: list[Any], *, number: int = 1, total: int | None = None, per_page: int = 0) -> dict[str, Any]:
    """The envelope around a list, as HSDS 3.1 asks for it."""
    total = len(contents) if total is None else total
    pages = -(-total // per_page) if per_page else 1
    return {
        "total_items": total,
        "total_pages": max(1, pages),
        "page_number": number,
        "size": len(contents),
        "first_page": number == 1,
        "last_page": number >= max(1, pages),
        "empty": not contents,
        "contents": contents,
    }


def as_json(services: Iterable[Object]) -> str:
    """All services on one page."""
    return json.dumps(page(list(services)), ensure_ascii=False) + "\n"


def as_ndjson(services: Iterable[Object]) -> str:
    """One service a line."""
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in services)


def as_package(services: Iterable[Object], changes: Iterable[Object] = ()) -> dict[str, str]:
    """The files of the tabular package by their names: its description and 24 tables."""
    tables = hsds_tables.lay_out(services, changes)
    files = {hsds_tables.DESCRIPTION: json.dumps(hsds_tables.package(), ensure_ascii=False, indent=1) + "\n"}
    for kind, rows in tables.items():
        out = io.StringIO()
        writer = csv.DictWriter(out, hsds_tables.columns()[kind], lineterminator="\r\n")
        writer.writeheader()
        writer.writerows({key: _safe(cell) for key, cell in row.items()} for row in rows)
        files[hsds_tables.paths()[kind]] = out.getvalue()
    return files


def _safe(cell: Any) -> Any:
    """Tables are opened in spreadsheets too: what they would run gets a quote in front; numbers of phones do not."""
    return safe(cell) if isinstance(cell, str) and not _SIGNED.fullmatch(cell) else cell


def is_hsds(path: Path) -> bool:
    """Whether a file or folder is to be read as HSDS, by its name."""
    return path.is_dir() or path.suffix.lower() in (".json", ".ndjson", ".jsonl", ".zip")


def services_in(path: Path, astray: list[str] | None = None) -> Iterator[Any]:
    """The services of a file or folder of any of the three forms. Raises NotATable, OSError.

    What stands in tables and is in none of them is added to `astray`."""
    if path.is_dir() or path.suffix.lower() == ".zip":
        tables = _tables(path)
        if astray is not None:
            astray += hsds_tables.astray(tables)
        yield from hsds_tables.put_together(tables)
        return
    if path.suffix.lower() == ".json":
        raw = content(path, most=MOST_PAGE)
        if raw.count(b"{") + raw.count(b"[") > MOST_OBJECTS:
            raise NotATable("The file holds far too many objects: write one service a line, as .ndjson.")
        yield from _services_of(_parsed(text_of(raw), 1))
        return
    for number, line in enumerate(_lines(path), 1):
        if line.strip():
            yield from _services_of(_parsed(line, number))


def _lines(path: Path) -> Iterator[str]:
    """Line by line, so that a large file needs no more room than its longest line. Raises NotATable, OSError."""
    with path.open("rb") as file:
        if file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
            yield from text_of(content(path)).split("\n")  # a text may hold other ends of a line
            return
        file.seek(0)
        while line := file.readline(MOST_LINE + 1):
            if len(line) > MOST_LINE or file.tell() > MOST_LINES:
                raise NotATable("The file, or a line of it, is too large: split it into smaller ones.")
            yield text_of(line)


def _parsed(text: str, number: int) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise NotATable(f"Line {number} is not JSON, or nested too deeply.") from None


def _services_of(told: Any) -> Iterator[Any]:
    """The services of whatever a program wrote: a page, a list, one service, or organizations with theirs inside."""
    contents = told.get("contents", [told]) if isinstance(told, dict) else told
    for one in contents if isinstance(contents, list) else (contents,):
        if isinstance(one, dict) and isinstance(one.get("services"), list):
            owner = {key: value for key, value in one.items() if key != "services"}
            for inner in one["services"]:
                yield {"organization": owner, **inner} if isinstance(inner, dict) else inner
        elif isinstance(one, dict) and isinstance(one.get("service"), dict):
            at = {key: value for key, value in one.items() if key != "service"}
            yield {**one["service"], "service_at_locations": [at]}
        else:
            yield one


def _tables(path: Path) -> Mapping[str, list[dict[str, str]]]:
    files = _folder(path) if path.is_dir() else _unpacked(path)
    if not any(name in files for name in (*_PACKAGES, "services.csv")):
        raise NotATable("The package holds neither datapackage.json nor services.csv.")
    tables: dict[str, list[dict[str, str]]] = {}
    for kind, name in hsds_tables.paths().items():
        if name in files:
            tables[kind] = _rows(files[name], name, most=MOST_TABLE_ROWS - sum(map(len, tables.values())))
    return tables


def _folder(path: Path) -> Mapping[str, bytes]:
    found, left = {}, MOST_BYTES
    for name in (*_PACKAGES, *hsds_tables.paths().values()):
        if (path / name).is_file():
            found[name] = content(path / name, most=left)
            left -= len(found[name])
    return found


def _unpacked(path: Path) -> Mapping[str, bytes]:
    raw, names = content(path), {*_PACKAGES, *hsds_tables.paths().values()}
    found: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            parts = [part for part in packed.infolist() if part.filename.rpartition("/")[2] in names]
            if sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise NotATable("The package would unpack to something far too large: it was not opened.")
            for part in parts:
                found[part.filename.rpartition("/")[2]] = packed.read(part)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError):
        raise NotATable("The package is broken: make it again.") from None
    return found


def _rows(raw: bytes, name: str, *, most: int) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    try:
        for row in csv.DictReader(io.StringIO(text_of(raw), newline="")):
            told = {key: cell for key, cell in row.items() if isinstance(key, str) and isinstance(cell, str)}
            rows.append({key: bare(cell) for key, cell in told.items()})
            if len(rows) > most:
                raise NotATable(f"The package has too many rows, or {name} has: split it into smaller ones.")
    except csv.Error as problem:
        raise NotATable(f"{name} breaks off: {problem}.") from None
    return rows
