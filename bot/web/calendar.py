"""A colleague's own shifts for a calendar on the phone, behind a secret address; times only, no name and no place."""

from collections.abc import Iterable
from typing import Any

from aiohttp import web

from bot.db import Database
from bot.policy import Policy
from bot.ports import Clock
from bot.rota import feed


def routes(db: Database, clock: Clock, policy: Policy) -> Iterable[Any]:
    """`/calendar/<secret>.ics`; a wrong secret finds nothing."""

    async def show(request: web.Request) -> web.Response:
        token, now = request.match_info["token"], clock.now()
        found = await db.read(lambda connection: feed.calendar(connection, db.seals, token, now=now, policy=policy))
        if found is None:
            raise web.HTTPNotFound(text="404")
        return web.Response(body=found, headers={"Content-Type": "text/calendar; charset=utf-8"})

    return (web.get(r"/calendar/{token:[A-Za-z0-9_-]{8,64}}.ics", show),)
