"""Bells: a page or a socket waits for a topic, whoever changed something rings it, in this process or in another."""

import asyncio
from collections import defaultdict
from collections.abc import Callable

SHELF = "shelf"  # something published was changed: every process looks at once


def writes(handle: str) -> str:
    """The topic that rings while the person with this handle writes: a passing mark, it changes nothing."""
    return f"writes:{handle}"


class Bells:
    """`ring(topic)` wakes everybody who waits for it. Carries no content: who wakes up looks into the database.

    `look_every`: seconds after which a listener looks anyway, where other processes write to the same database.
    `name`: how a topic is called between processes, so that no session or case is named there.
    """

    def __init__(self, look_every: float | None = None, *, name: Callable[[str], str] | None = None) -> None:
        self.look_every = look_every
        self._name = name or (lambda topic: topic)
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._called: defaultdict[str, list[Callable[[], None]]] = defaultdict(list)

    def ring(self, topic: str) -> None:
        """Wake all listeners of the topic; on the event loop's thread only."""
        self.ring_named(self._name(topic))

    def ring_named(self, name: str) -> None:
        """The same by the name that processes use among themselves."""
        for event in self._waiting.get(name, ()):
            event.set()
        for call in self._called.get(name, ()):
            call()

    def ring_all(self) -> None:
        """Have everybody look: rings may have been missed."""
        for name in {*self._waiting, *self._called}:
            self.ring_named(name)

    def call(self, topic: str, wanted: Callable[[], None]) -> None:
        """Call `wanted` at every ring of this topic, for as long as the process lives."""
        self._called[self._name(topic)].append(wanted)

    def listen(self, *topics: str) -> "Listening":
        """Listen to topics from now on; use as `with bells.listen("case:4") as bell: await bell.wait(20)`."""
        return Listening(self, tuple(self._name(topic) for topic in topics))

    def _join(self, name: str, event: asyncio.Event) -> None:
        self._waiting[name].add(event)

    def _leave(self, name: str, event: asyncio.Event) -> None:
        self._waiting[name].discard(event)
        if not self._waiting[name]:
            del self._waiting[name]


class Listening:
    """One listener; a ring between two waits is not lost."""

    def __init__(self, bells: Bells, names: tuple[str, ...]) -> None:
        self._bells = bells
        self._names = names
        self._event = asyncio.Event()

    def __enter__(self) -> "Listening":
        for name in self._names:
            self._bells._join(name, self._event)
        return self

    def __exit__(self, *_: object) -> None:
        for name in self._names:
            self._bells._leave(name, self._event)

    async def wait(self, seconds: float) -> bool:
        """True when it is time to look, False when the time ran out."""
        every = self._bells.look_every
        try:
            await asyncio.wait_for(self._event.wait(), min(seconds, every) if every else seconds)
        except TimeoutError:
            return every is not None
        self._event.clear()
        return True

    async def rang(self, seconds: float) -> bool:
        """True only if somebody rang: for what stands in no database, so that looking anyway would find nothing."""
        try:
            await asyncio.wait_for(self._event.wait(), seconds)
        except TimeoutError:
            return False
        self._event.clear()
        return True
