"""The web server: one set of headers for every answer, and two addresses that say whether the service is well."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from aiohttp import web

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
    routes: Iterable[Any], *, is_ready: Callable[[], Awaitable[bool]], most_bytes: int = 600_000
) -> web.Application:
    """An application with these routes. Bodies over `most_bytes` are refused with 413, before anything is kept."""

    async def healthz(request: web.Request) -> web.Response:
        return web.Response(text="alive")

    async def readyz(request: web.Request) -> web.Response:
        return web.Response(text="ready") if await is_ready() else web.Response(text="not ready", status=503)

    app = web.Application(client_max_size=most_bytes)
    app.on_response_prepare.append(_dress)
    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), *routes])
    return app


async def _dress(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
    response.headers.popall("Server", None)
