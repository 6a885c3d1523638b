"""Requirement 7: what tells where a sealed place is gets found in a text; what tells how to be received does not."""

import unicodedata

import pytest

from directory.places import PlaceKey, Tier
from directory.reading import SEED
from directory.sealing import silent
from directory.seedfiles import load_yaml
from directory.telltale import telling

TELLS = (
    "Số 12 ngõ 7 phố Tân Mai", "so 12 ngo 7 pho tan mai", "Chuyển sang 12 ngõ 7 phố Tân Mai", "12/7 Tân Mai",
    "12 Nguyễn Trãi", "số 5B Lê Lợi", "Đường Giải Phóng", "đường giải phóng", "duong Giai Phong", "hẻm 48", "Hẻm 48/3",
    "kiệt 5", "QL1A", "quốc lộ 13", "ngách 22", "số nhà 7", "tầng 3 nhà màu xanh", "chung cư A2", "khu phố 4",
    "12 Tan Mai Street", "No. 5, Alley 7", "12 Tan Mai St", "xem https://maps.app.goo.gl/abc", "maps.app.goo.gl/abc",
    "www.hoi.org", "hoilhpn.org.vn", "zalo.me/0900", "20.98,105.84", "20.9831, 105.8412", "20,9831; 105,8412",
    "20.9831", "105.84123", "21°01'42", "7P9Q2R4X+GW", "toạ độ đã gửi", "lat 20.9", "quận Hoàng Mai",
    "quận hoàng mai", "quan Hoang Mai", "phường Tân Mai", "q. 3", "Q3", "P.Tân Mai", "xã Ia Dom", "thị trấn Sa Pa",
    "Hoang Mai district", "district 3", "ward 5", "thôn 2", "đối diện chợ Mơ", "cạnh bến xe", "gần trường học",
    "opposite the market", "near the church", "ngo\u200b 7", "n\u0067o\u0303 7",
)  # fmt: skip
SILENT = (
    "", "Gọi trước", "Gọi trước, có người đón", "Call first, somebody comes for you", "Gọi bằng số thứ tự",
    "Không hỏi việc trước đây", "Miễn phí", "20.000 đồng một đêm", "Từ 20.000 đến 100.000 đồng", "100.000đ",
    "Gọi đường dây nóng trước", "Thành phố đón mọi người", "Trung tâm Công tác xã hội Khánh Hòa", "Hội Ngọc Lan",
    "Trung tâm Công tác Xã Hội Hà Nội", "Nhận người ở mọi quận, huyện", "quận nào cũng nhận", "Nguy hiểm gọi số 113",
    "Gọi số 111 Tổng đài", "Gọi 0000 000 903", "024 0000 0003", "Ở tối đa 3 tháng", "Nhận 5 phụ nữ và con",
    "Mở 24/7", "Hết chỗ tới 15/12", "Cơ quan Nhà nước hỗ trợ", "xét nghiệm đường huyết", "duong tinh voi HIV",
    "Mỗi phòng 2 người", "NGOÀI GIỜ HÃY GỌI", "Nhà tạm lánh Hoa Lài", "Nhà Kín 3 (mẫu)", "Nhà tạm lánh Xa",
    "Women with children are taken in", "Papers are not asked for", "ID card or none", "Đi đường xa vẫn nhận",
)  # fmt: skip


@pytest.mark.parametrize("text", TELLS)
def test_what_tells_where_it_is_gets_found_however_its_letters_are_put_together(text: str) -> None:
    assert telling(text)
    assert telling(f"Gọi trước. {text}")
    assert telling(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize("text", SILENT)
def test_what_tells_how_to_be_received_stays(text: str) -> None:
    assert telling(text) == ""


def test_only_the_texts_that_tell_are_kept_back() -> None:
    place = PlaceKey(Tier.OLD_DISTRICT, "008")
    assert silent({"vi": "phố Tân Mai", "en": "Call first"}, place) == {"en": "Call first"}


def test_nothing_in_the_demonstration_tells_where_a_sealed_place_is() -> None:
    sealed = [one for one in load_yaml((SEED / "demo-listings.yaml").read_text("utf-8")) if one.get("sealed")]
    assert sealed
    for one in sealed:
        texts = [text for name in ("reception", "price", "papers") for text in one[name].values()]
        told = (one["service"], one["organisation"], *texts)
        assert [text for text in told if telling(text)] == []
