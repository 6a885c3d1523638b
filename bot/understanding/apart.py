"""Understands messages in a process of its own: reading has one core, and what answers has another.

The two speak through a pipe in frames, four bytes of length and a pickle; neither keeps a word of them. Whatever goes
wrong there, `Away` is raised, and whoever asked reads the message himself: nobody's message waits for a process.
"""

import asyncio
import logging
import pickle
import sys
from asyncio.subprocess import Process
from collections import deque
from contextlib import suppress

from bot import cores
from bot.understanding import Meaning, beside
from bot.understanding.beside import LENGTH, frame
from directory.added import NOTHING, Added

log = logging.getLogger(__name__)

PATIENCE = 3.0  # seconds between two answers; the longest message that is asked about takes a tenth of one
PAUSE = 5.0  # seconds before another process is begun
OPENING = 30.0  # seconds until the tables are read, on a busy machine


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
            process.stdin.write(frame(own))
        if not self._waiting:
            self._since = loop.time()
        answer: asyncio.Future[Meaning | None] = loop.create_future()
        self._waiting.append(answer)
        process.stdin.write(frame(text))
        if (meaning := await answer) is None:
            raise Away
        return meaning

    async def _run(self, opened: asyncio.Future[None]) -> None:
        """One process after another, as long as the house is open."""
        while True:
            try:
                await self._serve(opened)
            except Exception as problem:  # it ended, or says what this version cannot read: another one is begun
                log.warning("reader_gone", extra={"kind": type(problem).__name__})
            if not opened.done():
                opened.set_result(None)
            await asyncio.sleep(PAUSE)

    async def _serve(self, opened: asyncio.Future[None]) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", beside.__name__, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        cores.roam(process.pid)
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
    (size,) = LENGTH.unpack(await stream.readexactly(LENGTH.size))
    told = pickle.loads(await stream.readexactly(size))
    if isinstance(told, str):
        log.error("reading_failed", extra={"kind": told})
    return told if isinstance(told, Meaning) else None
