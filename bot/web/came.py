"""The page of a place: somebody came with a code. No sign-in, no person; after some wrong codes it rests a while."""

from collections.abc import Iterable
from html import escape
from typing import Any

from aiohttp import web

from bot.db import Database
from bot.helpline import referrals
from bot.ports import Clock
from directory.listings import Listing
from directory.shelf import ShelfKeeper
from directory.wording import t

FOUND = 8
LONGEST = 80


def routes(db: Database, clock: Clock, keeper: ShelfKeeper) -> Iterable[Any]:
    """`/r/` finds the own place by its name, `/r/{place}` takes the code."""

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
        done = await db.write(lambda tx: referrals.came(tx, place.id, code, now=now), urgent=False)
        return _page(_said(done) + _form(place), status=429 if done is referrals.Came.RESTING else 200)

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


def _said(key: str) -> str:
    return f'<p role="status"><strong>{escape(t(f"came.said.{key}"))}</strong></p>'


def _page(body: str, *, status: int = 200) -> web.Response:
    """The smallest page that works on every phone, without scripts."""
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    head += '<meta name="robots" content="noindex"><link rel="stylesheet" href="/static/chat/chat.css">'
    head += f"<title>{escape(t('came.title'))}</title>"
    page = f'<main class="take"><h1>{escape(t("came.title"))}</h1>{body}</main>'
    text = f'<!doctype html><html lang="vi"><head>{head}</head><body>{page}</body></html>'
    return web.Response(text=text, content_type="text/html", status=status)
