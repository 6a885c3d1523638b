"""How fast one Telegram account may write: so many a second in all, one a second to each chat, urgent first."""

import asyncio
import heapq
import itertools
import time
from collections import deque
from collections.abc import Awaitable, Callable

from bot.ports import SendError

OVERALL = 25  # a second; the network allows 30
CHAT_SECONDS = 1.0
_MANY_CHATS = 5_000

Time = Callable[[], float]
Nap = Callable[[float], Awaitable[object]]


class Pace:
    """`await turn(chat)` before each message. `hold` after the network said "not before": only that chat waits.

    If a second chat is told to wait meanwhile, it is the account that is too fast, and everybody waits; but an alarm to
    a chat that was not named itself is tried, one a second, and if it gets through, nobody has to wait.
    """

    def __init__(
        self,
        *,
        overall: int = OVERALL,
        chat_seconds: float = CHAT_SECONDS,
        now: Time = time.monotonic,
        nap: Nap | None = None,
    ) -> None:
        self._chat_seconds = chat_seconds
        self._now = now
        self._nap = nap or self._wait
        self._last: deque[float] = deque(maxlen=overall)
        self._free_at: dict[str, float] = {}
        self._held: dict[str, float] = {}
        self._all_held, self._all_since = 0.0, 0.0
        self._line: list[tuple[bool, int, str, asyncio.Future[None]]] = []
        self._count = itertools.count()
        self._arrived = asyncio.Event()
        self._letting: asyncio.Task[None] | None = None

    async def turn(self, chat: str, *, urgent: bool = False) -> None:
        """Returns when the message may go. Raises SendError "throttled" while the network wants this chat to wait."""
        if (left := self.held_for(chat, urgent=urgent)) > 0:
            raise SendError("throttled", left)
        if not self._line and self.wait_for(chat) <= 0:
            self._take(chat)
            return
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._line, (not urgent, next(self._count), chat, mine))
        self._arrived.set()
        if self._letting is None or self._letting.done():
            self._letting = asyncio.get_running_loop().create_task(self._let_go())
        await mine

    def wait_for(self, chat: str) -> float:
        """Seconds until a message to this chat could go, if nobody else were waiting."""
        return max(self._overall_wait(), self._free_at.get(chat, 0.0) - self._now())

    def hold(self, chat: str, seconds: float) -> None:
        """The network said: not before so many seconds."""
        until = self._now() + seconds
        if any(other != chat and end > self._now() for other, end in self._held.items()):
            self._all_held, self._all_since = max(self._all_held, until), self._now()
        self._held[chat] = until
        self._send_away()

    def held_for(self, chat: str, *, urgent: bool = False) -> float:
        """Seconds that are left of what the network said; 0 or less: it may be tried."""
        return max(self._held.get(chat, 0.0), 0.0 if urgent else self._all_held) - self._now()

    def got_through(self, begun: float) -> None:
        """A message that set out at `begun` was taken: if that was after the last refusal, the account is free."""
        if begun > self._all_since:
            self._all_held = 0.0

    @property
    def now(self) -> float:
        return self._now()

    def forget(self, chat: str) -> None:
        """Nothing is known of this chat any more."""
        self._free_at.pop(chat, None)
        self._held.pop(chat, None)

    def stop(self) -> None:
        """Whoever still waits is sent away; the messages are tried again by the next process."""
        if self._letting is not None:
            self._letting.cancel()
        for *_, waiting in self._line:
            if not waiting.done():
                waiting.set_exception(SendError("transient"))
        self._line.clear()

    # --- the line -----------------------------------------------------------------------------------------------------

    async def _let_go(self) -> None:
        while self._line:
            self._arrived.clear()
            wait = self._let_next()
            if wait > 0:
                await self._nap(wait)

    def _let_next(self) -> float:
        """Let the first go whose chat is free; else say how long until one might be."""
        if (wait := self._overall_wait()) > 0:
            return wait
        soonest = float("inf")
        for place in sorted(self._line):
            _, _, chat, waiting = place
            if waiting.done():  # the caller gave up
                return self._leave(place)
            wait = self._free_at.get(chat, 0.0) - self._now()
            if wait <= 0:
                self._take(chat)
                waiting.set_result(None)
                return self._leave(place)
            soonest = min(soonest, wait)
        return soonest

    def _send_away(self) -> None:
        """Who stands in line for a chat that must wait is told so at once, and makes room for others."""
        for place in list(self._line):
            is_routine, _, chat, waiting = place
            if (left := self.held_for(chat, urgent=not is_routine)) > 0:
                self._leave(place)
                if not waiting.done():
                    waiting.set_exception(SendError("throttled", left))

    def _leave(self, place: tuple[bool, int, str, "asyncio.Future[None]"]) -> float:
        self._line.remove(place)
        heapq.heapify(self._line)
        return 0.0

    def _overall_wait(self) -> float:
        if self._all_held > self._now() and self._last:
            return self._last[-1] + 1.0 - self._now()
        if len(self._last) < (self._last.maxlen or 0):
            return 0.0
        return self._last[0] + 1.0 - self._now()

    def _take(self, chat: str) -> None:
        now = self._now()
        self._last.append(now)
        self._free_at[chat] = now + self._chat_seconds
        if len(self._free_at) > _MANY_CHATS:
            self._free_at = {one: at for one, at in self._free_at.items() if at > now}
            self._held = {one: at for one, at in self._held.items() if at > now}

    async def _wait(self, seconds: float) -> None:
        """Until then, or until somebody joins the line: the newcomer's chat may be free."""
        try:
            await asyncio.wait_for(self._arrived.wait(), seconds)
        except TimeoutError:
            return
