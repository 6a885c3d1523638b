"""Under load the threads that take turns share a core; nobody else is kept there, and nothing stays so afterwards."""

import os
import threading
from collections.abc import Iterable
from pathlib import Path

import pytest

from bot import cores
from bot.cores import Together
from bot.db import Database
from bot.understanding.apart import Apart

ALL = frozenset({0, 1, 2, 3})
LOOP, WRITER = 11, 12


class Machine:
    """Four cores, the time this process has spent on them, and where its threads may run."""

    def __init__(self) -> None:
        self.spent = 0.0
        self.here = 2
        self.placed: dict[int, frozenset[int]] = {LOOP: ALL, WRITER: ALL}
        self.together = Together(
            lambda: self.placed, allowed=ALL, spent=lambda: self.spent, place=self._place, here=lambda: self.here
        )

    def _place(self, which: int, wanted: Iterable[int]) -> None:
        self.placed[which] = frozenset(wanted)

    async def seconds(self, many: int, *, load: float) -> None:
        for _ in range(many):
            self.spent += load
            await self.together.look()

    def where(self) -> set[frozenset[int]]:
        return set(self.placed.values())


async def test_a_quiet_house_is_left_to_the_system() -> None:
    machine = Machine()
    await machine.seconds(30, load=0.05)
    assert machine.where() == {ALL}


async def test_under_load_both_stay_where_the_loop_is_and_go_free_when_it_is_over() -> None:
    machine = Machine()
    await machine.seconds(1, load=0.9)
    assert machine.where() == {frozenset({2})}
    machine.here = 3
    await machine.seconds(3, load=0.9)
    assert machine.where() == {frozenset({2})}, "they stay"
    await machine.seconds(1, load=0.1)
    assert machine.where() == {ALL}


async def test_now_and_then_the_system_may_place_them_anew() -> None:
    machine, seen = Machine(), []
    for second in range(40):
        machine.here = second % 4
        await machine.seconds(1, load=0.9)
        seen.append(machine.where())
    assert seen.count({ALL}) == 3 and len({frozenset(one) for one in seen}) > 2
    assert all(len(one) == 1 for one in seen), "both always together"


async def test_at_the_end_both_go_free() -> None:
    machine = Machine()
    await machine.seconds(2, load=0.9)
    machine.together.let_go()
    assert machine.where() == {ALL}


async def test_on_one_core_or_where_the_system_cannot_tell_nothing_is_done() -> None:
    for allowed in (frozenset({0}), frozenset[int]()):
        placed: list[int] = []
        spent = iter(range(100))
        together = Together(
            lambda: [LOOP], allowed=allowed, spent=lambda spent=spent: float(next(spent)),  # type: ignore[misc]
            place=lambda which, wanted, placed=placed: placed.append(which),  # type: ignore[misc]
        )  # fmt: skip
        await together.look()
        assert placed == []


on_linux = pytest.mark.skipif(cores.count() < 2 or not Path("/proc/thread-self").exists(), reason="needs two cores")


@on_linux
async def test_the_real_threads_share_a_core_and_those_they_begin_do_not(db: Database) -> None:
    await db.write(lambda tx: None)
    turns = db.threads()
    assert len(turns) == 2 and threading.get_native_id() in turns
    spent = iter((0.0, 1.0, 1.0))
    together, before = Together(db.threads, spent=lambda: next(spent)), os.sched_getaffinity(0)
    await together.look()
    try:
        where = [os.sched_getaffinity(one) for one in turns]
        assert where[0] == where[1] and len(where[0]) == 1 and where[0] < before
        with cores.threads(1, "other") as others:
            assert others.submit(os.sched_getaffinity, 0).result() == before
        assert await db.read(lambda connection: os.sched_getaffinity(0)) == before
        apart = Apart()
        await apart.start()
        assert apart.process is not None and os.sched_getaffinity(apart.process.pid) == before
        await apart.stop()
    finally:
        together.let_go()
    assert [os.sched_getaffinity(one) for one in turns] == [before, before]


def test_a_thread_that_is_gone_meanwhile_is_no_trouble() -> None:
    cores.place(2**22 - 1, {0})
