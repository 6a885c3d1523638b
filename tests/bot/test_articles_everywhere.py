"""What is published is said at once: the bell rings, the shelf is new, and nobody who asks waits for it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from bot.bells import SHELF
from bot.db import Tx
from bot.rehearsal import START, Rehearsal
from directory import publishing


async def test_a_published_article_is_told_in_the_next_answer_without_waiting_for_a_tick() -> None:
    async with Rehearsal() as rehearsal:
        house = rehearsal.house
        before = house.keeper.shelf.revision

        def publish(tx: Tx) -> None:
            now = publishing.look_up(tx.connection, "prep-what", "vi")
            text = replace(now.working, body=("Câu vừa được cho hiện.",))
            publishing.save(tx.connection, text, expected=0, staff_id=None, now=START)
            after = publishing.look_up(tx.connection, "prep-what", "vi")
            publishing.publish(tx.connection, after, expected=1, staff_id=None, now=START)
            tx.ring(SHELF)

        await house.db.write(publish)
        for _ in range(500):  # the bell has this process look in a task of its own
            if house.keeper.shelf.revision > before:
                break
            await asyncio.sleep(0.01)
        assert house.keeper.shelf.revision > before
        said = await rehearsal.play({"as": "person:a", "text": "prep là gì"})
        assert any("Câu vừa được cho hiện." in one.get("text", "") for one in said)


async def changed(rehearsal: Rehearsal, deed: Callable[[Tx], None]) -> None:
    """Done in the console, and every process has looked at its shelf."""
    await rehearsal.house.db.write(deed)
    assert await rehearsal.house.db.read(rehearsal.house.keeper.refresh)


async def test_who_reads_a_text_that_is_put_right_meanwhile_is_told_it_anew() -> None:
    def put_right(tx: Tx) -> None:
        now = publishing.look_up(tx.connection, "prep-what", "vi")
        publishing.save(tx.connection, replace(now.working, body=("Câu đúng.",)), expected=0, staff_id=None, now=START)
        after = publishing.look_up(tx.connection, "prep-what", "vi")
        publishing.publish(tx.connection, after, expected=1, staff_id=None, now=START)

    async with Rehearsal() as rehearsal:
        await rehearsal.play({"as": "person:a", "text": "prep là gì"})
        await changed(rehearsal, put_right)
        said = await rehearsal.play({"as": "person:a", "text": "prep la gi vay"})
    assert any("Câu đúng." in one.get("text", "") for one in said)


@pytest.mark.parametrize(
    ("asked", "label"), [("prep là gì", "Đọc thêm"), ("quên uống prep", "PrEP là gì và dành cho ai")]
)
async def test_who_reads_on_in_a_text_that_was_taken_back_meanwhile_is_told_not_to_rely_on_it(
    asked: str, label: str
) -> None:
    def take_back(tx: Tx) -> None:
        now = publishing.look_up(tx.connection, "prep-what", "vi")
        publishing.withdraw(tx.connection, now, expected=0, staff_id=None, now=START)
        english = publishing.look_up(tx.connection, "prep-what", "en")
        publishing.withdraw(tx.connection, english, expected=0, staff_id=None, now=START)

    async with Rehearsal() as rehearsal:
        told = await rehearsal.play({"as": "person:a", "text": asked})
        token = next(one["token"] for one in told[-1]["choices"] if one["label"] == label)
        await changed(rehearsal, take_back)
        said = await rehearsal.play({"as": "person:a", "choice": token})
        new = await rehearsal.play({"as": "person:b", "text": "prep là gì"})
    assert "đừng dựa vào" in said[0]["text"]
    assert said[-1]["choices"] and any("Có, mình muốn" in one["label"] for one in said[-1]["choices"])
    assert not any("đừng dựa vào" in one.get("text", "") for one in new)  # who has read nothing of it


@pytest.mark.parametrize(
    ("day", "first", "is_warned"),
    [
        ("2027-01-31", "Đây là điều bọn mình biết.", False),  # the last day on which it may be looked at in time
        ("2027-02-10", "Đây là điều bọn mình biết.", True),
        ("2027-03-10", "Bọn mình chưa có bài về việc này.", False),
    ],
)
async def test_a_law_past_its_day_is_warned_about_with_somebody_who_can_say_then_hidden(
    day: str, first: str, is_warned: bool
) -> None:
    async with Rehearsal(at=datetime.fromisoformat(f"{day}T09:00+07:00")) as rehearsal:
        said = await rehearsal.play({"as": "person:a", "text": "mã số thuế cá nhân là gì"})
    texts = [one["text"] for one in said if "text" in one]
    assert any(text.startswith(first) for text in texts)
    assert any("có thể đã đổi. Bạn hỏi người trực" in text for text in texts) == is_warned
    labels = next(one["choices"] for one in reversed(said) if one.get("choices"))
    if is_warned:
        assert [one["label"] for one in labels][:2] == ["Đọc thêm", "Gặp người thật"]
