"""The place that is meant is found, a word that only sounds like one is not."""

import pytest

from directory import places
from directory.places import PlaceKey, Tier
from directory.reading import fold, read


def first(text: str, province: str | None = None) -> PlaceKey | None:
    found = places.read(read(text), province).places
    return found[0].key if found else None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("xet nghiem o cau giay", "005"),
        ("Cầu Giấy", "005"),
        ("q1", "760"),
        ("Q.1", "760"),
        ("quận 1", "760"),
        ("e o quan hoang mai", "008"),
        ("quanbinhthanh", "765"),
        ("quận Ba Đình", "001"),
        ("e o quan ba dinh", "001"),
        ("que ben tre, dang song q. binh tan", "777"),
        ("binh thanh uong methadone o dau", "765"),
        ("muon co luat su, tan binh", "766"),
        ("sep ben cau giay doi so thue", "005"),
        ("kiem tra hanh chinh nha nghi long bien, ai co biet", "004"),
        ("bthanh co cho nao kham khong", "765"),
        ("2 ngay an mi goi roi, ninh kieu co com tu thien khong", "916"),
    ],
)
def test_an_old_district_is_found_however_it_is_typed(text: str, code: str) -> None:
    assert first(text) == PlaceKey(Tier.OLD_DISTRICT, code)


@pytest.mark.parametrize(
    "text",
    [
        "là gì", "la gi vay", "cam con dao", "bị đánh thì làm sao", "an binh yen", "", "cai do co tinh la hiep khong",
        "cho em hoi nha tam lanh o dau", "da nang buong trung co chua duoc khong", "khach vui vl",
    ],
)  # fmt: skip
def test_words_that_sound_like_a_place_are_none(text: str) -> None:
    assert first(text) is None


def test_a_name_in_several_provinces_is_asked_back_unless_the_province_is_known() -> None:
    assert places.read(read("chau thanh")).is_ambiguous
    assert places.read(read("hoang mai")).is_ambiguous
    assert not places.read(read("hoang mai"), "01").is_ambiguous
    assert not places.read(read("hoang mai, ha noi")).is_ambiguous


def test_a_point_becomes_a_district_and_never_anything_finer() -> None:
    assert places.locate(21.03, 105.79) is not None
    assert places.locate(48.2, 16.4) is None
    for key in (PlaceKey(Tier.OLD_WARD, "00175"), PlaceKey(Tier.NEW_COMMUNE, "00166")):
        assert places.coarse(key).tier in (Tier.OLD_DISTRICT, Tier.OLD_PROVINCE, Tier.NEW_PROVINCE)


def test_there_are_thirty_four_provinces() -> None:
    assert len(places.provinces()) == 34
    assert places.province_of(PlaceKey(Tier.OLD_DISTRICT, "005")) == "01"
    assert "00166" in places.communes_of(PlaceKey(Tier.OLD_DISTRICT, "005"))


def test_every_district_written_out_in_full_is_that_district() -> None:
    wrong = []
    for key in places.units():
        if key.tier is Tier.OLD_DISTRICT:
            name = places.name_of(key)
            for text in (name, fold(name), f"cần khám ở {name} nhé"):
                found = first(text)  # where a merger put two of one name into one province, either will do
                wrong += [text] if found is None or places.name_of(found) != name else []
    assert not wrong
