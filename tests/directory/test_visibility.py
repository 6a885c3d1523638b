"""A listing for colleagues only is in nothing that leaves the house, and comes back from a file as it was."""

import io
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import Connection, insert, select, update

from directory import editing, merging, search, verification
from directory.drafts import Draft, DraftProblem
from directory.exchange import handbook, hsds, hsds_changes, hsds_files, leaving, offline, spreadsheet
from directory.replay import replay, stands
from directory.shelf import ShelfKeeper, is_withdrawn, read_listings
from directory.tables import place_of_service
from tests.directory.exchange.samples import NOW, OPEN, SEALED, shown

TODAY = date(2026, 12, 7)
STAFF = replace(OPEN, service="Quầy Canary", organisation="Canary QX", phones=("024 0000 0077",), is_staff_only=True)
CANARIES = ("Canary", "QX", "0000 0077")


def said_to_others(connection: Connection) -> dict[str, str]:
    """All that leaves the house for persons and for other programs."""
    listings, keeper = leaving.shown(connection), ShelfKeeper()
    keeper.load(connection)
    services = list(hsds.services(listings, on=TODAY))
    made = {"hsds": hsds_files.as_json(services), "ndjson": hsds_files.as_ndjson(services)}
    made |= hsds_files.as_package(services, hsds_changes.changes(connection))
    made |= {"offline": offline.page(listings, on=TODAY), "index": repr(keeper.shelf.index)}
    pages = PdfReader(io.BytesIO(handbook.make(listings, on=TODAY, form="a6"))).pages
    made["handbook"] = "\n".join(page.extract_text() for page in pages)
    for text in ("quầy canary", "prep ở Cầu Giấy", "xét nghiệm HIV ở Hà Nội"):
        asked = replace(search.question(text, at=NOW, limit=50), text="")
        made[text] = repr(search.search(keeper.shelf, asked))
    return made


def test_it_is_told_to_nobody_outside_and_read_by_colleagues(connection: Connection) -> None:
    shown(connection, OPEN)
    id = shown(connection, STAFF)
    editing.save(connection, id, replace(STAFF, price={"vi": "Canary"}), expected=2, staff_id=1, now=NOW)
    wrong = [where for where, text in said_to_others(connection).items() if any(one in text for one in CANARIES)]
    assert not wrong and is_withdrawn(connection, id)
    assert [one.service for one in read_listings(connection, for_staff=True)] == [STAFF.service]


def test_it_is_told_once_it_is_for_everybody_and_not_what_was_written_before(connection: Connection) -> None:
    id = shown(connection, STAFF)
    editing.save(connection, id, replace(STAFF, price={"vi": "Giá kín"}), expected=2, staff_id=1, now=NOW)
    editing.save(connection, id, replace(STAFF, is_staff_only=False), expected=3, staff_id=1, now=NOW)
    made = said_to_others(connection)
    assert "Canary" in made["hsds"] and "Canary" in made["offline"] and "Canary" in made["prep ở Cầu Giấy"]
    assert not [where for where, text in made.items() if "Giá kín" in text]
    assert replay(connection, id) == stands(connection, id)


def test_what_persons_are_shown_disappears_when_it_becomes_for_colleagues_only(connection: Connection) -> None:
    id, keeper = shown(connection, OPEN), ShelfKeeper()
    keeper.load(connection)
    assert keeper.shelf.get(id) is not None
    editing.save(connection, id, replace(OPEN, is_staff_only=True), expected=2, staff_id=1, now=NOW)
    assert keeper.refresh(connection) and keeper.shelf.get(id) is None


def test_a_listing_that_was_merged_into_it_does_not_lead_to_it(connection: Connection) -> None:
    id, old, keeper = shown(connection, OPEN), editing.propose(connection, OPEN, staff_id=1, now=NOW), ShelfKeeper()
    merging.merge(connection, old, id, staff_id=1, now=NOW)
    editing.save(connection, id, replace(OPEN, is_staff_only=True), expected=2, staff_id=1, now=NOW)
    keeper.load(connection)
    assert keeper.shelf.get(old) is None


def test_sealed_and_for_colleagues_only_is_one_too_many_and_unsealing_this_way_too(connection: Connection) -> None:
    with pytest.raises(DraftProblem):
        editing.propose(connection, replace(SEALED, is_staff_only=True), staff_id=1, now=NOW)
    id = shown(connection, SEALED)
    with pytest.raises(DraftProblem):
        editing.save(
            connection, id, replace(SEALED, is_sealed=False, is_staff_only=True), expected=2, staff_id=1, now=NOW
        )


def test_the_table_carries_it_and_a_table_without_the_column_changes_nothing(connection: Connection) -> None:
    id = shown(connection, STAFF)
    table = spreadsheet.as_csv(spreadsheet.everything(connection))
    for without in (frozenset[str](), frozenset({"is_staff_only"})):
        text = spreadsheet.as_csv(spreadsheet.everything(connection), without=without)
        rows, wrong = spreadsheet.parse(text)
        assert not wrong and spreadsheet.plan(connection, rows).outcome == spreadsheet.Outcome(0, 0, 1)
    assert "is_staff_only" in table.splitlines()[0]
    known = editing.look_up(connection, id)
    assert known is not None and known.draft.is_staff_only and known.draft.visibility == "staff"


@pytest.mark.parametrize(("draft", "wanted"), [(OPEN, "public"), (SEALED, "sealed"), (STAFF, "staff")])
def test_the_column_says_it_and_the_version_before_reads_and_writes_its_own(
    connection: Connection, draft: Draft, wanted: str
) -> None:
    id = shown(connection, draft)
    row = connection.execute(select(place_of_service).where(place_of_service.c.id == id)).one()
    assert (row.visibility, row.is_sealed) == (wanted, wanted == "sealed")
    told: dict[str, Any] = dict(row._mapping)
    older = {name: value for name, value in told.items() if name != "visibility"} | {"id": "older", "is_sealed": True}
    connection.execute(insert(place_of_service).values(**older | {"street": None, "directions": ""}))
    verification.note(connection, "import", "older", staff_id=None, now=NOW)
    (one,) = read_listings(connection, ["older"])
    assert one.is_sealed, "sealed by a version that knows of no visibility"
    connection.execute(update(place_of_service).where(place_of_service.c.id == "older").values(is_sealed=False))
    known = editing.look_up(connection, "older")
    assert known is not None and known.draft.visibility == "public"
