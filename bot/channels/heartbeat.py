"""Tells the world outside that the house keeps its promises; when this stops, somebody there raises an alarm."""

import logging
from collections.abc import Awaitable, Callable

import aiohttp

log = logging.getLogger(__name__)

SECONDS = aiohttp.ClientTimeout(total=8)


def heartbeat(url: str) -> Callable[[], Awaitable[None]]:
    """What the self-audit calls when all is well; nothing without an address. Its failing is only logged."""

    async def beat() -> None:
        if not url:
            return
        try:
            async with aiohttp.ClientSession(timeout=SECONDS) as session, session.get(url) as answer:
                if answer.status >= 400:
                    log.warning("heartbeat_refused", extra={"status": answer.status})
        except (TimeoutError, aiohttp.ClientError) as problem:
            log.warning("heartbeat_failed", extra={"kind": type(problem).__name__})

    return beat
