"""The web server: one set of headers for every answer, and two addresses that say whether the service is well."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from aiohttp import web

from bot.db import DatabaseAway
from directory.wording import t

log = logging.getLogger(__name__)

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=()",
}


def build(
    routes: Iterable[Any],
    *,
    is_ready: Callable[[], Awaitable[bool]],
    parts: Mapping[str, web.Application] | None = None,
    most_bytes: int = 600_000,
) -> web.Application:
    """An application with these routes, and whole `parts` under a prefix of their own.

    Bodies over `most_bytes` are refused with 413, before anything is kept.
    """

    async def healthz(request: web.Request) -> web.Response:
        return web.Response(text="alive")

    async def readyz(request: web.Request) -> web.Response:
        try:
            is_well = await is_ready()
        except DatabaseAway:
            is_well = False
        return web.Response(text="ready") if is_well else web.Response(text="not ready", status=503)

    app = web.Application(client_max_size=most_bytes, middlewares=[_kindly])
    app.on_response_prepare.append(_dress)
    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), *routes])
    for prefix, part in (parts or {}).items():
        app.add_subapp(prefix, part)
    return app


@web.middleware
async def _kindly(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """What went wrong inside is logged by its kind alone and never shown."""
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except DatabaseAway:
        return web.Response(text=t("web.away"), status=503, headers={"Retry-After": "5"})
    except Exception as problem:
        log.error("page_failed", extra={"kind": type(problem).__name__})
        return web.Response(text=t("web.failed"), status=500)


async def _dress(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
    response.headers.popall("Server", None)
