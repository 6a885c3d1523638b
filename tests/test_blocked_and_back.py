"""She blocks the line while a colleague is with her, and comes back: what was written meanwhile reaches her, once."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select

from bot.helpline import casebook, delivery, guards, relay, turns
from bot.helpline.delivery import Delivery
from bot.seals import Seals
from bot.tables import case, conversation, lane, staff
from tests.conftest import MovableClock
from tests.fake_telegram import BLOCKED, GATEWAY
from tests.telegram_house import ANNA, Street, street

pytestmark = pytest.mark.timeout(120)


@dataclass
class Talk:
    """A case in a colleague's hands."""

    town: Street
    case_id: int
    staff_id: int

    async def write(self, text: str) -> None:
        now = self.town.clock.now()
        await self.town.house.db.write(
            lambda tx: relay.from_worker(tx, self.case_id, self.staff_id, text, now=now, with_taps=False)
        )
        await self.town.settle()

    async def goes(self, status: str) -> None:
        """`kicked`: she blocks the line; `member`: she unblocks it."""
        await self.town.bring(self.town.network.member(ANNA, status))

    async def deliveries(self) -> list[Delivery]:
        def look(connection: object) -> list[Delivery]:
            known = casebook.get(connection, self.case_id)  # type: ignore[arg-type]
            assert known is not None
            return list(delivery.of_case(connection, known, self.town.clock.now()).values())  # type: ignore[arg-type]

        return await self.town.house.db.read(look)

    async def is_stopped(self) -> bool:
        wanted = select(lane.c.stopped_at)
        return await self.town.house.db.read(lambda c: c.execute(wanted).scalar_one()) is not None

    def came(self) -> list[str]:
        """What she has of the colleague's words."""
        said = "chị đang tới", "chị tới ngõ rồi", "chị tới nơi rồi"
        return [line for one in self.town.network.texts(ANNA) for line in said if line in one]


async def talk_in(town: Street) -> Talk:
    await town.say("cứu em")

    def take(tx: object) -> tuple[int, int]:
        worker = tx.execute(select(staff.c.id).where(staff.c.role == "worker")).scalars().first()  # type: ignore[attr-defined]
        number = tx.execute(select(func.max(case.c.id))).scalar_one()  # type: ignore[attr-defined]
        turns.take(tx, number, worker, now=town.clock.now(), policy=town.house.policy)  # type: ignore[arg-type]
        return number, worker

    number, worker = await town.house.db.write(take)
    await town.settle()
    return Talk(town, number, worker)


@pytest.fixture
async def talk(tmp_path: Path, seals: Seals, clock: MovableClock) -> AsyncIterator[Talk]:
    async with street(tmp_path, seals, clock) as town:
        yield await talk_in(town)


async def blocked_and_back(talk: Talk) -> None:
    await talk.goes("kicked")
    await talk.write("chị đang tới")
    await talk.write("chị tới ngõ rồi")
    assert await talk.deliveries() == [Delivery.FAILED] * 2 and await talk.is_stopped()
    await talk.goes("member")
    assert not await talk.is_stopped()
    await talk.write("chị tới nơi rồi")
    assert talk.came() == ["chị đang tới", "chị tới ngõ rồi", "chị tới nơi rồi"]
    assert await talk.deliveries() == [Delivery.SENT] * 3
    await talk.town.say("em đây")
    assert len(talk.came()) == 3, "once"


async def test_what_was_written_meanwhile_goes_out_when_she_unblocks(talk: Talk) -> None:
    await blocked_and_back(talk)


async def test_the_same_on_postgresql(postgresql: str, tmp_path: Path, seals: Seals, clock: MovableClock) -> None:
    async with street(tmp_path, seals, clock, url=postgresql) as town:
        await blocked_and_back(await talk_in(town))


async def test_or_when_she_writes_again(talk: Talk) -> None:
    await talk.goes("kicked")
    await talk.write("chị đang tới")
    await talk.town.say("em đây")
    assert talk.came() == ["chị đang tới"] and not await talk.is_stopped()
    assert await talk.deliveries() == [Delivery.SENT]


async def test_a_line_that_the_network_refused_because_she_had_blocked_us_goes_out_too(talk: Talk) -> None:
    talk.town.network.fail_next(BLOCKED)
    await talk.write("chị đang tới")  # the network says so before its own note comes
    assert await talk.deliveries() == [Delivery.FAILED]
    await talk.write("chị tới ngõ rồi")
    await talk.goes("member")
    assert talk.came() == ["chị đang tới", "chị tới ngõ rồi"]


async def test_a_line_that_waited_when_she_blocked_us_does_not_look_sent(talk: Talk) -> None:
    talk.town.network.fail_next(GATEWAY)
    await talk.write("chị đang tới")
    await talk.goes("kicked")
    talk.town.clock.pass_(seconds=31)
    await talk.town.settle()
    assert talk.came() == [] and await talk.deliveries() == [Delivery.FAILED]
    await talk.goes("member")
    assert talk.came() == ["chị đang tới"]


async def test_it_is_sealed_anew_when_the_talk_it_was_sealed_for_is_forgotten(talk: Talk) -> None:
    talk.town.network.fail_next(BLOCKED)
    await talk.write("chị đang tới")
    await talk.write("chị tới ngõ rồi")
    talk.town.clock.pass_(hours=11)
    house = talk.town.house
    keys = await house.db.read(lambda c: c.execute(select(conversation.c.key_id)).scalars().all())
    await house.db.write(lambda tx: tx.execute(delete(conversation)))
    house.seals.keys.destroy(keys)
    await talk.town.say("em đây")
    assert talk.came() == ["chị đang tới", "chị tới ngõ rồi"]
    assert await talk.deliveries() == [Delivery.SENT] * 2


async def test_after_a_long_silence_nothing_is_shown_until_she_writes(talk: Talk) -> None:
    """Who unblocks may be somebody else who holds the phone."""
    await talk.goes("kicked")
    await talk.write("chị đang tới")
    talk.town.clock.pass_(hours=13)
    await talk.goes("member")
    assert talk.came() == [] and await talk.is_stopped()


async def test_what_may_not_be_shown_stays_hidden(talk: Talk) -> None:
    await talk.goes("kicked")
    await talk.write("chị đang tới")
    await talk.town.house.db.write(lambda tx: guards.go_neutral(tx, 1, now=talk.town.clock.now()))
    await talk.goes("member")
    await talk.town.say("ai đây")
    assert talk.came() == []
