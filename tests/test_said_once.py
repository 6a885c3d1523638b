"""What she says while we ask back stands in her case once, and belongs to the cry that follows."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.app import House
from bot.helpline import relay, turns
from bot.seals import Seals
from bot.tables import case, staff
from tests.conftest import MovableClock
from tests.fake_house import door, open_house


@pytest.fixture
async def house(either: str, tmp_path: Path, seals: Seals, clock: MovableClock) -> AsyncIterator[House]:
    async with open_house(either, tmp_path, seals, clock) as made:
        yield made


@pytest.mark.parametrize("is_taken", [False, True])
async def test_words_while_we_ask_what_she_has_done_stand_there_once(
    house: House, clock: MovableClock, is_taken: bool
) -> None:
    async def say(*said: str) -> None:
        for text in said:
            clock.pass_(seconds=20)
            await door(house).say("anna", text)
            await house.settle()

    await say("cho em gap nguoi that", "co", "rút đồng ý", "1")
    number = await house.db.read(lambda c: c.execute(select(func.max(case.c.id))).scalar_one())
    worker = await house.db.read(
        lambda c: c.execute(select(staff.c.id).where(staff.c.role == "worker")).scalars().first()
    )
    if is_taken:
        await house.db.write(lambda tx: turns.take(tx, number, worker or 0, now=clock.now(), policy=house.policy))
    await say("em muốn chết", "uống rồi")
    lines = await house.db.read(lambda c: relay.readable(c, house.db.seals, number))
    assert [line.text for line in lines] == ["em muốn chết", "uống rồi"]
