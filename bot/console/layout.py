"""What all pages of the console share: who is signed in, what they may do, the frame of the page, and safe forms."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp_jinja2
import jinja2
from aiohttp import web

from bot.bells import Bells
from bot.console import sessions
from bot.console.login import Passphrases
from bot.console.permissions import Deed, has
from bot.console.sessions import Seat
from bot.db import Database
from bot.policy import Policy
from bot.ports import Clock
from directory import wording
from directory.places import PlaceKey, Tier, name_of
from directory.shelf import ShelfKeeper
from directory.spoken import name as tongue_name

HERE = Path(__file__).resolve().parent
START = "/console/"
MOST_FORM_BYTES = 200_000
Windows = Mapping[tuple[str, str], timedelta | None]
Typing = Callable[[int], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Console:
    """Everything the pages need; made once in `bot.console.building`."""

    db: Database
    clock: Clock
    policy: Policy
    bells: Bells
    keeper: ShelfKeeper
    service_name: str
    base_url: str
    passphrases: Passphrases = field(default_factory=Passphrases)
    wake_kinds: frozenset[str] = frozenset()  # the ways of waking colleagues that this installation has
    typing: Typing | None = None  # lets a person's network show that a colleague writes to her
    windows: Windows = field(default_factory=dict)  # how long after her last message each network lets us answer

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def cookie(self) -> str:
        """The browser refuses this name unless it came over HTTPS and for this host only."""
        return "__Host-console" if self.is_https else "console"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a colleague who is signed in."""

    request: web.Request
    seat: Seat
    form: Any

    @property
    def language(self) -> str:
        return self.seat.member.language

    def given(self, name: str, *, most: int = 4_000) -> str:
        """A field of the form or of the address, without blanks around it, cut at `most` characters."""
        value = self.form.get(name, "") if self.form is not None else self.request.query.get(name, "")
        return value.strip()[:most] if isinstance(value, str) else ""

    def every(self, name: str) -> list[str]:
        """All values of a field that may be chosen several times."""
        return [value for value in self.form.getall(name, []) if isinstance(value, str)] if self.form else []

    def number(self, name: str) -> int:
        """A number in the address; anything else is an address that does not exist."""
        told = self.request.match_info[name]
        if not told.isdecimal() or len(told) > 9:
            raise web.HTTPNotFound
        return int(told)


Page = Callable[[Console, Visit], Awaitable[web.StreamResponse]]
Door = Callable[[Console, web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """One address of the console. `deed` says who may come; a page without one would not start."""

    method: str
    path: str
    deed: Deed
    page: Page
    most: int = MOST_FORM_BYTES  # bytes of its form


@dataclass(frozen=True, slots=True)
class OpenRoute:
    """One address for people who are not signed in yet."""

    method: str
    path: str
    page: Door


CONSOLE: web.AppKey[Console] = web.AppKey("console", Console)
STOPPING: web.AppKey[asyncio.Event] = web.AppKey("stopping", asyncio.Event)
STOP_TOPIC = "stopping"
_MARK = re.compile(r"⟦([a-z]+)⟧")


def assemble(console: Console, routes: Sequence[Route | OpenRoute]) -> web.Application:
    """The application that is mounted at /console/."""
    app = web.Application(client_max_size=MOST_FORM_BYTES)
    app[CONSOLE] = console
    app[STOPPING] = asyncio.Event()
    app.on_shutdown.append(_let_pages_go)
    app[aiohttp_jinja2.APP_KEY] = _templates()
    for route in routes:
        guarded = partial(_come_in, route) if isinstance(route, Route) else partial(_open_door, route)
        app.router.add_route(route.method, route.path, guarded)
    app.router.add_static("/static", HERE / "static")
    return app


@cache
def _templates() -> jinja2.Environment:
    """The pages as they are written; nothing in them belongs to one application, so a process compiles them once."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    made.filters.update(clock=wording.clock_time, when=_when, readable=_readable)
    return made


async def _let_pages_go(app: web.Application) -> None:
    """Open pages are let go at once, so that stopping does not wait for them."""
    app[STOPPING].set()
    app[CONSOLE].bells.ring(STOP_TOPIC)


def _when(moment: datetime, now: datetime, language: str) -> str:
    """`21:05`, and the day too when it is not today."""
    there, today = moment.astimezone(wording.HCMC), now.astimezone(wording.HCMC)
    said = wording.clock_time(moment)
    return said if there.date() == today.date() else f"{said} {wording.day(there.date(), language)}"


def _readable(text: str, language: str) -> str:
    """Words with a plain sign where something was masked."""
    return _MARK.sub(lambda found: f"[{wording.t(f'console.hidden.{found[1]}', language)}]", text)


async def _open_door(route: OpenRoute, request: web.Request) -> web.StreamResponse:
    if request.method == "POST" and not _is_from_here(request):
        raise web.HTTPForbidden(text="403")
    return await route.page(request.app[CONSOLE], request)


async def _come_in(route: Route, request: web.Request) -> web.StreamResponse:
    """Signed in, allowed, and the form is one of ours: only then does the page run."""
    console = request.app[CONSOLE]
    seat = await whose(console, request)
    if seat is None:
        return _to_sign_in(request)
    if not has(seat.member, route.deed):
        return refused(request, seat, status=403)
    try:
        form = await request.clone(client_max_size=route.most).post() if request.method == "POST" else None
    except web.HTTPRequestEntityTooLarge:
        return refused(request, seat, status=413, key="console.too_large")
    if form is not None and not (_is_from_here(request) and form.get("csrf") == seat.csrf):
        return refused(request, seat, status=403, key="console.stale_form")
    now = console.clock.now()
    if now - seat.seen_at >= sessions.TOUCH_EVERY and request.headers.get("X-Quiet") != "1":
        await console.db.write(lambda tx: sessions.touch(tx, seat, now=now), urgent=False)
    return await route.page(console, Visit(request, seat, form))


async def whose(console: Console, request: web.Request) -> Seat | None:
    """The colleague this browser is signed in as."""
    token = request.cookies.get(console.cookie)
    if not token:
        return None
    now = console.clock.now()
    return await console.db.read(lambda connection: sessions.find(connection, console.db.seals, token, now))


def _is_from_here(request: web.Request) -> bool:
    """A form sent by another site's page is not ours, whatever the browser carries along."""
    origin = request.headers.get("Origin")
    if origin in (None, "null"):
        return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
    return urlsplit(origin).netloc == request.host


def _to_sign_in(request: web.Request) -> web.Response:
    """What a page's script asks for gets a plain 401; a person is led to the door and back again."""
    if request.headers.get("X-Quiet") == "1" or request.headers.get("Accept") == "text/event-stream":
        return web.Response(status=401)
    back = quote(request.path) if request.method == "GET" else ""
    raise web.HTTPSeeOther(f"{START}sign-in?next={back}" if back else f"{START}sign-in")


def safe_next(wanted: str) -> str:
    """Where to go after signing in: a page of the console, nothing else."""
    is_ours = wanted.startswith(START) and "//" not in wanted and "\\" not in wanted and ".." not in wanted
    return wanted if is_ours else START


def render(
    request: web.Request, template: str, seat: Seat | None, *, status: int = 200, language: str = "", **values: Any
) -> web.Response:
    """A page in the colleague's language."""
    spoken = seat.member.language if seat else language or language_of(request)
    told = {
        "language": spoken,
        "t": partial(_say, spoken),
        "province_name": lambda code: name_of(PlaceKey(Tier.NEW_PROVINCE, code), spoken),
        "spoken_name": lambda code: tongue_name(code, spoken),
        "seat": seat,
        "service": request.app[CONSOLE].service_name,
        "is_demo": request.app[CONSOLE].policy.is_demo,
        "may": partial(has, seat.member) if seat else (lambda deed: False),
        "Deed": Deed,
        "path": request.path,
        "now": request.app[CONSOLE].clock.now(),
        **values,
    }
    return aiohttp_jinja2.render_template(template, request, told, status=status)


def _say(language: str, key: str, **values: object) -> str:
    return wording.t(key, language, **values)


def language_of(request: web.Request) -> str:
    """For people who are not signed in: what the page's language link says, else Vietnamese."""
    return "en" if request.query.get("lang") == "en" else "vi"


def refused(request: web.Request, seat: Seat, *, status: int, key: str = "console.not_allowed") -> web.Response:
    """A kind sentence instead of the page."""
    return render(request, "sentence.html", seat, status=status, key=key)


def go(path: str, said: str = "") -> web.Response:
    """After a form: on to a page, with the key of one sentence to show there."""
    raise web.HTTPSeeOther(f"{path}?said={said}" if said else path)
