"""The set of published articles through time: each publishing makes a version; two of them are compared in words."""

from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from bot import staff
from bot.console.layout import Console, Route, Visit, render
from bot.console.permissions import Deed
from directory import differences, overlay
from directory.overlay import Revision

MOST = 200  # versions to choose from
FILES = 0  # the set as it came with the product


async def page(console: Console, visit: Visit) -> web.Response:
    """The versions, and what differs between two of them; without a choice, the newest and the one before."""

    def look(connection: Connection) -> tuple[Any, ...]:
        names = {one.id: one.alias for one in staff.everyone(connection)}
        made = overlay.versions(connection, limit=MOST)
        old, new = _chosen(visit, made)
        before = overlay.library(connection, upto=old)
        after = overlay.library(connection, upto=new)
        told = [(one, names.get(one.staff_id or 0, "–")) for one in made]
        return told, old, new, differences.libraries_between(before, after)

    versions, old, new, found = await console.db.read(look)
    shown: dict[str, Any] = {"versions": versions, "old": old, "new": new, "found": found}
    return render(visit.request, "article-versions.html", visit.seat, **shown)


def _chosen(visit: Visit, made: tuple[Revision, ...]) -> tuple[int, int]:
    known = [one.change for one in made]
    told = [int(one) if one.isdecimal() and len(one) < 9 else None for one in (visit.given("from"), visit.given("to"))]
    new = told[1] if told[1] in (*known, FILES) else known[0] if known else FILES
    before = [one for one in (*known, FILES) if one < (new or FILES)]
    old = told[0] if told[0] in (*known, FILES) else before[0] if before else FILES
    return int(old or FILES), int(new or FILES)


ROUTES = (Route("GET", "/article-versions", Deed.SEE_ARTICLES, page),)
