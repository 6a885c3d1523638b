"""Figures on the command line: every format, both languages, both limits, and what cannot be told yet."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from bot.__main__ import main
from bot.commands.opening import opened
from bot.db import Tx
from bot.events import happened
from tests.bot.commands.test_operators import folder  # noqa: F401

PERIOD = ["figures", "--from", "2024Q1", "--to", "2024Q4"]
FEBRUARY = datetime(2024, 2, 1, 3, 0, tzinfo=UTC)


@pytest.fixture
def house(folder: Path) -> Path:  # noqa: F811
    assert main(["migrate"]) == 0

    def write(tx: Tx) -> None:
        for kind, n in (("case_now", 33), ("outcome.safe", 3), ("taken_within_5", 19), ("taken_later", 6)):
            for _ in range(n):
                happened(tx, kind, now=FEBRUARY, province="22", need="health.pep")
        for _ in range(7):
            happened(tx, "case_now", now=FEBRUARY, province="79", need="health.pep")

    with opened() as made:
        made.write(write)
    return folder


def numbers(raw: bytes) -> dict[tuple[str, str, str, str], int | None]:
    return {(one["time"], one["place"], one["subject"], one["line"]): one["n"] for one in json.loads(raw)["figures"]}


def test_json_says_what_is_hidden_and_the_year(house: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    capfdbinary.readouterr()
    assert main([*PERIOD, "--format", "json"]) == 0
    raw = capfdbinary.readouterr().out
    assert json.loads(raw)["times"] == ["2024Q1", "2024Q2", "2024Q3", "2024Q4", "2024"]
    found = numbers(raw)
    assert found["2024Q1", "22", "case", "now"] == found["2024", "22", "case", "now"] == 33
    assert found["2024Q1", "79", "case", "now"] == 7 and found["2024", "all", "case", "all"] == 40
    assert found["2024Q1", "22", "outcome", "safe"] is None and found["2024", "22", "outcome", "safe"] is None
    assert main([*PERIOD, "--format", "json", "--public"]) == 0
    raw = capfdbinary.readouterr().out
    assert json.loads(raw)["hidden_below"] == 11
    public = numbers(raw)
    assert public["2024Q1", "79", "case", "now"] is None and public["2024", "79", "case", "now"] is None
    assert not [n for n in public.values() if n is not None and n < 11]


@pytest.mark.parametrize(
    ("language", "title", "line"), [("vi", "Ca mới", "Khẩn cấp"), ("en", "New cases", "Danger now")]
)
def test_every_format_says_the_same_in_both_languages(house: Path, language: str, title: str, line: str) -> None:
    made = {}
    for form in ("csv", "xlsx", "pdf"):
        path = house / f"out.{form}"
        assert main([*PERIOD, "--format", form, "--language", language, "-o", str(path)]) == 0
        made[form] = path.read_bytes()
    rows = list(csv.reader(io.StringIO(made["csv"].decode("utf-8-sig"))))
    assert ["2024Q1", "22", "Quảng Ninh", title, line, "33"] in rows
    sheet = load_workbook(io.BytesIO(made["xlsx"])).worksheets[0]
    cells = [tuple(row) for row in sheet.iter_rows(values_only=True)]
    assert ("2024Q1", "22", "Quảng Ninh", title, line, 33) in cells
    assert [tuple(map(str, row)) for row in cells[2:]] == [tuple(row) for row in rows[1:]]
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(made["pdf"])).pages)
    assert "Quảng Ninh" in text and title in text and "76 %" in text


def test_a_quarter_that_has_not_ended_is_left_out_and_said(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    path = house / "out.csv"
    assert main(["figures", "--from", "2024Q4", "--to", "2099Q1", "--format", "csv", "-o", str(path)]) == 0
    assert "2099Q1" in capsys.readouterr().err and path.exists()
    assert main(["figures", "--from", "2099Q1", "--to", "2099Q1", "--format", "csv"]) == 1
    told = capsys.readouterr()
    assert told.out == "" and "2099Q1" in told.err


def test_a_period_that_is_none_is_refused(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures", "--from", "2024Q2", "--to", "2024Q1", "--format", "csv"]) == 2
    assert "--to 2024Q1" in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        main(["figures", "--from", "2024", "--to", "2024Q1", "--format", "csv"])
    assert ended.value.code == 2 and "write 2026Q1" in capsys.readouterr().err
