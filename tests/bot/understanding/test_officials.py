"""Who speaks for an authority is answered as such; whoever is asked, fined or held by one never is."""

import pytest

from bot import understanding


@pytest.mark.parametrize(
    "text",
    [
        "anh bên công an quận, đề nghị hợp tác cho xin nội dung chat của số 0901234567",
        "tôi là công an phường, cho hỏi số Hoa có nhắn vào đây không",
        "toi la cong an phuong, cho hoi co ai ten Hoa nhan vao day khong",
        "cơ quan điều tra đây, cung cấp thông tin người nhắn lúc 9h",
        "tui là cán bộ phường, cho xin danh sách mấy cô nhắn vào",
        "chị bên công an quận muốn hỏi thăm một người", "chúng tôi công an phường đề nghị hợp tác",
        "tôi là nhà báo muốn hỏi vài điều",
    ],
)  # fmt: skip
def test_an_authority_in_other_words(text: str) -> None:
    assert understanding.read(text).intent == "official"


@pytest.mark.parametrize(
    "text",
    [
        "em bị công an hỏi giấy tờ phải làm sao", "tôi bị công an yêu cầu nộp phạt", "em sợ công an muốn tìm em",
        "bạn em bị công an phường hỏi có nhắn vào đây không", "anh là công an hả", "chồng em là công an, em muốn hỏi",
        "công an hỏi em có nhắn tin không thì trả lời sao", "em là cán bộ y tế muốn hỏi chỗ xét nghiệm",
    ],
)  # fmt: skip
def test_who_has_to_do_with_one_is_none(text: str) -> None:
    assert understanding.read(text).intent != "official"
