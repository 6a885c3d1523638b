"""Words of a wrong entry, a buyer, an authority, erasing and the rest, in questions about something else."""

import pytest

from bot import understanding

OTHERWISE = {
    "wrong_listing": [
        "sai giờ uống thuốc tránh thai có sao không", "uong arv sai gio co sao ko", "uống prep sai giờ",
        "căn cước sai địa chỉ sửa ở đâu", "giay khai sinh sai thong tin phai lam gi", "bảo hiểm y tế sai số cccd",
        "em đổi số điện thoại rồi có sao không", "em dời chỗ ở rồi đăng ký tạm trú lại sao",
        "em gọi cho mẹ hoài không ai nghe máy", "hết còn khám bảo hiểm nữa ko", "chồng em đổi số rồi",
    ],
    "provider": [
        "em cho thuê phòng bị phạt không", "dua con vo danh sach tro cap duoc ko", "mình cho thuê nhà có bị phạt không",
        "đăng hình em lên nhóm zalo thì phải làm sao",
    ],
    "official": [
        "công ty yêu cầu cung cấp sổ khám sức khỏe thì đi đâu làm", "ngân hàng yêu cầu cung cấp số căn cước",
        "em xin số liệu học bạ của con thì xin ở đâu", "chủ nhà yêu cầu báo cáo tạm trú",
        "benh vien yeu cau cung cap so bao hiem",
    ],
    "erase": [
        "xóa tên khỏi hộ khẩu giùm em", "xóa án tích cho em hỏi", "xoa so no app cho em hoi", "nhờ ai xóa ảnh giúp em",
        "làm sao xóa lịch sử trình duyệt", "xóa hết hình xăm", "cach xoa tin nhan tren zalo",
    ],
    "stop": [
        "làm sao để nó đừng nhắn nữa", "nó nhắn hoài bảo dừng lại không nghe", "bảo khách dừng lại mà khách không nghe",
        "app vay đừng gửi tin cho người nhà em nữa được không", "lam sao cho chong cu dung nhan nua",
    ],
    "buyer": [
        "thuốc tránh thai khẩn cấp còn hàng không", "tìm phòng qua đêm giá rẻ", "nhà nghỉ qua đêm giá bao nhiêu",
        "có em nào được miễn học phí không", "anh cần em trai giúp tối nay", "prep ở đó còn hàng không",
        "cần tìm gái mất tích ở quận 7", "gửi trẻ qua đêm giá bao nhiêu", "co be nao moi sinh duoc tiem free khong",
        "có trai nào mới đi khám hiv không", "vắc xin thủy đậu còn hàng không",
    ],
    "harasser": ["xem ảnh nóng bị lộ ở đâu", "nó xem ảnh nóng của em rồi dọa"],
    "language": [
        "con em không biết tiếng việt đi học được không", "giấy tờ bằng tiếng trung có công chứng được không",
        "em nghe tiếng mông to là sao", "nói tiếng anh với khách tây sao",
    ],
    "feedback": [
        "bác sĩ trả lời chậm quá em lo", "đọc kết quả xét nghiệm khó hiểu", "phản ánh tin nhắn lừa đảo ở đâu",
        "chữ nhỏ quá không đọc được toa thuốc", "khó đi tiểu mà bấm vào đau, khó hiểu quá",
    ],
    "about_bot": ["ai mở quán này chịu trách nhiệm"],
}  # fmt: skip
MEANT = {
    "wrong_listing": [
        "phòng khám đổi số rồi", "gọi hoài không ai nghe máy", "số này sai rồi", "sai giờ rồi, 5h đóng cửa",
        "chỗ làm căn cước đổi số rồi", "chỗ phát thuốc prep sai giờ rồi", "trạm y tế dời đi rồi",
    ],
    "provider": [
        "tôi cho thuê phòng muốn đăng lên đây", "tui cho thuê nhà trọ", "đưa phòng khám mình vào danh bạ được không",
    ],
    "official": [
        "yêu cầu cung cấp số liệu tháng này", "đề nghị báo cáo số người nhắn", "xin số liệu người nhắn trong quý",
    ],
    "erase": [
        "xóa tin nhắn giùm em", "xoa het lich su cho em", "xóa thông tin của em", "làm ơn xóa hết những gì em nhắn",
        "xóa dữ liệu của em đi", "xóa cuộc trò chuyện này", "khách tới rồi xoá hết đi", "xoa het di no sap ve",
        "nó sắp coi máy, xoá hết đi",
    ],
    "stop": ["đừng nhắn nữa", "thôi đừng nhắn cho em nữa", "dừng lại", "ngừng nhắn", "đừng gửi nữa",
        "khach thay roi dung nhan nua",
    ],
    "buyer": ["có em nào ngon không", "qua đêm bao nhiêu", "còn hàng không", "có hàng mới không"],
    "language": ["nói tiếng anh được không", "em không rành tiếng việt", "viết có dấu giùm em", "tiếng khmer"],
    "feedback": ["bot trả lời chậm quá", "chữ nhỏ quá", "góp ý cho trang", "khó hiểu quá"],
    "about_bot": ["ai lập ra trang này", "ai quản lý kênh này"],
}  # fmt: skip


@pytest.mark.parametrize(("intent", "text"), [(intent, one) for intent, many in OTHERWISE.items() for one in many])
def test_something_else_is_meant(intent: str, text: str) -> None:
    assert understanding.read(text).intent != intent


@pytest.mark.parametrize(("intent", "text"), [(intent, one) for intent, many in MEANT.items() for one in many])
def test_whoever_means_it_is_heard(intent: str, text: str) -> None:
    assert understanding.read(text).intent == intent
