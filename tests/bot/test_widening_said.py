"""A ward without any: the old district is counted in words, and the nearest there is said to be about so far."""

from pathlib import Path

from bot.rehearsal import Rehearsal
from tests.test_rehearsal import table


async def test_the_nearest_in_the_old_district_is_about_so_far(tmp_path: Path) -> None:
    ward = {"place": "phường Nghĩa Đô, Hà Nội", "place_tier": "old_ward", "place_code": "00157"}
    file = table(tmp_path / "one.csv", needs="livelihood.training", **ward)
    async with Rehearsal() as rehearsal:
        await rehearsal.play({"directory": str(file)})
        asked = {"as": "person:a", "text": "học nghề ở phường Trung Hoà, Cầu Giấy, Hà Nội"}
        said = "\n".join(one["text"] for one in await rehearsal.play(asked))
        assert "Ở quận Cầu Giấy có 1 chỗ, gần nhất khoảng 5 km:" in said, said
