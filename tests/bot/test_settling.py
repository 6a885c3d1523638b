"""What was handed over is written down at once and together, so that a kill brings little of it twice."""

import asyncio
import threading
from collections.abc import Sequence
from functools import partial

import pytest

from bot.db import Database, DatabaseAway, Tx
from bot.outbox import Item, tell_staff
from bot.settling import Settling
from tests.bot.conftest import left, seed
from tests.conftest import MovableClock

MANY = 20


@pytest.fixture
async def sent(db: Database, clock: MovableClock) -> Sequence[Item]:
    """Letters to a colleague that were handed over and are not yet written down as such."""
    items: list[Item] = []
    db.on_told = items.extend

    def write(tx: Tx) -> None:
        seed(tx, clock)
        for number in range(MANY):
            tell_staff(tx, 7, f"Ca {number}", now=clock.now())

    await db.write(write)
    return items


async def test_what_comes_at_one_moment_is_one_deed(db: Database, sent: Sequence[Item]) -> None:
    settling, noted = Settling(db), list[int]()
    before = db.counts.deeds
    await asyncio.gather(*(settling.done(one.id, lambda tx, id=one.id: noted.append(id)) for one in sent))  # type: ignore[misc]
    assert await left(db) == 0 and noted == [one.id for one in sent]
    assert db.counts.deeds == before + 1


async def test_it_goes_before_the_deeds_that_wait(db: Database, sent: Sequence[Item]) -> None:
    settling, order, may_end = Settling(db), list[str](), threading.Event()

    def note(tx: Tx, what: str) -> None:
        order.append(what)

    running = asyncio.ensure_future(db.write(lambda tx: may_end.wait(10)))
    waiting = [asyncio.ensure_future(db.write(partial(note, what="turn"))) for _ in range(3)]
    await asyncio.sleep(0)
    settled = [asyncio.ensure_future(settling.done(one.id, partial(note, what="sent"))) for one in sent[:2]]
    await asyncio.sleep(0.01)
    may_end.set()
    await asyncio.gather(running, *waiting, *settled)
    assert order == ["sent", "sent", "turn", "turn", "turn"]


async def test_a_note_that_fails_is_nobody_elses_failure(db: Database, sent: Sequence[Item]) -> None:
    settling = Settling(db)

    def broken(tx: Tx) -> None:
        raise RuntimeError("broken")

    notes = [broken if number == 3 else None for number in range(MANY)]
    told = await asyncio.gather(
        *(settling.done(one.id, note) for one, note in zip(sent, notes, strict=True)), return_exceptions=True
    )
    assert [type(one) for one in told if one is not None] == [RuntimeError] and told[3] is not None
    assert await left(db) == 1


async def test_while_the_database_is_away_everybody_is_told_at_once(db: Database, sent: Sequence[Item]) -> None:
    settling, before = Settling(db), db.counts.deeds

    def away(tx: Tx) -> None:
        raise DatabaseAway("gone")

    told = await asyncio.gather(*(settling.done(one.id, away) for one in sent), return_exceptions=True)
    assert {type(one) for one in told} == {DatabaseAway} and await left(db) == MANY
    assert db.counts.deeds == before + 1
