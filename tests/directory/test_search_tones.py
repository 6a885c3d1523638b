"""Requirement 1: a wrong tone, names of places whose letters are those of a need, and names with nothing before."""

from datetime import UTC, datetime

import pytest

from directory import places, search

AT = datetime(2026, 12, 7, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "need", "place"),
    [
        ("methadone huyện Kim Thảnh", "health.drugs", "huyện Kim Thành"),
        ("bảo hiểm y tế ở Kim Thảnh", "health.insurance", "huyện Kim Thành"),
        ("thuốc tránh thai quận Thuận Hòa", "health.contraception", "quận Thuận Hóa"),
        ("vay vồn huyện Xuyên Mộc", "livelihood.loan", "huyện Xuyên Mộc"),
        ("vay vồn quận 4", "livelihood.loan", "quận 4"),
        ("vay vốn ở Tam Kỷ", "livelihood.loan", "thành phố Tam Kỳ"),
        ("chổng đánh ở Tam Kỳ", "violence.partner", "thành phố Tam Kỳ"),
    ],
)
def test_a_wrong_tone_is_forgiven_where_a_type_word_or_the_size_of_a_place_says_which(
    text: str, need: str, place: str
) -> None:
    asked = search.question(text, at=AT)
    assert asked.needs[:1] == (need,)
    assert places.name_of(asked.places[0]).startswith(place)


@pytest.mark.parametrize("text", ["bìm bịp", "tìm trò chơi", "xin báo cũ"])
def test_other_words_with_the_letters_of_a_need_are_no_need(text: str) -> None:
    assert search.question(text, at=AT).needs == ()


@pytest.mark.parametrize(
    ("text", "need", "place"),
    [
        ("PrEP ở Tam Kỳ", "health.prep", "thành phố Tam Kỳ"),
        ("prep o tam ky", "health.prep", "thành phố Tam Kỳ"),
        ("xét nghiệm HIV ở Tam Đảo", "health.hiv_test", "huyện Tam Đảo"),
        ("vay vốn ở Hóc Môn", "livelihood.loan", "huyện Hóc Môn"),
        ("hoc mon co cho nao test hiv", "health.hiv_test", "huyện Hóc Môn"),
        ("em chưa có giấy khai sinh, ở hóc môn thì làm ở đâu", "papers.id", "huyện Hóc Môn"),
        ("test hiv o dong dang lang son", "health.hiv_test", "thị trấn Đồng Đăng"),
    ],
)
def test_the_name_of_a_place_is_no_need(text: str, need: str, place: str) -> None:
    asked = search.question(text, at=AT)
    assert asked.needs == (need,)
    assert places.name_of(asked.places[0]).startswith(place)


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("chỗ ở tạm ở Tam Kỳ", "shelter.refuge"),
        ("em can cho o tam", "shelter.refuge"),
        ("chích hóc môn ở quận 3", "health.trans"),
        ("thuoc hoc mon cho chuyen gioi", "health.trans"),
        ("nhom dong dang o lang son", "peers.group"),
    ],
)
def test_a_need_that_sounds_like_a_place_is_still_found(text: str, need: str) -> None:
    assert search.question(text, at=AT).needs[0] == need


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("xet nghiem hiv ca mau", "Cà Mau"),
        ("prep hue", "Huế"),
        ("test hiv vinh", "thành phố Vinh"),
        ("methadone nam dinh", "Nam Định"),
        ("cho em hoi prep mien phi thai binh", "Thái Bình"),
        ("arv meo vac", "huyện Mèo Vạc"),
        ("vay von di an", "thành phố Dĩ An"),
        ("prep me linh", "huyện Mê Linh"),
        ("bao cao su huyenkhanh vinh", "huyện Khánh Vĩnh"),
        ("nha tam lanh cho phu nu bi bao hanh hue", "Huế"),
    ],
)
def test_a_name_behind_a_need_is_a_place_with_nothing_before_it(text: str, place: str) -> None:
    asked = search.question(text, at=AT)
    assert asked.needs
    assert [places.name_of(key).split(",")[0] for key in asked.places] == [place]


@pytest.mark.parametrize("text", ["prep la gi", "test hiv co cho moi", "prep co phai mua khong"])
def test_everyday_words_behind_a_need_are_no_place(text: str) -> None:
    assert search.question(text, at=AT).places == ()


def test_of_two_places_the_one_is_meant_whose_words_no_need_speaks_for() -> None:
    asked = search.question("xet nghiem benh xa hoi an danh o hoang mai", at=AT)
    assert asked.needs[0] == "health.sti"
    assert places.name_of(asked.places[0]).startswith("quận Hoàng Mai")


def test_what_a_clinic_does_says_more_than_that_it_is_one() -> None:
    assert search.question("bệnh viện khám hiv ở thanh hoá", at=AT).needs[0] == "health.hiv_test"
