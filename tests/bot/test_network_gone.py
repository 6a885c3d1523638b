"""The network of all who are on duty is gone: those in charge are called on theirs, and the person hears the truth."""

import asyncio
from datetime import timedelta

from sqlalchemy import select

from bot.db import Tx
from bot.helpline import due
from bot.helpline.progress import progress
from bot.policy import demonstration as demo_policy
from bot.ports import SendError
from bot.tables import alarm, outbox
from bot.timers import due_at
from tests.bot.helpline.conftest import BICH, HOA, LAN, MAI, add_shift, letters
from tests.bot.test_waking import Line, cry, has, line

__all__ = ["line"]
SECONDS = 8  # looks at what is due; the clock stands still


async def until_quiet(line: Line, case_id: int) -> None:
    """What is due this second is done, and what is sent fails or goes out, until nothing is due any more."""
    for _ in range(SECONDS):
        await line.settle()

        def step(tx: Tx) -> bool:
            planned = due_at(tx, "escalate", case_id)
            if planned is None or planned > line.clock.now():
                return False
            due.DUE["escalate"](tx, case_id, line.clock.now(), demo_policy())
            return True

        line.clock.pass_(seconds=1)
        if not await line.db.write(step):
            break
    await line.settle()
    await asyncio.sleep(0)


async def test_all_who_are_on_duty_lost_their_network_so_those_in_charge_are_called_on_theirs(line: Line) -> None:
    def story(tx: Tx) -> None:
        now = line.clock.now()
        for rung, who in enumerate((MAI, HOA), 1):
            add_shift(tx, who, rung, now - timedelta(hours=1))
        for who in (LAN, MAI, HOA):
            has(tx, who, now, "ntfy")
        has(tx, BICH, now, "mail")

    await line.db.write(story)
    line.ways["ntfy"].broken = SendError("transient")
    begun = line.clock.now()
    case_id = await cry(line)
    await until_quiet(line, case_id)
    assert line.clock.now() - begun <= timedelta(seconds=15)
    assert "mail-4" in line.told("mail"), "the manager's mail goes another way"
    said = [one.text for one in await line.db.write(lambda tx: letters(tx, lane_id=1))]
    assert "Mình gọi 3 người mà chưa tới được ai." in said[-1] and "☎" in said[-1], said
    many = len(await line.db.read(lambda c: c.execute(select(alarm.c.id)).all()))
    line.clock.pass_(minutes=2)
    await until_quiet(line, case_id)
    assert len(await line.db.read(lambda c: c.execute(select(alarm.c.id)).all())) == many, "once, not every second"


async def test_asked_how_far_it_is_she_hears_that_nobody_was_reached(line: Line) -> None:
    await line.db.write(lambda tx: has(tx, LAN, line.clock.now(), "ntfy"))
    line.ways["ntfy"].broken = SendError("transient")
    case_id = await cry(line)
    await line.settle()
    line.clock.pass_(minutes=3)
    now = line.clock.now()
    said = await line.db.read(lambda connection: progress(connection, 1, now=now, language="vi"))
    assert said is not None and "chưa tới được ai" in said and case_id
    assert await line.db.read(lambda c: c.execute(select(outbox.c.id)).first()) is not None
