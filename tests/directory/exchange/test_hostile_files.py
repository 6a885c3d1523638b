"""Files that are broken, too deep, too large or made to harm: named or refused with a sentence, within bounds."""

import io
import json
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import Connection

from directory import drafts
from directory.exchange import hsds, hsds_files, hsds_reading, leaving, own_lines, sheets, spreadsheet
from directory.exchange.hsds_names import terms
from directory.exchange.sheets import NotATable
from directory.exchange.spreadsheet import Outcome
from tests.directory.exchange.samples import NOW, OPEN, shown, three
from tests.directory.exchange.test_workbook import GOOD, HEAD

LINES = "Dòng một\u2028dòng hai\u0085dòng ba\r\ndòng bốn"


def spoilt(change: Callable[[bytes], bytes]) -> bytes:
    """A good workbook whose sheet is written over."""
    made, out, again = Workbook(), io.BytesIO(), io.BytesIO()
    for row in (HEAD, GOOD, ["Phòng khám B", *GOOD[1:]]):
        made.worksheets[0].append(row)
    made.save(out)
    with zipfile.ZipFile(out) as whole, zipfile.ZipFile(again, "w") as packed:
        for name in whole.namelist():
            part = whole.read(name)
            packed.writestr(name, change(part) if name.endswith("sheet1.xml") else part)
    return again.getvalue()


def test_a_sheet_that_says_it_is_smaller_than_it_is_loses_no_row() -> None:
    rows, wrong = spreadsheet.parse_bytes(spoilt(lambda part: part.replace(b'ref="A1:F3"', b'ref="A1"')))
    assert len(rows) == 2 and wrong == ()


def test_merging_without_end_is_refused() -> None:
    merged = b"".join(b'<mergeCell ref="A2:GR49999"/>' for _ in range(100))
    with pytest.raises(NotATable, match="merges too many cells"):
        spreadsheet.parse_bytes(
            spoilt(lambda part: part.replace(b"</sheetData>", b"</sheetData><mergeCells>" + merged + b"</mergeCells>"))
        )


def service(**more: Any) -> dict[str, Any]:
    own = str(uuid.uuid4())
    ids = [terms()[code].id for code in ("kind.hiv_clinic", "need.health.prep")]
    words = [{"id": own, "link_id": own, "link_entity": "service", "taxonomy_term_id": id} for id in ids]
    where = {"external_identifier": "old_district:005", "external_identifier_type": "vn-administrative-unit"}
    at = {"id": own, "location": {"id": own, "location_type": "physical", **where}}
    owner = {"id": own, "name": "Tổ chức A", "description": "A"}
    told = {"id": own, "name": "Phòng khám A", "status": "active", "organization": owner, "attributes": words}
    return {**told, "service_at_locations": [at], **more}


def nested(times: int) -> dict[str, Any]:
    told = service()
    for _ in range(times):
        told = service(organization={"id": told["id"], "name": "A", "description": "A", "services": [told]})
    return told


def test_one_service_nested_too_deeply_is_named_and_the_others_stay() -> None:
    brought = hsds_reading.read_all([nested(300), service()])
    assert len(brought.rows) == 1 and [str(one) for one in brought.wrong] == [
        "service 1, field service: is nested too deeply"
    ]


@pytest.mark.parametrize(
    "more",
    [
        {"name": "A\ud800"}, {"description": "x\x00y"}, {"name": "A\x00"}, {"status": {"a": 1}}, {"attributes": [5]},
        {"phones": [None]}, {"organization": [1]}, {"service_at_locations": {"a": 1}}, {"name": {"a": 1}},
        {"schedules": [{"id": str(uuid.uuid4()), "valid_from": "9999-12-31", "valid_to": "9999-12-31"}]},
        {"schedules": [{"id": str(uuid.uuid4()), "interval": float("nan"), "byday": "MO"}]},
        {"languages": [{"id": str(uuid.uuid4()), "code": "tiếng gì đó"}]},
    ],
)  # fmt: skip
def test_no_service_of_strangers_brings_an_import_down(connection: Connection, more: dict[str, Any]) -> None:
    brought = hsds_reading.read_all([service(**more), service(name="Phòng khám B")])
    assert brought.rows[-1].draft.service == "Phòng khám B"
    spreadsheet.take_over(connection, brought.rows, now=NOW)
    for known in spreadsheet.everything(connection):
        assert drafts.problems(known.draft, is_demo=False) == ()


def test_far_too_many_objects_are_refused_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    path.write_text("[" + ",".join(["{}"] * hsds_files.MOST_OBJECTS) + "]")
    with pytest.raises(NotATable, match="far too many objects"):
        list(hsds_files.services_in(path))
    with pytest.raises(NotATable, match="more than 50000 services"):
        hsds_reading.read_all({} for _ in range(sheets.MOST_ROWS + 1))
    lines = tmp_path / "out.ndjson"
    lines.write_text('"' + "x" * hsds_files.MOST_LINE + '"')
    with pytest.raises(NotATable, match="too large"):
        list(hsds_files.services_in(lines))


def test_a_large_export_of_ours_can_be_read_again(connection: Connection, tmp_path: Path) -> None:
    three(connection)
    services = list(hsds.services(leaving.shown(connection), on=NOW.date()))
    many = services * (sheets.MOST_BYTES // len(hsds_files.as_ndjson(services).encode()) + 1)
    (tmp_path / "out.ndjson").write_text(hsds_files.as_ndjson(many), "utf-8")
    (tmp_path / "out.json").write_text(hsds_files.as_json(many), "utf-8")
    for name in ("out.ndjson", "out.json"):
        assert (tmp_path / name).stat().st_size > sheets.MOST_BYTES
        assert sum(1 for _ in hsds_files.services_in(tmp_path / name)) == len(many)


@pytest.mark.parametrize("form", ["csv", "xlsx", "own.ndjson", "ndjson", "json", "package"])
def test_texts_of_several_lines_and_strange_signs_come_back_as_no_change(
    connection: Connection, tmp_path: Path, form: str
) -> None:
    texts = {"vi": LINES, "en": "'=1+1"}
    shown(connection, replace(OPEN, reception=texts, directions="\tcổng bên", price={"vi": "=1+1", "en": "@x"}))
    known, path = spreadsheet.everything(connection), tmp_path / f"out.{form}"
    services = list(hsds.services(leaving.shown(connection), on=NOW.date()))
    if form == "package":
        path.mkdir()
        for name, text in hsds_files.as_package(services).items():
            (path / name).write_bytes(text.encode())
    else:
        made: dict[str, Callable[[], str | bytes]] = {
            "csv": lambda: spreadsheet.as_csv(known),
            "xlsx": lambda: spreadsheet.as_xlsx(known),
            "own.ndjson": lambda: spreadsheet.as_ndjson(known),
            "ndjson": lambda: hsds_files.as_ndjson(services),
            "json": lambda: hsds_files.as_json(services),
        }
        told = made[form]()
        path.write_bytes(told.encode() if isinstance(told, str) else told)
    if form == "own.ndjson":
        assert own_lines.is_ours(path)
        rows, wrong = own_lines.read(path)
    elif form in ("csv", "xlsx"):
        rows, wrong = spreadsheet.parse_file(path)
    else:
        brought = hsds_reading.read_all(hsds_files.services_in(path))
        rows, wrong = tuple(brought.rows), tuple(brought.wrong)
    assert wrong == () and spreadsheet.plan(connection, rows).outcome == Outcome(0, 0, 1)


def test_no_cell_of_the_tables_for_programs_is_run_by_a_spreadsheet(connection: Connection) -> None:
    shown(connection, replace(OPEN, service='=HYPERLINK("x")', organisation="+cmd|x", phones=("+84 24 0000 0002",)))
    files = hsds_files.as_package(hsds.services(leaving.shown(connection), on=NOW.date()))
    assert "'=HYPERLINK" in files["services.csv"] and "'+cmd" in files["organizations.csv"]
    assert ",+84 24 0000 0002" in files["phones.csv"], "a number stays as it is dialled"


@pytest.mark.parametrize(
    "more",
    [
        {"id": "x"}, {"id": 5}, {"place": ["old_district", "999"]}, {"place": "Hà Nội"}, {"place": ["x", "005"]},
        {"needs": "health.prep"}, {"phones": [5]}, {"is_sealed": "no"}, {"reception": ["x"]}, {"colour": "red"},
        {"hours": [None]}, {"service": None}, {"languages": ["tiếng gì"]}, {"service_id": "y"}, {"place": [[], {}]},
    ],
)  # fmt: skip
def test_our_own_lines_are_read_strictly(connection: Connection, tmp_path: Path, more: dict[str, Any]) -> None:
    three(connection)
    first, *others = spreadsheet.as_ndjson(spreadsheet.everything(connection)).splitlines()
    path = tmp_path / "out.ndjson"
    path.write_text("\n".join([*others, "", json.dumps({**json.loads(first), **more}), "5"]), "utf-8")
    rows, wrong = own_lines.read(path)
    assert len(rows) == 2 and {one.row for one in wrong} == {4, 5} and {one.unit for one in wrong} == {"line"}
    path.write_text(f"{first}\n{{", "utf-8")
    with pytest.raises(NotATable, match="Line 2 is not JSON"):
        own_lines.read(path)


def test_a_table_of_endless_columns_or_rows_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotATable, match="more than 200 columns"):
        spreadsheet.parse(",".join(HEAD) + "," * 2_000_000 + "x\n")
    rows, wrong = spreadsheet.parse(",".join(HEAD) + "," * 2_000_000 + "\n")
    assert rows == () and wrong == (), "empty ones behind the last are no harm"
    monkeypatch.setattr(hsds_files, "MOST_TABLE_ROWS", 3)
    for name in ("services.csv", "phones.csv"):
        (tmp_path / name).write_text("id\n" + "x\n" * 2)
    with pytest.raises(NotATable, match="too many rows"):
        list(hsds_files.services_in(tmp_path))


@pytest.mark.parametrize(
    ("city", "province", "code"),
    [
        ("huyện Châu Thành", "Tây Ninh", None),
        ("Quận 3", "TP. Hồ Chí Minh", "770"),
        ("phường Quán Thánh", "Hà Nội", "00013"),
    ],
)
def test_the_address_of_a_stranger_names_one_place_or_none(city: str, province: str, code: str | None) -> None:
    own = str(uuid.uuid4())
    words = {"address_1": "Số 5", "city": city, "state_province": province, "postal_code": "00000", "country": "VN"}
    where = {"id": own, "location_type": "physical", "addresses": [{"id": own, **words, "address_type": "physical"}]}
    brought = hsds_reading.read_all([service(service_at_locations=[{"id": own, "location": where}])])
    assert [row.draft.place.code if row.draft.place else None for row in brought.rows] == ([code] if code else [])
    assert [one.column for one in brought.wrong] == ([] if code else ["place"])
