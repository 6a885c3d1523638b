"""The page of a place: somebody came with a code. No sign-in, no person; wrong codes make it slower and slower."""

import ipaddress
import math
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from html import escape
from typing import Any

from aiohttp import web

from bot.db import Database
from bot.helpline import guessing, referrals
from bot.helpline.truth import when
from bot.ports import Clock
from bot.web.gate import address_of
from bot.web.tries import KNOWN_DAYS, Tries, known_mark, known_visitor
from directory.listings import Listing
from directory.shelf import ShelfKeeper
from directory.wording import t

FOUND = 8
LONGEST = 80
COOKIE = "r"


def routes(
    db: Database, clock: Clock, keeper: ShelfKeeper, *, trusted_proxies: Collection[str] = (), is_secure: bool = False
) -> Iterable[Any]:
    """`/r/` finds the own place by its name, `/r/{place}` takes the code.

    Whoever is wrong often waits, first by visitor, then the place for all strangers; a browser that has ticked a right
    code there before is not shut out by what others guess.
    """
    tries = Tries(clock)

    async def find(request: web.Request) -> web.Response:
        wanted = request.query.get("q", "").strip()[:LONGEST]
        return _page(_search(wanted) + _results(_named(keeper, wanted)))

    async def ask(request: web.Request) -> web.Response:
        place = _place(keeper, request)
        return _page(_form(place)) if place is not None else _page(_search(""), status=404)

    async def tick(request: web.Request) -> web.Response:
        place = _place(keeper, request)
        if place is None:
            return _page(_search(""), status=404)
        form = await request.post()
        told = form.get("code", "")
        code = "".join(sign for sign in told if sign.isdigit()) if isinstance(told, str) else ""
        if len(code) != 4:
            return _page(_said("wrong") + _form(place))
        now = clock.now()
        known = known_visitor(db.seals, place.id, request.cookies.get(COOKIE), now)
        visitor = known or _visitor(request, trusted_proxies)
        if visitor is not None and (until := tries.until(visitor)) is not None:
            return _resting(place, until, now)
        done = await db.write(
            lambda tx: referrals.came(tx, place.id, code, now=now, is_known=known is not None), urgent=False
        )
        if done is referrals.Came.RESTING:
            until = await db.read(lambda connection: guessing.rests_until(connection, place.id, now))
            return _resting(place, until or now, now)
        if done is referrals.Came.WRONG and visitor is not None:
            tries.wrong(visitor)
        page = _page(_said(done) + _form(place))
        if done is referrals.Came.NOTED:
            tries.right(visitor or "")
            mark, age = known_mark(db.seals, place.id, now), KNOWN_DAYS * 86_400
            path = f"/r/{place.id}"
            page.set_cookie(COOKIE, mark, path=path, max_age=age, httponly=True, samesite="Strict", secure=is_secure)
        return page

    return (web.get("/r/", find), web.get("/r/{place}", ask), web.post("/r/{place}", tick))


def _named(keeper: ShelfKeeper, wanted: str) -> list[Listing]:
    """Places whose name holds these words; a refuge is never confirmed to be one of ours."""
    if len(wanted) < 3:
        return []
    found = [one for one in keeper.shelf if not one.is_sealed and wanted.casefold() in one.service.casefold()]
    return found[:FOUND]


def _place(keeper: ShelfKeeper, request: web.Request) -> Listing | None:
    found = keeper.shelf.get(request.match_info["place"])
    return None if found is None or found.is_sealed else found


def _search(wanted: str) -> str:
    label, button = escape(t("came.search")), escape(t("came.find.button"))
    box = f'<input id="q" name="q" value="{escape(wanted)}" required minlength="3" maxlength="{LONGEST}">'
    return f'<form method="get" action="/r/"><label for="q">{label}</label>{box}<button>{button}</button></form>'


def _results(found: list[Listing]) -> str:
    rows = "".join(f'<li><a href="/r/{escape(one.id)}">{escape(one.service)}</a></li>' for one in found)
    return f"<ul>{rows}</ul>" if rows else ""


def _form(place: Listing) -> str:
    label, button = escape(t("came.code")), escape(t("came.tick.button"))
    box = '<input id="code" name="code" inputmode="numeric" autocomplete="off" required maxlength="9">'
    form = f'<form method="post"><label for="code">{label}</label>{box}<button>{button}</button></form>'
    return f"<p><strong>{escape(place.service)}</strong></p>{form}<p>{escape(t('came.nobody'))}</p>"


def _said(key: str, **values: str) -> str:
    return f'<p role="status"><strong>{escape(t(f"came.said.{key}", **values))}</strong></p>'


def _resting(place: Listing, until: datetime, now: datetime) -> web.Response:
    after = until.replace(second=0, microsecond=0) + timedelta(minutes=1)  # a whole minute can be read on a clock
    page = _page(_said("resting", when=when(after, now)) + _form(place), status=429)
    page.headers["Retry-After"] = str(max(1, math.ceil((until - now).total_seconds())))
    return page


def _visitor(request: web.Request, trusted: Collection[str]) -> str | None:
    """The address as it is counted: of the new kind a household has very many.

    None: a proxy nobody has named stands before us. All visitors would be one, and one who guesses would shut out all.
    """
    if not trusted and "X-Forwarded-For" in request.headers:
        return None
    address = address_of(request, trusted)
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(known) if known.version == 4 else str(ipaddress.ip_network(f"{known}/64", strict=False))


def _page(body: str, *, status: int = 200) -> web.Response:
    """The smallest page that works on every phone, without scripts."""
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    head += '<meta name="robots" content="noindex"><link rel="stylesheet" href="/static/chat/chat.css">'
    head += f"<title>{escape(t('came.title'))}</title>"
    page = f'<main class="take"><h1>{escape(t("came.title"))}</h1>{body}</main>'
    text = f'<!doctype html><html lang="vi"><head>{head}</head><body>{page}</body></html>'
    return web.Response(text=text, content_type="text/html", status=status)
