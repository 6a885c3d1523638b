"""The chat page on our own domain: a browser asks for what it has not seen and sends what the person typed."""

import json
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import WSCloseCode, web

from bot.bells import Bells, writes
from bot.channels import webchat_store as store
from bot.channels.webchat_socket import Socket
from bot.db import Database
from bot.ports import (
    Address,
    Cap,
    Capabilities,
    ChoiceToken,
    Clock,
    ContactRef,
    ErasureReport,
    Geo,
    Inbound,
    Intake,
    MsgRef,
    Outbound,
    SendError,
    Sent,
    Signal,
)
from directory import overlay, recordings
from directory.wording import t

PAGE = Path(__file__).resolve().parent / "webchat_page"
COOKIE = "chat"
WAIT_SECONDS = 20
MOST_BYTES = 600_000  # 100,000 characters in any script, and a little more


class WebChat:
    """Sessions by cookie, frames by number. Long polling: works through every proxy, and after every pause."""

    name = "webchat"
    account = "web"

    def __init__(
        self,
        db: Database,
        clock: Clock,
        bells: Bells,
        *,
        refer: Callable[[str], ContactRef],
        service_name: str,
        is_https: bool,
    ) -> None:
        self._db = db
        self._clock = clock
        self._bells = bells
        self._refer = refer
        self._service_name = service_name
        self._is_https = is_https
        self._intake: Intake | None = None
        self._sockets: set[web.WebSocketResponse] = set()

    def capabilities(self) -> Capabilities:
        flags = Cap.BUTTONS | Cap.DELETE_OWN | Cap.PUSH_ANYTIME | Cap.TYPING
        return Capabilities(flags, 20_000, "chars", 12, 120, 64, store.KEPT)

    def routes(self) -> Iterable[Any]:
        return (
            web.get("/", self._page),
            web.static("/static/chat", PAGE),
            web.post("/chat/session", self._session),
            web.get("/chat/ws", self._socket),
            web.get("/chat/poll", self._poll),
            web.post("/chat/poll", self._receive),
            web.post("/chat/exit", self._exit),
            web.get("/chat/audio/{key}", self._audio),
        )

    def authenticate(self, headers: Mapping[str, str], raw: bytes) -> bool:
        """Browsers are known by their cookie, looked up by its keyed hash; nothing else is let in."""
        return False

    def parse(self, raw: bytes) -> Sequence[Inbound]:
        """One message of one browser as JSON, with the session's address put in by the route. Never raises."""
        try:
            told = json.loads(raw)
            address, event_id = str(told["address"]), str(told["id"])[:64]
        except (ValueError, KeyError, TypeError, RecursionError):
            return ()
        choice, text, geo = told.get("choice"), told.get("text"), _geo(told.get("location"))
        kind = "choice" if isinstance(choice, str) else "location" if geo else "text" if isinstance(text, str) else None
        contact = self._refer(address)
        return (
            Inbound(
                channel=self.name,
                account=self.account,
                event_id=f"{contact.handle}:{event_id}",
                contact=contact,
                at=self._clock.now(),
                kind=kind or "unsupported",  # type: ignore[arg-type]
                text=text if kind == "text" else None,
                choice=ChoiceToken(choice) if kind == "choice" else None,
                geo=geo if kind == "location" else None,
                lang=told.get("language") if told.get("language") in ("vi", "en") else None,
            ),
        )

    async def send(self, message: Outbound, address: Address) -> Sent:
        now = self._clock.now()
        try:
            seq = await self._db.write(lambda tx: store.put_frame(tx, address, message, now=now))
        except store.SessionGone:
            raise SendError("contact_gone") from None
        return Sent((MsgRef(str(seq)),), now)

    async def signal(self, address: Address, what: Signal) -> None:
        """An open page shows for a few seconds that somebody writes; nothing is stored."""
        if what == "typing":
            await self._db.write(lambda tx: tx.ring(store.typing_bell(address)), urgent=False)

    async def erase(self, address: Address, refs: Sequence[MsgRef]) -> ErasureReport:
        """Frames are ours: they go, and an open page clears what it shows."""
        numbers = [int(ref.native) for ref in refs if ref.native.isdigit()]
        now = self._clock.now()
        # A page may stand open for days: what is too old to have a reference is still shown there.
        await self._db.write(lambda tx: store.wipe(tx, address, max(numbers, default=store.EVERYTHING), now=now))
        return ErasureReport(erased=tuple(refs), is_whole=True)

    async def forget(self, address: Address) -> None:
        """Leave the last words readable for a moment, then nothing: the session ends when the page has them.

        Unless somebody has written from this page since: then a new talk has begun in it.
        """
        with self._bells.listen(store.bell(address)) as bell:
            await bell.wait(0.3)
        door = self._door(address)
        await self._db.write(lambda tx: store.end_if_quiet(tx, address, door))

    async def start(self, intake: Intake) -> None:
        self._intake = intake

    async def stop(self) -> None:
        self._intake = None
        for socket in list(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY)

    async def health(self) -> bool:
        return self._intake is not None

    def redactions(self) -> set[str]:
        return set()

    # --- routes -------------------------------------------------------------------------------------------------------

    async def _page(self, request: web.Request) -> web.Response:
        language = "en" if request.query.get("lang") == "en" else "vi"
        text = (PAGE / "page.html").read_text("utf-8")
        for key in ("title", "input", "send", "exit", "note", "offline", "gone", "log", "sending", "typing", "earlier"):
            text = text.replace("{{" + key + "}}", t(f"webchat.{key}", language, service=self._service_name))
        return web.Response(text=text.replace("{{lang}}", language), content_type="text/html")

    async def _audio(self, request: web.Request) -> web.StreamResponse:
        """A recording of an article that is shown: the same for everybody, so nobody is asked who they are."""
        seals, key = self._db.seals, request.match_info["key"]
        library = await self._db.read(overlay.library)
        name = next((one for one in recordings.everything(library) if store.audio_key(seals, one) == key), "")
        if (path := recordings.find(name)) is None:
            raise web.HTTPNotFound
        return web.FileResponse(path, headers={"Content-Type": recordings.KINDS[path.suffix]})

    async def _session(self, request: web.Request) -> web.Response:
        """A new session, or the one this browser has already."""
        cookie = request.cookies.get(COOKIE, "")
        known = await self._known(request)
        if known is None:
            cookie, now = secrets.token_urlsafe(32), self._clock.now()
            await self._db.write(lambda tx: store.open_session(tx, cookie, now=now))
        answer = web.json_response({"is_new": known is None})
        answer.set_cookie(
            COOKIE,
            cookie,
            max_age=int(timedelta(hours=72).total_seconds()),
            httponly=True,
            secure=self._is_https,
            samesite="Strict",
        )
        return answer

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        """The same as polling, without its waits; for browsers and proxies that let it through."""
        address = await self._known(request)
        if not _is_from_here(request):
            raise web.HTTPForbidden(text="403")
        if address is None:
            return web.json_response({"gone": True}, status=410)

        async def acknowledge(seq: int) -> None:
            await self._db.write(lambda tx: store.acknowledge(tx, address, seq, now=self._clock.now()), urgent=False)

        async def keep(told: dict[str, Any]) -> bool:
            return await self._kept(address, told)

        async def look(seq: int) -> store.Look:
            return await self._look(address, seq)

        async def typing() -> None:
            topic = writes(self._refer(address).handle)
            await self._db.write(lambda tx: tx.ring(topic), urgent=False)

        made = Socket(self._bells, address, look=look, acknowledge=acknowledge, keep=keep, typing=typing)
        answer: web.StreamResponse = await made.serve(request, most_bytes=MOST_BYTES, open_ones=self._sockets)
        return answer

    async def _kept(self, address: str, told: dict[str, Any]) -> bool:
        """True once the message is kept; only then may the page be told so."""
        if self._intake is None:
            return False
        events = self.parse(json.dumps({**told, "address": address}).encode())
        await self._intake(events)
        return bool(events)

    async def _poll(self, request: web.Request) -> web.Response:
        """Frames after the number the browser names; waits a while if there are none. Or those before, if she asks."""
        address = await self._known(request)
        after, before = request.query.get("after", "0"), request.query.get("before", "")
        if address is None or not after.isdigit():
            return web.json_response({"gone": True}, status=410)
        seq, now = int(after), self._clock.now()
        try:
            if before.isdigit():
                return web.json_response({"frames": _told(await self._earlier(address, int(before)))})
            await self._db.write(lambda tx: store.acknowledge(tx, address, seq, now=now), urgent=False)
            with self._bells.listen(store.bell(address)) as bell:
                found = await self._look(address, seq)
                if not (found.frames or found.earlier) and await bell.wait(WAIT_SECONDS):
                    found = await self._look(address, seq)
        except store.SessionGone:
            return web.json_response({"gone": True}, status=410)
        told = {"frames": _told(found.frames), "veil": found.is_veiled}
        return web.json_response({**told, "earlier": found.earlier} if found.earlier else told)

    async def _receive(self, request: web.Request) -> web.Response:
        """Keep one message; the answer says "kept" only once it is."""
        address = await self._known(request)
        if address is None:
            return web.json_response({"gone": True}, status=410)
        try:
            told = json.loads(await request.read())
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict) or self._intake is None:
            return web.json_response({"kept": False}, status=400 if self._intake else 503)
        return web.json_response({"kept": await self._kept(address, told)})

    async def _exit(self, request: web.Request) -> web.Response:
        """Quick exit: this browser is not known any more. An open case goes on."""
        answer = web.json_response({})
        answer.del_cookie(COOKIE)
        return answer

    async def _known(self, request: web.Request) -> str | None:
        cookie = request.cookies.get(COOKIE)
        if not cookie:
            return None
        return await self._db.read(lambda connection: store.find_session(connection, self._db.seals, cookie))

    async def _look(self, address: str, seq: int) -> store.Look:
        door, seals, now = self._door(address), self._db.seals, self._clock.now()
        return await self._db.read(lambda connection: store.look(connection, seals, address, door, seq, now=now))

    async def _earlier(self, address: str, before: int) -> list[store.Frame]:
        door, seals = self._door(address), self._db.seals
        return await self._db.read(lambda connection: store.earlier(connection, seals, address, door, before))

    def _door(self, address: str) -> store.Door:
        ref = self._refer(address)
        return store.Door(self.account, (ref.handle, *ref.former))


def _told(frames: Sequence[store.Frame]) -> list[dict[str, Any]]:
    return [{"seq": frame.seq, **frame.body} for frame in frames]


def _is_from_here(request: web.Request) -> bool:
    """A socket opened by another site's page is not ours: browsers do not protect sockets by themselves."""
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _geo(told: Any) -> Geo | None:
    """A point, if it is one; it becomes a place in the intake and goes no further."""
    if not isinstance(told, list) or len(told) != 2 or not all(isinstance(one, (int, float)) for one in told):
        return None
    lat, lon = float(told[0]), float(told[1])
    return Geo(lat, lon) if -90 <= lat <= 90 and -180 <= lon <= 180 else None
