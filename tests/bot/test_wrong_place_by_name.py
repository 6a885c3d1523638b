"""A complaint about a place that was not shown just now lands on the place that was named, and on no other."""

import pytest
from sqlalchemy import select

from bot.rehearsal import START, Rehearsal
from bot.tables import remark
from directory.tables import place_of_service, service


async def noted(rehearsal: Rehearsal) -> list[tuple[str, str]]:
    wanted = (
        select(service.c.name, remark.c.what)
        .join(place_of_service, place_of_service.c.id == remark.c.place_id)
        .join(service, service.c.id == place_of_service.c.service_id)
        .order_by(remark.c.id)
    )
    rows = await rehearsal.house.db.read(lambda connection: connection.execute(wanted).all())
    return [(str(row[0]), str(row[1])) for row in rows]


@pytest.mark.parametrize(
    ("messages", "what"),
    [
        (["Chỗ này sai rồi", "Chỗ khác", "phong kham hai au"], "other"),
        (["Chỗ này sai rồi", "phong kham hai au", "Đóng cửa rồi"], "closed"),
        (["phòng khám hải âu sai số điện thoại rồi"], "phone"),
        (["bac si o do noi nang loi voi em", "Chỗ khác", "phong kham hai au"], "rude"),
    ],
)
async def test_it_is_found_by_its_name_in_three_messages_at_most(messages: list[str], what: str) -> None:
    assert len(messages) <= 3
    async with Rehearsal(at=START) as rehearsal:
        for text in ("xet nghiem hiv o cau giay", *messages):
            await rehearsal.play({"as": "person:a", "text": text})
        assert await noted(rehearsal) == [("Phòng khám Hải Âu (mẫu)", what)]


async def test_a_name_that_is_not_ours_is_noted_nowhere() -> None:
    async with Rehearsal(at=START) as rehearsal:
        for text in ("xet nghiem hiv o cau giay", "Chỗ này sai rồi", "Chỗ khác", "tiệm vàng Kim Phượng"):
            await rehearsal.play({"as": "person:a", "text": text})
        assert await noted(rehearsal) == []
