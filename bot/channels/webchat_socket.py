"""One open socket of a chat page: frames go out by number, and "kept" is said only of what is kept."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp import WSMsgType, web

from bot.bells import Bells
from bot.channels.webchat_store import Frame, SessionGone, bell

LOOK_SECONDS = 20
BEAT_SECONDS = 25
GONE = 4410  # our own closing code: this session was ended or erased

Frames = Callable[[int], Awaitable[Sequence[Frame]]]
Acknowledge = Callable[[int], Awaitable[None]]
Keep = Callable[[dict[str, Any]], Awaitable[bool]]


class Socket:
    """Both directions of one socket; ends when the page, the session or the service ends."""

    def __init__(self, bells: Bells, address: str, *, frames: Frames, acknowledge: Acknowledge, keep: Keep) -> None:
        self._bells = bells
        self._address = address
        self._frames = frames
        self._acknowledge = acknowledge
        self._keep = keep
        self._seen = 0

    async def serve(self, request: web.Request, *, most_bytes: int, open_ones: set[web.WebSocketResponse]) -> Any:
        """The first message of the page names the number it has seen: `{"after": 7}`."""
        socket = web.WebSocketResponse(heartbeat=BEAT_SECONDS, max_msg_size=most_bytes)
        await socket.prepare(request)
        open_ones.add(socket)
        telling: asyncio.Task[None] | None = None
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
                else:
                    is_kept = await self._keep(told)
                    await socket.send_json({"kept": str(told.get("id", ""))[:64], "is_kept": is_kept})
        except ConnectionResetError:
            return socket  # the page went away in the middle of an answer
        finally:
            open_ones.discard(socket)
            if telling is not None:
                telling.cancel()
        return socket

    async def _note(self, seen: object) -> None:
        if isinstance(seen, int) and 0 <= seen <= self._seen:
            await self._acknowledge(seen)

    async def _tell(self, socket: web.WebSocketResponse) -> None:
        """Look on every ring, and now and then without one; the database is what counts, not the bell."""
        try:
            with self._bells.listen(bell(self._address)) as ring:
                while not socket.closed:
                    for frame in await self._frames(self._seen):
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
