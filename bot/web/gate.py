"""Lets each address ask so many questions. Addresses stay in memory only, and make room for the next ones."""

import math
from collections import OrderedDict
from collections.abc import Collection, Sequence

from aiohttp import web

from bot.ports import Clock

BURST = 120.0  # questions at once from one address
EACH_SECOND = 2.0
STREAM_COSTS = 20.0
MOST_ADDRESSES = 10_000


class Crowded(Exception):
    """This address has asked too much; it may ask again after `wait` seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__(wait)
        self.wait = wait


class Gate:
    """What each address has left; it fills up again with time."""

    def __init__(self, clock: Clock, trusted_proxies: Sequence[str] = ()) -> None:
        self.clock = clock
        self.trusted = frozenset(trusted_proxies)
        self.left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, request: web.Request, cost: float = 1.0) -> None:
        """Let a question in. Raises Crowded."""
        address, now = address_of(request, self.trusted), self.clock.now().timestamp()
        left, at = self.left.pop(address, (BURST, now))
        left = min(BURST, left + max(0.0, now - at) * EACH_SECOND)
        is_in = left >= cost
        self.left[address] = (left - cost if is_in else left, now)
        while len(self.left) > MOST_ADDRESSES:
            self.left.popitem(last=False)
        if not is_in:
            raise Crowded(max(1, math.ceil((cost - left) / EACH_SECOND)))


def address_of(request: web.Request, trusted: Collection[str]) -> str:
    """The nearest one that a proxy of ours did not write itself."""
    remote = request.remote or ""
    if remote not in trusted:
        return remote
    return request.headers.get("X-Forwarded-For", remote).rpartition(",")[2].strip()[:64]
