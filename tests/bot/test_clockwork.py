"""The scheduler says nothing in sentences of its own: a round that lasts, is late or fails is named by the house."""

import asyncio
import io
import json
import logging
import time
from collections.abc import Iterator

import pytest

from bot import logs
from bot.clockwork import Clockwork
from bot.db import Database
from bot.policy import demonstration
from tests.conftest import MovableClock


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    stream, root = io.StringIO(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.start(stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(said: io.StringIO) -> list[tuple[str, str, str]]:
    found = [json.loads(line) for line in said.getvalue().splitlines()]
    return [(one["logger"], one["event"], one.get("deed", "")) for one in found if one["event"] != "slow_deed"]


async def until(is_so) -> None:  # type: ignore[no-untyped-def]
    async with asyncio.timeout(30):
        while not is_so():
            await asyncio.sleep(0.02)


async def test_what_lasts_or_fails_is_named_and_a_closing_house_is_no_error(
    db: Database, clock: MovableClock, said: io.StringIO
) -> None:
    ends, rounds, failed = asyncio.Event(), 0, 0

    async def long() -> None:
        await ends.wait()

    async def counted() -> None:
        nonlocal rounds
        rounds += 1

    async def broken() -> None:
        nonlocal failed
        failed += 1
        raise ValueError("canary")

    work = Clockwork(
        db, clock, demonstration(), due={}, rounds={"long": (1, long), "counted": (1, counted), "broken": (1, broken)}
    )
    work.start()
    await until(lambda: rounds >= 4 and failed >= 2)
    work.stop()
    await asyncio.sleep(0.05)
    found = lines(said)
    assert {logger for logger, *_ in found} == {"bot.clockwork"} and "canary" not in said.getvalue()
    assert [event for _, event, deed in found if deed == "long"] == ["round_lasts"], "once, however long it lasts"
    assert {event for _, event, deed in found if deed == "broken"} == {"round_failed"}
    ends.set()


async def test_what_was_due_while_the_loop_stood_still_is_done_and_not_left_out(
    db: Database, clock: MovableClock, said: io.StringIO
) -> None:
    done: list[int] = []

    async def seldom() -> None:
        done.append(1)

    work = Clockwork(db, clock, demonstration(), due={}, rounds={"seldom": (2, seldom)})
    work.start()
    time.sleep(3.5)  # past the moment it was due, by more than a second
    await until(lambda: bool(done))
    work.stop()
    await asyncio.sleep(0.05)
    assert all(logger.startswith("bot") for logger, *_ in lines(said))
