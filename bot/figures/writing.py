"""Figures as files: JSON with codes for programs, CSV and XLSX with one cell a row, and a PDF to read and to print."""

import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font

from bot.figures.layout import HIDDEN, Page, line_name, pages, place_name, subject_name
from bot.figures.telling import Figure
from directory.exchange import setting, sheets
from directory.wording import t

FORMATS = ("xlsx", "csv", "json", "pdf")
COLUMNS = ("time", "place", "place_name", "subject", "line", "n")
_WIDTHS = (9, 8, 24, 36, 44, 10)


def write(form: str, told: Sequence[Figure], times: Sequence[str], *, below: int, language: str) -> bytes:
    """The file in one of FORMATS. Raises setting.NotPrinted."""
    match form:
        case "json":
            return _json(told, times, below)
        case "csv":
            return _csv(told, language).encode()
        case "xlsx":
            return _xlsx(told, below, language)
    return _pdf(told, times, below, language)


def _json(told: Sequence[Figure], times: Sequence[str], below: int) -> bytes:
    """`n` is null where it is hidden; what is not there is zero."""
    rows = [
        {"time": one.time, "place": one.place, "subject": one.subject, "line": one.line, "n": one.n} for one in told
    ]
    said = {"times": list(times), "hidden_below": below, "figures": rows}
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()


def _csv(told: Sequence[Figure], language: str) -> str:
    return sheets.as_csv(_head(language), ([str(cell) for cell in row] for row in _rows(told, language)))


def _xlsx(told: Sequence[Figure], below: int, language: str) -> bytes:
    """One sheet; numbers are numbers, so that they can be added, and what is hidden is a sign."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title, sheet.freeze_panes = t("console.figures", language), "A3"
    sheet.append([note(below, language)])
    sheet.append(_head(language))
    for cell in sheet[2]:
        cell.font = Font(bold=True)
    for row in _rows(told, language):
        sheet.append(row)
    for letter, width in zip("ABCDEF", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _pdf(told: Sequence[Figure], times: Sequence[str], below: int, language: str) -> bytes:
    said = {
        "language": language,
        "title": f"{t('console.figures', language)} {times[0]} – {times[-1]}",
        "note": note(below, language),
        "none": t("console.figures.none", language),
        "pages": [_printed(page) for page in pages(told, times, language)],
    }
    files = {"figures.json": json.dumps(said, ensure_ascii=False)}
    return setting.make("figures", files, templates=Path(__file__).parent)


def note(below: int, language: str) -> str:
    """What the sign means, on every page that shows it."""
    return t("console.figures.note", language, sign=HIDDEN, most=below - 1)


def _printed(page: Page) -> dict[str, Any]:
    tables = [
        {
            "title": table.title,
            "columns": list(table.columns),
            "rows": [{"label": row.label, "cells": list(row.cells), "is_sum": row.is_sum} for row in table.rows],
        }
        for table in page.tables
    ]
    return {"name": page.name, "tables": tables}


def _head(language: str) -> list[str]:
    return [t(f"console.figures.column.{name}", language) for name in COLUMNS]


def _rows(told: Sequence[Figure], language: str) -> Iterator[list[str | int]]:
    for one in told:
        place, subject = place_name(one.place, language), subject_name(one.subject, language)
        line = line_name(one.subject, one.line, language)
        yield [one.time, one.place, place, subject, line, HIDDEN if one.n is None else one.n]
