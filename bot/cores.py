"""Under load the event loop and the writer stay on one core: they take turns, and each finds the caches warm.

Two threads that take turns at one interpreter gain nothing from two cores. The system spreads them all the same, and
with every turn what both work on moves from one core's cache to the other's (docs/decisions/0027).
"""

import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

BUSY = 0.3  # of a core, in the last second; below that the system places every thread as it likes
ROAMS_EVERY = 10  # looks; then the system may place them anew for as long as one look

_ALLOWED: frozenset[int] = frozenset(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else frozenset()


def count() -> int:
    """How many cores this process may use."""
    return len(_ALLOWED) or os.cpu_count() or 1


def place(which: int, cores: Iterable[int]) -> None:
    """Let this thread run on these cores only, as far as the system lets us. 0: the thread that asks."""
    with suppress(OSError):
        os.sched_setaffinity(which, cores)


def roam(which: int = 0) -> None:
    """Let this thread, or a process just begun, run on any core: they inherit the place of whoever began them."""
    if len(_ALLOWED) > 1:
        place(which, _ALLOWED)


def threads(many: int | None, name: str) -> ThreadPoolExecutor:
    """Threads that run on any core, whoever asks for them."""
    return ThreadPoolExecutor(many, thread_name_prefix=name, initializer=roam)


def _here() -> int:
    """The core on which this thread runs now."""
    return int(Path("/proc/thread-self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[36])


class Together:
    """`look` once a second, on the event loop's thread."""

    def __init__(
        self, turns: Callable[[], Iterable[int]], *, allowed: frozenset[int] = _ALLOWED,
        spent: Callable[[], float] = time.process_time, place: Callable[[int, Iterable[int]], None] = place,
        here: Callable[[], int] = _here,
    ) -> None:  # fmt: skip
        """`turns`: the threads that take turns, by the system's numbers. The rest is there for tests."""
        self._turns, self._allowed, self._spent, self._place, self._here = turns, allowed, spent, place, here
        self._before = spent()
        self._looks = 0  # since they were put together; 0: they are not

    async def look(self) -> None:
        """Put them together while there is much to do, let them go where there is not, and now and then in between."""
        if len(self._allowed) < 2:
            return
        now = self._spent()
        is_busy, self._before = now - self._before >= BUSY, now
        if not is_busy or self._looks >= ROAMS_EVERY:
            self._go(self._allowed)
            self._looks = 0
        elif self._looks == 0:
            self._go({self._here()})
            self._looks = 1
        else:
            self._looks += 1

    def let_go(self) -> None:
        """At the end: each runs wherever it likes."""
        if self._looks:
            self._go(self._allowed)
            self._looks = 0

    def _go(self, cores: Iterable[int]) -> None:
        for one in self._turns():
            self._place(one, cores)
