"""A backup with closed cases in it, and with what hangs on persons whose case is closed."""

from pathlib import Path

import pytest
from sqlalchemy import select

from bot.__main__ import main
from bot.app import House
from bot.db import Tx
from bot.helpline import blocks, check_ins, consents, guards, turns
from bot.tables import block, case, check_in, guard, staff
from tests.conftest import MovableClock
from tests.fakes import FakeChannel
from tests.test_drill import Desk, a_busy_line, folder, lose_the_machine, opened, rows

__all__ = ["folder"]


async def others_of_the_week(house: House, clock: MovableClock, door: FakeChannel) -> None:
    """Closed cases: one to be asked about later, one of somebody kept out; and a word agreed without a case."""
    now, policy = clock.now(), house.policy
    for who, text in (("dung-account", "nó đang đánh em"), ("giang-account", "cứu")):
        await door.say(who, text, event_id=who)
        await house.settle()

        def story(tx: Tx, who: str = who) -> None:
            case_id = tx.execute(select(case.c.id).order_by(case.c.id.desc()).limit(1)).scalar_one()
            lane_id = tx.execute(select(case.c.lane_id).where(case.c.id == case_id)).scalar_one()
            worker = (
                tx.execute(select(staff.c.id).where(staff.c.role == "worker").order_by(staff.c.id)).scalars().all()[0]
            )
            turns.take(tx, case_id, worker, now=now, policy=policy)
            if who == "dung-account":
                consents.give(tx, case_id, consents.ConsentTo.FOLLOW_UP, "t", now=now)
                assert check_ins.plan(tx, lane_id, "tea", now=now, policy=policy) == 3
                guards.agree_word(tx, lane_id, "hong hac", now=now)
            else:
                blocks.keep_out(tx, case_id, worker, 24, now=now)
            turns.close(tx, case_id, worker, "listened", now=now, policy=policy)

        await house.db.write(story)
        await house.settle()
    for text in ("đặt từ riêng", "hồng hạc"):
        await door.say("huong-account", text, event_id=text)
        await house.settle()
    assert len(await rows(house, guard)) == 2 and len(await rows(house, block)) == 1


async def test_closed_cases_come_back_without_the_way_to_anybody(
    folder: Path, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also with somebody kept out, words agreed and questions for later: what hangs on a person stays behind."""
    desk, fake = Desk(clock), list[FakeChannel]()
    await a_busy_line(clock, desk)
    async with opened(clock, desk, fake) as house:
        await others_of_the_week(house, clock, fake[0])
    file = folder / "line.backup"
    assert main(["backup", str(file)]) == 0
    lose_the_machine(folder, monkeypatch, key_store_too=False)
    assert main(["restore", str(file)]) == 0
    async with opened(clock, desk, fake) as house:
        await house.settle()
        states = await house.db.read(lambda c: c.execute(select(case.c.state, case.c.lane_id.is_(None))).all())
        assert sorted(map(tuple, states)) == [("closed", True)] * 2 + [("waiting", False)] * 2
        lanes = await house.db.read(lambda c: c.execute(select(check_in.c.lane_id)).scalars().all())
        assert lanes == [None] * 3 and await rows(house, guard) == await rows(house, block) == []
        clock.pass_(minutes=60 * 24 * 4)
        await house.clockwork.tick()
        await house.settle()
        assert fake[0].texts("dung-account") == fake[0].texts("giang-account") == []
