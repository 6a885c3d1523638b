"""The database is away for ten minutes while a colleague is called: nothing is lost, and nothing goes out twice."""

from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.app import House
from bot.db import DatabaseAway
from bot.helpline import relay
from bot.seals import Seals
from bot.tables import alarm, case, inbox, outbox
from tests.conftest import MovableClock
from tests.cut_line import Line
from tests.fake_house import door, open_house
from tests.test_takeover import Desk

pytestmark = pytest.mark.timeout(120)


async def called(house: House) -> Counter[int]:
    return Counter(await house.db.read(lambda c: list(c.execute(select(alarm.c.staff_id)).scalars())))


async def test_the_overdue_rung_is_called_once_and_each_line_of_hers_stands_there_once(
    tmp_path: Path, postgresql_with_tables: str, seals: Seals, clock: MovableClock
) -> None:
    line, desk = Line(postgresql_with_tables), Desk(clock)
    senders = {"console": lambda db, clock, bells, settings: desk}
    async with open_house(line.url, tmp_path, seals, clock, senders=senders) as house:
        network = door(house)
        await network.say("a", "nó đang đánh em, cứu em")
        await house.settle()
        assert sorted((await called(house)).values()) == [1]
        shown = len(network.shown)
        clock.pass_(minutes=4)
        line.go_away()
        for minutes in (1, 5, 4):
            clock.pass_(minutes=minutes)
            with suppress(DatabaseAway):
                await house.clockwork.tick()
            with pytest.raises(DatabaseAway):  # the network is not answered, and sends it again
                await network.say("a", "em trốn trong nhà tắm", event_id="again")
        line.come_back()
        clock.pass_(seconds=31)  # leases of before are over
        for _ in range(3):
            await network.say("a", "em trốn trong nhà tắm", event_id="again")
        await house.settle()
        assert sorted((await called(house)).values()) == [1, 1], "the overdue rung, and no burst"
        keys = [one.idempotency_key for one in desk.told]
        assert len(keys) == len(set(keys)) == 2
        [known] = await house.db.read(lambda c: c.execute(select(case.c.id, case.c.alarmed)).all())
        words = await house.db.read(lambda c: relay.words(c, seals, known.id))
        assert [one.text for one in words].count("em trốn trong nhà tắm") == 1
        said = [part.text for _, part in network.shown[shown:]]
        assert sum("đã báo 2 người" in one for one in said) <= 1
        assert await house.db.read(lambda c: c.execute(select(inbox.c.id)).all()) == []
        assert await house.db.read(lambda c: c.execute(select(outbox.c.id).where(outbox.c.state != "sent")).all()) == []
    line.close()
