"""Sentences that are ready to be sent: proposed by anybody in casework, approved by a supervisor."""

from typing import Any

from aiohttp import web

from bot.console.layout import Console, Route, Visit, go, render
from bot.console.permissions import Deed
from bot.helpline import canned

SAID = frozenset({"proposed", "refused", "approved", "own", "withdrawn", "gone"})


async def page(console: Console, visit: Visit) -> web.StreamResponse:
    """All sentences, with what may be done to each."""
    said = visit.given("said")
    found = await console.db.read(canned.standing)
    shown: dict[str, Any] = {"replies": found, "longest": canned.LONGEST, "said": said if said in SAID else ""}
    return render(visit.request, "replies.html", visit.seat, **shown)


async def propose(console: Console, visit: Visit) -> web.StreamResponse:
    sentence, member, now = visit.given("sentence", most=2_000), visit.seat.member, console.clock.now()
    is_kept = await console.db.write(lambda tx: canned.propose(tx, sentence, member.id, now=now), urgent=False)
    return go("/console/replies", "proposed" if is_kept else "refused")


async def approve(console: Console, visit: Visit) -> web.StreamResponse:
    number, member, now = visit.number("number"), visit.seat.member, console.clock.now()
    is_done = await console.db.write(lambda tx: canned.approve(tx, number, member.id, now=now), urgent=False)
    return go("/console/replies", "approved" if is_done else "own")


async def withdraw(console: Console, visit: Visit) -> web.StreamResponse:
    number, member, now = visit.number("number"), visit.seat.member, console.clock.now()
    is_done = await console.db.write(lambda tx: canned.withdraw(tx, number, member.id, now=now), urgent=False)
    return go("/console/replies", "withdrawn" if is_done else "gone")


ROUTES = (
    Route("GET", "/replies", Deed.REPLIES, page),
    Route("POST", "/replies", Deed.REPLIES, propose),
    Route("POST", "/replies/{number}/approve", Deed.CONFIRM, approve),
    Route("POST", "/replies/{number}/withdraw", Deed.CONFIRM, withdraw),
)
