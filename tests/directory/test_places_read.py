"""The place that is meant is found, a word that only sounds like one is not."""

from collections.abc import Callable

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


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("bđ hn test nhanh với", "quận Ba Đình, Hà Nội"),
        ("ntl hn co nha tam lanh khong", "quận Nam Từ Liêm, Hà Nội"),
        ("lx ag cho nao xin gel", "thành phố Long Xuyên, An Giang"),
        ("kinh mon hd cho nao hut thai", "thị xã Kinh Môn, Hải Phòng"),
        ("cai rang ct, e o sau he", "quận Cái Răng, Cần Thơ"),
        ("nhabe dat vong o dau", "huyện Nhà Bè, Hồ Chí Minh"),
        ("pthiet test hiv nao free", "thành phố Phan Thiết, Lâm Đồng"),
        ("uống methadone bên quận 8 mở mấy giờ", "quận 8, Hồ Chí Minh"),
        ("e o nha nghi quaan 8, phong 30x", "quận 8, Hồ Chí Minh"),
        ("thanh xuan prep, bao nhieu tien mot lan", "quận Thanh Xuân, Hà Nội"),
        ("tiêm nội tiết chỗ nào uy tín ở Đống Đa Hà Nội", "quận Đống Đa, Hà Nội"),
        ("o tp ben tre thu mau kin", "thành phố Bến Tre, Vĩnh Long"),
    ],
)
def test_a_district_is_found_by_its_letters_as_one_word_or_where_a_message_begins(text: str, name: str) -> None:
    assert places.read(read(text)).places[0].name == name


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("bạc liêu phá thai ở bv nào, nay thuộc cà mau rồi hả", "95"),
        ("soc trang (can tho moi) thu mau o dau", "94"),
        ("Tuyên Quang (Hà Giang cũ) xét nghiệm chỗ nào", "02"),
        ("binh duong sap vo sg, muon tim xuong may", "74"),
    ],
)
def test_an_old_province_beside_the_one_it_went_to_is_no_town_in_it(text: str, code: str) -> None:
    found = places.read(read(text)).places
    assert {guess.key for guess in found} == {PlaceKey(Tier.OLD_PROVINCE, code)}


@pytest.mark.parametrize(
    "text", ["em lấy được thuốc rồi, cô y tá hiền lắm", "mà mấy bà vẫn oánh tứ sắc", "hn no nhan cho em"]
)
def test_marks_and_what_follows_say_that_no_place_is_meant(text: str) -> None:
    assert first(text) is None


def test_medicine_between_two_provinces_says_nothing_of_a_change() -> None:
    assert places.read(read("vĩnh long chỗ nào lấy thuốc, tui bên trà vinh qua")).places[0].name == "Vĩnh Long"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("xn hiv o cg hn", ["005"]), ("o tx hn", ["009"]), ("o hk hn", ["002"]), ("xn hiv o bc sg", ["785"]),
        ("q.tp", ["767"]), ("q pn", ["768"]), ("kham o q. gv", ["764"]), ("q hk", ["002"]), ("q cg", ["005"]),
        ("q bt hcm", ["765", "777"]), ("xn hiv quận gv", ["764"]), ("xn hiv o hm", ["008", "784"]),
    ],
)  # fmt: skip
def test_the_first_letters_of_a_district_are_read_where_a_place_is_expected(text: str, codes: list[str]) -> None:
    found = places.read(read(text))
    assert [guess.key.code for guess in found.places] == codes
    assert found.is_ambiguous == (len(codes) > 1)


@pytest.mark.parametrize(("text", "code"), [("tp hcm", "79"), ("tp hn", "01"), ("tp sg", "79")])
def test_the_short_word_for_a_town_before_its_name_is_no_district(text: str, code: str) -> None:
    assert first(text) == PlaceKey(Tier.NEW_PROVINCE, code)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("phường Vĩnh Hải, thành phố Nha Trang, Khánh Hòa", PlaceKey(Tier.OLD_WARD, "22330")),
        ("xã Bà Điểm, huyện Hóc Môn, Hồ Chí Minh", PlaceKey(Tier.OLD_WARD, "27592")),
        ("phường Phương Sơn, TP Nha Trang, Khánh Hòa", PlaceKey(Tier.OLD_WARD, "22351")),
        ("bệnh viện thị xã Sơn Tây, Hà Nội", PlaceKey(Tier.OLD_DISTRICT, "269")),
    ],
)
def test_a_ward_before_a_district_that_is_written_out_is_not_lost(text: str, key: PlaceKey) -> None:
    assert first(text) == key


@pytest.mark.parametrize("write", [str.lower, fold], ids=["marks", "none"])
def test_every_district_and_province_is_read_by_its_type_and_name(write: Callable[[str], str]) -> None:
    """ "Thành phố Huế" holds no ward Phố Huế, "huyện Na Hang" no Nghệ An, "huyen quan ba" no third district."""
    wanted = {Tier.OLD_DISTRICT, Tier.OLD_PROVINCE, Tier.NEW_PROVINCE}
    missed = []
    for key, unit in places.units().items():
        text = write(f"khám thai ở {unit.kind} {unit.name}")
        if key.tier in wanted and key not in {guess.key for guess in places.read(read(text)).places}:
            missed.append(unit.name)
    assert not missed


@pytest.mark.parametrize("text", ["phường 5, quận 3, TP.HCM", "phuong 5 quan 3 tp hcm", "p5, q3, tphcm"])
def test_the_district_settles_which_ward_is_meant_also_where_the_province_stands_behind(text: str) -> None:
    found = places.read(read(text))
    assert not found.is_ambiguous and first(text) == PlaceKey(Tier.OLD_WARD, "27151")
    assert places.read(read("phường 5, TP.HCM")).is_ambiguous
