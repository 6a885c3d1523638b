"""The board: which cases wait, which are mine; and the notes that came in while the page is open."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from bot.console.layout import Console, Route, Visit, go, render
from bot.console.permissions import Deed, has
from bot.console.sender import Notice, notices
from bot.helpline import alarms, desk, standing
from bot.helpline.rota import on_duty
from bot.seals import Seals

NEW = timedelta(hours=8)  # notes older than a shift are no news
SHOWN = 6
SAID = frozenset({"closed", "handed_back", "handed_over", "held", "gone"})


async def start(console: Console, visit: Visit) -> web.Response:
    """Where a colleague's work begins."""
    return go("/console/cases" if has(visit.seat.member, Deed.SEE_BOARD) else "/console/listings")


async def board(console: Console, visit: Visit) -> web.Response:
    """All open cases this colleague may see, most urgent first. `?part=1`: only what changes, for the open page."""
    member, now = visit.seat.member, console.clock.now()
    cards = await console.db.read(lambda connection: desk.board(connection, member, now))
    duty = await console.db.read(lambda connection: on_duty(connection, None, now, policy=console.policy))
    looked = await console.db.read(standing.last)
    said = visit.given("said")
    shown: dict[str, Any] = {
        "mine": [card for card in cards if card.is_mine],
        "waiting": [card for card in cards if not card.is_mine and card.state == "waiting"],
        "others": [card for card in cards if not card.is_mine and card.state != "waiting"],
        "duty": [[one.alias for one in rung] for rung in duty],
        "said": said if said in SAID else "",
        "broken": ", ".join(f"{code} {n}" for code, n in sorted(looked.broken.items())) if looked else "",
        "news": await _news(console, visit),
    }
    template = "board-live.html" if visit.request.query.get("part") == "1" else "board.html"
    return render(visit.request, template, visit.seat, **shown)


async def news(console: Console, visit: Visit) -> web.Response:
    """The notes alone, for every open page."""
    return render(visit.request, "news.html", visit.seat, news=await _news(console, visit))


async def _news(console: Console, visit: Visit) -> list[Notice]:
    """The newest notes; a link that takes nothing any more is not offered."""
    member, now, seals = visit.seat.member, console.clock.now(), console.db.seals

    def read(connection: Connection) -> list[Notice]:
        found = notices(connection, seals, member.id, since=now - NEW)[:SHOWN]
        return [one if _is_good(connection, seals, one, now) else replace(one, url=None) for one in found]

    return await console.db.read(read)


def _is_good(connection: Connection, seals: Seals, one: Notice, now: datetime) -> bool:
    if not (one.url or "").startswith("/t/"):
        return one.url is not None  # it takes nothing: a way to a page
    token = (one.url or "").removeprefix("/t/")
    return alarms.open_token(connection, seals, token, now).state == "good"


ROUTES = (
    Route("GET", "/", Deed.OWN_PAGE, start),
    Route("GET", "/cases", Deed.SEE_BOARD, board),
    Route("GET", "/news", Deed.OWN_PAGE, news),
)
