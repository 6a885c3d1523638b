"""A house in which nothing is wrong says so: hour by hour its own audit finds nothing, and the heart beats."""

from pathlib import Path

from sqlalchemy import select

from bot.helpline import standing
from bot.seals import Seals
from bot.tables import timer
from tests.conftest import MovableClock
from tests.fake_house import door, open_house

HOURS = 30  # over a night and the morning on which rota and directory are looked at
ROUNDS = ("mending", "forgetting", "selfaudit")


async def test_nothing_is_found_through_a_night_and_a_morning_and_the_heart_beats_each_time(
    either: str, tmp_path: Path, seals: Seals, clock: MovableClock
) -> None:
    beats = 0

    async def beat() -> None:
        nonlocal beats
        beats += 1

    async with open_house(either, tmp_path, seals, clock, beat=beat) as house:
        network = door(house)
        for hour in range(1, HOURS + 1):
            if hour == 2:
                await network.say("a", "tìm chỗ xét nghiệm ở Cầu Giấy")
            clock.pass_(minutes=60)
            for _ in range(2):  # what is mended now is done before it is looked at, as in a house that ticks
                await house.clockwork.go_round("mending")
                await house.settle()
            for name in ROUNDS:
                await house.clockwork.go_round(name)
            looked = await house.db.read(standing.last)
            assert looked is not None and not looked.broken, (hour, looked)
            assert beats == hour
        kinds = await house.db.read(lambda connection: set(connection.execute(select(timer.c.kind)).scalars()))
    assert {"rota_watch", "listings_due"} <= kinds, "what a house always has planned is known to its audit"
