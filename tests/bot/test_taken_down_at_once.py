"""Requirement 8: what was taken down is not told any more, also where the shelf in memory is a moment older."""

from bot.rehearsal import START, Rehearsal
from directory import editing
from directory.listings import Listing


async def _said(rehearsal: Rehearsal, text: str) -> str:
    said = await rehearsal.play({"as": "person:a", "text": text})
    return "\n".join(one["text"] for one in said)


async def _take_down(rehearsal: Rehearsal, name: str) -> Listing:
    """Down in the database, and still on the shelf of this process."""
    house = rehearsal.house
    one = next(one for one in house.keeper.shelf if one.service == name)
    await house.db.write(lambda tx: editing.withdraw(tx.connection, one.id, staff_id=1, now=house.clock.now()))
    return one


async def test_a_list_and_an_answer_right_behind_a_takedown_do_not_name_it() -> None:
    async with Rehearsal(at=START) as rehearsal:
        before = await _said(rehearsal, "xet nghiem hiv o cau giay")
        assert "1. Phòng khám Đồi Gió" in before and "Gọi: 0000 000 158" in before
        one = await _take_down(rehearsal, "Phòng khám Đồi Gió (mẫu)")
        assert rehearsal.house.keeper.shelf.get(one.id) is not None, "the shelf has not looked yet"
        for text in ("1", "cho 1 goi so nao", "pk doi gio", "chỗ nào rẻ nhất"):
            assert "0000 000 158" not in await _said(rehearsal, text), text
        for text in ("xoa", "co", "xet nghiem hiv o cau giay"):
            after = await _said(rehearsal, text)
        assert "Đồi Gió" not in after and "1. " in after
