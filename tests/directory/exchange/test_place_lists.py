"""Newer lists of places and earlier histories are tried whole, then taken in; a broken one changes nothing."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from directory import places, reforms
from directory.exchange import spreadsheet
from directory.exchange.place_lists import NotAList, take_in
from directory.gazetteer import PlaceKey, Tier, use_folder
from directory.listing_text import describe
from directory.reading import SEED, read
from directory.search import Question, question, search
from directory.shelf import ShelfKeeper
from tests.directory.exchange.samples import NOW, OPEN, shown

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


def ended(tmp_path: Path) -> list[Path]:
    """Lists of a year in which Ba Đình became a part of Ngọc Hà."""
    made = []
    for name, newer in (
        ("new_units_2026.csv", "new_units_2027.csv"),
        ("old_units_2025-06.csv", "old_units_2027.csv"),
        ("old_to_new_wards.csv", "old_to_new_wards_2027.csv"),
    ):
        lines = (SEED / "places" / name).read_text("utf-8").splitlines()
        if name.startswith("new"):
            lines = [line for line in lines if not line.startswith("ward,00004,")]
        elif name.startswith("old_units"):
            cells = [line.split(",") for line in lines]
            for row in cells[1:]:
                codes = ["00008" if code == "00004" else code for code in row[7].split(";")]
                row[7] = ";".join(dict.fromkeys(codes))
            lines = [",".join(row) for row in cells]
        else:
            lines = [line.replace(",00004,Phường Ba Đình,", ",00008,Phường Ngọc Hà,") for line in lines]
        made.append(given(tmp_path, newer, "\n".join(lines) + "\n"))
    return made


def test_a_listing_in_a_commune_that_a_newer_list_has_no_more_is_found_where_it_lies_now(
    tmp_path: Path, house: Path, connection: Connection
) -> None:
    """No listing is edited for a reform, and a talk that named the commune goes on."""
    id = shown(connection, replace(OPEN, place=BA_DINH))
    take_in(ended(tmp_path), house)
    use_folder(house)
    keeper = ShelfKeeper()
    keeper.load(connection)
    for text in ("xét nghiệm hiv ở phường Ngọc Hà", "xét nghiệm hiv phường Ba Đình Hà Nội"):
        found = search(keeper.shelf, question(text, at=NOW))
        assert [hit.listing.id for hit in found.results] == [id] and found.widened is None, text
    talk = search(keeper.shelf, Question(("health.hiv_test",), (BA_DINH,), at=NOW))
    assert [hit.listing.id for hit in talk.results] == [id]
    assert "Ba Đình" in describe(talk.results[0], "vi")
    assert places.coarse(BA_DINH).tier is Tier.OLD_DISTRICT and places.province_of(BA_DINH) == "01"
    rows, wrong = spreadsheet.parse(spreadsheet.as_csv(spreadsheet.everything(connection)))
    assert not wrong and spreadsheet.plan(connection, rows).outcome == spreadsheet.Outcome(0, 0, 1)


def test_what_is_gone_is_told(tmp_path: Path, house: Path) -> None:
    assert take_in(ended(tmp_path), house, is_dry=True).gone == ("new_commune 00004 Phường Ba Đình",)


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
