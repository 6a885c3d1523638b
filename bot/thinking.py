"""What is thought about a message before a deed touches it: what it says, and how fast its person writes."""

import asyncio
import logging
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot import understanding
from bot.helpline import coming_back
from bot.intake import Kept
from bot.seals import Seals
from bot.turns import House
from bot.understanding import Meaning
from bot.understanding.apart import Apart, Away
from directory import added

log = logging.getLogger(__name__)

MOST_A_MINUTE = 20
LONG = 2_000  # characters: longer messages are read in a thread of their own


@dataclass(frozen=True, slots=True)
class Thought:
    """What a message says, wherever it will stand."""

    meaning: Meaning | None = None  # None: it has no words
    word: str | None = None  # help | erase | leave
    code_hash: str | None = field(default=None, repr=False)  # four words that may be a return code


class Thinking:
    """Understands messages, in a process of its own where there is one, and here while that is away."""

    def __init__(self, seals: Seals, house: House, apart: Apart | None) -> None:
        self._seals = seals
        self._house = house
        self._apart = apart

    async def think(self, kept: Kept) -> Thought:
        if not kept.text:
            return Thought()
        meaning = await self._understand(kept.text)
        words, code_hash = coming_back.looks_like(kept.text), None
        if words is not None:
            code_hash = await asyncio.to_thread(self._seals.slow_hash, words)
        return Thought(meaning, understanding.whole_word(kept.text), code_hash)

    async def _understand(self, text: str) -> Meaning:
        own = self._house.shelf().added
        if self._apart is not None and len(text) <= LONG:
            with suppress(Away):
                return await self._apart.read(text, own)
        with added.using(own):
            try:
                if len(text) > LONG:
                    return await asyncio.to_thread(understanding.read, text)
                return understanding.read(text)
            except Exception as problem:  # whatever it was: somebody in danger may have written it
                log.error("reading_failed", extra={"kind": type(problem).__name__})
                return understanding.unread(text)


class Pace:
    """How fast each lane writes; forgets whoever has been quiet for a minute. Counts in any thread."""

    def __init__(self) -> None:
        self._seen: dict[int, deque[datetime]] = {}
        self._told: dict[int, datetime] = {}
        self._counting = threading.Lock()

    def count(self, lane_id: int, now: datetime) -> tuple[bool, bool]:
        """(more than anybody can answer, the first of these)."""
        with self._counting:
            return self._count(lane_id, now)

    def _count(self, lane_id: int, now: datetime) -> tuple[bool, bool]:
        begin = now - timedelta(minutes=1)
        self._forget(begin)
        times = self._seen.pop(lane_id, deque(maxlen=MOST_A_MINUTE + 1))
        times.append(now)
        self._seen[lane_id] = times  # whoever wrote last stands last
        is_flood = len(times) > MOST_A_MINUTE and begin < times[0] <= now  # or the clock was set back
        is_first = is_flood and lane_id not in self._told
        if is_flood:
            self._told[lane_id] = now
        return is_flood, is_first

    def _forget(self, begin: datetime) -> None:
        """Those who were quiet the longest stand first, so that nobody else is looked at."""
        while self._seen and self._seen[oldest := next(iter(self._seen))][-1] <= begin:
            del self._seen[oldest]
            self._told.pop(oldest, None)
