"""The daytime queue names hours in which somebody really looks at it."""

from datetime import datetime, timedelta

from sqlalchemy import delete

from bot.db import Database, Tx
from bot.helpline.queue import queue_answer
from bot.policy import Policy
from bot.tables import shift
from directory.wording import HCMC
from tests.bot.helpline.conftest import LAN, MAI, add_shift
from tests.conftest import MovableClock


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=HCMC)


async def said(line: Database, now: datetime, policy: Policy) -> str:
    return await line.read(lambda c: queue_answer(c, None, now=now, policy=policy, language="vi"))


async def test_nights_alone_are_no_hours_of_the_queue(line: Database, clock: MovableClock, policy: Policy) -> None:
    def nights(tx: Tx) -> None:
        tx.execute(delete(shift))
        for day in range(7, 12):
            add_shift(tx, LAN, 0, at(day, 22), hours=8)

    await line.write(nights)
    assert "Chưa có lịch trực nào" in await said(line, at(7, 9), policy)
    await line.write(lambda tx: add_shift(tx, MAI, 0, at(9, 6), hours=5))
    assert "từ 08:00" in (answer := await said(line, at(7, 9), policy)) and "9/12" in answer
    assert "tới 11:00" in await said(line, at(9, 9), policy)


async def test_it_is_looked_at_until_the_last_shift_without_a_gap_ends(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def morning(tx: Tx) -> None:
        tx.execute(delete(shift))
        add_shift(tx, LAN, 0, at(7, 8), hours=1.5)

    await line.write(morning)
    assert "tới 09:30 hôm nay" in await said(line, at(7, 9), policy)
    await line.write(lambda tx: add_shift(tx, MAI, 1, at(7, 9), hours=4))
    assert "tới 13:00 hôm nay" in await said(line, at(7, 9), policy)
    await line.write(lambda tx: add_shift(tx, LAN, 0, at(7, 15), hours=24))
    assert "tới 13:00 hôm nay" in await said(line, at(7, 9), policy), "there is a gap at noon"
    assert "từ 15:00" in await said(line, at(7, 14), policy)
    assert "tới 20:00 hôm nay" in await said(line, at(7, 16), policy)
    assert "từ 08:00" in await said(line, at(7, 21), policy)
    assert "từ 08:00" in await said(line, at(7, 21) + timedelta(hours=9), policy)
