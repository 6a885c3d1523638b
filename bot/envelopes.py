"""What is needed to send one item of the outbox, and how its letter becomes the message a network carries."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from bot.outbox import LONGEST_WAIT, Item, Letter
from bot.ports import Address, Channel, Choice, ContactRef, Outbound, RichText, SendError

T = TypeVar("T")

SEND_SECONDS = 20
AT_HAND_SECONDS = 0.1  # a way read with the commit is looked up anew after that: she may have erased or left
BACKOFF_SECONDS = (1, 2, 5, 15, 30, 60)
REFUSED_SECONDS = 60.0  # our token is not accepted: that lasts until somebody mends it


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is needed to send one item: whom to, through which channel, and what it says."""

    channel: Channel
    to: ContactRef
    address: Address
    letter: Letter


@dataclass(frozen=True, slots=True)
class Again:
    """When a message has its next attempt. `counts`: this was one. `elsewhere`: only another process can send it."""

    at: datetime
    counts: bool = True
    elsewhere: bool = False


class NoDoor(Exception):
    """The network of this person is not in the settings of this process."""


async def in_time(sending: Awaitable[T]) -> T:
    """A network that does not answer has perhaps taken the message: the outcome is unknown, and it is marked so."""
    try:
        async with asyncio.timeout(SEND_SECONDS):
            return await sending
    except TimeoutError:
        raise SendError("unknown_outcome") from None


def at_hand(item: Item) -> Any:
    """The way to the person this is for, a `vault.Way`, as long as it was true a moment ago; None: look it up."""
    known = item.known
    return known.way if known is not None and time.monotonic() - known.at < AT_HAND_SECONDS else None


def wait_of(problem: SendError, item: Item) -> float:
    """Seconds until the next attempt: what the network said, else longer from time to time.

    Never longer than two minutes: a channel that was told more knows it and refuses by itself. So what waits for
    longer was written by a clock that was fast.
    """
    wait = problem.retry_after or BACKOFF_SECONDS[min(item.attempts, len(BACKOFF_SECONDS) - 1)]
    wait = max(wait, REFUSED_SECONDS) if problem.kind == "auth" and item.recipient[0] == "lane" else wait
    return min(wait, LONGEST_WAIT.total_seconds())


def outbound(item: Item, letter: Letter, to: ContactRef, is_ours: Callable[[], bool]) -> Outbound:
    """The message, the same over every attempt; `is_ours`: whether it is still this process that sends it."""
    return Outbound(
        to=to, text=RichText(letter.text), choices=letter.choices, audio=letter.audio,
        idempotency_key=item.key,
        purpose=item.purpose,
        case=letter.case,
        is_repeat=item.attempts > 0,
        attempt=item.attempts,
        urgent=item.urgent,
        wakes=letter.wakes,
        is_ours=is_ours,
    )  # fmt: skip


def absolute(letter: Letter, base_url: str) -> Letter:
    """With whole links: a colleague's own channel does not know where the console is."""
    def whole(one: Choice) -> Choice:
        return replace(one, url=base_url + one.url) if one.url and one.url.startswith("/") else one

    return replace(letter, choices=tuple(map(whole, letter.choices)))
