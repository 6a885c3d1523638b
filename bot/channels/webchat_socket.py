"""One open socket of a chat page: frames go out by number, and "kept" is said only of what is kept."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from aiohttp import WSMsgType, web

from bot.bells import Bells
from bot.channels.webchat_store import Look, SessionGone, bell, typing_bell

LOOK_SECONDS = 20
BEAT_SECONDS = 25
TYPING_SECONDS = 3.0  # a page may say so often that somebody types; what comes faster is dropped
GONE = 4410  # our own closing code: this session was ended or erased

Looking = Callable[[int], Awaitable[Look]]
Acknowledge = Callable[[int], Awaitable[None]]
Keep = Callable[[dict[str, Any]], Awaitable[bool]]
Typing = Callable[[], Awaitable[None]]


class Socket:
    """Both directions of one socket; ends when the page, the session or the service ends."""

    def __init__(
        self, bells: Bells, address: str, *, look: Looking, acknowledge: Acknowledge, keep: Keep, typing: Typing
    ) -> None:
        self._bells = bells
        self._address = address
        self._look = look
        self._acknowledge = acknowledge
        self._keep = keep
        self._typing = typing
        self._typed_at = -TYPING_SECONDS
        self._seen = 0

    async def serve(self, request: web.Request, *, most_bytes: int, open_ones: set[web.WebSocketResponse]) -> Any:
        """The first message of the page names the number it has seen: `{"after": 7}`."""
        socket = web.WebSocketResponse(heartbeat=BEAT_SECONDS, max_msg_size=most_bytes)
        await socket.prepare(request)
        open_ones.add(socket)
        telling: asyncio.Task[None] | None = None
        marking = asyncio.create_task(self._mark(socket))
        try:
            async for message in socket:
                told = _told(message)
                if told is None:
                    await socket.send_json({"wrong": True})
                elif telling is None and isinstance(told.get("after"), int):
                    self._seen = max(0, told["after"])
                    telling = asyncio.create_task(self._tell(socket))
                elif "seen" in told:
                    await self._note(told["seen"])
                elif "typing" in told:
                    await self._types()
                else:
                    is_kept = await self._keep(told)
                    await socket.send_json({"kept": str(told.get("id", ""))[:64], "is_kept": is_kept})
        except ConnectionResetError:
            return socket  # the page went away in the middle of an answer
        finally:
            open_ones.discard(socket)
            marking.cancel()
            if telling is not None:
                telling.cancel()
        return socket

    async def _note(self, seen: object) -> None:
        if isinstance(seen, int) and 0 <= seen <= self._seen:
            await self._acknowledge(seen)

    async def _types(self) -> None:
        """The person types: whoever may know it hears a bell, at most every few seconds."""
        moment = asyncio.get_running_loop().time()
        if moment - self._typed_at >= TYPING_SECONDS:
            self._typed_at = moment
            await self._typing()

    async def _mark(self, socket: web.WebSocketResponse) -> None:
        """Say each time that somebody writes to this page; it has no number and is never said again."""
        with suppress(ConnectionResetError), self._bells.listen(typing_bell(self._address)) as ring:
            while not socket.closed:
                if await ring.rang(LOOK_SECONDS):
                    await socket.send_json({"typing": True})

    async def _tell(self, socket: web.WebSocketResponse) -> None:
        """Look on every ring, and now and then without one; the database is what counts, not the bell."""
        try:
            with self._bells.listen(bell(self._address)) as ring:
                is_veiled = False
                while not socket.closed:
                    found = await self._look(self._seen)
                    if found.is_veiled is not is_veiled:
                        is_veiled = found.is_veiled
                        await socket.send_json({"veil": is_veiled})
                    if found.earlier:
                        self._seen = found.earlier
                        await socket.send_json({"earlier": found.earlier})
                    for frame in found.frames:
                        await socket.send_json({"seq": frame.seq, **frame.body})
                        self._seen = frame.seq
                    await ring.wait(LOOK_SECONDS)
        except SessionGone:
            await socket.close(code=GONE)
        except ConnectionResetError:
            await socket.close()


def _told(message: Any) -> dict[str, Any] | None:
    """One JSON object, or None."""
    if message.type is not WSMsgType.TEXT:
        return None
    try:
        told = json.loads(message.data)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None
