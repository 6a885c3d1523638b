"""The directory: finding a listing, changing it, and saying that it is still right."""

from aiohttp import web

from bot.console.layout import Console, Route, Visit, render
from bot.console.permissions import Deed


async def find(console: Console, visit: Visit) -> web.Response:
    """The listings that are shown to persons."""
    return render(visit.request, "sentence.html", visit.seat, key="console.nav.listings")


ROUTES = (Route("GET", "/listings", Deed.SEE_LISTINGS, find),)
