"""Behind "xoá hết" somebody may cry: she is heard however the erasure goes, and what was begun is finished."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select, update

from bot import vault
from bot.app import House
from bot.db import DatabaseAway, Tx
from bot.helpline import relay
from bot.seals import KeyId, Seals
from bot.tables import case, contact, conversation, entrusted, inbox, lane, person, transcript
from directory.wording import t
from tests.conftest import MovableClock
from tests.fake_house import door, only_keep, open_house
from tests.fake_telegram import GATEWAY
from tests.machine import Desk
from tests.telegram_house import street

pytestmark = pytest.mark.timeout(120)

CRY = "cứu, nó đang đánh em"
FAREWELL, CARD = "Đã xoá xong", "Bạn tới chỗ có người"


@pytest.fixture
async def house(either: str, tmp_path: Path, seals: Seals, clock: MovableClock) -> AsyncIterator[House]:
    senders = {"console": lambda db, clock, bells, settings: Desk(clock)}
    async with open_house(either, tmp_path, seals, clock, senders=senders) as made:
        yield made


async def talk(house: House, *said: str, who: str = "anna") -> None:
    for text in said:
        await door(house).say(who, text)
        await house.settle()


async def let_pass(house: House, clock: MovableClock, seconds: float) -> None:
    clock.pass_(seconds=seconds)
    await house.reception.look()
    await house.reception.finish_erasures()
    await house.settle()


async def words_of_open_cases(house: House) -> list[list[str | None]]:
    def found(connection: Connection) -> list[list[str | None]]:
        ids = connection.execute(select(case.c.id).where(case.c.state != "closed").order_by(case.c.id)).scalars().all()
        return [[line.text for line in relay.words(connection, house.seals, one)] for one in ids]

    return await house.db.read(found)


async def rows(house: House, *tables: object) -> list[int]:
    def counted(connection: Connection) -> list[int]:
        return [connection.execute(select(func.count()).select_from(one)).scalar_one() for one in tables]  # type: ignore[arg-type]

    return await house.db.read(counted)


def stand_still(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept from now on is not read."""
    monkeypatch.setattr(house.reception, "_keep_and_answer", only_keep)
    monkeypatch.setattr(house.reception, "_wake", lambda lane_id: None)


async def test_a_cry_behind_the_yes_is_heard_in_a_lane_that_knows_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talk(house, "nó đang đánh em", "xoá")
    before = len(door(house).texts("anna"))
    with monkeypatch.context() as asleep:
        stand_still(house, asleep)
        await door(house).say("anna", "xoá hết")
        await door(house).say("anna", CRY)
        await door(house).say("anna", choice="an old button")
        await door(house).say("anna", "em sợ lắm")
    await house.reception.look()
    await house.settle()
    texts = door(house).texts("anna")[before:]
    (card,) = [at for at, text in enumerate(texts) if CARD in text]
    assert not any(FAREWELL in text for text in texts[card:]), texts  # whether it came first, is a matter of moments
    assert not any("Nút đó cũ" in one for one in texts), "a button of the old talk is no answer in the new one"
    assert await words_of_open_cases(house) == [[CRY, "em sợ lắm"]]
    assert await rows(house, lane, person, contact, conversation, inbox) == [1, 1, 1, 1, 0]


async def test_a_cry_behind_the_wish_to_erase_the_words_reaches_the_colleague(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talk(house, "nó đang đánh em", "xoá")
    with monkeypatch.context() as asleep:
        stand_still(house, asleep)
        await door(house).say("anna", "xoá lời")
        await door(house).say("anna", CRY)
    await house.reception.look()
    await house.settle()
    assert await words_of_open_cases(house) == [[CRY]]
    assert CARD in " ".join(door(house).texts("anna")[-3:])


async def test_while_the_last_message_waits_a_cry_is_answered_and_not_followed_by_it(
    house: House, clock: MovableClock
) -> None:
    await talk(house, "xin chào", "xoá")
    for _ in range(3):
        door(house).fail_next("transient")
    await talk(house, "xoá hết", CRY)
    for _ in range(5):
        await let_pass(house, clock, 31)
    texts = door(house).texts("anna")
    assert any(CARD in one for one in texts) and not any(FAREWELL in one for one in texts), texts
    assert await words_of_open_cases(house) == [[CRY]]
    assert await rows(house, lane, person, contact) == [1, 1, 1] and door(house).forgotten == []


@pytest.mark.parametrize("between", [(), ("ai day, may nhan gi voi vo tao",)], ids=["hers", "in other hands"])
async def test_a_cry_at_the_phone_whose_talk_was_opened_elsewhere_is_heard(
    house: House, monkeypatch: pytest.MonkeyPatch, between: tuple[str, ...]
) -> None:
    await talk(house, "nó đang đánh em", *between)
    (code,) = [one.splitlines()[1] for one in door(house).texts("anna") if "bốn từ" in one]
    with monkeypatch.context() as asleep:
        stand_still(house, asleep)
        await door(house).say("binh", code)
        await door(house).say("anna", CRY)
    first = select(inbox.c.lane_id).order_by(inbox.c.id).limit(1)
    house.reception._wake(await house.db.read(lambda c: c.execute(first).scalar_one()))
    await house.settle()
    await house.reception.look()  # another process's bell may come later than we can wait for
    await house.settle()
    assert t("returning.back", "vi") in door(house).texts("binh")
    assert CRY in [text for words in await words_of_open_cases(house) for text in words]
    assert CARD in " ".join(door(house).texts("anna")[-4:])


@pytest.mark.parametrize("at", ["the keys", "the rows"])
async def test_an_erasure_that_stopped_half_way_is_finished_by_whoever_is_there(
    house: House, clock: MovableClock, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    await talk(house, "nó đang đánh em, em ở 12 Hàng Bông, 0912 345 678", "xoá")
    keys = await house.db.read(_keys)
    assert len(keys) >= 2

    async def dies(*told: object) -> None:
        await asyncio.sleep(0)
        raise DatabaseAway("this process is gone")

    with monkeypatch.context() as dying:
        dying.setattr(house.reception, "_erase" if at == "the keys" else "_finish_erasing", dies)
        await door(house).say("anna", "xoá hết")
        await house.reception.settle()
    await let_pass(house, clock, 29)
    assert await rows(house, lane) == [1], "the first process may still be at it"
    await let_pass(house, clock, 5)
    assert await rows(house, lane, contact, conversation, transcript, entrusted) == [0, 0, 0, 0, 0]
    assert FAREWELL in door(house).texts("anna")[-1] and len(door(house).forgotten) == 1
    assert not any(house.seals.keys.has(key) for key in keys), "also those of her case"
    await talk(house, CRY)
    assert await words_of_open_cases(house) == [[CRY]]


def _keys(connection: Connection) -> list[KeyId]:
    found = (conversation.c.key_id, case.c.key_id, entrusted.c.key_id)
    return [KeyId(key) for one in found for key in connection.execute(select(one)).scalars() if key is not None]


async def test_a_key_store_that_cannot_be_written_for_a_moment_keeps_nothing_of_hers(
    house: House, clock: MovableClock
) -> None:
    await talk(house, "xin chào", "xoá")
    (key,) = await house.db.read(_keys)
    house.seals.keys._file.execute("PRAGMA query_only=ON")
    await talk(house, "xoá hết")
    house.seals.keys._file.execute("PRAGMA query_only=OFF")
    assert house.seals.keys.has(key) and await rows(house, lane) == [1]
    await let_pass(house, clock, 31)
    assert not house.seals.keys.has(key) and await rows(house, lane, contact, conversation) == [0, 0, 0]
    assert FAREWELL in door(house).texts("anna")[-1]


async def test_whoever_has_left_is_erased_without_a_last_message(house: House, clock: MovableClock) -> None:
    await talk(house, "xin chào", "xoá")
    leave = update(lane).values(stopped_at=clock.now())
    house.reception._erase, real = _nothing, house.reception._erase  # type: ignore[method-assign]
    await talk(house, "xoá hết")
    house.reception._erase = real  # type: ignore[method-assign]
    await house.db.write(lambda tx: tx.execute(leave))
    await let_pass(house, clock, 31)
    assert await rows(house, lane, person, contact, conversation) == [0, 0, 0, 0]


async def _nothing(erasing: object) -> None:
    return None


async def test_a_button_touched_twice_makes_nobody_new(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await talk(house, "xin chào", "xoá")
    with monkeypatch.context() as slow:
        slow.setattr(house.reception, "_erase", _nothing)
        await talk(house, "xoá hết")
        await door(house).say("anna", choice="the same button again")
        await door(house).say("binh", choice="a button of somebody else, long forgotten")
        await house.reception.settle()
    assert await rows(house, lane) == [2], "hers that is being erased, and his"


async def test_a_lane_closed_by_the_version_before_keeps_no_cry(house: House, clock: MovableClock) -> None:
    await talk(house, "xin chào")
    now = clock.now()
    await house.db.write(lambda tx: tx.execute(update(lane).values(erasing_at=now, generation=lane.c.generation + 1)))
    await talk(house, CRY)
    assert await words_of_open_cases(house) == [[CRY]] and CARD in " ".join(door(house).texts("anna"))
    await let_pass(house, clock, 31)
    assert await rows(house, lane) == [1] and not any(FAREWELL in one for one in door(house).texts("anna"))


async def test_a_lane_without_a_name_is_sealed_anew_and_gets_none(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talk(house, "xin chào", "xoá")
    with monkeypatch.context() as slow:
        slow.setattr(house.reception, "_erase", _nothing)
        await talk(house, "xoá hết", CRY)
    ids = await house.db.read(lambda c: list(c.execute(select(lane.c.id).order_by(lane.c.id)).scalars()))
    before = await house.db.read(lambda c: [vault.way_to(c, one) for one in ids])

    def again(tx: Tx) -> None:
        assert all(vault.reseal(tx, one) for one in ids)

    await house.db.write(again)
    after = await house.db.read(lambda c: [vault.way_to(c, one) for one in ids])
    for was, way in zip(before, after, strict=True):
        assert was is not None and way is not None and way.to.handle == was.to.handle
        assert vault.open_address(house.seals, way.to) == "anna"
    assert len({way.to.handle for way in after if way is not None}) == 2


async def test_on_telegram_the_old_talk_is_taken_back_and_the_answer_to_the_cry_is_not(
    tmp_path: Path, seals: Seals, clock: MovableClock
) -> None:
    async with street(tmp_path, seals, clock) as town:
        await town.say("/start")
        await town.say("xoá")
        town.network.fail_next(GATEWAY, "deleteMessages", times=3)
        await town.say("xoá hết")
        assert any(CARD in one for one in await town.say(CRY)), "the network takes messages, and hers does not wait"
        for _ in range(6):
            town.clock.pass_(seconds=31)
            await town.settle()
        texts = town.network.texts(1001)
        assert any(CARD in one for one in texts) and not any(FAREWELL in one for one in texts), texts
        assert not any("Đây là Đồng Hành" in one for one in texts), "what was said before is gone"
        assert await rows(town.house, lane) == [1]
