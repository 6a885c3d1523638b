"""The page of one's own channels: how this colleague is woken, tried with a code before it counts."""

from datetime import timedelta
from typing import Any

from aiohttp import web

from bot import own_channels
from bot.console.layout import Console, Route, Visit, go, refused, render
from bot.console.permissions import Deed
from bot.db import Tx

HOME = "/console/channels"
SAID = frozenset({"added", "tried", "too_soon", "confirmed", "wrong_code", "bad_address", "removed", "first"})
REMIND_DAYS = 5


async def show(console: Console, visit: Visit) -> web.Response:
    """All channels in order, with what to do next for each."""
    member, now, days = visit.seat.member, console.clock.now(), console.policy.channel_days
    found = await console.db.read(lambda connection: own_channels.mine(connection, console.db.seals, member.id))
    rows: list[dict[str, Any]] = []
    for one in found:
        until = one.verified_at + timedelta(days=days) if one.verified_at else None
        state = "dead" if one.dead_at else "new" if until is None else "fresh" if one.is_fresh(now, days) else "old"
        is_soon = state == "fresh" and until is not None and until - now < timedelta(days=REMIND_DAYS)
        rows.append({"channel": one, "state": "soon" if is_soon else state, "until": until})
    said = visit.given("said")
    shown: dict[str, Any] = {
        "rows": rows,
        "kinds": [kind for kind in own_channels.KINDS if kind in console.wake_kinds],
        "said": said if said in SAID else "",
        "is_woken": any(row["state"] in ("fresh", "soon") for row in rows),
        "days": days,
    }
    return render(visit.request, "channels.html", visit.seat, **shown)


async def add(console: Console, visit: Visit) -> web.Response:
    """Keep the address and send the first code at once."""
    member, now = visit.seat.member, console.clock.now()
    kind, address = visit.given("kind", most=20), visit.given("address", most=250)
    if kind not in console.wake_kinds:
        return go(HOME, "bad_address")

    def deed(tx: Tx) -> None:
        channel_id = own_channels.add(tx, member.id, kind, address, now=now)
        own_channels.try_out(tx, member.id, channel_id, now=now)

    try:
        await console.db.write(deed)
    except own_channels.BadAddress:
        return go(HOME, "bad_address")
    return go(HOME, "added")


async def try_out(console: Console, visit: Visit) -> web.Response:
    """Another code through this channel."""
    member, channel_id, now = visit.seat.member, visit.number("channel"), console.clock.now()
    is_sent = await console.db.write(lambda tx: own_channels.try_out(tx, member.id, channel_id, now=now))
    return go(HOME, "tried" if is_sent else "too_soon")


async def confirm(console: Console, visit: Visit) -> web.Response:
    """The code that came: now the channel counts."""
    member, channel_id, now = visit.seat.member, visit.number("channel"), console.clock.now()
    code = visit.given("code", most=20)
    is_right = await console.db.write(lambda tx: own_channels.confirm(tx, member.id, channel_id, code, now=now))
    return go(HOME, "confirmed" if is_right else "wrong_code")


async def remove(console: Console, visit: Visit) -> web.Response:
    member, channel_id, now = visit.seat.member, visit.number("channel"), console.clock.now()
    is_gone = await console.db.write(lambda tx: own_channels.remove(tx, member.id, channel_id, now=now))
    return _done(visit, is_gone, "removed")


async def put_first(console: Console, visit: Visit) -> web.Response:
    member, channel_id = visit.seat.member, visit.number("channel")
    is_first = await console.db.write(lambda tx: own_channels.put_first(tx, member.id, channel_id))
    return _done(visit, is_first, "first")


def _done(visit: Visit, is_done: bool, said: str) -> web.Response:
    """Somebody else's channel is not found, and nothing more is said about it."""
    return go(HOME, said) if is_done else refused(visit.request, visit.seat, status=404, key="console.not_found")


ROUTES = (
    Route("GET", "/channels", Deed.OWN_PAGE, show),
    Route("POST", "/channels", Deed.OWN_PAGE, add),
    Route("POST", "/channels/{channel}/try", Deed.OWN_PAGE, try_out),
    Route("POST", "/channels/{channel}/confirm", Deed.OWN_PAGE, confirm),
    Route("POST", "/channels/{channel}/remove", Deed.OWN_PAGE, remove),
    Route("POST", "/channels/{channel}/first", Deed.OWN_PAGE, put_first),
)
