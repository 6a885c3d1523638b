"""While the network is away words wait in the house; if somebody else takes the phone meanwhile, they do not go out."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from bot.app import House
from bot.db import Tx
from bot.helpline import casebook, delivery, guards, relay, turns, whose_phone
from bot.helpline.delivery import Delivery
from bot.seals import Seals
from bot.tables import case, lane, outbox, staff
from tests.conftest import MovableClock
from tests.fake_house import door, open_house

pytestmark = pytest.mark.timeout(120)

HE = "ai day, may nhan gi voi vo tao"
CARD = "Bạn tới chỗ có người"
WORD = "hoa phượng"


@pytest.fixture
async def house(either: str, tmp_path: Path, seals: Seals, clock: MovableClock) -> AsyncIterator[House]:
    async with open_house(either, tmp_path, seals, clock) as made:
        yield made


async def says(house: House, *said: str) -> list[str]:
    before = len(door(house).texts("anna"))
    for text in said:
        await door(house).say("anna", text)
        await house.settle()
    return door(house).texts("anna")[before:]


async def let_pass(house: House, clock: MovableClock, *, seconds: float = 31, times: int = 4) -> None:
    for _ in range(times):
        clock.pass_(seconds=seconds)
        await house.mailroom.collect()
        await house.settle()


async def taken(house: House, clock: MovableClock) -> tuple[int, int]:
    """She cried, a colleague has taken it, and a word is agreed."""
    await says(house, "nó đang đánh em", "có")

    def deed(tx: Tx) -> tuple[int, int]:
        worker = tx.execute(select(staff.c.id).where(staff.c.role == "worker").order_by(staff.c.id)).scalars().first()
        number = tx.execute(select(func.max(case.c.id))).scalar_one()
        assert worker is not None
        turns.take(tx, number, worker, now=clock.now(), policy=house.policy)
        guards.agree_word(tx, tx.execute(select(lane.c.id)).scalar_one(), WORD, now=clock.now())
        return number, worker

    numbers = await house.db.write(deed)
    await house.settle()
    return numbers


async def write(house: House, clock: MovableClock, who: tuple[int, int], *lines: str) -> None:
    for text in lines:
        await house.db.write(lambda tx, text=text: relay.from_worker(tx, *who, text, now=clock.now()))
        await house.settle()


async def deliveries(house: House, clock: MovableClock, number: int) -> list[Delivery]:
    def look(connection: Connection) -> list[Delivery]:
        known = casebook.get(connection, number)
        assert known is not None
        return list(delivery.of_case(connection, known, clock.now()).values())

    return await house.db.read(look)


def network_is_away(house: House, times: int = 6) -> None:
    for _ in range(times):
        door(house).fail_next("transient")


def network_is_back(house: House) -> None:
    door(house)._faults.clear()


@pytest.mark.parametrize("sign", [HE, "đừng nhắn nữa", "cho hỏi đây là ai ạ"])
async def test_words_on_their_way_wait_for_her_and_none_is_lost(
    house: House, clock: MovableClock, sign: str
) -> None:
    who = await taken(house, clock)
    await says(house, "chị ơi")
    network_is_away(house)
    await write(house, clock, who, "chị đang tới ngõ nhà em", "năm phút nữa")
    network_is_back(house)
    told = await says(house, sign)
    await let_pass(house, clock)
    told += door(house).texts("anna")[-3:]
    assert not any("chị đang tới" in one or "năm phút" in one for one in told), told
    assert await deliveries(house, clock, who[0]) == [Delivery.HELD] * 2
    opened = await says(house, WORD)
    lines = ("chị đang tới", "năm phút")
    assert [line for one in opened for line in lines if line in one] == [*lines]
    assert await deliveries(house, clock, who[0]) == [Delivery.SENT] * 2


async def test_a_card_that_has_not_gone_out_is_not_shown_to_him(house: House, clock: MovableClock) -> None:
    network_is_away(house, 30)
    before = len(door(house).texts("anna"))
    await says(house, "cứu em với nó đang đánh em")
    network_is_back(house)
    await says(house, HE)
    await let_pass(house, clock)
    after = door(house).texts("anna")[before:]
    assert after and not any(CARD in one or "115" in one for one in after), after


async def test_when_her_colleague_sees_it_first_what_waits_is_held_too(house: House, clock: MovableClock) -> None:
    who = await taken(house, clock)
    network_is_away(house)
    await write(house, clock, who, "chị đang tới ngõ nhà em")
    await house.db.write(lambda tx: whose_phone.suspect(tx, *who, now=clock.now()))
    network_is_back(house)
    await let_pass(house, clock)
    assert not any("chị đang tới" in one for one in door(house).texts("anna"))
    assert any("chị đang tới" in one for one in await says(house, WORD))


async def test_a_line_of_yesterday_comes_after_the_question_whether_she_can_talk(
    house: House, clock: MovableClock
) -> None:
    who = await taken(house, clock)
    network_is_away(house, 1000)
    await write(house, clock, who, "chị đang tới ngõ nhà em")
    clock.pass_(hours=13)
    network_is_back(house)
    await write(house, clock, who, "em sao rồi")
    await let_pass(house, clock)
    assert not any("chị đang tới" in one or "em sao rồi" in one for one in door(house).texts("anna"))
    opened = "\n".join(await says(house, WORD))
    assert opened.index("chị đang tới") < opened.index("em sao rồi")


async def test_that_the_chat_is_to_be_cleaned_still_holds(house: House, clock: MovableClock) -> None:
    await taken(house, clock)
    await says(house, "xoá")
    network_is_away(house, 30)
    await says(house, "xoá lời")
    await says(house, HE)
    network_is_back(house)
    before = len(door(house).texts("anna"))
    await let_pass(house, clock)
    after = door(house).texts("anna")[before:]
    assert any("lúc nào tiện" in one for one in after), after
    assert not any("Người giúp" in one or "xoá" in one.lower() for one in after), after
    waits = select(func.count()).select_from(outbox).where(outbox.c.lane_id.is_not(None))
    assert await house.db.read(lambda c: c.execute(waits).scalar_one()) == 0
