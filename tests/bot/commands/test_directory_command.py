"""The directory in and out on the command line, all or nothing."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.commands.opening import opened
from directory import articles, publishing
from directory.reading import SEED
from tests.bot.commands.test_operators import folder  # noqa: F401
from tests.directory.exchange.samples import three

GOOD = 'Phòng khám A,Tổ chức A,hiv_clinic,health.hiv_test,"quận Cầu Giấy, Hà Nội",024 1234 5678\n'
BAD = "Phòng khám B,Tổ chức B,bar,health.hiv_test,đâu đó,024 1234 5678\n"
HEAD = "service,organisation,kind,needs,place,phones\n"


@pytest.fixture
def house(folder: Path, capsys: pytest.CaptureFixture[str]) -> Path:  # noqa: F811
    assert main(["migrate"]) == 0
    capsys.readouterr()
    return folder


def test_one_bad_row_keeps_all_out_unless_part_of_it_is_wanted(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
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
    folder: Path,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["search", "--json", "xet nghiem hiv o cau giay"]) == 0
    told = capsys.readouterr()
    assert "made-up" in told.err and "(mẫu)" in json.loads(told.out)["results"][0]["service"]


@pytest.mark.parametrize("name", ["out.xlsx", "out.csv", "out.json", "out.ndjson", "out.zip", "out", "own.ndjson"])
def test_every_form_goes_out_and_comes_back_as_no_change(
    house: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    with opened() as made:
        made.write(lambda tx: three(tx.connection))
    form = {"json": "hsds", "ndjson": "hsds-ndjson", "zip": "hsds-csv", "out": "hsds-csv"}
    kind = "ndjson" if name.startswith("own") else form.get(name.rpartition(".")[2], name.rpartition(".")[2])
    path = str(house / name)
    assert main(["directory", "export", "--format", kind, "-o", path]) == 0
    assert main(["directory", "import", path, "--dry-run"]) == 0
    assert capsys.readouterr().out == "would be new 0, changed 0, same 3, wrong 0\n"


def test_a_dry_run_names_each_cell_that_would_change_and_changes_nothing(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened() as made:
        made.write(lambda tx: three(tx.connection))
    path = house / "out.csv"
    main(["directory", "export", "--format", "csv", "--headers", "vi", "-o", str(path)])
    path.write_text(path.read_text("utf-8-sig").replace("024 0000 0004", "024 0000 0005"), "utf-8")
    for _ in range(2):
        assert main(["directory", "import", str(path), "--dry-run"]) == 0
        told = capsys.readouterr().out
        assert "column phones: “024 0000 0004” → “024 0000 0005”\n" in told
        assert told.endswith("would be new 0, changed 1, same 2, wrong 0\n")
    assert main(["directory", "import", str(path)]) == 0
    assert capsys.readouterr().out == "new 0, changed 1, same 2, wrong 0\n"


def test_ten_thousand_bad_rows_stand_in_one_file_and_the_good_ones_wait(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, report = house / "listings.csv", house / "report.csv"
    bad = "".join(BAD.replace("Phòng khám B", f"Phòng khám {number}") for number in range(10_000))
    file.write_text(HEAD + GOOD + bad)
    assert main(["directory", "import", str(file), "--report", str(report)]) == 1
    told = capsys.readouterr()
    assert told.err == "Nothing was brought in: mend 20000 mistakes, or use --partial.\n"
    rows = report.read_text("utf-8-sig").splitlines()
    assert len({row.split(",")[1] for row in rows if row.startswith("mistake")}) == 10_000
    assert sum(row.startswith("change") for row in rows) == 1
    file.write_text(HEAD + GOOD + "".join(bad.splitlines(keepends=True)[:100]))
    assert main(["directory", "import", str(file), "--report", str(report), "--partial"]) == 1
    assert capsys.readouterr().out == "new 1, changed 0, same 0, wrong 100\n"


def test_a_shown_listing_is_not_left_without_a_phone(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with opened() as made:
        made.write(lambda tx: three(tx.connection))
    path = house / "out.csv"
    main(["directory", "export", "--format", "csv", "-o", str(path)])
    path.write_text(path.read_text("utf-8-sig").replace("024 0000 0004", ""), "utf-8")
    assert main(["directory", "import", str(path)]) == 1
    assert "column phones: is empty, and the listing is shown" in capsys.readouterr().err


def test_what_strangers_files_hold_besides_is_named(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with opened() as made:
        made.write(lambda tx: three(tx.connection))
    path = house / "out.json"
    main(["directory", "export", "--format", "hsds", "-o", str(path)])
    told = json.loads(path.read_text("utf-8"))
    told["contents"][0] |= {"colour": "red", "contacts": [{"id": told["contents"][0]["id"], "name": "somebody"}]}
    path.write_text(json.dumps(told), "utf-8")
    assert main(["directory", "import", str(path), "--dry-run"]) == 0
    said = capsys.readouterr()
    assert "service.colour (not in HSDS)" in said.err and "service.contacts (names persons)" in said.err
    assert "somebody" not in said.err + said.out


def test_what_was_published_in_the_console_comes_back_as_files(house: Path) -> None:
    now = datetime(2026, 12, 7, tzinfo=UTC)
    with opened() as made:
        for id in ("prep-what", "overdose"):
            desk = made.read(partial(publishing.look_up, id=id, language="vi"))
            text = replace(desk.working, body=("Câu mới.",))
            made.write(lambda tx, text=text: publishing.save(tx.connection, text, expected=0, staff_id=None, now=now))
        desk = made.read(partial(publishing.look_up, id="prep-what", language="vi"))
        made.write(lambda tx: publishing.publish(tx.connection, desk, expected=1, staff_id=None, now=now))
    assert main(["directory", "articles", "-o", str(house / "out")]) == 0
    assert [path.name for path in (house / "out").rglob("*.md")] == ["prep-what.md"], "a draft stays on the desk"
    text = (house / "out" / "vi" / "articles" / "prep-what.md").read_text("utf-8")
    assert articles.parse(text, language="vi").body == ("Câu mới.",)


def test_small_cards_are_written_as_text_and_as_pages(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = ["directory", "cards", "--article", "pep-72h"]
    assert main([*card, "--format", "text", "-o", str(house / "card.txt")]) == 0
    assert "72 giờ" in (house / "card.txt").read_text("utf-8")
    assert main([*card, "-o", str(house / "card.pdf")]) == 0
    assert (house / "card.pdf").read_bytes().startswith(b"%PDF")
    numbers = ["directory", "cards", "--article", "numbers", "--format", "text", "-o", str(house / "numbers.txt")]
    assert main(numbers) == 0
    text = (house / "numbers.txt").read_text("utf-8")
    assert "115" in text and "1800 1768" not in text, "without a recorded test call a number is on no card"
    assert main(["directory", "cards", "--article", "no-such", "-o", str(house / "x")]) == 2
    assert "is no article" in capsys.readouterr().err


def test_the_page_and_the_handbook_are_written_or_it_is_said_why_not(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = ["directory", "handbook", "-o", str(house / "book.pdf")]
    assert main(book) == 1 and "Chưa có nơi nào để in" in capsys.readouterr().err
    with opened() as made:
        made.write(lambda tx: three(tx.connection))
    assert main(["directory", "offline", "-o", str(house / "page.html")]) == 0
    assert "Khám ở Trung tâm Thử" in (house / "page.html").read_text("utf-8")
    assert main([*book, "--format", "a6", "--province", "01"]) == 0
    assert (house / "book.pdf").read_bytes().startswith(b"%PDF")
    for wrong in (["--province", "00"], ["--need", "nothing"]):
        assert main([*book, *wrong]) == 2 and "does not exist. Choose from" in capsys.readouterr().err
    assert main(["directory", "offline", "-o", str(house / "none" / "page.html")]) == 1


def test_an_import_says_which_rows_look_like_another_listing(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = "service,organisation,kind,needs,place,phones\n"
    where = '"quận Cầu Giấy, Hà Nội"'
    first = f"Phòng khám đa khoa Ban Mai,Ban Mai,private_clinic,health.sti,{where},024 3754 1234\n"
    again = f"PKĐK Ban Mai,Ban Mai,private_clinic,health.sti,{where},+84 24 3754 1234\n"
    (house / "one.csv").write_text(head + first)
    (house / "two.csv").write_text(head + again)
    assert main(["directory", "import", str(house / "one.csv")]) == 0
    assert "may stand twice" not in capsys.readouterr().err
    assert main(["directory", "import", str(house / "two.csv"), "--dry-run"]) == 0
    told = capsys.readouterr()
    assert "may stand twice: “" in told.err and "Ban Mai" in told.err and "(phone)" in told.err
    assert main(["directory", "import", str(house / "two.csv")]) == 0
    assert "new 1" in capsys.readouterr().out, "said, and not stopped"


def test_no_file_makes_a_private_place_of_one_that_is_shown_without_its_yes(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened() as made:
        made.write(lambda tx: three(tx.connection))
    path = house / "out.csv"
    main(["directory", "export", "--format", "csv", "-o", str(path)])
    path.write_text(path.read_text("utf-8-sig").replace("hiv_clinic", "private_clinic"), "utf-8")
    assert main(["directory", "import", str(path)]) == 1
    told = capsys.readouterr().err
    assert "the place has not agreed, and the listing is shown" in told and "Nothing was brought in" in told


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["--near", "abc"], "--near: write north and east in degrees, such as 21.03,105.85"),
        (["--near", "95,200"], "--near: write north and east in degrees, such as 21.03,105.85"),
        (["--near", "nan,105"], "--near: write north and east in degrees, such as 21.03,105.85"),
        (["--at", "hôm qua"], "--at: write a time such as 2026-12-07T09:00+07:00"),
        (["--at", "2026-12-07T09:00"], "--at needs a time zone"),
        (["--limit", "0"], "--limit must be at least 1"),
    ],
)
def test_a_search_that_is_asked_wrongly_says_how_to_mend_it(
    house: Path, capsys: pytest.CaptureFixture[str], given: list[str], says: str
) -> None:
    try:
        status: object = main(["search", "prep", *given])
    except SystemExit as left:
        status = left.code
    told = capsys.readouterr()
    assert status == 2 and says in told.err and told.out == ""


def test_a_search_that_finds_nothing_says_so(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "prep cầu giấy"]) == 0
    told = capsys.readouterr()
    assert told.out == "" and "none_known" in told.err
    assert main(["ask", "giá vàng hôm nay"]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("Câu này mình chưa có câu trả lời")
