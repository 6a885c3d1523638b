"""Requirements 9 and 15: what goes out comes back the same; what is wrong is named with its row, none half taken."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from bot.commands.exchange import _report
from directory import drafts, editing, needs
from directory.drafts import Draft, DraftProblem
from directory.exchange import rows as rows_
from directory.exchange import spreadsheet
from directory.places import PlaceKey, Tier
from directory.reading import SEED
from directory.search import question, search
from directory.shelf import ShelfKeeper
from tests.directory.exchange.samples import shown
from tests.directory.test_editing import CLINIC, NOW, published

signs = st.characters(blacklist_categories=["Cs", "Cc"])
words = (
    st.text(signs, min_size=1, max_size=40)
    .map(rows_.tidy)
    .filter(bool)
    .filter(lambda text: text not in spreadsheet.ERRORS)
)
plain = words.filter(lambda text: drafts.DEMO_MARK not in text and "\n" not in text)
some = st.dictionaries(st.sampled_from(drafts.LANGUAGES), words, max_size=2)


def chosen(known: Any) -> Any:
    return st.lists(st.sampled_from(sorted(known)), unique=True, max_size=3).map(tuple)


listings = st.builds(
    Draft,
    organisation=plain,
    service=plain,
    kind=st.sampled_from([one for one in drafts.KINDS if one not in drafts.COLLEAGUES_KINDS]),
    needs=st.lists(st.sampled_from(sorted(needs.NEEDS)), unique=True, min_size=1, max_size=4).map(tuple),
    place=st.sampled_from([PlaceKey(Tier.OLD_DISTRICT, "005"), PlaceKey(Tier.OLD_PROVINCE, "01")]),
    street=st.one_of(st.just(""), plain),
    directions=st.one_of(st.just(""), words),
    hours=st.sampled_from([None, ("mon-fri 08:00-17:00",), ("mon 07:30-11:30", "sat-sun 13:00-02:00")]),
    phones=st.sampled_from([(), ("024 1234 5678",), ("+84 24 1234 5678", "1900 0000")]),
    reception=some,
    price=some,
    papers=some,
    audience=chosen(drafts.AUDIENCES),
    languages=st.just(("vi",)),
    attributes=chosen(drafts.ATTRIBUTES),
    source=st.one_of(st.just(""), words),
)


@given(many=st.lists(listings, min_size=1, max_size=4))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_out_and_back_in_is_the_same(many: list[Draft]) -> None:
    known = [
        editing.Known(f"00000000-0000-4000-8000-{number:012}", draft, "published", 1, False, False, "01")
        for number, draft in enumerate(many)
    ]
    rows, wrong = spreadsheet.parse(spreadsheet.as_csv(known))
    assert wrong == ()
    assert [(row.id, row.draft) for row in rows] == [(one.id, one.draft) for one in known]


def test_no_cell_begins_like_a_formula(connection: Connection) -> None:
    evil = replace(CLINIC, source='=HYPERLINK("x")', phones=("+84 24 1234 5678",), directions="-1", street="@here")
    editing.propose(connection, evil, staff_id=1, now=NOW)
    text = spreadsheet.as_csv(spreadsheet.everything(connection))
    assert not [cell for line in text.splitlines()[1:] for cell in line.split(",") if cell[:1] in "=+-@" and cell]
    (row,), _ = spreadsheet.parse(text)
    assert row.draft == evil


def test_the_same_file_twice_changes_nothing_and_a_change_is_one(connection: Connection) -> None:
    place_id = published(connection)
    rows, _ = spreadsheet.parse(spreadsheet.as_csv(spreadsheet.everything(connection)))
    assert spreadsheet.take_over(connection, rows, now=NOW) == spreadsheet.Outcome(0, 0, 1)
    changed = [replace(rows[0], draft=replace(rows[0].draft, phones=("024 9999 9999",)))]
    assert spreadsheet.take_over(connection, changed, now=NOW, is_dry=True) == spreadsheet.Outcome(0, 1, 0)
    assert spreadsheet.take_over(connection, changed, now=NOW) == spreadsheet.Outcome(0, 1, 0)
    known = editing.look_up(connection, place_id)
    assert known is not None and known.state == "published" and known.draft.phones == ("024 9999 9999",)


def test_every_mistake_is_named_with_row_and_column() -> None:
    text = (
        "service,organisation,kind,needs,place,hours,phones\n"
        'Phòng khám A,Tổ chức A,hiv_clinic,health.hiv_test,"quận Cầu Giấy, Hà Nội",mon 08:00-17:00,024 1234 5678\n'
        "Phòng khám B,,bar,,đâu đó,sáng,gọi đi\n"
    )
    rows, wrong = spreadsheet.parse(text)
    assert [row.draft.service for row in rows] == ["Phòng khám A"]
    assert {(one.row, one.column) for one in wrong} == {
        (3, "organisation"), (3, "kind"), (3, "needs"), (3, "place"), (3, "hours"), (3, "phones"),
    }  # fmt: skip
    assert str(next(one for one in wrong if one.column == "hours")).startswith("row 3, column hours: “sáng”")


def test_ten_thousand_bad_rows_are_all_named_in_one_file_and_the_good_ones_stay(connection: Connection) -> None:
    good = 'Phòng khám {},Tổ chức A,hiv_clinic,health.hiv_test,"quận Cầu Giấy, Hà Nội",,024 1234 5678\n'
    bad = "Phòng khám B{},Tổ chức B,bar,health.hiv_test,đâu đó,sáng,gọi đi\n"
    lines = [bad.format(number) for number in range(10_000)]
    lines[5_000:5_000] = [good.format(number) for number in range(3)]
    rows, wrong = spreadsheet.parse("service,organisation,kind,needs,place,hours,phones\n" + "".join(lines))
    assert len(rows) == 3 and len({one.row for one in wrong}) == 10_000
    told = _report(wrong, (), ())
    assert len(told.splitlines()) == len(wrong) + 1 and "10004" in told.splitlines()[-1]
    assert not spreadsheet.everything(connection)
    assert spreadsheet.take_over(connection, rows, now=NOW) == spreadsheet.Outcome(3, 0, 0)


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "{}", "\x00\x01"])
def test_what_is_no_table_is_refused_whole(text: str) -> None:
    with pytest.raises(spreadsheet.NotATable):
        spreadsheet.parse(text)


def test_listings_from_documents_come_in_hidden_and_unchecked(connection: Connection) -> None:
    rows, wrong = spreadsheet.parse((SEED / "listings-from-documents.csv").read_text("utf-8"))
    assert wrong == () and len(rows) == 24, "all 23 of the documents (R004-02), one of them a centre and its shelter"
    spreadsheet.take_over(connection, rows, now=datetime(2026, 12, 7, tzinfo=UTC))
    keeper = ShelfKeeper()
    keeper.load(connection)
    assert len(keeper.shelf) == 0, "nothing from a document is shown before somebody has checked it"
    assert {one.state for one in spreadsheet.everything(connection)} == {"draft"}
    assert all(one.draft.source and not one.draft.phones for one in spreadsheet.everything(connection))


def test_managers_funders_and_police_of_the_documents_are_for_colleagues_only(connection: Connection) -> None:
    rows, _ = spreadsheet.parse((SEED / "listings-from-documents.csv").read_text("utf-8"))
    spreadsheet.take_over(connection, rows, now=NOW)
    every = {one.draft.service: one.draft for one in spreadsheet.everything(connection)}
    kept = {name for name, one in every.items() if one.is_staff_only}
    asked = {name for name, one in every.items() if one.kind in ("police", "programme_manager", "intl_org")}
    assert kept == asked | {"Tổ chức CARE Quốc tế tại Việt Nam"} and len(kept) == 8
    assert {one.visibility for one in every.values()} == {"public", "staff", "sealed"}
    police = next(one for one in every.values() if one.kind == "police")
    for shown_to_all in (replace(police, is_staff_only=False), replace(police, is_staff_only=False, is_sealed=True)):
        with pytest.raises(DraftProblem, match="colleagues_kind"):
            editing.propose(connection, shown_to_all, staff_id=1, now=NOW)


def test_only_what_is_for_colleagues_may_name_no_need_and_a_police_station_always_is(connection: Connection) -> None:
    head = "service,organisation,kind,needs,place,is_staff_only\n"
    says = "Chi cục A,Chi cục A,programme_manager,,Khánh Hòa,{}\nCông an B,Công an B,công an,,Khánh Hòa,{}\n"
    rows, wrong = spreadsheet.parse(head + says.format("có", "x"))
    assert wrong == () and [row.draft.needs for row in rows] == [(), ()]
    _, wrong = spreadsheet.parse(head + says.format("", ""))
    assert [(one.row, one.column) for one in wrong] == [(2, "needs"), (3, "kind"), (3, "needs")]
    bare = "service,organisation,kind,needs,place\nCông an B,Công an B,police,papers.id,Khánh Hòa\n"
    (row,), wrong = spreadsheet.parse(bare)
    assert wrong == () and row.draft.is_staff_only, "a table without the column is no reason to show it"
    id = editing.propose(connection, replace(rows[0].draft, needs=("legal.aid",)), staff_id=1, now=NOW)
    known = editing.look_up(connection, id)
    assert known is not None
    elsewhere = replace(known.draft, is_staff_only=False)
    editing.propose(connection, elsewhere, staff_id=1, now=NOW, service_id=known.service_id)
    with pytest.raises(DraftProblem, match="no_need"):  # the other place of the service is not for colleagues only
        editing.save(connection, id, replace(known.draft, needs=()), expected=1, staff_id=1, now=NOW)


def test_a_health_station_of_a_ward_that_ended_twice_is_found_under_the_ward_of_today(connection: Connection) -> None:
    rows, _ = spreadsheet.parse((SEED / "listings-from-documents.csv").read_text("utf-8"))
    spreadsheet.take_over(connection, rows, now=NOW)
    station = next(one for one in spreadsheet.everything(connection) if one.draft.service.endswith("Phương Sơn"))
    id = shown(connection, replace(station.draft, phones=("1900 0000",)))
    keeper = ShelfKeeper()
    keeper.load(connection)
    for place in ("ở Tây Nha Trang", "phường Phương Sài", "phuong phuong son nha trang"):
        found = search(keeper.shelf, question(f"khám phụ khoa {place}", at=NOW))
        assert [hit.listing.id for hit in found.results] == [id] and found.widened is None, place


def test_the_public_centre_and_the_shelter_it_keeps_are_two_listings(connection: Connection) -> None:
    """One row of the document named both: the centre has to be found, the shelter must not be."""
    rows, _ = spreadsheet.parse((SEED / "listings-from-documents.csv").read_text("utf-8"))
    spreadsheet.take_over(connection, rows, now=datetime(2026, 12, 7, tzinfo=UTC))
    own = [one.draft for one in spreadsheet.everything(connection) if "Công tác xã hội Khánh" in one.draft.service]
    centre, shelter = sorted(own, key=lambda one: one.is_sealed)
    assert centre.kind == "social_work_centre" and "mind.distress" in centre.needs
    assert "shelter.refuge" not in centre.needs
    assert shelter.kind == "shelter" and shelter.is_sealed and shelter.needs == ("shelter.refuge",)
    assert not [one for one in rows if "shelter.refuge" in one.draft.needs and not one.draft.is_sealed]
