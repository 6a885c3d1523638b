"""Newer lists of places and earlier histories are tried whole, then taken in; a broken one changes nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from directory import places, reforms
from directory.exchange.place_lists import NotAList, take_in
from directory.gazetteer import PlaceKey, Tier, use_folder
from directory.reading import SEED, read

HEAD = "effective,old_name,old_type,district_code,became_tier,became_code,extent,source\n"
BA_DINH = PlaceKey(Tier.NEW_COMMUNE, "00004")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "places"
    use_folder(tmp_path / "none")


def given(tmp_path: Path, name: str, text: str) -> Path:
    (tmp_path / name).write_text(text, "utf-8")
    return tmp_path / name


def test_a_newer_version_is_told_then_used(tmp_path: Path, house: Path) -> None:
    text = (SEED / "places" / "new_units_2026.csv").read_text("utf-8")
    text = text.replace("00004,Phường,Ba Đình,ba dinh,", "00004,Phường,Ba Đình Mới,ba dinh moi,")
    newer = given(tmp_path, "new_units_2027.csv", text)
    done = take_in([newer], house, is_dry=True)
    assert done.renamed == ("new_commune 00004 Phường Ba Đình → Phường Ba Đình Mới",) and not done.new + done.gone
    assert not house.exists() and places.units()[BA_DINH].name == "Ba Đình"
    take_in([newer], house)
    use_folder(house)
    assert places.units()[BA_DINH].name == "Ba Đình Mới"


def test_a_history_is_added_to_the_known_one_and_leads_to_today(tmp_path: Path, house: Path) -> None:
    row = "2020-01-01,Xóm Thử,Phường,568,old_ward,22351,whole,made up for this test\n"
    assert take_in([given(tmp_path, "histories.csv", HEAD + row)], house).histories == 1
    use_folder(house)
    assert [one.name for one in reforms.earlier()] == ["Phương Sơn", "Xóm Thử"]
    steps = [places.name_of(step.key) for step in reforms.steps(reforms.earlier()[0])]
    assert ["Phương Sài" in steps[0], "Tây Nha Trang" in steps[-1]] == [True, True]
    assert places.read(read("phường Xóm Thử")).places[0].key == PlaceKey(Tier.OLD_WARD, "22351")
    assert take_in([given(tmp_path, "histories.csv", HEAD + row)], house).histories == 0, "the same row counts once"


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("list.csv", "a,b\n", "is no list of places"),
        ("histories.csv", HEAD + "2020-01-01,X,Xã,568,old_ward,99999,whole,y\n", "in no list"),
        ("histories.csv", HEAD + "gestern,X,Xã,568,old_ward,22351,whole,y\n", "cannot be read together"),
        ("histories.csv", "name,became\nX,Y\n", "other columns"),
        ("new_units_2027.csv", "level,code,type,name,name_ascii,province_code,lat,lon,area_km2\n", "in no list"),
        ("changes2.csv", "effective,tier,code\n2026-01-01,new_province,75\n", "cannot be read together"),
    ],
)
def test_a_broken_list_is_refused_and_nothing_changes(
    tmp_path: Path, house: Path, name: str, text: str, why: str
) -> None:
    with pytest.raises(NotAList, match=why):
        take_in([given(tmp_path, name, text)], house)
    assert not house.exists() and places.units()[BA_DINH].name == "Ba Đình" and len(reforms.earlier()) == 1
