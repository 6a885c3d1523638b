"""Requirement 7: no part of its province, no landmark and no bare street stands in the words of a sealed place."""

import unicodedata

import pytest

from directory import added
from directory.added import AddedLandmark
from directory.places import PlaceKey, Tier
from directory.sealing import cut, telling
from tests.directory.test_telltale import SILENT, TELLS

HERE = PlaceKey(Tier.OLD_DISTRICT, "008")  # Hoàng Mai, Hà Nội
TELLS_HERE = (
    "KĐT Linh Đàm", "khu đô thị linh đàm", "Linh Đàm", "linh đàm", "Linh Dam", "chung cư Kim Văn Kim Lũ",
    "tòa nhà HH2", "toa nha HH2", "ngã tư Vọng", "gần ngã tư vọng", "bến xe Giáp Bát", "ben xe giap bat",
    "chân cầu Thanh Trì", "lầu 3 tòa A", "xóm 3", "Trần Khát Chân", "Hoàng Mai", "hoàng mai", "hoang mai",
    "HOÀNG MAI", "Hoang Mai", "Lĩnh Nam", "ở linh nam", "phường 12", "Định Công", "Thanh Xuân", "Kim Ngưu", "Hồ Tây",
    "hồ tây", "Đại Từ", "Minh Khai", "Times City", "km 12", "cách cầu Vĩnh Tuy 200m", "cạnh quán phở",
    "trường tiểu học Kim Liên", "chợ Hôm", "làng Sét", "khu A", "bệnh viện Bạch Mai", "tổ 5",
)  # fmt: skip
SILENT_HERE = (
    *SILENT, "Hội Liên hiệp Phụ nữ Hà Nội đón", "Trung tâm Công tác Xã hội Hà Nội", "Ngôi nhà Bình Yên đón",
    "Gọi chị trực trước", "Tết Nguyên Đán vẫn mở", "Nhóm Hoa Sữa đưa đi", "an toàn, có người ở cùng",
    "Nhận cả người ở Nghệ An", "Hỗ trợ từ Bộ Y tế", "yêu cầu giấy tờ", "hồ sơ làm sau", "bệnh viện nào cũng được",
    "trường hợp gấp gọi ngay", "chờ khoảng 3 ngày", "Zalo cùng số", "Open every day", "Ask for the social worker",
)  # fmt: skip


@pytest.mark.parametrize("text", [*TELLS_HERE, *TELLS])
def test_what_lies_in_its_province_is_found_however_it_is_written(text: str) -> None:
    assert telling(text, HERE)
    assert telling(f"Gọi trước. Tới {text} thì gọi lại", HERE)
    assert telling(unicodedata.normalize("NFD", text), HERE)


@pytest.mark.parametrize("text", SILENT_HERE)
def test_how_to_be_received_is_still_said(text: str) -> None:
    assert telling(text, HERE) == ""


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("Nhà tạm lánh Hoàng Mai", "Nhà tạm lánh"), ("nha tam lanh hoang mai", "nha tam lanh"),
        ("Hội Phụ nữ Hai Bà Trưng (mẫu)", "Hội Phụ nữ"), ("Nhà Linh Đàm 2", "Nhà"), ("Hoàng Mai", "…"),
        ("Nhà tạm lánh Trần Khát Chân", "Nhà tạm lánh"), ("Trung tâm CTXH Long Biên", "Trung tâm CTXH"),
        ("Ngôi nhà Bình Yên", "Ngôi nhà Bình Yên"), ("Hội Ngọc Lan", "Hội Ngọc Lan"),
        ("Trung tâm Công tác xã hội Hà Nội", "Trung tâm Công tác xã hội Hà Nội"),
    ],
)  # fmt: skip
def test_a_name_is_said_up_to_where_it_tells(name: str, left: str) -> None:
    assert cut(name, HERE) == left
    assert bool(telling(name, HERE, is_name=True)) is (name != left)


def test_what_to_take_out_is_named_in_whole_words() -> None:
    assert telling("Tới KĐT Linh Đàm thì gọi", HERE) == "KĐT Linh"


def test_an_ordinary_name_tells_of_the_place_that_bears_it() -> None:
    assert telling("Ngôi nhà Bình Yên", _unit("Bình Yên"), is_name=True)


def test_another_province_has_other_names() -> None:
    assert telling("ở linh nam", HERE) and not telling("ở linh nam", PlaceKey(Tier.NEW_PROVINCE, "92"))


def test_a_landmark_that_a_maintainer_added_tells_too() -> None:
    mine = AddedLandmark("cửa hàng sao mai", "Quận Hoàng Mai / Hà Nội")
    assert not telling("Tới cửa hàng sao mai", HERE)
    with added.using(added.Added(landmarks=(mine,))):
        assert telling("Tới cửa hàng sao mai", HERE)


def _unit(name: str) -> PlaceKey:
    from directory.places import units

    return next(key for key, unit in units().items() if unit.name == name and unit.province == "01")
