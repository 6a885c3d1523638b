"""What may be written about the service's own doings: names of events and numbers, never anything of a person.

Everything goes through one door. An event is a fixed name; besides it only the keys of ALLOWED pass, with short plain
values. Of an exception only the kind and our own lines are told, never its text, which could quote a message.
"""

import asyncio
import logging
import re
import sys
import threading
import traceback
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import structlog

_NUMBERED = ("case", "worker", "n", "ms", "deeds", "attempts", "status", "at")
_NAMED = ("kind", "deed", "channel", "purpose", "route", "where", "logger", "level", "event")
ALLOWED = frozenset((*_NUMBERED, *_NAMED))
_EVENT = re.compile(r"^[a-z][a-z0-9_]{2,40}$")
_VALUE = re.compile(r"^[A-Za-z0-9_.:<>{}/\-]{0,60}$")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_HOUSE = Path(__file__).resolve().parent.parent


class OneDoor(logging.Formatter):
    """Turns any record, ours or a library's, into one JSON line that betrays nobody."""

    def __init__(self) -> None:
        super().__init__()
        self._render = structlog.processors.JSONRenderer(sort_keys=True)

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        told |= {"event": _event(record), "logger": record.name, "level": record.levelname.lower()}
        told["at"] = round(record.created, 3)
        if record.exc_info and record.exc_info[0] is not None:
            told |= {"kind": record.exc_info[0].__name__, "where": _where(record.exc_info[2])}
        return str(self._render(None, "", allow(told)))


def allow(told: Mapping[str, Any]) -> MutableMapping[str, Any]:
    """Only known keys with harmless values; how many others were dropped is said as `dropped`."""
    kept = {key: value for key, value in told.items() if key in ALLOWED and _is_harmless(value)}
    dropped = len(told) - len(kept)
    return {**kept, "dropped": dropped} if dropped else kept


def _is_harmless(value: object) -> bool:
    if value is None or isinstance(value, (bool, float)):
        return True
    if isinstance(value, int):
        return abs(value) < 10_000_000  # case and worker numbers, counts; a phone number is longer
    return isinstance(value, str) and _VALUE.match(value) is not None and not re.search(r"\d{7}", value)


def _event(record: logging.LogRecord) -> str:
    """A fixed name passes; a sentence of a library, which could hold anything, becomes `message`."""
    told = record.msg
    return told if isinstance(told, str) and not record.args and _EVENT.match(told) else "message"


def _where(trace: TracebackType | None) -> str:
    """The last of our own lines on the way: `turns.py:74`."""
    ours = [frame for frame in traceback.extract_tb(trace) if Path(frame.filename).is_relative_to(_HOUSE)]
    ours = [frame for frame in ours if "site-packages" not in frame.filename]
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""


def told(problem: BaseException) -> str:
    """What may be said of an exception: its kind and the last of our own lines, never its text."""
    place = _where(problem.__traceback__)
    return f"{type(problem).__name__} at {place}" if place else type(problem).__name__


def guard() -> None:
    """For every command, also those that write no log: no traceback is printed, warnings go through the one door."""
    if not any(isinstance(one.formatter, OneDoor) for one in logging.getLogger().handlers):
        start(level=logging.WARNING)


def start(stream: TextIO | None = None, *, level: int = logging.INFO) -> None:
    """From now on every log record of this process goes through the one door. Harmless to call again."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(OneDoor())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("alembic", "aiohttp.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)  # the clockwork says itself, and by name, what it would
    logging.raiseExceptions = False  # a record that cannot be written is dropped, not printed with its contents
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def guard_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Failures of tasks nobody waits for go through the door too."""
    loop.set_exception_handler(_uncaught_in_loop)


def _uncaught(kind: type[BaseException], problem: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger(__name__).critical("uncaught", extra={"kind": kind.__name__, "where": _where(trace)})


def _uncaught_in_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None:
        _uncaught(told.exc_type, told.exc_value, told.exc_traceback)


def _uncaught_in_loop(loop: asyncio.AbstractEventLoop, told: dict[str, Any]) -> None:
    problem = told.get("exception")
    if isinstance(problem, BaseException):
        extra = {"kind": type(problem).__name__, "where": _where(problem.__traceback__)}
        logging.getLogger(__name__).error("uncaught_in_task", extra=extra)
