"""The names people say, from before and after the reforms, mean the place they mean."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory import needs, places
from directory.places import PlaceKey, Tier
from directory.reading import fold, read


def keys(text: str) -> list[PlaceKey]:
    return [guess.key for guess in places.read(read(text)).places]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("xet nghiem hiv o cau giay", "005"),
        ("xét nghiệm HIV ở Cầu Giấy", "005"),
        ("q1 sg", "760"),
        ("quận 3 tphcm", "770"),
        ("kham o nha trang", "568"),
        ("bao cao su ninh kieu can tho", "916"),
        ("ha long", "193"),
    ],
)
def test_old_districts_are_understood(text: str, code: str) -> None:
    assert keys(text)[0] == PlaceKey(Tier.OLD_DISTRICT, code)


def test_a_name_that_exists_in_many_provinces_is_asked_back() -> None:
    assert places.read(read("chau thanh")).is_ambiguous
    assert not places.read(read("chau thanh"), province="80").is_ambiguous


def test_a_shared_location_becomes_an_old_district() -> None:
    assert places.locate(21.03, 105.79) == PlaceKey(Tier.OLD_DISTRICT, "005")
    assert places.locate(0.0, 0.0) is None


def test_an_alarm_never_names_anything_finer_than_an_old_district() -> None:
    for key in list(places.units())[::97]:
        assert places.coarse(key).tier in (Tier.OLD_DISTRICT, Tier.OLD_PROVINCE, Tier.NEW_PROVINCE)


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    reading = read(text)
    places.read(reading)
    needs.read(reading)
    assert fold(fold(text)) == fold(text)


def test_the_need_is_understood_without_marks_and_in_teencode() -> None:
    for text in ("xét nghiệm hiv", "xet nghiem hiv", "xn hiv", "test hiv"):
        assert needs.read(read(text))[0].code == "health.hiv_test"


def test_every_province_old_or_new_has_a_middle_on_the_land_of_one_of_its_districts() -> None:
    units = places.units()
    for key, unit in units.items():
        if key.tier not in (Tier.OLD_PROVINCE, Tier.NEW_PROVINCE):
            continue
        middle = places.centre_of(key)
        assert middle is not None, unit.name
        own = [one for one in units.values() if one.key.tier is Tier.OLD_DISTRICT and one.province == unit.province]
        assert min(places.distance_km(middle, one.point) for one in own if one.point) < 30, unit.name


def test_no_two_places_of_a_tier_have_the_same_name() -> None:
    """ "Phường 5, Hồ Chí Minh" were nine: whoever is asked which one it is needs the district."""
    names = Counter((key.tier, places.name_of(key)) for key in places.units())
    twice = {name for (_, name), many in names.items() if many > 1}
    assert len(twice) <= 3, "a ward that stands twice in one district of the list"
    assert places.name_of(PlaceKey(Tier.OLD_WARD, "27151")) == "phường 5, quận 3, Hồ Chí Minh"
    assert places.name_of(PlaceKey(Tier.OLD_WARD, "00166")) == "phường Dịch Vọng, Hà Nội"
    chau_thanh = {places.name_of(key) for key, unit in places.units().items() if unit.name == "Châu Thành"}
    assert {"huyện Châu Thành (Long An), Tây Ninh", "huyện Châu Thành (Tây Ninh), Tây Ninh"} <= chau_thanh
