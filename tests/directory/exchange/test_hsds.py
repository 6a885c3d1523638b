"""Requirement 16: what we hand out is HSDS 3.1 without one error, comes back the same, and tells no sealed place."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import frictionless
import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from directory import editing, friendly
from directory.exchange import (
    hsds,
    hsds_changes,
    hsds_files,
    hsds_hours,
    hsds_reading,
    hsds_shapes,
    leaving,
    spreadsheet,
)
from directory.exchange.hsds_lines import line
from directory.exchange.hsds_names import name as named
from directory.exchange.hsds_reading import Brought
from directory.listings import Hours, is_open
from directory.wording import HCMC
from tests.directory.exchange.conftest import errors
from tests.directory.exchange.samples import BARE, NOW, OPEN, SEALED, shown, three

TODAY = date(2026, 12, 7)
EXAMPLES = Path(__file__).parent / "hsds_examples"


def told(connection: Connection) -> list[hsds.Object]:
    return list(hsds.services(leaving.shown(connection), on=TODAY))


def test_every_object_is_valid_strictly(connection: Connection) -> None:
    three(connection)
    services = told(connection)
    assert len(services) == 3 and [errors("service", one) for one in services] == [[], [], []]
    assert all(errors("taxonomy", one) == [] for one in hsds.taxonomies())
    for one in services:
        assert list(hsds_shapes.look("service", one)) == []
        assert "assurer_email" not in one and one["assured_date"] == "2026-12-07"


def test_the_check_itself_finds_what_is_wrong(connection: Connection) -> None:
    three(connection)
    one = told(connection)[0]
    for spoilt in ({**one, "status": "open"}, {**one, "id": "7"}, {**one, "color": "red"}, {"id": one["id"]}):
        assert errors("service", spoilt)
        assert list(hsds_shapes.look("service", spoilt))


def kind_of(path: Path) -> str | None:
    """The object an example is of; None for what is none of ours."""
    kinds = ("taxonomy_term", "taxonomy", "service_at_location", "service", "organization", "location")
    is_object = isinstance(json.loads(path.read_text("utf-8")), dict)
    return next((one for one in kinds if is_object and path.stem.startswith(one)), None)


OF_OBJECTS = [(path, kind) for path in sorted(EXAMPLES.glob("*.json")) if (kind := kind_of(path)) is not None]


def test_there_is_an_example_of_every_object() -> None:
    assert {kind for _, kind in OF_OBJECTS} == {
        "taxonomy_term", "taxonomy", "service_at_location", "service", "organization", "location"
    }  # fmt: skip


@pytest.mark.parametrize("path, kind", OF_OBJECTS, ids=lambda one: getattr(one, "stem", one))
def test_our_own_check_agrees_with_the_schemas_on_the_examples(path: Path, kind: str) -> None:
    content = json.loads(path.read_text("utf-8"))
    for one in content.get("contents", [content]):
        assert (errors(kind, one) == []) is (list(hsds_shapes.look(kind, one)) == [])


def test_a_sealed_place_tells_its_province_and_front_gate_phone_only(connection: Connection) -> None:
    shown(connection, SEALED)
    (one,) = told(connection)
    (at,) = one["service_at_locations"]
    assert set(at["location"]) == {"id", "location_type"}
    assert [phone["number"] for phone in at["phones"]] == ["024 0000 0003"]
    assert at["service_areas"][0]["name"] == "Hà Nội"
    written = json.dumps(one, ensure_ascii=False)
    assert "Hoàng Mai" not in written and "nội bộ" not in written


def back(brought: Brought, connection: Connection) -> dict[str, object]:
    assert brought.wrong == []
    return {row.id: row.draft for row in brought.rows}


@pytest.mark.parametrize("form", ["json", "ndjson", "package"])
def test_what_comes_back_is_what_went_out(connection: Connection, tmp_path: Path, form: str) -> None:
    open_, sealed, bare = three(connection)
    services = told(connection)
    if form == "package":
        path = tmp_path / "package"
        path.mkdir()
        for name, text in hsds_files.as_package(services).items():
            (path / name).write_text(text, "utf-8", newline="")
    else:
        path = tmp_path / f"out.{form}"
        path.write_text((hsds_files.as_json if form == "json" else hsds_files.as_ndjson)(services), "utf-8")
    brought = hsds_reading.read_all(list(hsds_files.services_in(path)))
    assert brought.kept_out == {}
    found = back(brought, connection)
    expected = {open_: OPEN, sealed: leaving.veiled(SEALED), bare: BARE}
    for id, draft in expected.items():
        got = found[id]
        assert isinstance(got, type(draft))
        assert replace(leaving.unveiled(got, draft), source=draft.source) == draft
    assert spreadsheet.take_over(connection, brought.rows, now=NOW) == spreadsheet.Outcome(0, 0, 3)
    again = list(hsds.services(leaving.shown(connection), on=TODAY))
    assert again == services, "names stay the same from export to export"


def test_the_tabular_package_is_valid(connection: Connection, tmp_path: Path) -> None:
    open_, *_ = three(connection)
    known = editing.look_up(connection, open_)
    assert known is not None
    changed = replace(OPEN, phones=("024 0000 0009",))
    editing.save(connection, open_, changed, expected=known.revision, staff_id=7, now=NOW)
    for name, text in hsds_files.as_package(told(connection), hsds_changes.changes(connection)).items():
        (tmp_path / name).write_text(text, "utf-8", newline="")
    assert len(list(tmp_path.glob("*.csv"))) == 24
    report = frictionless.validate(str(tmp_path / "datapackage.json"))
    assert report.valid, report.flatten(["type", "title", "note"])
    assert "024 0000 0009" in (tmp_path / "metadata.csv").read_text("utf-8")


def test_rows_of_a_package_that_lead_nowhere_are_named(connection: Connection, tmp_path: Path) -> None:
    """A number that belongs to no place, a service of an organisation that is not there: nothing is lost in silence."""
    three(connection)
    for name, text in hsds_files.as_package(hsds.services(leaving.shown(connection), on=TODAY)).items():
        (tmp_path / name).write_text(text, "utf-8")
    astray: list[str] = []
    whole = list(hsds_files.services_in(tmp_path, astray))
    assert len(whole) == 3 and astray == []
    head, *rows = list(csv.reader(io.StringIO((tmp_path / "phones.csv").read_text("utf-8"))))
    at = [head.index(name) for name in ("location_id", "service_at_location_id", "id") if name in head]
    nowhere = [[named("none") if cell and n in at[:-1] else cell for n, cell in enumerate(row)] for row in rows]
    nowhere += [["" if n == at[-1] else cell for n, cell in enumerate(rows[0])], nowhere[0]]
    table = io.StringIO(newline="")
    csv.writer(table).writerows([head, *nowhere])
    (tmp_path / "phones.csv").write_text(table.getvalue(), "utf-8")
    list(hsds_files.services_in(tmp_path, astray))
    assert [line.partition(": ")[2].partition(": ")[0] for line in astray] == ["phones.csv"] * 3
    assert {line.rpartition(": ")[2] for line in astray} >= {
        "rows without an id", "rows with the id of another row",
    }  # fmt: skip
    assert any("_id leads to no row" in line for line in astray)


def test_changes_name_a_role_and_never_a_person_or_what_is_sealed(connection: Connection) -> None:
    open_, sealed, _ = three(connection)
    for id, draft in ((open_, OPEN), (sealed, SEALED)):
        known = editing.look_up(connection, id)
        assert known is not None
        new = replace(draft, place=BARE.place, phones=("024 0000 0009",), source="ông Kín ở số 9")
        editing.save(connection, id, new, expected=known.revision, staff_id=4711, now=NOW)
    changes = list(hsds_changes.changes(connection))
    assert {(one["resource_id"], one["field_name"]) for one in changes} == {
        (open_, "place"), (open_, "phones"), (sealed, "phones"),
    }  # fmt: skip
    assert all(errors("metadata", one) == [] for one in changes)
    assert "4711" not in json.dumps(changes) and "ông Kín" not in json.dumps(changes, ensure_ascii=False)


spans = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 95), st.integers(1, 96)).map(
        lambda told: (told[0], told[1] * 15, told[1] * 15 + told[2] * 15)
    ),
    max_size=6,
    unique=True,
)


@given(spans)
@settings(max_examples=300, deadline=None)
def test_hours_come_back_from_their_rules_and_the_rules_mean_the_same_week(week: list[tuple[int, int, int]]) -> None:
    hours = Hours(tuple(week))
    rules = hsds_hours.schedules("x", hours)
    lines = hsds_hours.lines(rules)
    again = Hours.parse(list(lines or ()))
    assert again is not None and sorted(again.spans) == sorted(hours.spans)
    monday = datetime(2026, 12, 7, tzinfo=HCMC)
    for rule in rules:
        starts = rrulestr(rule["notes"].removeprefix("RRULE:"), dtstart=datetime(2026, 12, 7))
        opens, closes = rule["opens_at"][:5], rule["closes_at"][:5]
        for day in starts.between(datetime(2026, 12, 7), datetime(2026, 12, 13), inc=True):
            begins = day.replace(hour=int(opens[:2]), minute=int(opens[3:]), tzinfo=HCMC)
            ends = day.replace(hour=int(closes[:2]), minute=int(closes[3:]), tzinfo=HCMC)
            ends = ends if ends > begins else ends + timedelta(days=1)
            for moment in (begins, ends - timedelta(minutes=1)):
                assert is_open(hours, moment.astimezone(UTC)).state == "open"
    assert (is_open(hours, monday).state == "open") is any(
        day * 1440 + begins <= 0 < day * 1440 + ends or day * 1440 + ends > 10080 for day, begins, ends in week
    )


def test_what_strangers_write_is_taken_or_named(connection: Connection) -> None:
    three(connection)
    good = told(connection)[0]
    strange = [
        {**good, "colour": "red", "email": "someone@example.org", "wait_time": "short"},
        {**good, "id": "nope"},
        {**good, "id": hsds.name("organization", "another"), "status": "defunct"},
        {"id": hsds.name("organization", "bare"), "name": "Bare", "status": "active"},
        7,
    ]
    brought = hsds_reading.read_all(strange)
    assert len(brought.rows) == 1 and dict(brought.kept_out) == {
        "service.colour (not in HSDS)": 1,
        "service.email (names persons)": 1,
        "service.wait_time (no place for it)": 1,
        "services that are defunct": 1,
    }
    said = [str(one) for one in brought.wrong]
    assert "service 2, field service.id: is not a UUID" in said and "service 5, field service: is not an object" in said
    assert {one.column for one in brought.wrong if one.row == 4} == {"organisation", "kind", "needs", "place"}


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "\u0000", "nothing"])
def test_what_is_no_json_is_refused_with_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text, "utf-8")
    with pytest.raises(spreadsheet.NotATable, match="not JSON"):
        list(hsds_files.services_in(path))


def test_the_example_package_of_others_is_read_and_what_has_no_place_is_named() -> None:
    content = json.loads((EXAMPLES / "service_full.json").read_text("utf-8"))
    brought = hsds_reading.read_all([content])
    assert brought.rows == [] and {one.column for one in brought.wrong} >= {"kind", "needs", "place"}
    assert any("names persons" in line for line in brought.report())


def test_hours_of_holidays_are_kept_when_a_file_that_cannot_carry_them_comes_back(connection: Connection) -> None:
    id = shown(connection, replace(OPEN, hours=(*(OPEN.hours or ()), "tet closed")))
    services = list(hsds.services(leaving.shown(connection), on=NOW.date()))
    for place in services[0]["service_at_locations"]:
        place["schedules"] = [one for one in place["schedules"] if "tet" not in one["description"]]
    rows = tuple(hsds_reading.read_all(services).rows)
    assert spreadsheet.plan(connection, rows).outcome.same == 1
    known = editing.look_up(connection, id)
    assert known is not None and spreadsheet.settled(rows[0], known.draft).hours == known.draft.hours


def test_friendly_leaves_with_its_reason_and_no_file_gives_or_takes_it(connection: Connection) -> None:
    id = shown(connection, OPEN)
    friendly.grant(connection, id, "peer_visit", has_consent=True, staff_id=1, now=NOW)
    (one,) = told(connection)
    (place,) = one["service_at_locations"]
    (said,) = [each for each in place["attributes"] if each["taxonomy_term"]["code"] == "quality.friendly"]
    assert (said["value"], said["label"]) == ("peer_visit", "2026-12-07")
    assert not errors("service", one)
    csv = spreadsheet.as_csv(spreadsheet.everything(connection))
    assert "peer_visit 2026-12-07" in csv
    rows, wrong = spreadsheet.parse(csv.replace("free; no_papers", "friendly; free; no_papers"))
    assert not wrong and spreadsheet.plan(connection, rows).outcome.same == 1
    without, _ = spreadsheet.parse(csv.replace("peer_visit 2026-12-07", ""))
    assert spreadsheet.plan(connection, without).outcome.same == 1
    assert spreadsheet.plan(connection, tuple(hsds_reading.read_all([one]).rows)).outcome.same == 1


def test_a_line_says_the_same_as_the_object(connection: Connection) -> None:
    three(connection)
    services = told(connection)
    assert [json.loads(line(one)) for one in services] == services
    assert [json.loads(line(one)) for one in hsds.taxonomies()] == hsds.taxonomies()
    full = next(one for one in services if one["name"] == OPEN.service)
    odd = {**full, "name": 'Dấu " và \\ và \n', "attributes": [{**full["attributes"][0], "value": 'a"\\\n\u2028'}]}
    assert json.loads(line(odd)) == odd
