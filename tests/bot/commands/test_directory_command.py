"""The directory in and out on the command line, all or nothing."""

import json
from pathlib import Path

import pytest

from bot.__main__ import main
from directory.reading import SEED
from tests.bot.commands.test_operators import folder  # noqa: F401

GOOD = 'Phòng khám A,Tổ chức A,hiv_clinic,health.hiv_test,"quận Cầu Giấy, Hà Nội",024 1234 5678\n'
BAD = "Phòng khám B,Tổ chức B,bar,health.hiv_test,đâu đó,024 1234 5678\n"
HEAD = "service,organisation,kind,needs,place,phones\n"


@pytest.fixture
def house(folder: Path, capsys: pytest.CaptureFixture[str]) -> Path:  # noqa: F811
    assert main(["migrate"]) == 0
    capsys.readouterr()
    return folder


def test_one_bad_row_keeps_all_out_unless_part_of_it_is_wanted(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = house / "listings.csv"
    file.write_text(HEAD + GOOD + BAD)
    assert main(["directory", "import", str(file)]) == 1
    told = capsys.readouterr()
    assert "row 3, column kind" in told.err and "Nothing was brought in" in told.err
    assert main(["directory", "import", str(file), "--partial", "--dry-run"]) == 1
    assert "would be new 1" in capsys.readouterr().out
    assert main(["directory", "import", str(file), "--partial"]) == 1
    assert "new 1" in capsys.readouterr().out
    assert main(["directory", "import", str(file), "--partial"]) == 1
    assert "same 1" in capsys.readouterr().out


def test_out_and_in_again_is_no_change(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["directory", "import", str(SEED / "listings-from-documents.csv")]) == 0
    for name in ("csv", "ndjson"):
        assert main(["directory", "export", "--format", name, "-o", str(house / f"out.{name}")]) == 0
    assert len((house / "out.ndjson").read_text().splitlines()) == len((house / "out.csv").read_text().splitlines()) - 1
    capsys.readouterr()
    assert main(["directory", "import", str(house / "out.csv")]) == 0
    assert capsys.readouterr().out.startswith("new 0, changed 0")
    assert main(["directory", "export", "--format", "csv", "-o", str(house / "none" / "out.csv")]) == 1


def test_what_was_brought_in_is_not_found_by_persons(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["directory", "import", str(SEED / "listings-from-documents.csv")])
    capsys.readouterr()
    assert main(["search", "--json", "trợ giúp pháp lý ở Nha Trang"]) == 0
    assert json.loads(capsys.readouterr().out)["results"] == []
    assert main(["directory", "check"]) == 0


def test_without_a_database_the_search_says_that_it_shows_made_up_places(
    folder: Path, capsys: pytest.CaptureFixture[str]  # noqa: F811
) -> None:
    assert main(["search", "--json", "xet nghiem hiv o cau giay"]) == 0
    told = capsys.readouterr()
    assert "made-up" in told.err and "(mẫu)" in json.loads(told.out)["results"][0]["service"]
