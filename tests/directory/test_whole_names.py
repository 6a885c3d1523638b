"""A place called by its whole name is that place; words for a need, a town or anything else are no name."""

import pytest

from directory import whole_names
from directory.listing_index import build
from directory.reading import read
from directory.shelf import Shelf
from tests.directory.test_listing_text import listing

NAMES = (
    "Phòng khám Đồi Gió", "Điểm xét nghiệm Cỏ May", "Trung tâm công tác xã hội Sao Mai", "TTYT quận Cầu Giấy",
    "Phòng khám phụ khoa", "Phòng khám Hoa Sen", "Nhóm Hoa Sen 2", "Lighthouse", "PKĐK Bình Minh",
    "Bệnh viện Bồ Câu",
)  # fmt: skip


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return Shelf(build([listing(id=f"l{at}", service=name, organisation="Tổ chức") for at, name in enumerate(NAMES)]))


def _called(shelf: Shelf, text: str) -> tuple[list[str], bool]:
    found = whole_names.called(shelf, read(text))
    return [one.service for one in found.listings], found.is_all


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("phòng khám đồi gió", "Phòng khám Đồi Gió"),
        ("pk doi gio", "Phòng khám Đồi Gió"),
        ("PK DOI GIO o dau vay a", "Phòng khám Đồi Gió"),
        ("doi gio", "Phòng khám Đồi Gió"),
        ("phong kham doi gioo", "Phòng khám Đồi Gió"),
        ("diem xet nghiem co may", "Điểm xét nghiệm Cỏ May"),
        ("ttctxh sao mai", "Trung tâm công tác xã hội Sao Mai"),
        ("tt ctxh sao mai o dau", "Trung tâm công tác xã hội Sao Mai"),
        ("sao mai", "Trung tâm công tác xã hội Sao Mai"),
        ("trung tam y te quan cau giay", "TTYT quận Cầu Giấy"),
        ("hoa sen 2", "Nhóm Hoa Sen 2"),
        ("nhom hoa sen 2", "Nhóm Hoa Sen 2"),
        ("phong kham hoa sen", "Phòng khám Hoa Sen"),
        ("phong kham lighthouse", "Lighthouse"),
        ("phong kham da khoa binh minh", "PKĐK Bình Minh"),
        ("pkdk binh mnih", "PKĐK Bình Minh"),
        ("bv bo cau", "Bệnh viện Bồ Câu"),
        ("xet nghiem hiv o phong kham doi gio", "Phòng khám Đồi Gió"),
    ],
)
def test_a_whole_name_is_the_place_of_that_name(shelf: Shelf, text: str, name: str) -> None:
    assert _called(shelf, text) == ([name], True)


@pytest.mark.parametrize(
    "text",
    [
        "phòng khám", "phong kham o cau giay", "phòng khám phụ khoa ở đâu rẻ", "may gio mo cua", "co may cho vay",
        "trung tam y te", "phong kham hoa sen 3", "hoa", "phải làm sao mai em mới có giấy tờ", "con 2 hoa sen nua",
        "quan ca phe lighthouse day bay roi",
    ],
)  # fmt: skip
def test_ordinary_words_are_no_name(shelf: Shelf, text: str) -> None:
    assert not _called(shelf, text)[1]


def test_what_is_told_of_a_place_does_not_ask_for_its_card(shelf: Shelf) -> None:
    assert _called(shelf, "em o phong kham hoa sen bi duoi ve") == (["Phòng khám Hoa Sen"], False)
