"""Understands messages in a process of its own: reading has one core, and what answers has another.

The two speak through a pipe in frames, four bytes of length and a pickle; neither keeps a word of them. Whatever goes
wrong there, `Away` is raised, and whoever asked reads the message himself: nobody's message waits for a process.
"""

import asyncio
import io
import logging
import os
import pickle
import signal
import struct
import sys
from asyncio.subprocess import Process
from collections import deque
from contextlib import suppress
from typing import BinaryIO

from bot import logs, memory
from bot.understanding import Meaning, read
from directory import added
from directory.added import NOTHING, Added

log = logging.getLogger(__name__)

PATIENCE = 3.0  # seconds between two answers; the longest message that is asked about takes a tenth of one
PAUSE = 5.0  # seconds before another process is begun
OPENING = 30.0  # seconds until the tables are read, on a busy machine
_LENGTH = struct.Struct("!I")


class Away(Exception):
    """The other process does not answer."""


class Apart:
    """`start`, then `read` from one event loop; messages are read one after another, in the order of the calls."""

    def __init__(self) -> None:
        self.process: Process | None = None
        self._added = NOTHING
        self._waiting: deque[asyncio.Future[Meaning | None]] = deque()
        self._since = 0.0  # the loop's time of the last answer, or of the first who waits after it
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Returns once the tables are read there, or it is plain that this does not succeed now."""
        opened = asyncio.get_running_loop().create_future()
        self._running = asyncio.get_running_loop().create_task(self._run(opened))
        with suppress(TimeoutError):
            await asyncio.wait_for(opened, OPENING)

    async def stop(self) -> None:
        """Whoever still waits is told Away."""
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running

    async def read(self, text: str, own: Added) -> Meaning:
        """What `understanding.read` says with these additions to the tables; raises Away."""
        process, loop = self.process, asyncio.get_running_loop()
        if process is None or process.stdin is None or process.stdin.is_closing():
            raise Away
        if own is not self._added:
            self._added = own
            process.stdin.write(_frame(own))
        if not self._waiting:
            self._since = loop.time()
        answer: asyncio.Future[Meaning | None] = loop.create_future()
        self._waiting.append(answer)
        process.stdin.write(_frame(text))
        if (meaning := await answer) is None:
            raise Away
        return meaning

    async def _run(self, opened: asyncio.Future[None]) -> None:
        """One process after another, as long as the house is open."""
        while True:
            try:
                await self._serve(opened)
            except (OSError, EOFError, pickle.UnpicklingError) as problem:
                log.warning("reader_gone", extra={"kind": type(problem).__name__})
            if not opened.done():
                opened.set_result(None)
            await asyncio.sleep(PAUSE)

    async def _serve(self, opened: asyncio.Future[None]) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", __name__, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        try:
            await _next(process.stdout)  # it is ready
            self.process, self._added = process, NOTHING
            self._watch(process)
            if not opened.done():
                opened.set_result(None)
            while True:
                meaning = await _next(process.stdout)
                self._since = asyncio.get_running_loop().time()
                answer = self._waiting.popleft()
                if not answer.done():
                    answer.set_result(meaning)
        finally:
            self.process = None
            while self._waiting:
                if not (answer := self._waiting.popleft()).done():
                    answer.set_result(None)
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    def _watch(self, process: Process) -> None:
        """Once a second as long as it runs: who has said nothing for so long, and is asked, is ended."""
        if process is not self.process:
            return
        loop = asyncio.get_running_loop()
        if self._waiting and loop.time() - self._since > PATIENCE:
            log.warning("reader_slow")
            with suppress(ProcessLookupError):
                process.kill()
            return
        loop.call_later(1.0, self._watch, process)


async def _next(stream: asyncio.StreamReader) -> Meaning | None:
    (size,) = _LENGTH.unpack(await stream.readexactly(_LENGTH.size))
    told: Meaning | None = pickle.loads(await stream.readexactly(size))
    return told


def _frame(told: object) -> bytes:
    body = pickle.dumps(told, pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(body)) + body


# --- from here on in the other process --------------------------------------------------------------------------------


def answer_all(asked: BinaryIO, told: io.FileIO) -> None:
    """Read what comes and say what it means, until nobody asks any more."""
    own = NOTHING
    while len(head := asked.read(_LENGTH.size)) == _LENGTH.size:
        one = pickle.loads(asked.read(_LENGTH.unpack(head)[0]))
        if isinstance(one, Added):
            own = one
            continue
        _write(told, _frame(_read(one, own)))


def _read(text: str, own: Added) -> Meaning | None:
    try:
        with added.using(own):
            return read(text)
    except Exception as problem:  # whatever it was: who asked reads it himself, and tells what went wrong
        log.error("reading_failed", extra={"kind": type(problem).__name__})
        return None


def _write(told: io.FileIO, frame: bytes) -> None:
    left = memoryview(frame)
    while left:
        left = left[told.write(left) :]


def main() -> None:
    """Ends with the process that asks, and not before: who stops the service stops that one."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)
    memory.pause()
    logs.start()
    told = io.FileIO(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # only frames go through the pipe
    read("cần giúp ở Hà Nội")
    memory.settle()
    _write(told, _frame(None))
    with suppress(BrokenPipeError):
        answer_all(sys.stdin.buffer, told)


if __name__ == "__main__":
    main()
