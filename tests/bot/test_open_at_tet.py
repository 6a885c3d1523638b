"""At Tết nobody is called open or closed who may be either; asked who is open, these come before closed ones."""

from datetime import datetime

from bot.rehearsal import Rehearsal


async def test_who_may_be_open_at_tet_is_named_again_and_no_closed_one_instead() -> None:
    async with Rehearsal(at=datetime.fromisoformat("2027-02-06T10:00+07:00")) as rehearsal:
        for text in ("xet nghiem hiv o cau giay", "chỗ nào còn mở"):
            said = await rehearsal.play({"as": "person:a", "text": text})
            list_ = said[-1]["text"]
            assert "Phòng khám Hoa Sen (mẫu)" in list_ and "giờ có thể khác, nên gọi trước" in list_
            assert "Đang mở" not in list_ and "Đang đóng" not in list_
