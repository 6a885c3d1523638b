"""The round in which what is due is forgotten asks little of the writer: alarms use the same one."""

from datetime import timedelta

from sqlalchemy import insert

from bot.app import forget_what_is_due
from bot.db import Database
from bot.helpline import retention
from bot.policy import Policy
from bot.tables import seen_event
from tests.conftest import MovableClock


async def test_where_nothing_is_due_no_deed_is_done_for_each_table(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    before = line.counts.deeds
    assert await forget_what_is_due(line, clock, policy) == 0
    assert line.counts.deeds - before == 1 < len(retention.parts())  # open cases are looked at each time


async def test_what_is_due_in_one_table_is_forgotten_in_the_same_round(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    soon = clock.now() + timedelta(minutes=1)
    await line.write(lambda tx: tx.execute(insert(seen_event).values(key="k", forget_at=soon)))
    assert "seen_event" in await line.read(lambda connection: retention.idle(connection, clock.now()))
    clock.pass_(minutes=2)
    assert "seen_event" not in await line.read(lambda connection: retention.idle(connection, clock.now()))
    assert await forget_what_is_due(line, clock, policy) == 1
    assert await line.read(lambda connection: retention.overdue(connection, clock.now())) == 0
