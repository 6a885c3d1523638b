"""The line to PostgreSQL breaks after a COMMIT was sent: what was kept is not done again, what was not kept is."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from bot import marks
from bot.db import Database, DatabaseAway, Tx
from bot.events import happened
from bot.seals import Seals
from bot.tables import event, lease, outbox, staff_organisation
from tests.conftest import MovableClock, started
from tests.cut_line import Line
from tests.fake_house import door, open_house


@pytest.fixture
def line(postgresql: str) -> Line:
    return Line(postgresql)


@pytest.fixture
async def far(line: Line, seals: Seals) -> AsyncIterator[Database]:
    async with started(line.url, seals) as database:
        yield database
    line.close()


class Deeds:
    """Counts how often each deed was begun, and what it did."""

    def __init__(self, clock: MovableClock) -> None:
        self.begun: dict[str, int] = {}
        self._clock = clock

    def add(self, name: str):  # type: ignore[no-untyped-def]
        def deed(tx: Tx) -> str:
            self.begun[name] = self.begun.get(name, 0) + 1
            tx.execute(insert(staff_organisation).values(name=f"{name} {self.begun[name]}"))
            happened(tx, "turn", now=self._clock.now())
            tx.ring(name)
            return name

        return deed


async def names(db: Database) -> list[str]:
    return await db.read(lambda connection: list(connection.execute(select(staff_organisation.c.name)).scalars()))


async def turns(db: Database) -> int:
    return await db.read(lambda connection: connection.execute(select(func.sum(event.c.n))).scalar_one())


@pytest.mark.parametrize("when", ["answered", "passed"])
async def test_a_batch_whose_commit_was_not_answered_is_not_done_again(
    far: Database, line: Line, clock: MovableClock, when: str
) -> None:
    deeds, rung = Deeds(clock), list[str]()
    far.on_rung = rung.append
    await far.write(deeds.add("before"))
    line.cut_at(b"COMMIT", when)
    told = await asyncio.gather(*(far.write(deeds.add(f"deed {n}")) for n in range(3)))
    assert told == ["deed 0", "deed 1", "deed 2"]
    await asyncio.sleep(0)
    assert line.cuts == 1 and sorted(await names(far)) == ["before 1", "deed 0 1", "deed 1 1", "deed 2 1"]
    assert await turns(far) == 4 and sorted(rung) == ["before", "deed 0", "deed 1", "deed 2"], "hooks run as always"
    assert await far.write(deeds.add("after")) == "after"


async def test_a_batch_whose_commit_never_arrived_is_done_again(far: Database, line: Line, clock: MovableClock) -> None:
    deeds = Deeds(clock)
    await far.write(deeds.add("before"))
    line.cut_at(b"COMMIT", "before")
    assert await far.write(deeds.add("deed")) == "deed"
    assert line.cuts == 1 and sorted(await names(far)) == ["before 1", "deed 2"] and await turns(far) == 2


async def test_the_first_batch_of_a_process_is_known_as_well(far: Database, line: Line, clock: MovableClock) -> None:
    deeds = Deeds(clock)
    line.cut_at(b"COMMIT", after=1)  # the first is of the new connection, which says how long it may be idle
    await far.write(deeds.add("deed"))
    assert line.cuts == 1 and await names(far) == ["deed 1"]


async def test_also_when_a_deed_is_done_alone(far: Database, line: Line, clock: MovableClock) -> None:
    deeds = Deeds(clock)

    def breaks(tx: Tx) -> None:
        if not line.cuts:
            line.cut_at(b"COMMIT", after=1)
            tx.connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

    await asyncio.gather(far.write(breaks), far.write(deeds.add("deed")), return_exceptions=True)
    assert line.cuts == 1 and deeds.begun == {"deed": 1} and await names(far) == ["deed 1"]


async def test_where_nothing_can_be_asked_the_caller_is_told_so_and_nothing_is_tried_again(
    far: Database, line: Line, clock: MovableClock
) -> None:
    deeds = Deeds(clock)
    await far.write(deeds.add("before"))
    line.is_refusing = True
    line.cut_at(b"COMMIT")
    with pytest.raises(DatabaseAway):
        await far.write(deeds.add("deed"))
    line.is_refusing = False
    assert deeds.begun["deed"] == 1 and not far.counts.is_well
    await far.write(deeds.add("after"))
    assert far.counts.is_well and len(await names(far)) == 3


async def test_marks_of_processes_that_are_no_more_are_swept(far: Database) -> None:
    old = insert(lease).values(name=f"{marks.MARK}gone", owner="7", until=datetime(2026, 1, 1, tzinfo=UTC))
    await far.write(lambda tx: tx.execute(old).rowcount)
    await far.write(lambda tx: marks.sweep(tx.connection))
    names = select(lease.c.name)
    left = await far.read(lambda connection: set(connection.execute(names).scalars()))
    assert left == {f"{marks.MARK}{far.owner}"}


async def test_an_answer_whose_commit_was_lost_is_sent_once_and_at_once(
    line: Line, tmp_path: Path, seals: Seals, clock: MovableClock
) -> None:
    """Before, the rows of the first commit waited for their lease and came again, and the counters counted twice."""
    async with open_house(line.url, tmp_path, seals, clock) as house:
        fake = door(house)
        await fake.say("anna", "chao")
        await house.reception.settle()
        await house.mailroom.settle()
        before = len(fake.texts("anna"))
        await fake.say("anna", "xet nghiem hiv o cau giay")
        line.cut_at(b"COMMIT")
        await house.reception.settle()
        await house.mailroom.settle()
        assert line.cuts == 1 and len(fake.texts("anna")) == before + 1, "nothing waits for a lease to run out"
        clock.pass_(seconds=60)
        await house.settle()
        assert len(fake.texts("anna")) == before + 1
        rows = select(func.count()).select_from(outbox)
        assert await house.db.read(lambda connection: connection.execute(rows).scalar_one()) == 0
    line.close()
