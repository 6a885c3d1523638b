"""The peers' page: daytime requests, going along, and how many people were talked with."""

from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from bot.console.layout import Console, Route, Visit, go, render
from bot.console.permissions import Deed
from bot.helpline import desk, going_along
from directory.wording import HCMC

MOST = 200
GROUPS = ("peer_group", "peer_club")
SAID = frozenset({"saved", "empty", "company_agreed", "somebody_first"})


async def page(console: Console, visit: Visit) -> web.StreamResponse:
    """What a peer can do today."""
    member, now = visit.seat.member, console.clock.now()

    def look(connection: Connection) -> dict[str, Any]:
        cards = desk.board(connection, member, now)
        return {
            "waiting": [one for one in cards if one.urgency == "request" and one.state == "waiting"],
            "mine": [one for one in cards if one.is_mine],
            "going": going_along.on_page(connection, member),
        }

    day = now.astimezone(HCMC).date()
    groups = [one for one in console.keeper.shelf if one.kind in GROUPS and one.province in member.provinces]
    names = {one.id: one.service for one in console.keeper.shelf}
    said = visit.given("said")
    told = await console.db.read(look)
    more: dict[str, Any] = {"names": names, "provinces": sorted(member.provinces), "said": said if said in SAID else ""}
    more["listings"] = [(one, one.notices_on(day)) for one in sorted(groups, key=lambda one: one.service)]
    return render(visit.request, "peers.html", visit.seat, **told, **more)


async def take(console: Console, visit: Visit) -> web.StreamResponse:
    number, member, now = visit.number("number"), visit.seat.member, console.clock.now()
    is_hers = await console.db.write(lambda tx: going_along.take_on(tx, number, member.id, now=now))
    return go("/console/peers", "company_agreed" if is_hers else "somebody_first")


async def finish(console: Console, visit: Visit) -> web.StreamResponse:
    number, state = visit.number("number"), visit.given("state")
    member, now = visit.seat.member, console.clock.now()
    is_done = await console.db.write(lambda tx: going_along.finish(tx, number, member.id, state, now=now))
    return go("/console/peers", "saved" if is_done else "empty")


async def contacts(console: Console, visit: Visit) -> web.StreamResponse:
    """A number for a province; no name is asked for and none is kept."""
    told, province, member = visit.given("n"), visit.given("province"), visit.seat.member
    if not told.isdecimal() or len(told) > 6 or not 0 < int(told) <= MOST or province not in member.provinces:
        return go("/console/peers", "empty")
    n, now = int(told), console.clock.now()
    await console.db.write(lambda tx: going_along.count_contacts(tx, member.id, province, n, now=now), urgent=False)
    return go("/console/peers", "saved")


ROUTES = (
    Route("GET", "/peers", Deed.PEERS, page),
    Route("POST", "/peers/contacts", Deed.PEERS, contacts),
    Route("POST", "/peers/{number}/take", Deed.PEERS, take),
    Route("POST", "/peers/{number}/finish", Deed.PEERS, finish),
)
