"""Who looks for company to buy is answered as a buyer; who does this work and looks for help never is."""

import pytest

from bot import understanding


@pytest.mark.parametrize(
    "text",
    [
        "tìm gái gọi ở hà nội", "tim gai goi o ha noi", "tim gai goi ha noi", "tìm gái gọi", "cần tìm gái gọi quận 1",
        "kiếm em út sài gòn", "có gái gọi nào ở quận 1 không", "cho xin số gái gọi", "tìm gái gọi sinh viên đêm nay",
        "gọi gái gọi đà nẵng", "ở hải phòng có gái gọi không", "em bao nhiêu 1 đêm", "bao nhieu 1 dem em",
        "tìm gái quận 1", "tim gai quan 1", "tìm gái đẹp", "đi đêm bao nhiêu", "cho anh xin gai", "chịch nhau không em",
        "cho anh số em nào ngon", "anh muon tim gai", "tôi cần kiếm gái",
    ],
)  # fmt: skip
def test_a_buyer_is_not_searching(text: str) -> None:
    assert understanding.read(text).intent == "buyer"


@pytest.mark.parametrize(
    "text",
    ["ban nude cho anh coi", "chat sex với anh đi", "bạn có muốn quan hệ với anh không"],
)
def test_who_wants_it_from_us_is_refused_politely(text: str) -> None:
    assert understanding.read(text).intent == "harasser"


@pytest.mark.parametrize(
    "text",
    [
        "bạn trai muốn quan hệ với em mà em không muốn", "chích nhau chung kim", "khách bắt nude cho nó coi",
        "em muốn quan hệ với anh ấy mà ảnh có h thì sao", "chồng chat sex với gái", "cho anh số chỗ khám",
    ],
)  # fmt: skip
def test_who_tells_of_others_is_not(text: str) -> None:
    assert understanding.read(text).intent not in ("harasser", "buyer")


@pytest.mark.parametrize(
    "text",
    [
        "em là gái gọi ở hà nội tìm chỗ khám", "gái gọi tìm chỗ xét nghiệm hà nội", "tìm chỗ khám cho gái gọi",
        "tìm phòng khám gái gọi hay đi ở hà nội", "tìm nhóm gái gọi hỗ trợ nhau", "em làm gái gọi cần tìm bác sĩ",
        "em cần giúp em là gái gọi", "cần chỗ ở cho gái gọi", "cần luật sư cho gái gọi", "tìm gái gọi bị mất tích",
        "có gái gọi nào bị bắt không", "gái bán hoa có bị phạt không", "em là cave ở sài gòn", "công an bắt gái gọi",
        "tìm bạn em là gái gọi mất tích ở hà nội", "gái gọi ở hà nội khám ở đâu", "cho xin số chỗ khám cho gái gọi",
        "nhà nghỉ bao nhiêu 1 đêm", "bao nhiêu 1 đêm ạ", "em bao nhiêu tuổi thì xét nghiệm được",
        "tìm nhà trọ cho gái quận 1", "khách trả em bao nhiêu 1 đêm cũng bị chủ lấy", "tìm bạn gái mất tích",
        "tìm em gái quận 1",
    ],
)  # fmt: skip
def test_who_does_this_work_is_no_buyer(text: str) -> None:
    assert understanding.read(text).intent != "buyer"
