"""What is told of places never goes before danger, and a question that an article answers stays a question."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from bot.rehearsal import Rehearsal
from bot.tables import remark
from directory import editing


@pytest.fixture
async def rehearsal() -> AsyncIterator[Rehearsal]:
    async with Rehearsal() as made:
        yield made


async def told(rehearsal: Rehearsal, text: str) -> str:
    said = await rehearsal.play({"as": "person:a", "text": text})
    return "\n".join(one["text"] for one in said if one["to"] == "person:a")


async def noted(rehearsal: Rehearsal) -> list[Any]:
    return await rehearsal.house.db.read(lambda connection: list(connection.execute(select(remark))))


async def test_a_cry_in_the_same_message_is_heard_first(rehearsal: Rehearsal) -> None:
    await told(rehearsal, "xet nghiem hiv o cau giay")
    said = await told(rehearsal, "y tá ở đó chửi em, giờ chồng em đang đánh em")
    assert "113" in said and "Chuyện đó ở chỗ nào?" not in said
    assert await noted(rehearsal) == []


async def test_a_question_about_it_is_answered_as_a_question(rehearsal: Rehearsal) -> None:
    said = await told(rehearsal, "y ta noi nang khinh minh truoc mat moi nguoi thi phai lam sao")
    assert "Chuyện đó ở chỗ nào?" not in said and await noted(rehearsal) == []


async def test_without_a_place_shown_she_is_believed_and_nothing_is_noted(rehearsal: Rehearsal) -> None:
    said = await told(rehearsal, "chỗ đó họ đuổi em về")
    assert "Đó không phải lỗi của bạn" in said and "Giờ bạn muốn gì?" in said
    assert await noted(rehearsal) == []


async def test_the_part_that_the_message_names_is_not_asked_again(rehearsal: Rehearsal) -> None:
    await told(rehearsal, "xet nghiem hiv o cau giay")
    assert "Chỗ nào sai vậy bạn?" in await told(rehearsal, "chỗ này đóng cửa rồi")
    said = await told(rehearsal, "2")
    assert "Cảm ơn bạn" in said and "sai ở phần nào" not in said
    (row,) = await noted(rehearsal)
    assert row.what == "closed" and row.sealed is None and row.province == "01"


async def test_a_button_of_long_ago_asks_again_instead_of_guessing(rehearsal: Rehearsal) -> None:
    await told(rehearsal, "xet nghiem hiv o cau giay")
    await told(rehearsal, "Chỗ này sai rồi")
    said = await rehearsal.play({"as": "person:a", "text": "1"})
    button = next(one for one in said[-1]["choices"] if one["label"] == "Số điện thoại")
    await told(rehearsal, "Số điện thoại")
    said = await rehearsal.play({"as": "person:a", "choice": button["token"]})
    assert any("Chỗ nào sai vậy bạn?" in one["text"] for one in said)
    assert len(await noted(rehearsal)) == 1


async def test_plain_words_are_stored_as_what_they_say_and_nothing_tells_who(rehearsal: Rehearsal) -> None:
    await told(rehearsal, "xet nghiem hiv o cau giay")
    shown = next(one for one in rehearsal.house.keeper.shelf if one.service == "Phòng khám Hoa Sen (mẫu)")
    await told(rehearsal, "cho thu 2 goi ko dc")
    (row,) = await noted(rehearsal)
    assert (row.what, row.place_id, row.sealed) == ("phone", shown.id, None)
    await told(rehearsal, "phòng khám hải âu chuyển đi rồi")
    await told(rehearsal, "ở phòng khám hải âu y tá chửi em")
    assert [row.what for row in await noted(rehearsal)] == ["phone", "address", "rude"]


async def test_violence_by_a_nurse_is_danger_first_and_nothing_is_filed_instead(rehearsal: Rehearsal) -> None:
    await told(rehearsal, "xet nghiem hiv o cau giay")
    assert "nguy hiểm ngay lúc này" in await told(rehearsal, "y ta o do danh em")
    assert await noted(rehearsal) == []


async def test_a_place_taken_down_while_she_reads_the_list_is_said_to_be_gone_and_her_word_is_kept(
    rehearsal: Rehearsal,
) -> None:
    house = rehearsal.house
    await told(rehearsal, "xet nghiem hiv o cau giay")
    shown = next(one for one in house.keeper.shelf if one.service == "Phòng khám Đồi Gió (mẫu)")
    await told(rehearsal, "bị y tá khinh")
    now = house.clock.now()
    await house.db.write(lambda tx: editing.withdraw(tx.connection, shown.id, staff_id=1, now=now))
    await house.db.read(house.keeper.refresh)
    assert "vừa được gỡ khỏi danh bạ" in await told(rehearsal, "1")
    assert [row.place_id for row in await noted(rehearsal)] == [shown.id]
    await told(rehearsal, "xoa")
    await told(rehearsal, "co")
    again = await told(rehearsal, "xet nghiem hiv o cau giay")
    assert "Đồi Gió" not in again


async def test_the_wrong_place_taken_down_meanwhile_leads_to_another_one(rehearsal: Rehearsal) -> None:
    house = rehearsal.house
    await told(rehearsal, "xet nghiem hiv o cau giay")
    shown = next(one for one in house.keeper.shelf if one.service == "Phòng khám Đồi Gió (mẫu)")
    await told(rehearsal, "Chỗ này sai rồi")
    now = house.clock.now()
    await house.db.write(lambda tx: editing.withdraw(tx.connection, shown.id, staff_id=1, now=now))
    await house.db.read(house.keeper.refresh)
    said = await told(rehearsal, "1")
    assert "vừa được gỡ khỏi danh bạ" in said and "Nhóm Hạt Mầm (mẫu)" in said
    assert await noted(rehearsal) == []
