"""Requirements 3 and 5: the right kind of place, there or honestly elsewhere, and made-up ones say so."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, insert

from directory import followup, needs, places
from directory.demonstration import DemoRefused, import_demo
from directory.hours import Hours
from directory.listing_index import build
from directory.listing_text import describe
from directory.reading import read
from directory.search import Question, question, search
from directory.search_json import as_json
from directory.shelf import Shelf, ShelfKeeper, is_withdrawn
from directory.tables import organisation, place_of_service, service
from directory.verification import report_wrong, verify
from tests.directory.test_listing_text import listing

NOW = datetime(2026, 12, 7, 2, 0, tzinfo=UTC)  # Monday, nine in the morning in Vietnam


@pytest.fixture
def connection(connection: Connection) -> Connection:
    import_demo(connection, NOW)
    return connection


@pytest.fixture
def keeper(connection: Connection) -> ShelfKeeper:
    made = ShelfKeeper()
    made.load(connection)
    return made


@pytest.fixture
def shelf(keeper: ShelfKeeper) -> Shelf:
    return keeper.shelf


def test_the_demonstration_is_plainly_made_up_and_covers_every_need(shelf: Shelf) -> None:
    assert len(shelf) >= 55
    assert {need for one in shelf for need in one.needs} == set(needs.all_needs())
    assert {one.province for one in shelf} == {"01", "79", "22", "92", "56"}
    phones = [number for one in shelf for number in one.phones]
    assert len(set(phones)) == len(phones)
    for one in shelf:
        assert "(mẫu)" in one.service and "(mẫu)" in one.organisation and one.is_demo
        assert all(re.fullmatch(r"0000 000 \d{3}", number) for number in one.phones)


def test_importing_twice_changes_nothing(connection: Connection) -> None:
    assert import_demo(connection, NOW) == 0


def test_the_demonstration_is_refused_beside_a_real_listing(connection: Connection) -> None:
    connection.execute(insert(organisation).values(id="o", name="thật"))
    connection.execute(insert(service).values(id="s", organisation_id="o", name="thật", kind="clinic"))
    empty: dict[str, object] = {"reception": {}, "price": {}, "papers": {}, "audience": [], "languages": []}
    row = {"id": "p", "service_id": "s", "place_tier": "old_district", "place_code": "005", "province": "01"}
    connection.execute(insert(place_of_service).values(**row, **empty, attributes=[], state="draft", modified_at=NOW))
    with pytest.raises(DemoRefused):
        import_demo(connection, NOW)


@pytest.mark.parametrize(
    "text", ["xet nghiem hiv o cau giay", "xét nghiệm HIV ở Cầu Giấy", "xn hiv q cau giay", "XN HIV cầu giấy đi ạ"]
)
def test_one_question_typed_four_ways_finds_the_same_places(shelf: Shelf, text: str) -> None:
    found = search(shelf, question(text, at=NOW))
    assert len(found.results) == 3 and found.widened is None
    assert all("health.hiv_test" in hit.listing.needs for hit in found.results)
    assert all(hit.listing.place.code == "005" for hit in found.results)


def test_what_was_shown_is_not_shown_again(shelf: Shelf) -> None:
    first = search(shelf, question("xet nghiem hiv o cau giay", at=NOW))
    seen = frozenset(hit.listing.id for hit in first.results)
    asked = question("xet nghiem hiv o cau giay", at=NOW)
    again = search(shelf, Question(asked.needs, asked.places, at=NOW, exclude=seen))
    assert again.results and not seen & {hit.listing.id for hit in again.results}


def test_nothing_there_is_said_and_the_nearest_is_shown_with_its_place(shelf: Shelf) -> None:
    found = search(shelf, question("hoc nghe o cau giay", at=NOW))
    assert found.widened is not None and found.widened["why"] == "none_in_place"
    assert all("livelihood.training" in hit.listing.needs for hit in found.results)


@pytest.mark.parametrize("where", ["ở Bình Dương", "o ba ria vung tau", "o tphcm"])
def test_a_province_that_was_merged_is_not_all_that_it_joined(shelf: Shelf, where: str) -> None:
    found = search(shelf, question(f"xét nghiệm HIV {where}", at=NOW))
    assert found.results and bool(found.widened) == (where != "o tphcm")


def test_far_from_everything_nothing_is_pretended(shelf: Shelf) -> None:
    found = search(shelf, question("hoc nghe o dien bien phu", at=NOW))
    assert not found.results and found.nothing is not None


def test_no_need_stated_shows_nothing(shelf: Shelf) -> None:
    found = search(shelf, question("cau giay", at=NOW))
    assert found.nothing is not None and found.nothing["reason"] == "no_need"


@pytest.mark.parametrize("need", sorted(needs.all_needs()))
def test_never_another_kind_of_place(shelf: Shelf, need: str) -> None:
    for code in ("005", "008"):
        key = places.PlaceKey(places.Tier.OLD_DISTRICT, code)
        found = search(shelf, Question((need,), (key,), at=NOW))
        assert all(need in hit.listing.needs for hit in found.results)


def test_open_places_come_first_in_the_evening(shelf: Shelf) -> None:
    evening = datetime(2026, 12, 7, 13, 0, tzinfo=UTC)  # eight in the evening
    found = search(shelf, question("xet nghiem hiv o ha noi", at=evening))
    states = [hit.opening.state for hit in found.results]
    assert states == sorted(states, key=["open", "unknown", "closed"].index)


def test_a_sealed_place_shows_no_place_finer_than_it_may(shelf: Shelf) -> None:
    sealed = [one for one in shelf if one.is_sealed]
    assert sealed
    for one in sealed:
        asked = Question(("shelter.refuge",), at=NOW, limit=20, near=(21.0, 105.8))
        found = search(shelf, asked)
        for hit in found.results:
            if hit.listing.id == one.id:
                text = describe(hit, "vi", position=1)
                assert places.name_of(one.place) not in text
        for row in as_json(asked, found)["results"]:
            if row["id"] == one.id:
                assert row["distance_km"] is None


def test_the_card_says_what_hours_how_received_phone_and_date(shelf: Shelf) -> None:
    hit = search(shelf, question("xet nghiem hiv o cau giay", at=NOW)).results[0]
    text = describe(hit, "vi", position=1)
    for part in ("1. ", "(mẫu)", "Đang mở, tới", "0000 000", "Kiểm tra ngày"):
        assert part in text
    assert "Open" in describe(hit, "en")


@pytest.mark.parametrize(
    ("text", "about", "which"),
    [
        ("chỗ thứ hai tới mấy giờ", "hours", 1),
        ("co lay tien ko", "price", None),  # said of none of them: of all
        ("sdt cho dau tien", "phone", 0),
        ("cho thu 3 can giay to ko", "papers", 2),
        ("chỗ đó ở đâu", "place", None),
    ],
)
def test_a_question_about_a_shown_place_is_understood(shelf: Shelf, text: str, about: str, which: int | None) -> None:
    shown = [hit.listing for hit in search(shelf, question("xet nghiem hiv o cau giay", at=NOW)).results]
    asked = followup.read(read(text), shown, now=NOW)
    assert asked is not None and asked.about == about
    assert asked.listings == (tuple(shown) if which is None else (shown[which],))
    assert shown[which or 0].service in followup.answer(asked, now=NOW)


def test_a_bare_question_is_about_all_that_was_shown_and_numbers_stay(shelf: Shelf) -> None:
    shown = [hit.listing for hit in search(shelf, question("xet nghiem hiv o cau giay", at=NOW)).results]
    asked = followup.read(read("số điện thoại là gì ạ"), shown, now=NOW)
    assert asked is not None and asked.about == "phone" and asked.listings == tuple(shown[:3])
    second = followup.read(read("chỗ thứ hai ở đâu"), [None, *shown[1:]], now=NOW)
    assert second is not None and second.listings == (shown[1],)
    gone = followup.read(read("chỗ thứ nhất ở đâu"), [None, *shown[1:]], now=NOW)
    assert gone is not None and "vừa được gỡ" in followup.answer(gone, now=NOW)
    assert followup.read(read("xet nghiem hiv o dau"), shown, now=NOW) is None


def test_other_messages_are_not_taken_for_questions_about_a_place(shelf: Shelf) -> None:
    shown = [hit.listing for hit in search(shelf, question("xet nghiem hiv o cau giay", at=NOW)).results]
    assert followup.read(read("e bi danh"), shown, now=NOW) is None
    assert followup.read(read("hoc nghe o can tho"), shown, now=NOW) is None


def test_a_report_marks_the_listing_and_a_check_ends_the_review(connection: Connection, keeper: ShelfKeeper) -> None:
    one = next(iter(keeper.shelf))
    before = keeper.shelf
    report_wrong(connection, one.id, now=NOW)
    assert keeper.refresh(connection) and not keeper.refresh(connection)
    marked = keeper.shelf.get(one.id)
    assert marked is not None and marked.is_under_review
    assert before.get(one.id) == one
    verify(connection, one.id, ("contact",), method="call", staff_id=None, now=NOW)
    assert keeper.refresh(connection)
    again = keeper.shelf.get(one.id)
    assert again is not None and not again.is_under_review
    assert not is_withdrawn(connection, one.id)


def test_a_place_is_found_by_its_name_with_a_slip_and_without_marks(shelf: Shelf) -> None:
    for text in ("phòng khám Hoa Sen", "phong kham hoa sen o dau vay", "phong kham hoa senn"):
        found = search(shelf, question(text, at=NOW))
        assert found.results and found.results[0].listing.service == "Phòng khám Hoa Sen (mẫu)", text


def test_only_places_open_outside_of_office_hours_are_shown_to_whoever_asks_for_them(shelf: Shelf) -> None:
    found = search(shelf, question("xét nghiệm HIV ngoài giờ ở Hà Nội", at=NOW, limit=9))
    usual = search(shelf, question("xét nghiệm HIV ở Hà Nội", at=NOW, limit=9))
    assert found.results and "after_hours" not in found.dropped and len(found.results) < len(usual.results)
    for hit in found.results:
        spans = hit.listing.hours.spans if hit.listing.hours else ()
        assert {"evening", "weekend"} & set(hit.listing.attributes) or any(
            day >= 5 or ends > 19 * 60 for day, _, ends in spans
        )


def test_a_wish_that_nothing_fulfils_is_said_and_the_others_are_shown(shelf: Shelf) -> None:
    asked = question("xet nghiem hiv o cau giay", at=NOW)
    found = search(shelf, Question(asked.needs, asked.places, frozenset({"weekend", "no_papers"}), NOW))
    assert found.results
    without = {"no_papers"} if not any("no_papers" in hit.listing.attributes for hit in found.results) else set()
    assert found.dropped >= without


def test_open_then_is_judged_at_the_hour_asked_for(shelf: Shelf) -> None:
    found = search(shelf, question("xet nghiem hiv o ha noi 23h dem", at=NOW))
    assert found.results and as_json(question("xn hiv 23h dem", at=NOW), found)["understood"]["open_at"]
    states = [hit.opening.state for hit in found.results]
    assert states == sorted(states, key=["open", "unknown", "closed"].index)


def test_what_opens_late_in_the_evening_is_open_in_the_evening() -> None:
    at = datetime.fromisoformat("2026-12-08T10:00+07:00")
    night = listing(id="night", needs=("health.hiv_test",), hours=Hours.parse(["mon-sun 20:00-02:00"]))
    day = listing(id="day", needs=("health.hiv_test",), hours=Hours.parse(["mon-sun 08:00-17:00"]))
    found = search(Shelf(build([night, day])), question("xét nghiệm HIV buổi tối", at=at))
    assert [hit.listing.id for hit in found.results] == ["night"]
