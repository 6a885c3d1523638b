"""The cell "Nơi": what goes out comes back, a change of it is never passed over, and no place is guessed."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection, create_engine

from directory import editing, places
from directory.exchange import spreadsheet
from directory.exchange.said_places import said
from directory.exchange.spreadsheet import Outcome
from directory.places import PlaceKey, Tier
from directory.tables import metadata
from tests.directory.exchange.samples import BARE, NOW, OPEN, SEALED, shown, three

KEYS = sorted(places.units())


def test_every_place_comes_back_from_its_name_and_code_and_none_as_another_one() -> None:
    """A name alone may be too little; then the row is named, or the place is one in which the other lies."""
    for key in KEYS[::7]:
        name = places.name_of(key)
        assert said(name, str(key.tier), key.code).key == key
        assert said(name, str(key.tier), key.code.lstrip("0") or "0").key == key, "also without its zeros"
        alone = said(name, "", "")
        if alone.key not in (key, None):
            assert alone.key is not None and alone.key.tier in (Tier.NEW_PROVINCE, Tier.NEW_COMMUNE)
            assert places.province_of(alone.key) == places.province_of(key)


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("quận Cầu Giấy", PlaceKey(Tier.OLD_DISTRICT, "005")),
        ("q3 tphcm", PlaceKey(Tier.OLD_DISTRICT, "770")),
        ("Hà Nội", PlaceKey(Tier.NEW_PROVINCE, "01")),
        ("phường Quán Thánh, Hà Nội", PlaceKey(Tier.OLD_WARD, "00013")),
        ("phường Phương Sơn, Nha Trang", PlaceKey(Tier.OLD_WARD, "22351")),
        ("Thành phố Huế", PlaceKey(Tier.NEW_PROVINCE, "46")),
        ("phường 5, quận 3, TP.HCM", PlaceKey(Tier.OLD_WARD, "27151")),
        ("Xóm 3, xã Phú Cát, huyện Quốc Oai", PlaceKey(Tier.OLD_WARD, "09922")),
        ("TX. Sơn Tây, HN", PlaceKey(Tier.OLD_DISTRICT, "269")),
        ("số 5 phố Không Tên, quận Cầu Giấy, Hà Nội", PlaceKey(Tier.OLD_DISTRICT, "005")),
        ("phường Ngọc Hà, quận Ba Đình, Hà Nội", PlaceKey(Tier.OLD_WARD, "00016")),
        ("Nghĩa Đô, Cầu Giấy, Hà Nội", PlaceKey(Tier.OLD_WARD, "00157")),
        ("phường Cầu Giấy, TP Hà Nội", PlaceKey(Tier.NEW_COMMUNE, "00166")),
    ],
)
def test_places_as_people_write_them(words: str, key: PlaceKey) -> None:
    assert said(words, "", "").key == key


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        (("Châu Thành", "", ""), "several"),
        (("huyện Châu Thành, Tây Ninh", "", ""), "several"),
        (("phường Ngọc Hà, Hà Nội", "", ""), "several"),  # of today, or of before: other streets
        (("phường Ngọc Hà, thành phố Hà Nội", "", ""), "several"),
        (("Ngọc Hà, TP Hà Nội", "", ""), "several"),
        (("đâu đó, Hà Nội", "", ""), ""),
        (("quận Hoàng Mai, Hà Nội", "old_district", "005"), "other"),
        (("chuyển đi rồi", "old_district", "005"), "other"),
        (("", "old_district", "999"), "code"),
        (("quận Cầu Giấy, Hà Nội", "quận", "005"), "code"),
        (("quận Cầu Giấy, Hà Nội", "old_district", ""), "code"),
        (("phường Không Có, quận Cầu Giấy, Hà Nội", "", ""), "ward"),
        (("Phường Dịch Vọn, Cầu Giấy, Hà Nội", "", ""), "ward"),
        (("xã Bịa Đặt huyện Sóc Sơn", "", ""), "ward"),
        (("TT. Bịa, huyện Ba Vì", "", ""), "ward"),
        (("phường 99, quận 3, TP.HCM", "", ""), "ward"),
    ],
)
def test_what_names_no_place_or_two_is_named(cells: tuple[str, str, str], why: str) -> None:
    found = said(*cells)
    assert found.key is None and found.why == why


def test_a_changed_place_is_taken_or_named_but_never_passed_over(connection: Connection) -> None:
    id = shown(connection, OPEN)
    text = spreadsheet.as_csv(spreadsheet.everything(connection), language="vi")
    moved = text.replace("quận Cầu Giấy, Hà Nội", "quận Ba Đình, Hà Nội")
    rows, wrong = spreadsheet.parse(moved)
    assert rows == () and [(one.column, one.what) for one in wrong] == [("place", "quận Cầu Giấy, Hà Nội")]
    assert "change both, or leave tier and code empty" in str(wrong[0])
    rows, wrong = spreadsheet.parse(moved.replace("old_district,005", ","))
    plan = spreadsheet.plan(connection, rows)
    assert wrong == () and [(one.column, one.after) for one in plan.differences] == [
        ("place", "quận Ba Đình, Hà Nội"), ("place_code", "001")
    ]  # fmt: skip
    spreadsheet.take_over(connection, rows, now=NOW)
    known = editing.look_up(connection, id)
    assert known is not None and known.draft.place == PlaceKey(Tier.OLD_DISTRICT, "001")


@pytest.mark.parametrize("language", ["", "vi", "en"])
def test_a_service_at_several_places_stays_one_in_another_house(connection: Connection, language: str) -> None:
    three(connection)
    first = next(one for one in spreadsheet.everything(connection) if one.draft == OPEN)
    other = replace(OPEN, place=PlaceKey(Tier.OLD_WARD, "22351"), street="Số 9 đường Thử")
    editing.propose(connection, other, staff_id=1, now=NOW, service_id=first.service_id)
    known = spreadsheet.everything(connection)
    rows, wrong = spreadsheet.parse(spreadsheet.as_csv(known, language=language))
    assert wrong == () and spreadsheet.plan(connection, rows).outcome == Outcome(0, 0, 4)
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.begin() as elsewhere:
        assert spreadsheet.take_over(elsewhere, rows, now=NOW) == Outcome(4, 0, 0)
        again = spreadsheet.everything(elsewhere)
        assert [(one.id, one.service_id) for one in again] == [(one.id, one.service_id) for one in known]
        assert {one.draft.place for one in again} >= {OPEN.place, other.place, BARE.place}
        plan = spreadsheet.plan(elsewhere, [replace(row, service_id=row.id) for row in rows])
        assert {one.column for one in plan.wrong} == {"service_id"} and plan.rows == ()
        assert spreadsheet.plan(elsewhere, [replace(row, service_id="") for row in rows]).outcome == Outcome(0, 0, 4)
    engine.dispose()
    assert SEALED.service in {one.draft.service for one in again}


def test_an_unknown_ward_is_a_mistake_of_its_row_and_not_the_district_around_it() -> None:
    text = (
        "service,organisation,kind,needs,place,phones\n"
        'Phòng khám A,Tổ chức A,hiv_clinic,health.hiv_test,"phường Không Có, quận Cầu Giấy, Hà Nội",024 1234 5678\n'
    )
    rows, (wrong,) = spreadsheet.parse(text)
    assert rows == () and (wrong.row, wrong.column, wrong.what) == (2, "place", "phường Không Có")
    assert wrong.key == "console.import.problem.place_ward" and "a ward or commune that we do not know" in str(wrong)
