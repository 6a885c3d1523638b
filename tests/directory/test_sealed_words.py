"""Requirement 7: words that tell where a sealed place is are refused wherever somebody can write them."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from directory import care, editing, notices
from directory.drafts import DraftProblem
from directory.exchange import spreadsheet
from directory.listing_text import describe
from directory.places import PlaceKey, Tier
from directory.search import hit_now
from directory.shelf import read_listings
from directory.tables import notice, place_of_service
from tests.directory.exchange.samples import NOW, OPEN, SEALED, shown

STREET = "12 ngõ 7 phố Tân Mai"
TELLS = "listing.problem.tells_where"
DAYS = {"starts_on": date(2026, 12, 1), "ends_on": date(2026, 12, 30)}


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("reception.vi", {"reception": {"vi": f"Đón ở {STREET}", "en": "Call first"}}),
        ("reception.en", {"reception": {"vi": "Gọi trước", "en": "20.9831, 105.8412"}}),
        ("price.vi", {"price": {"vi": "https://maps.app.goo.gl/abc"}}),
        ("papers.vi", {"papers": {"vi": "Đối diện chợ Mơ"}}),
        ("service", {"service": "Nhà tạm lánh, 12 ngõ 7"}),
        ("organisation", {"organisation": "Hội quận Hoàng Mai"}),
        ("reception.vi", {"reception": {"vi": "Tới KĐT Linh Đàm thì gọi"}}),
        ("reception.vi", {"reception": {"vi": "tới linh đàm thì gọi"}}),
        ("papers.vi", {"papers": {"vi": "Trần Khát Chân"}}),
        ("service", {"service": "Nhà tạm lánh Hoàng Mai"}),
        ("organisation", {"organisation": "Hội Phụ nữ Hoàng Mai"}),
        ("languages", {"languages": ("vi", "https://a.vn")}),
    ],
)
def test_words_that_tell_are_refused_in_every_field(connection: Connection, field: str, more: dict[str, Any]) -> None:
    id = shown(connection, SEALED)
    with pytest.raises(DraftProblem) as refused:
        editing.save(connection, id, replace(SEALED, **more), expected=2, staff_id=1, now=NOW)
    assert [(one.field, one.key) for one in refused.value.problems] == [(field, TELLS)]
    assert all(one.what for one in refused.value.problems), "what to take out is named"
    with pytest.raises(DraftProblem):
        editing.propose(connection, replace(SEALED, **more), staff_id=1, now=NOW)
    shown(connection, replace(OPEN, **more))  # of an open place all this may be said


def test_a_notice_of_a_sealed_place_does_not_tell_either(connection: Connection) -> None:
    id = shown(connection, SEALED)
    with pytest.raises(DraftProblem) as refused:
        notices.put(connection, id, f"Chuyển sang {STREET}", **DAYS, staff_id=1, now=NOW)
    assert [(one.field, one.key) for one in refused.value.problems] == [("notice", TELLS)]
    with pytest.raises(DraftProblem):
        notices.put(connection, id, "Tuần này đón ở bến xe Giáp Bát", **DAYS, staff_id=1, now=NOW)
    notices.put(connection, id, "Hết chỗ tới 15/12", **DAYS, staff_id=1, now=NOW)
    notices.put(connection, id, code="full", **DAYS, staff_id=1, now=NOW)


def test_a_place_is_not_sealed_while_its_notice_tells_where_it_is(connection: Connection) -> None:
    id = shown(connection, OPEN)
    notices.put(connection, id, f"Chuyển sang {STREET}", **DAYS, staff_id=1, now=NOW)
    closed = replace(OPEN, is_sealed=True, street="", directions="")
    with pytest.raises(DraftProblem) as refused:
        editing.save(connection, id, closed, expected=2, staff_id=1, now=NOW)
    assert [(one.field, one.key) for one in refused.value.problems] == [("notice", TELLS)]
    notices.end(connection, id, staff_id=1, now=NOW)
    editing.save(connection, id, closed, expected=2, staff_id=1, now=NOW)


def test_a_file_cannot_bring_such_words_in(connection: Connection) -> None:
    text = spreadsheet.as_csv([]).splitlines()[0] + "\n"
    columns = text.strip("\ufeff\n").split(",")
    told = {"service": "Nhà tạm lánh", "organisation": "Hội", "kind": "shelter", "needs": "shelter.refuge"}
    told |= {"place_tier": "new_province", "place_code": "01", "is_sealed": "yes", "papers.vi": STREET}
    rows, wrong = spreadsheet.parse(text + ",".join(told.get(name, "") for name in columns) + "\n")
    assert not rows and [(one.row, one.column) for one in wrong] == [(2, "papers.vi")]
    assert "tells where" in wrong[0].says


def test_what_was_written_before_is_not_shown_is_named_and_comes_back_from_a_file_as_it_was(
    connection: Connection,
) -> None:
    id = shown(connection, SEALED)
    mine = place_of_service.c.id == id
    texts = {"reception": {"vi": STREET, "en": "Call first"}}
    connection.execute(update(place_of_service).where(mine).values(**texts))
    connection.execute(notice.insert().values(place_id=id, text=f"Chuyển sang {STREET}", **DAYS))
    card = describe(hit_now(read_listings(connection)[0], NOW), "en")
    assert "Call first" in card and "Tân Mai" not in card
    found = care.needed(connection, fresh_days=lambda kind: 30, now=NOW)
    assert [one.what for one in found if one.place_id == id] == ["sealed_tells_where"]
    table = spreadsheet.as_csv(spreadsheet.everything(connection))
    assert "Tân Mai" not in table
    rows, _ = spreadsheet.parse(table)
    assert spreadsheet.plan(connection, rows).outcome == spreadsheet.Outcome(0, 0, 1)
    kept = select(place_of_service.c.reception).where(mine)
    assert connection.execute(kept).scalar_one() == texts["reception"]


def test_a_listing_that_tells_nothing_is_taken_as_before(connection: Connection) -> None:
    draft = replace(SEALED, place=PlaceKey(Tier.NEW_PROVINCE, "01"), price={"vi": "20.000 đồng một đêm"})
    assert read_listings(connection) == [] and shown(connection, draft)


def test_a_service_is_not_renamed_at_an_open_place_so_that_it_tells_of_a_sealed_one(connection: Connection) -> None:
    sealed, here = shown(connection, SEALED), editing.look_up(connection, shown(connection, OPEN))
    assert here is not None
    same = update(place_of_service).where(place_of_service.c.id == sealed).values(service_id=here.service_id)
    connection.execute(same)
    before = editing.look_up(connection, sealed)
    with pytest.raises(DraftProblem) as refused:
        renamed = replace(here.draft, service="Quầy 12 ngõ 7 phố Tân Mai")
        editing.save(connection, here.id, renamed, expected=here.revision, staff_id=1, now=NOW)
    assert TELLS in [one.key for one in refused.value.problems]
    assert editing.look_up(connection, sealed) == before
