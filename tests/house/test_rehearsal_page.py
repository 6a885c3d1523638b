"""The ten minutes of rehearsal for new colleagues can be played as they stand, and name buttons that are there."""

import re
from pathlib import Path

from bot.rehearsal import Rehearsal
from directory.wording import catalogue

PAGE = (Path(__file__).parents[2] / "docs" / "rehearsal.md").read_text("utf-8")
MINUTES = PAGE[PAGE.index("**Minute 1") : PAGE.index("The same can be played")]
OTHER = "cuu"  # minute 9, typed in a second chat
# What a sentence of the page brings back to the person.
BRINGS = {
    "no dang danh em": "115",
    "Em khoá cửa được không?": "Em khoá cửa được không?",
    "em o nha nghi sen phong 12": "Cho người giúp bạn thấy chỗ này không?",
    "dat tu rieng": "một từ riêng",
    "hoa phuong": "",
    "ai day, may nhan gi voi vo tao": "trang hỏi đáp sức khoẻ",
    "xoa": "Xoá lời, vẫn gửi người giúp",
    OTHER: "115",
    "Chưa tìm được nơi phù hợp": "",
}


def test_each_sentence_of_the_page_is_played_below() -> None:
    typed = [one for one in re.findall(r"`([^`]+)`", MINUTES) if not one.startswith(("/", "make"))]
    assert set(typed) == set(BRINGS)


def test_each_button_it_names_is_there() -> None:
    said = set(catalogue("vi").values())
    named = re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", MINUTES)
    assert named and not [one for one in named if " ".join(one.split()) not in said]
    assert "Chưa tìm được nơi phù hợp" in said, "an outcome with which a case can be closed"


async def test_it_goes_as_the_page_says() -> None:
    async with Rehearsal() as house:

        async def says(text: str, who: str = "person:a") -> str:
            said = await house.play({"as": who, "text": text})
            told.extend(said)
            hers = "\n".join(" ".join([one["text"], *(c["label"] for c in one["choices"])]) for one in said)
            assert BRINGS.get(text, "") in hers, text
            return hers

        async def lan(**deed: object) -> str:
            said = await house.play({"as": "worker:1", **deed})
            told.extend(said)
            return "\n".join(one["text"] for one in said)

        told: list[dict[str, object]] = []
        await says("chào")
        await says("no dang danh em")
        alias = next(one["case"] for one in told if one.get("case"))
        await lan(do="take", case=alias)
        assert await lan(do="read") == "no dang danh em", "from the cry on, nothing from before"
        assert "Em khoá cửa được không?" in await lan(text="Em khoá cửa được không?", taps=True)
        await says("Không rõ")
        await says("em o nha nghi sen phong 12")
        await says("Có, cho thấy")
        assert await lan(do="see") == "nha nghi sen phong 12"
        await says("dat tu rieng")
        await says("hoa phuong")
        assert "có thể người khác đang cầm máy" in await says("ai day, may nhan gi voi vo tao")
        assert "Em ơi" not in await lan(text="Em ơi")
        assert "Em ơi" in await says("hoa phuong")
        await lan(do="ask", value="notes")
        assert "Đừng hỏi lại ngay" in await says("Không")
        place = next(one.service for one in house.house.keeper.shelf if "legal.aid" in one.needs)
        await lan(do="offer", value=place)
        assert "Phiếu nói thay" in await says("Có, mình muốn")
        await says("xoa")
        await says("Xoá lời, vẫn gửi người giúp")
        assert await lan(do="read") == ""
        assert "Khẩn cấp" in await says(OTHER, "person:b")
        await lan(do="close", value="no_service")
