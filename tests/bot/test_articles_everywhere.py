"""What is published is said at once: the bell rings, the shelf is new, and nobody who asks waits for it."""

import asyncio
from dataclasses import replace

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
