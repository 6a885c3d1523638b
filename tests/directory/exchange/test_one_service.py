"""Requirement 16: one service at several places goes out and comes in as one, and again changes nothing."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, select

from directory import editing, verification
from directory.exchange import hsds, hsds_files, hsds_reading, leaving, spreadsheet
from directory.exchange.spreadsheet import Outcome
from directory.places import PlaceKey, Tier
from directory.tables import make_tables, service
from tests.directory.exchange.conftest import errors
from tests.directory.exchange.samples import NOW, OPEN, shown

SECOND = replace(
    OPEN, place=PlaceKey(Tier.OLD_DISTRICT, "006"), street="Số 6 đường Thử", directions="", hours=("sat 08:00-11:00",),
    phones=("024 0000 0006",), languages=("vi",), reception={"vi": "Bấm chuông"}, source="",
)  # fmt: skip
FOREIGN = "5f0d2c0e-8a52-4cbb-8f3e-0a7c8f6f0001"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Connection]:
    """The directory of another house."""
    engine = create_engine(f"sqlite:///{tmp_path / 'elsewhere.db'}")
    make_tables(engine)
    with engine.begin() as made:
        yield made
    engine.dispose()


def two(connection: Connection) -> tuple[str, str]:
    """One service shown at two places."""
    first = shown(connection, OPEN)
    known = editing.look_up(connection, first)
    assert known is not None
    second = editing.propose(connection, SECOND, staff_id=1, now=NOW, service_id=known.service_id)
    verification.verify(connection, second, verification.GROUPS, method="call", staff_id=1, now=NOW)
    editing.publish(connection, second, staff_id=1, now=NOW)
    return first, second


def told(connection: Connection) -> list[hsds.Object]:
    return list(hsds.services(leaving.shown(connection), on=NOW.date()))


@pytest.mark.parametrize("form", ["json", "ndjson", "package"])
def test_service_and_places_keep_their_ids_in_another_house(
    connection: Connection, elsewhere: Connection, tmp_path: Path, form: str
) -> None:
    ids = two(connection)
    (one,) = told(connection)
    assert errors("service", one) == [] and {at["id"] for at in one["service_at_locations"]} == set(ids)
    if form == "package":
        path = tmp_path / "package"
        path.mkdir()
        for name, text in hsds_files.as_package([one]).items():
            (path / name).write_text(text, "utf-8", newline="")
    else:
        path = tmp_path / f"out.{form}"
        path.write_text((hsds_files.as_json if form == "json" else hsds_files.as_ndjson)([one]), "utf-8")
    brought = hsds_reading.read_all(list(hsds_files.services_in(path)))
    assert not brought.wrong
    assert spreadsheet.take_over(elsewhere, brought.rows, now=NOW) == Outcome(2, 0, 0)
    assert elsewhere.execute(select(service.c.id)).scalars().all() == [one["id"]]
    for id, draft in zip(ids, (OPEN, SECOND), strict=True):
        known = editing.look_up(elsewhere, id)
        assert known is not None and replace(known.draft, source=draft.source) == draft
    for house in (elsewhere, connection):
        plan = spreadsheet.plan(house, brought.rows)
        assert plan.outcome == Outcome(0, 0, 2) and not plan.differences and not plan.wrong
        assert spreadsheet.take_over(house, brought.rows, now=NOW) == Outcome(0, 0, 2)
    assert told(connection) == [one]


def test_another_program_s_service_keeps_its_id_too(connection: Connection) -> None:
    two(connection)
    one = json.loads(json.dumps(told(connection)[0]).replace(told(connection)[0]["id"], FOREIGN))
    for at in one["service_at_locations"]:
        at["id"] = at["id"][:-4] + "0000"
    rows = hsds_reading.read_all([one]).rows
    assert spreadsheet.take_over(connection, rows, now=NOW) == Outcome(2, 0, 0)
    assert FOREIGN in connection.execute(select(service.c.id)).scalars().all()
    assert len(editing.places_of(connection, FOREIGN)) == 2
    assert spreadsheet.plan(connection, rows).outcome == Outcome(0, 0, 2)


def test_a_file_that_renames_a_service_names_every_place_that_changes(connection: Connection) -> None:
    first, second = two(connection)
    one = json.loads(json.dumps(told(connection)[0]))
    rows = hsds_reading.read_all([{**one, "name": "Khám tên mới"}]).rows
    plan = spreadsheet.plan(connection, rows)
    assert [(one.column, one.after) for one in plan.differences] == [("service", "Khám tên mới")] * 2
    assert spreadsheet.take_over(connection, rows, now=NOW).moved == (rows[1].id,)
    new = json.loads(json.dumps({**one, "name": "Khám tên cũ"}).replace(first, FOREIGN))
    new["service_at_locations"] = [at for at in new["service_at_locations"] if at["id"] == FOREIGN]
    rows = hsds_reading.read_all([new]).rows
    plan = spreadsheet.plan(connection, rows)
    assert [(one.before, one.after) for one in plan.differences if one.before] == [("Khám tên mới", "Khám tên cũ")] * 2
    assert second in editing.places_of(connection, one["id"])


def test_a_table_cannot_say_two_things_of_one_service(connection: Connection) -> None:
    two(connection)
    table = spreadsheet.as_csv(spreadsheet.everything(connection))
    rows, wrong = spreadsheet.parse(table.replace(OPEN.service, "Khám tên mới", 1))
    assert not wrong
    plan = spreadsheet.plan(connection, rows)
    assert {(one.row, one.column) for one in plan.wrong} == {(2, "service"), (3, "service")} and not plan.rows
    rows, _ = spreadsheet.parse(table.replace(OPEN.service, "Khám tên mới"))
    revisions = {known.id: known.revision for known in spreadsheet.everything(connection)}
    outcome = spreadsheet.take_over(connection, rows, now=NOW, revisions=revisions)
    assert outcome == Outcome(0, 1, 1) and outcome.moved == (rows[1].id,)
    assert spreadsheet.plan(connection, rows).outcome == Outcome(0, 0, 2)
