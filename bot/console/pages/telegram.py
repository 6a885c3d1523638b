"""One's own Telegram account for alarms: a link that works once, opened on the phone that shall ring."""

from typing import Any

import segno
from aiohttp import web

from bot import linking
from bot.console.layout import Console, Route, Visit, go, render
from bot.console.permissions import Deed

HOME = "/console/channels/telegram"
KIND = "telegram"
DOOR = "staff_telegram"  # our own account for colleagues, whose public name the network has told
SAID = frozenset({"removed"})


async def show(console: Console, visit: Visit) -> web.Response:
    """Whether an account is linked, and what to do next."""
    said = visit.given("said")
    return await _page(console, visit, said=said if said in SAID else "")


async def begin(console: Console, visit: Visit) -> web.Response:
    """A fresh link; an earlier one is worth nothing any more."""
    member, now = visit.seat.member, console.clock.now()
    name = await console.db.read(lambda connection: linking.door_of(connection, DOOR))
    if not name:
        return await _page(console, visit)
    code = await console.db.write(lambda tx: linking.begin(tx, member.id, KIND, now=now), urgent=False)
    return await _page(console, visit, link=f"https://t.me/{name}?start={code}")


async def remove(console: Console, visit: Visit) -> web.Response:
    member, now = visit.seat.member, console.clock.now()
    await console.db.write(lambda tx: linking.unlink(tx, member.id, KIND, now=now), urgent=False)
    return go(HOME, "removed")


async def _page(console: Console, visit: Visit, *, link: str = "", said: str = "") -> web.Response:
    member = visit.seat.member
    state = await console.db.read(lambda connection: linking.state_of(connection, member.id, KIND))
    name = await console.db.read(lambda connection: linking.door_of(connection, DOOR))
    shown: dict[str, Any] = {
        "state": state,
        "name": name,
        "link": link,
        "picture": segno.make(link).svg_data_uri(scale=5, light="#fff") if link else "",
        "minutes": linking.CODE_MINUTES,
        "said": said,
    }
    return render(visit.request, "telegram.html", visit.seat, **shown)


ROUTES = (
    Route("GET", "/channels/telegram", Deed.OWN_PAGE, show),
    Route("POST", "/channels/telegram", Deed.OWN_PAGE, begin),
    Route("POST", "/channels/telegram/remove", Deed.OWN_PAGE, remove),
)
