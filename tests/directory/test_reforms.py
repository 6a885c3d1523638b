"""What became of every old unit is exactly what the official table says; what it does not say is unknown here."""

import csv
from datetime import date
from pathlib import Path

import pytest

from directory import landmarks, places, reforms
from directory.gazetteer import PlaceKey, Tier, changes, kind_on, located, use_folder
from directory.reading import SEED, read

TABLE = SEED / "places" / "old_to_new_wards.csv"


@pytest.fixture
def official() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_row_of_the_official_table_is_answered_as_it_stands(official: list[dict[str, str]]) -> None:
    assert len(official) == 10_571 == len(reforms.rows())
    wanted: dict[str, list[tuple[str, str, str]]] = {}
    for row in official:
        wanted.setdefault(row["old_ward_code"], []).append((row["new_ward_code"], row["extent"], row["note_vi"]))
    del wanted[""]
    for code, parts in wanted.items():
        told = reforms.became(PlaceKey(Tier.OLD_WARD, code))
        assert told is not None
        assert [(one.key.code, one.extent, one.note) for one in told] == parts
        assert all(one.key in places.units() and one.effective == date(2025, 7, 1) for one in told)


def test_splits_are_shown_as_splits() -> None:
    codes = {row.old_code for row in reforms.rows() if row.old_code}
    assert sum(reforms.is_split(PlaceKey(Tier.OLD_WARD, code)) for code in codes) == 441
    parts = reforms.became(PlaceKey(Tier.OLD_WARD, "00016")) or ()
    assert len(parts) > 1 and {one.extent for one in parts} <= {"part", "all_population"}


def test_what_the_table_leaves_open_is_listed_by_name_and_unknown() -> None:
    rows = reforms.rows_without_ward()
    assert len(rows) == 17
    assert {row.old_name for row in rows if row.old_code} >= {"Phường Mộc Lỵ", "Phường Cờ Đỏ", "Phường Bình Minh"}
    wards = reforms.wards_without_row()
    assert len(wards) == 28
    names = {f"{places.units()[key].kind} {places.units()[key].name}" for key in wards}
    assert {"Xã Mỹ Hưng", "Thị trấn Phù Yên", "Thị trấn Yên Châu"} <= names
    for key in wards:
        assert reforms.became(key) is None
        assert places.communes_of(key) == frozenset()
        assert places.province_of(key) is not None
        places.coarse(key)


def test_the_table_and_the_lists_agree(official: list[dict[str, str]]) -> None:
    for key, unit in places.units().items():
        if key.tier is Tier.OLD_WARD and (parts := reforms.became(key)):
            assert unit.communes == {one.key.code for one in parts}
    assert all(PlaceKey(Tier.NEW_COMMUNE, row["new_ward_code"]) in places.units() for row in official)


def test_an_earlier_history_takes_two_steps() -> None:
    (one,) = reforms.earlier_by_name()["phuong son"]
    steps = [places.units()[part.key].name for part in reforms.steps(one)]
    assert steps == ["Phương Sài", "Tây Nha Trang"]
    assert one.became.effective == date(2024, 11, 1)
    named = places.read(read("phường Phương Sơn, Nha Trang"))
    assert named.places[0].key == PlaceKey(Tier.OLD_WARD, "22351") and not named.is_ambiguous


def test_a_commune_is_what_it_was_on_the_day_asked_about() -> None:
    trang_bom = PlaceKey(Tier.NEW_COMMUNE, "26248")
    assert kind_on(trang_bom, date(2026, 4, 29)) == "Xã"
    assert kind_on(trang_bom, date(2026, 4, 30)) == "Phường"
    assert kind_on(PlaceKey(Tier.NEW_PROVINCE, "75"), date(2025, 8, 1)) == "Tỉnh"
    assert all(places.units()[one.key].kind == one.after for one in changes())
    assert sum(one.key.tier is Tier.NEW_COMMUNE for one in changes()) == 10


def test_newer_lists_beside_the_database_are_used_without_a_release(tmp_path: Path) -> None:
    text = (SEED / "places" / "new_units_2026.csv").read_text("utf-8")
    (tmp_path / "new_units_2027.csv").write_text(
        text.replace(",Ba Đình,ba dinh,", ",Ba Đình Mới,ba dinh moi,"), "utf-8"
    )
    key = PlaceKey(Tier.NEW_COMMUNE, "00004")
    try:
        use_folder(tmp_path)
        assert places.units()[key].name == "Ba Đình Mới"
        assert places.read(read("phường Ba Đình Mới")).places[0].key == key
    finally:
        use_folder(tmp_path / "none")
    assert places.units()[key].name == "Ba Đình"


def test_a_history_of_a_place_in_no_list_is_refused(tmp_path: Path) -> None:
    head = "effective,old_name,old_type,district_code,became_tier,became_code,extent,source\n"
    (tmp_path / "histories.csv").write_text(head + "2024-01-01,X,Xã,568,old_ward,99999,whole,y\n", "utf-8")
    try:
        use_folder(tmp_path)
        with pytest.raises(ValueError, match="in no list"):
            reforms.earlier()
    finally:
        use_folder(tmp_path / "none")


def test_every_landmark_stands_in_a_district_and_is_found_by_its_name() -> None:
    marks = {mark.name: mark for mark in landmarks.by_words().values()}
    assert len(marks) >= 150
    for mark in marks.values():
        for spot in mark.spots:
            assert spot[0].tier is Tier.OLD_DISTRICT
        named = places.read(read(f"gần {mark.name}")).places
        assert named and named[0].key in {key for spot in mark.spots for key in spot}, mark.name


def test_a_point_is_a_place_about_and_close_calls_are_said() -> None:
    sure = located(12.2388, 109.1967)
    assert sure is not None and places.name_of(sure.key).startswith("thành phố Nha Trang")
    assert not sure.is_close_call
    between = [one for one in (located(21.02 + step / 400, 105.80 + step / 400) for step in range(30)) if one]
    assert any(one.is_close_call for one in between)
    assert located(0.0, 0.0) is None and located(999.0, 0.0) is None
