"""Sheets as people make them: read rightly, or named cell by cell with how to mend it; never wrong in silence."""

from typing import Any

import pytest

from directory.exchange import spreadsheet

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
