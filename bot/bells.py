"""Bells inside one process: a page or a socket waits for a topic, whoever changed something rings it."""

import asyncio
from collections import defaultdict


class Bells:
    """`ring(topic)` wakes everybody who waits for it. Carries no content: who wakes up looks into the database.

    `look_every`: seconds after which a listener looks anyway, where other processes write to the same database and
    ring bells of their own.
    """

    def __init__(self, look_every: float | None = None) -> None:
        self.look_every = look_every
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    def ring(self, topic: str) -> None:
        """Wake all listeners of the topic; on the event loop's thread only."""
        for event in self._waiting.get(topic, ()):
            event.set()

    def listen(self, *topics: str) -> "Listening":
        """Listen to topics from now on; use as `with bells.listen("case:4") as bell: await bell.wait(20)`."""
        return Listening(self, topics)

    def _join(self, topic: str, event: asyncio.Event) -> None:
        self._waiting[topic].add(event)

    def _leave(self, topic: str, event: asyncio.Event) -> None:
        self._waiting[topic].discard(event)
        if not self._waiting[topic]:
            del self._waiting[topic]


class Listening:
    """One listener; a ring between two waits is not lost."""

    def __init__(self, bells: Bells, topics: tuple[str, ...]) -> None:
        self._bells = bells
        self._topics = topics
        self._event = asyncio.Event()

    def __enter__(self) -> "Listening":
        for topic in self._topics:
            self._bells._join(topic, self._event)
        return self

    def __exit__(self, *_: object) -> None:
        for topic in self._topics:
            self._bells._leave(topic, self._event)

    async def wait(self, seconds: float) -> bool:
        """True when it is time to look, False when the time ran out."""
        every = self._bells.look_every
        try:
            await asyncio.wait_for(self._event.wait(), min(seconds, every) if every else seconds)
        except TimeoutError:
            return every is not None
        self._event.clear()
        return True
