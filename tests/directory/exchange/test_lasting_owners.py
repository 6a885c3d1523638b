"""Requirement 16: an organisation keeps its id when it is called otherwise: in the console, by a file, and back."""

from dataclasses import replace

from sqlalchemy import Connection

from directory import editing
from directory.drafts import Draft
from directory.exchange import hsds, hsds_reading, leaving, spreadsheet
from directory.shelf import ShelfKeeper
from tests.directory.exchange.samples import BARE, NOW, OPEN, shown

ONE = OPEN.organisation
SECOND = replace(OPEN, service="Tư vấn ở Trung tâm Thử", phones=("024 0000 0007",))
NEW = "Trung tâm Mới"


def ids(connection: Connection) -> dict[str, str]:
    """The lasting ids of the organisations that are told, by name."""
    found = hsds.services(leaving.shown(connection), on=NOW.date())
    return {one["organization"]["name"]: one["organization"]["id"] for one in found}


def call(connection: Connection, id: str, name: str) -> None:
    known = editing.look_up(connection, id)
    assert known is not None
    draft: Draft = replace(known.draft, organisation=name)
    editing.save(connection, id, draft, expected=known.revision, staff_id=1, now=NOW)


def test_a_new_name_keeps_the_id_and_so_does_taking_it_back(connection: Connection) -> None:
    id, before = shown(connection, OPEN), ids(connection)
    call(connection, id, NEW)
    assert ids(connection) == {NEW: before[ONE]}
    (change, *_) = editing.history(connection, id, limit=1)
    known = editing.look_up(connection, id)
    assert known is not None
    editing.revert(connection, id, change.seq, expected=known.revision, staff_id=1, now=NOW)
    assert ids(connection) == before


def test_an_organisation_of_several_services_has_its_id_back_when_the_last_has_the_new_name(
    connection: Connection,
) -> None:
    first, second, before = shown(connection, OPEN), shown(connection, SECOND), ids(connection)
    keeper = ShelfKeeper()
    call(connection, first, NEW)
    assert ids(connection)[ONE] == before[ONE] != ids(connection)[NEW]
    keeper.load(connection)
    call(connection, second, NEW)
    assert ids(connection) == {NEW: before[ONE]}
    keeper.refresh(connection)  # the one that moved first is told with the lasting id too
    assert {hsds.organization_id(one) for one in keeper.shelf} == {before[ONE]}


def test_our_own_table_with_another_name_keeps_the_id(connection: Connection) -> None:
    shown(connection, OPEN)
    shown(connection, SECOND)
    shown(connection, BARE)
    before = ids(connection)
    text = spreadsheet.as_csv(spreadsheet.everything(connection)).replace(f",{ONE},", f",{NEW},")
    rows, wrong = spreadsheet.parse(text)
    assert wrong == ()
    assert spreadsheet.take_over(connection, rows, staff_id=1, now=NOW).changed == 2
    assert ids(connection) == {NEW: before[ONE], BARE.organisation: before[BARE.organisation]}
    again, _ = spreadsheet.parse(spreadsheet.as_csv(spreadsheet.everything(connection)))
    assert spreadsheet.take_over(connection, again, staff_id=1, now=NOW).changed == 0
    assert ids(connection)[NEW] == before[ONE]


def test_our_own_hsds_with_another_name_keeps_the_id(connection: Connection) -> None:
    shown(connection, OPEN)
    shown(connection, SECOND)
    before = ids(connection)
    told = list(hsds.services(leaving.shown(connection), on=NOW.date()))
    for one in told:
        one["organization"]["name"] = one["organization"]["description"] = NEW
    rows = hsds_reading.read_all(told).rows
    assert spreadsheet.take_over(connection, rows, staff_id=1, now=NOW).changed == 2
    assert ids(connection) == {NEW: before[ONE]}


def test_a_service_that_goes_over_to_another_organisation_renames_none(connection: Connection) -> None:
    first = shown(connection, OPEN)
    shown(connection, SECOND)
    shown(connection, BARE)
    before = ids(connection)
    call(connection, first, BARE.organisation)
    assert ids(connection) == before


def test_who_bears_an_old_name_later_is_another_organisation(connection: Connection) -> None:
    first, before = shown(connection, OPEN), ids(connection)
    call(connection, first, NEW)
    shown(connection, SECOND)
    after = ids(connection)
    assert after[NEW] == before[ONE] != after[ONE]
