"""The whole house on a network that fails in every way it can: nothing is lost, nothing comes twice, order is kept."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.app import House
from bot.ports import SendKind
from bot.seals import Seals
from bot.tables import inbox, lane
from tests.conftest import MovableClock
from tests.fake_house import door, open_house
from tests.fakes import FAULTS

AGAIN: tuple[SendKind, ...] = ("throttled", "transient", "unknown_outcome")


@pytest.fixture
async def house(tmp_path: Path, seals: Seals, clock: MovableClock) -> AsyncIterator[House]:
    async with open_house(f"sqlite:///{tmp_path / 'house.db'}", tmp_path, seals, clock) as made:
        yield made


async def settle(house: House, clock: MovableClock, seconds: float = 0) -> None:
    await house.reception.settle()
    await house.mailroom.settle()
    clock.pass_(seconds=seconds)
    await house.mailroom.collect()
    await house.mailroom.settle()


@pytest.mark.parametrize("kind", AGAIN)
async def test_after_a_passing_fault_all_arrives_once_and_in_order(
    house: House, clock: MovableClock, kind: SendKind
) -> None:
    fake = door(house)
    fake.fail_next(kind, retry_after=2.0 if kind == "throttled" else None)
    await fake.say("anna", "xet nghiem hiv o cau giay")
    await settle(house, clock)
    for _ in range(6):
        await settle(house, clock, seconds=3)
    texts = fake.texts("anna")
    assert texts[0].startswith("Chào bạn") and "Cầu Giấy" in texts[1] and len(texts) == 2


@pytest.mark.parametrize("kind", [kind for kind in FAULTS if kind not in AGAIN])
async def test_a_lasting_fault_holds_nothing_else_up(house: House, clock: MovableClock, kind: SendKind) -> None:
    fake = door(house)
    fake.fail_next(kind)
    await fake.say("anna", "chao")
    await settle(house, clock)
    await fake.say("binh", "xet nghiem hiv o cau giay")
    await settle(house, clock, seconds=70)
    assert any("Cầu Giấy" in text for text in fake.texts("binh"))
    rows = await house.db.read(lambda connection: connection.execute(select(lane)).all())
    stopped = [row for row in rows if row.stopped_at is not None]
    assert len(stopped) == (1 if kind == "contact_gone" else 0)


async def test_who_was_gone_and_writes_again_is_answered(house: House, clock: MovableClock) -> None:
    fake = door(house)
    fake.fail_next("contact_gone")
    await fake.say("anna", "chao")
    await settle(house, clock)
    await fake.say("anna", "xet nghiem hiv o cau giay")
    await settle(house, clock, seconds=70)
    assert any("Cầu Giấy" in text for text in fake.texts("anna"))


async def test_a_doubtful_send_is_repeated_and_seen_once(house: House, clock: MovableClock) -> None:
    fake = door(house)
    fake.doubt_next()
    await fake.say("anna", "xet nghiem hiv o cau giay")
    await settle(house, clock)
    for _ in range(4):
        await settle(house, clock, seconds=3)
    assert len(fake.texts("anna")) == 2


async def test_the_same_event_five_times_has_one_effect(house: House, clock: MovableClock) -> None:
    fake = door(house)
    for _ in range(5):
        await fake.say("anna", "xet nghiem hiv o cau giay", event_id="same")
    await settle(house, clock)
    assert len(fake.texts("anna")) == 2
    assert await house.db.read(lambda connection: connection.execute(select(inbox)).all()) == []


NASTY = (
    "x" * 100_000,
    "\u202e" + "nó đang đánh em" + "\u202c",
    "n\u006f\u0301 \u0111ang \u0111a\u0301nh em",
    "nó\u200b đang\u0000 đánh\u0007 em",
    "\ud800",
    "",
)


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
async def test_whatever_is_typed_gets_an_answer(house: House, clock: MovableClock, text: str) -> None:
    fake = door(house)
    await fake.say("anna", text)
    await settle(house, clock)
    assert fake.texts("anna")
    if "em" in text:
        assert any("115" in said for said in fake.texts("anna")), "danger is found behind the tricks"


async def test_danger_is_found_at_the_end_of_a_hundred_thousand_letters(house: House, clock: MovableClock) -> None:
    fake = door(house)
    await fake.say("anna", "la la la " * 11_000 + "nó đang đánh em")
    await settle(house, clock)
    assert any("115" in said for said in fake.texts("anna"))


@pytest.mark.parametrize("media", ["photo", "voice", "video", "sticker", "file", "contact"])
async def test_media_is_kindly_answered_and_nothing_of_it_kept(
    house: House, clock: MovableClock, media: str
) -> None:
    fake = door(house)
    await fake.say("anna", kind="media", media=media)
    await settle(house, clock)
    assert len(fake.texts("anna")) == 2
