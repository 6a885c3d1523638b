"""Nothing of a person passes the one door of the logs, however it is pushed."""

import asyncio
import gc
import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from bot import logs

CANARY = "Hồng Hạc 0912345678"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = root.handlers[:], root.level, logging.raiseExceptions
    stream = io.StringIO()
    logs.start(stream)
    yield stream
    root.handlers[:], root.level, logging.raiseExceptions = before


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_what_happened_and_to_which_number_passes(written: io.StringIO) -> None:
    logging.getLogger("bot.helpline").info("case_taken", extra={"case": 418, "worker": 7})
    (line,) = lines(written)
    assert (line["event"], line["case"], line["worker"], line["level"]) == ("case_taken", 418, 7, "info")


@pytest.mark.parametrize(
    "push",
    [
        lambda log: log.info("hello %s", CANARY),
        lambda log: log.info(f"message from {CANARY}"),
        lambda log: log.info("turn_failed", extra={"text": CANARY}),
        lambda log: log.info("turn_failed", extra={"kind": CANARY}),
        lambda log: log.info("turn_failed", extra={"case": 912345678}),
        lambda log: log.info("turn_failed", extra={"worker": "0912345678"}),
        lambda log: log.info("turn_failed", extra={"kind": [CANARY]}),
        lambda log: log.warning(CANARY),
        lambda log: log.info({"said": CANARY}),
    ],
)
def test_words_do_not_pass(written: io.StringIO, push: Any) -> None:
    push(logging.getLogger("anything"))
    assert len(lines(written)) == 1
    for part in ("Hồng", "H\\u1ed3ng", "912345678"):
        assert part not in written.getvalue()


def test_of_an_exception_only_its_kind_and_our_line_are_told(written: io.StringIO) -> None:
    try:
        raise ValueError(CANARY)
    except ValueError:
        logging.getLogger("bot.turns").exception("turn_failed")
    (line,) = lines(written)
    assert line["kind"] == "ValueError" and line["where"].startswith("test_logs.py:")
    assert "912345678" not in written.getvalue()


def test_a_database_error_does_not_quote_the_row(written: io.StringIO) -> None:
    engine = create_engine("sqlite://")
    with pytest.raises(DBAPIError), engine.connect() as connection:
        try:
            connection.execute(text("INSERT INTO nowhere VALUES (:said)"), {"said": CANARY})
        except DBAPIError:
            logging.getLogger("bot.db").exception("batch_failed")
            raise
    engine.dispose()
    assert "912345678" not in written.getvalue() and "INSERT" not in written.getvalue()


async def test_a_task_nobody_waits_for_fails_without_words(written: io.StringIO) -> None:
    loop = asyncio.get_running_loop()
    logs.guard_loop(loop)

    async def fail() -> None:
        raise RuntimeError(CANARY)

    task = loop.create_task(fail())
    await asyncio.sleep(0.01)
    del task
    gc.collect()
    await asyncio.sleep(0.01)
    (line,) = lines(written)
    assert line["event"] == "uncaught_in_task" and line["kind"] == "RuntimeError"
    assert "912345678" not in written.getvalue()


def test_starting_twice_writes_once(written: io.StringIO) -> None:
    logs.start(written)
    logging.getLogger("bot").info("started")
    assert len(lines(written)) == 1


def test_a_command_that_breaks_says_where_and_quotes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], written: io.StringIO
) -> None:
    def broken(arguments: Any) -> int:
        raise RuntimeError(CANARY)

    monkeypatch.setattr("bot.commands.understand.run", broken)
    from bot.__main__ import main

    assert main(["understand"]) == 1
    told = capsys.readouterr().err
    assert "RuntimeError" in told and CANARY not in told and "Traceback" not in told and told.count("\n") == 1
