"""What is added in the console is understood in the next message, in every process, and taken back as fast."""

import asyncio

import pytest

from bot.bells import SHELF
from bot.db import Tx
from bot.rehearsal import START, Rehearsal
from directory import adding
from directory.adding import Addition

WORD = Addition("teencode", "zqz", "xét nghiệm hiv")
SPOT = Addition("landmark", "quán Tư Xéo", "quận Cầu Giấy, Hà Nội")


async def until(rehearsal: Rehearsal, wanted: int) -> None:
    for _ in range(500):  # the bell has this process look in a task of its own
        if len(rehearsal.house.keeper.shelf.added.shortenings) == wanted:
            return
        await asyncio.sleep(0.01)
    pytest.fail("the bell was not heard")


async def test_an_added_word_and_landmark_lead_to_a_listing_and_are_gone_when_taken_back() -> None:
    async with Rehearsal() as rehearsal:

        def add(tx: Tx) -> None:
            for one in (WORD, SPOT):
                adding.add(tx.connection, one, staff_id=None, now=START)
            tx.ring(SHELF)

        def take_back(tx: Tx) -> None:
            adding.take_back(tx.connection, "teencode", "zqz", expected=1, staff_id=None, now=START)
            tx.ring(SHELF)

        before = await rehearsal.play({"as": "person:a", "text": "zqz gần quán tư xéo"})
        assert not any("0000 000" in str(one.get("text")) for one in before)
        await rehearsal.house.db.write(add)
        await until(rehearsal, 1)
        said = await rehearsal.play({"as": "person:b", "text": "zqz gần quán tư xéo"})
        assert any("0000 000" in str(one.get("text")) and "Cầu Giấy" in str(one.get("text")) for one in said), said
        await rehearsal.house.db.write(take_back)
        await until(rehearsal, 0)
        after = await rehearsal.play({"as": "person:c", "text": "zqz gần quán tư xéo"})
        assert not any("0000 000" in str(one.get("text")) for one in after)
