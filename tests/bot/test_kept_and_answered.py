"""The only message at hand is kept and answered in one deed; whatever stands in the way, it is kept and waits."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.app import House
from bot.db import DatabaseAway, Tx
from bot.dialogues.find import Find
from bot.intake import Kept
from bot.reception import AT_ONCE
from bot.seals import Seals, create_key_file
from bot.tables import inbox, lane, seen_event
from bot.thinking import Thought
from tests.conftest import MovableClock
from tests.fake_house import open_house
from tests.fakes import FakeChannel

QUESTION = "xet nghiem hiv o cau giay"


@pytest.fixture
async def house(tmp_path: Path, clock: MovableClock) -> AsyncIterator[House]:
    create_key_file(tmp_path / "key.json")
    seals = Seals.from_files(tmp_path / "key.json", str(tmp_path / "keys.db"))
    async with open_house(f"sqlite:///{tmp_path / 'house.db'}", tmp_path, seals, clock) as made:
        await door(made).say("anna", "xin chào")
        await made.settle()
        yield made


def door(house: House) -> FakeChannel:
    (channel,) = house.channels
    assert isinstance(channel, FakeChannel)
    return channel


async def count(house: House, table: Any) -> int:
    found: int = await house.db.read(lambda c: c.execute(select(func.count()).select_from(table)).scalar_one())
    return found


def thinks_slowly(house: House, monkeypatch: pytest.MonkeyPatch, *slow: str) -> asyncio.Event:
    """These words are understood once the event is set."""
    may_go_on, think = asyncio.Event(), house.reception._thinking.think

    async def late(kept: Kept) -> Thought:
        if kept.text in slow:
            await may_go_on.wait()
        return await think(kept)

    monkeypatch.setattr(house.reception._thinking, "think", late)
    return may_go_on


async def test_the_answer_is_decided_with_the_commit_that_keeps_the_message(house: House) -> None:
    before = house.db.counts.deeds
    await door(house).say("anna", QUESTION)
    assert house.db.counts.deeds == before + 1 and await count(house, inbox) == 0, "the network is told after it"
    await house.settle()
    assert any("Cầu Giấy" in text for text in door(house).texts("anna"))


async def test_the_same_message_again_is_not_answered_again(house: House) -> None:
    for _ in range(3):
        await door(house).say("anna", QUESTION, event_id="the same")
        await house.settle()
    assert sum("Cầu Giấy" in text for text in door(house).texts("anna")) == 1


async def test_what_comes_together_is_kept_first_and_answered_in_its_order(house: House) -> None:
    await door(house).bring([("anna", "one", "chỗ nào miễn phí ở Cầu Giấy"), ("anna", "two", "xoá")])
    assert await count(house, inbox) > 0
    await house.settle()
    assert await count(house, inbox) == 0 and "xoá" in door(house).texts("anna")[-1].lower()


async def test_an_answer_that_breaks_loses_no_message(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Find, turn: Any) -> Any:
        raise RuntimeError

    with monkeypatch.context() as breaking:
        breaking.setattr(Find, "start", broken)
        await door(house).say("anna", QUESTION)
        assert await count(house, inbox) == 1, "kept, though it could not be answered"
        await house.settle()
    assert any("Xin lỗi" in text for text in door(house).texts("anna"))


async def test_what_is_not_understood_soon_is_kept_meanwhile(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    may_go_on = thinks_slowly(house, monkeypatch, QUESTION)
    monkeypatch.setattr("bot.reception.AT_ONCE", AT_ONCE / 10)
    await door(house).say("anna", QUESTION)
    assert await count(house, inbox) == 1, "the network need not wait any longer"
    may_go_on.set()
    await house.settle()
    assert any("Cầu Giấy" in text for text in door(house).texts("anna"))


async def test_what_breaks_while_it_is_understood_is_kept(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def breaks(kept: Kept) -> Thought:
        raise RuntimeError

    with monkeypatch.context() as breaking:
        breaking.setattr(house.reception._thinking, "think", breaks)
        await door(house).say("anna", QUESTION)
        assert await count(house, inbox) == 1
        await house.settle()
    assert await count(house, seen_event) == 2


async def test_a_short_word_does_not_overtake_a_long_story(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    may_go_on = thinks_slowly(house, monkeypatch, QUESTION)
    monkeypatch.setattr("bot.reception.AT_ONCE", 60)
    first = asyncio.create_task(door(house).say("anna", QUESTION))
    await asyncio.sleep(0)
    second = asyncio.create_task(door(house).say("anna", "xoá"))
    other = asyncio.create_task(door(house).say("binh", "xin chào"))
    await other
    assert not first.done() and not second.done() and await count(house, inbox) <= 1, "nobody else waits for them"
    may_go_on.set()
    await asyncio.gather(first, second)
    await house.settle()
    texts = door(house).texts("anna")
    found = next(at for at, text in enumerate(texts) if "Cầu Giấy" in text)
    assert "xoá" in texts[-1].lower() and found < len(texts) - 1
    assert house.reception._coming == {}, "nothing is remembered of who wrote"


async def test_whoever_gave_up_waiting_holds_nobody_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The network closed the connection while the message was looked at; it brings it again."""
    thinks_slowly(house, monkeypatch, QUESTION)
    monkeypatch.setattr("bot.reception.AT_ONCE", 60)
    first = asyncio.create_task(door(house).say("anna", QUESTION, event_id="again"))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait([first])
    monkeypatch.undo()
    await door(house).say("anna", QUESTION, event_id="again")
    await house.settle()
    assert sum("Cầu Giấy" in text for text in door(house).texts("anna")) == 1


async def test_without_the_database_nothing_is_said_to_be_kept(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(deed: object, **_: object) -> None:
        raise DatabaseAway

    with monkeypatch.context() as gone:
        gone.setattr(house.db, "write", away)
        with pytest.raises(DatabaseAway):
            await door(house).say("anna", QUESTION, event_id="again")
    await door(house).say("anna", QUESTION, event_id="again")
    await house.settle()
    assert sum("Cầu Giấy" in text for text in door(house).texts("anna")) == 1


async def test_a_deed_that_runs_again_counts_a_message_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []
    count_one, write = house.reception._pace.count, house.db.write
    monkeypatch.setattr(
        house.reception._pace, "count", lambda lane_id, now: (counted.append(lane_id), count_one(lane_id, now))[1]
    )

    async def twice(deed: Any, **more: Any) -> Any:
        def again(tx: Tx) -> Any:
            savepoint = tx.connection.begin_nested()
            deed(tx)
            savepoint.rollback()
            return deed(tx)

        return await write(again, **more)

    monkeypatch.setattr(house.db, "write", twice)
    await house.reception.keep(door(house).parse(b'{"from": "anna", "id": "once", "text": "alo"}'))
    assert len(counted) == 1


async def test_the_network_does_not_wait_for_an_erasure(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    may_go_on, erase = asyncio.Event(), house.reception._erase

    async def slow(erasing: Any) -> None:
        await may_go_on.wait()
        await erase(erasing)

    monkeypatch.setattr(house.reception, "_erase", slow)
    await door(house).say("anna", "xoá")
    await house.settle()
    await door(house).say("anna", "xoá hết")
    assert await count(house, lane) == 1
    may_go_on.set()
    await house.settle()
    assert await count(house, lane) == 0 and "Đã xoá" in door(house).texts("anna")[-1]


async def test_a_code_that_may_have_been_given_is_lent_to_nobody_else(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network hangs up while the deed runs."""
    spares, write, has_begun = house.reception._spares, house.db.write, asyncio.Event()

    async def slow(deed: Any, **more: Any) -> Any:
        has_begun.set()
        await asyncio.Event().wait()

    lent = await spares.lend()
    spares.give_back(lent)
    monkeypatch.setattr(house.db, "write", slow)
    first = asyncio.create_task(door(house).say("anna", QUESTION))
    await has_begun.wait()
    first.cancel()
    await asyncio.wait([first])
    monkeypatch.setattr(house.db, "write", write)
    assert spares._lent == 0 and lent not in spares._ready
