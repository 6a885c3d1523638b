"""Reaches one colleague through several ways at once or one after the other, so that no dead network costs minutes."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.own_channels import PUSHES
from bot.ports import Address, Outbound, Sender, SendError, SendKind, Sent

log = logging.getLogger(__name__)

Way = tuple[str, Address]
ONE_WAY_SECONDS = 4.0  # a way that has not answered by then is left for the next one
PAGES = ("console", "terminal")  # shown to whoever looks; they wake nobody
CALLS = ("voice",)


@dataclass(frozen=True, slots=True)
class Reached:
    """How it went: what the pages and the own channels took, which ways are dead, and why others failed."""

    page: Sent | None = None
    own: Sent | None = None
    tried: int = 0
    gone: tuple[Way, ...] = field(default=(), repr=False)
    failures: tuple[SendKind, ...] = ()

    @property
    def may_work_later(self) -> bool:
        """Own channels were tried, none took it, and at least one of them is not dead."""
        return self.own is None and self.tried > len(self.gone)

    def is_unreached(self, *, is_page_enough: bool) -> bool:
        """Every own channel there is refused it; or there is none, and a page is seen only by who looks at it."""
        return self.own is None and (self.tried > 0 or not is_page_enough)


def in_order(ways: Sequence[Way], order: Sequence[str], *, wakes: bool) -> tuple[tuple[Way, ...], tuple[Way, ...]]:
    """(calls, letters): a call rings besides the letter with the link, and only for danger now.

    For danger now what wakes a sleeper goes first, as the policy orders it; else the colleague's own order counts.
    """
    letters = [way for way in ways if way[0] not in (*PAGES, *CALLS)]
    if not wakes:
        return (), tuple(letters)
    calls = tuple(way for way in ways if way[0] in CALLS and "voice" in order)
    rank = {name: place for place, name in enumerate(order)}
    letters.sort(key=lambda way: rank.get("push" if way[0] in PUSHES else way[0], len(rank)))
    return calls, tuple(letters)


async def reach(
    senders: Mapping[str, Sender],
    ways: Sequence[Way],
    message: Callable[[str], Outbound],
    *,
    order: Sequence[str],
    wakes: bool,
    seconds: float = ONE_WAY_SECONDS,
) -> Reached:
    """Send to the pages, and to the first own channel that takes it; for danger now a call rings at the same time."""
    known = [way for way in ways if way[0] in senders]
    pages = [way for way in known if way[0] in PAGES]
    calls, letters = in_order(known, order, wakes=wakes)
    lines = (*((way,) for way in pages), calls, letters)
    results = await asyncio.gather(*(_first(senders, line, message, seconds) for line in lines))
    shown, own = results[: len(pages)], results[len(pages) :]
    return Reached(
        page=next((one.sent for one in shown if one.sent is not None), None),
        own=next((one.sent for one in own if one.sent is not None), None),
        tried=sum(one.tried for one in own),
        gone=tuple(way for one in own for way in one.gone),
        failures=tuple(kind for one in results for kind in one.failures),
    )


@dataclass(slots=True)
class _Line:
    sent: Sent | None = None
    tried: int = 0
    gone: list[Way] = field(default_factory=list)
    failures: list[SendKind] = field(default_factory=list)


async def _first(
    senders: Mapping[str, Sender], line: Sequence[Way], message: Callable[[str], Outbound], seconds: float
) -> _Line:
    """One way after the other until one takes it."""
    went = _Line()
    for kind, address in line:
        went.tried += 1
        try:
            # A page is our own database: waiting for it costs no network's silence, and a deed is not cut off.
            limit = None if kind in PAGES else seconds
            went.sent = await asyncio.wait_for(senders[kind].send(message(kind), address), limit)
            return went
        except TimeoutError:
            went.failures.append("unknown_outcome")
        except SendError as problem:
            went.failures.append(problem.kind)
            if problem.kind == "contact_gone":
                went.gone.append((kind, address))
        log.warning("alarm_not_taken", extra={"kind": went.failures[-1], "channel": kind})
    return went
