"""The rota page: who is on call in the coming days, where nobody is, leave, swaps, and the own calendar."""

from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from bot import staff
from bot.console.layout import Console, Route, Visit, go, render
from bot.console.permissions import Deed, has
from bot.db import Tx
from bot.rota import ahead, changes, feed, stored
from bot.rota.calendar import days_off
from bot.staff import StaffMember
from directory.places import PlaceKey, Tier, name_of
from directory.wording import HCMC

HOME = "/console/rota"
SAID = frozenset({"noted", "asked", "agreed", "refused", "taken_back", "feed_ended"})


async def show(console: Console, visit: Visit, *, address: str = "") -> web.Response:
    """Fourteen days; gaps first, because they are what somebody has to do something about."""
    member, now = visit.seat.member, console.clock.now()

    def read(connection: Connection) -> dict[str, Any]:
        until = now + ahead.LOOK_AHEAD
        plan, days = stored.load(connection, now, until), days_off(console.policy)
        people = {one.id: one for one in staff.everyone(connection)}
        return {
            "spans": ahead.spans(plan, days, now, until),
            "gaps": ahead.gaps(plan, days, now, until),
            "broken": plan.broken,
            "people": people,
            "colleagues": [one for one in people.values() if _is_called(one) and one.id != member.id],
            "changes": _visible(changes.ahead(connection, now), member),
            "has_feed": feed.has_address(connection, member.id),
        }

    said = visit.given("said")
    shown = await console.db.read(read)
    is_planner = has(member, Deed.PLAN_ROTA)
    return render(
        visit.request,
        "rota.html",
        visit.seat,
        **shown,
        said=said if said in SAID else "",
        place=lambda province: name_of(PlaceKey(Tier.NEW_PROVINCE, province), visit.language),
        address=address,
        is_planner=is_planner,
        may_change=has(member, Deed.CHANGE_OWN_SHIFTS),
    )


def _is_called(member: StaffMember) -> bool:
    return member.state == "active" and member.role in ("worker", "peer", "supervisor")


def _visible(found: tuple[changes.Noted, ...], member: StaffMember) -> list[changes.Noted]:
    """Supervisors see all changes, others those that are about them."""
    if has(member, Deed.PLAN_ROTA):
        return list(found)
    return [one for one in found if member.id in (one.staff_id, one.cover_id)]


async def leave(console: Console, visit: Visit) -> web.Response:
    """One's own leave; a supervisor may note it for somebody of the same centre."""
    member, now, asked = visit.seat.member, console.clock.now(), _between(visit)
    whom = await _whom(console, visit, "who")
    if asked is None or whom is None:
        return go(HOME, "refused")
    return await _noted(console, lambda tx: changes.leave(tx, whom, *asked, by=member.id, now=now))


async def cover(console: Console, visit: Visit) -> web.Response:
    """A supervisor puts one colleague in place of another."""
    member, now, asked = visit.seat.member, console.clock.now(), _between(visit)
    whom, other = await _whom(console, visit, "who"), _number(visit, "cover")
    if asked is None or whom is None or other is None:
        return go(HOME, "refused")
    return await _noted(console, lambda tx: changes.cover(tx, whom, other, *asked, by=member.id, now=now))


async def swap(console: Console, visit: Visit) -> web.Response:
    """Ask a colleague to change shifts; nothing changes before she or he agrees."""
    member, now = visit.seat.member, console.clock.now()
    first, second, other = _between(visit), _between(visit, "_back"), _number(visit, "cover")
    if first is None or second is None or other is None:
        return go(HOME, "refused")
    return await _noted(
        console, lambda tx: changes.ask_swap(tx, member.id, other, first, second, now=now), said="asked"
    )


async def agree(console: Console, visit: Visit) -> web.Response:
    member, now, pair = visit.seat.member, console.clock.now(), visit.given("pair", most=32)
    is_agreed = await console.db.write(lambda tx: changes.agree(tx, pair, member.id, now=now))
    return go(HOME, "agreed" if is_agreed else "refused")


async def take_back(console: Console, visit: Visit) -> web.Response:
    member, now, number = visit.seat.member, console.clock.now(), _number(visit, "change")
    if number is None:
        return go(HOME, "refused")
    may_all = has(member, Deed.PLAN_ROTA)
    is_gone = await console.db.write(
        lambda tx: changes.take_back(tx, number, member.id, is_supervisor=may_all, now=now)
    )
    return go(HOME, "taken_back" if is_gone else "refused")


async def open_feed(console: Console, visit: Visit) -> web.Response:
    """A new secret address, shown this once."""
    member, now = visit.seat.member, console.clock.now()
    token = await console.db.write(lambda tx: feed.new_address(tx, member.id, now=now), urgent=False)
    return await show(console, visit, address=f"{console.base_url}/calendar/{token}.ics")


async def end_feed(console: Console, visit: Visit) -> web.Response:
    member = visit.seat.member
    await console.db.write(lambda tx: feed.end_address(tx, member.id), urgent=False)
    return go(HOME, "feed_ended")


async def _noted(console: Console, deed: Any, *, said: str = "noted") -> web.Response:
    def write(tx: Tx) -> None:
        deed(tx)

    try:
        await console.db.write(write)
    except changes.ChangeRefused:
        return go(HOME, "refused")
    return go(HOME, said)


async def _whom(console: Console, visit: Visit, name: str) -> int | None:
    """Oneself, or for a supervisor a colleague of the same centre."""
    member, number = visit.seat.member, _number(visit, name)
    if number is None or number == member.id:
        return member.id
    other = await console.db.read(lambda connection: staff.get(connection, number))
    may = has(member, Deed.PLAN_ROTA) and other is not None and other.centre_id == member.centre_id
    return number if may else None


def _between(visit: Visit, suffix: str = "") -> tuple[datetime, datetime] | None:
    """The two moments of a form, in Vietnam's time."""
    try:
        moments = [datetime.fromisoformat(visit.given(f"{name}{suffix}", most=30)) for name in ("starts", "ends")]
    except ValueError:
        return None
    starts, ends = (one if one.tzinfo else one.replace(tzinfo=HCMC) for one in moments)
    return (starts, ends) if timedelta(0) < ends - starts <= timedelta(days=120) else None


def _number(visit: Visit, name: str) -> int | None:
    told = visit.given(name, most=9)
    return int(told) if told.isdecimal() else None


ROUTES = (
    Route("GET", "/rota", Deed.SEE_ROTA, show),
    Route("POST", "/rota/leave", Deed.CHANGE_OWN_SHIFTS, leave),
    Route("POST", "/rota/cover", Deed.PLAN_ROTA, cover),
    Route("POST", "/rota/swap", Deed.CHANGE_OWN_SHIFTS, swap),
    Route("POST", "/rota/agree", Deed.CHANGE_OWN_SHIFTS, agree),
    Route("POST", "/rota/take-back", Deed.CHANGE_OWN_SHIFTS, take_back),
    Route("POST", "/rota/feed", Deed.CHANGE_OWN_SHIFTS, open_feed),
    Route("POST", "/rota/feed/end", Deed.CHANGE_OWN_SHIFTS, end_feed),
)
