"""Messages are understood in a process of their own; whatever becomes of it, they are understood."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace

import pytest

from bot import understanding
from bot.rehearsal import Rehearsal
from bot.understanding import apart
from bot.understanding import beside as beside_process
from bot.understanding.apart import Apart, Away
from bot.understanding.beside import frame
from directory import added
from directory.added import NOTHING, Added

SAID = ("em bị đánh ở quận 3", "prep là gì", "he raped me", "xin chào", "xet nghiem hiv o cau giay", "\ud800 ⁠", "")


@pytest.fixture
async def beside(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Apart]:
    monkeypatch.setattr(apart, "PAUSE", 0.05)
    made = Apart()
    await made.start()
    yield made
    await made.stop()


async def answered(beside: Apart, text: str) -> understanding.Meaning:
    """By whichever process is there, as soon as there is one again."""
    for _ in range(400):
        try:
            return await beside.read(text, NOTHING)
        except Away:
            await asyncio.sleep(0.05)
    raise AssertionError("nobody came back")


async def test_it_says_what_is_understood_here(beside: Apart) -> None:
    there = await asyncio.gather(*(beside.read(text, NOTHING) for text in SAID))
    assert [replace(one, ms=0) for one in there] == [replace(understanding.read(text), ms=0) for text in SAID]


async def test_words_that_were_added_go_along(beside: Apart) -> None:
    own = Added(shortenings={"xnh": "xét nghiệm hiv"})
    with added.using(own):
        expected = understanding.read("xnh o dau")
    assert expected.needs != understanding.read("xnh o dau").needs
    assert (await beside.read("xnh o dau", own)).needs == expected.needs
    assert (await beside.read("xnh o dau", NOTHING)).needs != expected.needs


async def test_who_waits_for_a_process_that_dies_is_told_and_another_one_begins(beside: Apart) -> None:
    first = beside.process
    assert first is not None
    os.kill(first.pid, signal.SIGSTOP)
    waiting = [asyncio.ensure_future(beside.read("nó đang đánh em", NOTHING)) for _ in range(3)]
    await asyncio.sleep(0)
    first.kill()
    assert [type(one) for one in await asyncio.gather(*waiting, return_exceptions=True)] == [Away] * 3
    assert (await answered(beside, "nó đang đánh em")).danger.level == "now"
    assert beside.process is not None and beside.process.pid != first.pid


async def test_a_process_whose_answers_cannot_be_read_is_replaced(
    beside: Apart, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, understood = beside.process, apart._next

    async def unreadable(stream: asyncio.StreamReader) -> understanding.Meaning | None:
        await understood(stream)
        raise AttributeError("another version")

    monkeypatch.setattr(apart, "_next", unreadable)
    for _ in range(2):  # the loop waits for the first answer with what it had, and then with this
        with suppress(Away):
            await beside.read("nó đang đánh em", NOTHING)
    monkeypatch.setattr(apart, "_next", understood)
    assert (await answered(beside, "nó đang đánh em")).danger.level == "now"
    assert beside.process is not None and first is not None and beside.process.pid != first.pid
    assert "reader_gone" in caplog.messages


async def test_a_process_that_says_nothing_is_replaced(
    beside: Apart, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(apart, "PATIENCE", 0.2)
    assert beside.process is not None
    os.kill(beside.process.pid, signal.SIGSTOP)
    with caplog.at_level(logging.WARNING), pytest.raises(Away):
        await asyncio.wait_for(beside.read("nó đang đánh em", NOTHING), 50)
    assert "reader_slow" in caplog.messages and "đánh" not in caplog.text
    assert (await answered(beside, "chào bạn")).danger.level == "none"


async def test_a_process_that_cannot_begin_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    made = Apart()
    await asyncio.wait_for(made.start(), 50)
    with pytest.raises(Away):
        await made.read("nó đang đánh em", NOTHING)
    await made.stop()


async def test_after_the_end_nobody_is_left(beside: Apart) -> None:
    process = beside.process
    await beside.stop()
    assert process is not None and process.returncode is not None
    with pytest.raises(Away):
        await beside.read("chào bạn", NOTHING)


def test_it_ends_when_nobody_asks_any_more_and_not_when_the_terminal_is_closed() -> None:
    command = [sys.executable, "-m", "bot.understanding.beside"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None and process.stdout is not None
    assert process.stdout.read(4)  # it is ready
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.3)
    process.stdin.close()
    assert process.wait(10) == 0
    process.stdout.close()


async def test_a_message_it_fails_on_is_told_by_the_name_of_the_error_alone(caplog: pytest.LogCaptureFixture) -> None:
    told = asyncio.StreamReader()
    told.feed_data(frame(beside_process._read(None, NOTHING)))  # type: ignore[arg-type]
    assert await apart._next(told) is None
    assert [(one.message, one.kind) for one in caplog.records] == [("reading_failed", "TypeError")]  # type: ignore[attr-defined]


async def test_while_it_is_away_messages_are_read_here_and_afterwards_there_again(beside: Apart) -> None:
    async with Rehearsal() as rehearsal:
        rehearsal.house.reception._thinking._apart = beside
        assert beside.process is not None
        beside.process.kill()
        said = await rehearsal.play({"as": "person:a", "text": "nó đang đánh em"})
        assert any("113" in one["text"] for one in said if one["to"] == "person:a")
        await answered(beside, "chào bạn")
        said = await rehearsal.play({"as": "person:b", "text": "nó đang đánh em"})
        assert any("113" in one["text"] for one in said if one["to"] == "person:b")
