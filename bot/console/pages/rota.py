"""The rota page: who is on call in the coming days, where nobody is, leave, swaps, one more shift, the own calendar.

Whoever is in charge and may not answer has her or his only deeds in danger here: put somebody on duty, call everybody.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from bot import staff
from bot.console.layout import Console, Route, Visit, go, render
from bot.console.permissions import About, Deed, has, may
from bot.db import Tx
from bot.helpline import rota_told, shifts, summoning
from bot.helpline.casebook import Case
from bot.rota import added, ahead, changes, feed, moments, stored
from bot.rota.calendar import days_off
from bot.staff import StaffMember
from directory.places import provinces
from directory.wording import HCMC

HOME = "/console/rota"
SAID = frozenset(
    {"noted", "asked", "agreed", "refused", "taken_back", "feed_ended", "nothing_planned"}
    | set(moments.Wrong)
    | {"shift_added", "shift_there", "shift_away", "called", "called_just_now", "nobody_to_call", "nothing_waits"}
)
LONGEST = timedelta(days=120)  # of leave, of a cover and of a swap
SUGGESTED = timedelta(hours=8)  # how long the shift is that the form proposes


async def show(console: Console, visit: Visit, *, address: str = "") -> web.Response:
    """Fourteen days; gaps first, because they are what somebody has to do something about."""
    member, now = visit.seat.member, console.clock.now()

    def read(connection: Connection) -> dict[str, Any]:
        until = now + ahead.LOOK_AHEAD
        plan, days = stored.load(connection, now, until), days_off(console.policy)
        people = {one.id: one for one in staff.everyone(connection)}
        cases = _reached(member, summoning.waiting(connection)) if has(member, Deed.CALL_ALL) else ()
        return {
            "standing": summoning.standing(connection, cases, now=now, policy=console.policy),
            "callable": [one for one in people.values() if _is_called(one) and _may_add(member, one)],
            "spans": ahead.spans(plan, days, now, until),
            "gaps": ahead.gaps(plan, days, now, until),
            "broken": plan.broken,
            "people": people,
            "colleagues": [one for one in people.values() if _is_called(one) and one.id != member.id],
            "changes": _visible(changes.ahead(connection, now), member, people),
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
        address=address,
        is_planner=is_planner,
        provinces=sorted(provinces(), key=lambda code: (code not in member.provinces, code)),
        begins=now.astimezone(HCMC),
        ends=(now + SUGGESTED).astimezone(HCMC),
        may_change=has(member, Deed.CHANGE_OWN_SHIFTS),
    )


def _is_called(member: StaffMember) -> bool:
    return member.state == "active" and member.role in ("worker", "peer", "supervisor")


def _may_add(member: StaffMember, other: StaffMember) -> bool:
    return may(member, Deed.ADD_SHIFT, About(centre_id=other.centre_id, staff_id=other.id))


def _reached(member: StaffMember, cases: tuple[Case, ...]) -> tuple[Case, ...]:
    """The cases for which this colleague may call everybody; which they are no page shows."""
    here = ((one, About(province=one.province, centre_id=one.centre_id)) for one in cases)
    return tuple(one for one, about in here if may(member, Deed.CALL_ALL, about))


def _plans(member: StaffMember, people: Mapping[int, StaffMember], one: changes.Noted) -> bool:
    """Whether this change is about a colleague whose rota this one plans."""
    about = [people[who] for who in (one.staff_id, one.cover_id) if who is not None and who in people]
    return any(may(member, Deed.PLAN_ROTA, About(centre_id=other.centre_id)) for other in about)


def _visible(
    found: tuple[changes.Noted, ...], member: StaffMember, people: Mapping[int, StaffMember]
) -> list[changes.Noted]:
    """Supervisors see the changes of their centre, everybody those that are about them."""
    return [one for one in found if member.id in (one.staff_id, one.cover_id) or _plans(member, people, one)]


async def leave(console: Console, visit: Visit) -> web.Response:
    """One's own leave; a supervisor may note it for somebody of the same centre."""
    member, now, asked = visit.seat.member, console.clock.now(), _between(console, visit)
    whom = await _whom(console, visit, "who")
    if whom is None:
        return go(HOME, "refused")

    def write(tx: Tx) -> None:
        changes.leave(tx, whom, *asked, by=member.id, now=now)
        rota_told.tell(tx, whom, "leave", *asked, by=member.id, now=now)
        shifts.changed(tx, whom, now=now, policy=console.policy)

    return await _noted(console, write)


async def cover(console: Console, visit: Visit) -> web.Response:
    """A supervisor puts one colleague in place of another."""
    member, now, asked = visit.seat.member, console.clock.now(), _between(console, visit)
    whom, other = await _whom(console, visit, "who"), _number(visit, "cover")
    if whom is None or other is None:
        return go(HOME, "refused")
    plan = await console.db.read(lambda connection: stored.load(connection, *asked))
    if not ahead.is_planned(plan, days_off(console.policy), whom, *asked):
        return go(HOME, "nothing_planned")

    def write(tx: Tx) -> None:
        changes.cover(tx, whom, other, *asked, by=member.id, now=now)
        rota_told.tell(tx, other, "stands_in", *asked, by=member.id, about=whom, now=now)
        rota_told.tell(tx, whom, "is_covered", *asked, by=member.id, about=other, now=now)
        _follow(console, tx, whom, other, asked[0])

    return await _noted(console, write)


async def add(console: Console, visit: Visit) -> web.Response:
    """One more shift, from now on or later; what waits for somebody on duty is called in the same second."""
    member, now = visit.seat.member, console.clock.now()
    asked = _between(console, visit, longest=added.LONGEST, farthest=added.FARTHEST)
    number, rung, place = _number(visit, "who"), _number(visit, "rung"), visit.given("place", most=2)
    other = await console.db.read(lambda connection: staff.get(connection, number)) if number is not None else None
    is_place = not place or place in provinces()
    if other is None or rung is None or not is_place or not _may_add(member, other):
        return go(HOME, "refused")

    def write(tx: Tx) -> added.Put:
        put = added.add_shift(tx, other.id, place or None, rung, *asked, by=member.id, now=now)
        if put is added.Put.ADDED:
            rota_told.tell(tx, other.id, "put", *asked, by=member.id, now=now)
            _follow(console, tx, other.id, other.id, asked[0])
        return put

    try:
        said = await console.db.write(write)
    except changes.ChangeRefused:
        return go(HOME, "refused")
    return go(HOME, said)


async def call_all(console: Console, visit: Visit) -> web.Response:
    """Wake everybody for the danger that waits, each case in a deed of its own: pressed again, the rest are called."""
    member, now = visit.seat.member, console.clock.now()
    cases = _reached(member, await console.db.read(summoning.waiting))
    called = []
    for one in cases:
        deed = partial(summoning.call_everybody, case_id=one.id, by=member.id, now=now, policy=console.policy)
        called.append(await console.db.write(deed))
    if any(called):
        return go(HOME, "called")
    if 0 in called:
        return go(HOME, "nobody_to_call")
    return go(HOME, "called_just_now" if await _still_waits(console, member) else "nothing_waits")


async def _still_waits(console: Console, member: StaffMember) -> bool:
    return bool(_reached(member, await console.db.read(summoning.waiting)))


async def swap(console: Console, visit: Visit) -> web.Response:
    """Ask a colleague to change shifts; nothing changes before she or he agrees."""
    member, now = visit.seat.member, console.clock.now()
    first, second, other = _between(console, visit), _between(console, visit, "_back"), _number(visit, "cover")
    if other is None:
        return go(HOME, "refused")

    def write(tx: Tx) -> None:
        changes.ask_swap(tx, member.id, other, first, second, now=now)
        rota_told.tell(tx, other, "swap_asked", *first, by=member.id, now=now)

    return await _noted(console, write, said="asked")


async def agree(console: Console, visit: Visit) -> web.Response:
    member, now, pair = visit.seat.member, console.clock.now(), visit.given("pair", most=32)

    def write(tx: Tx) -> bool:
        if not changes.agree(tx, pair, member.id, now=now):
            return False
        for one in changes.ahead(tx.connection, now):
            if one.pair == pair and one.cover_id is not None:
                _follow(console, tx, one.staff_id, one.cover_id, one.starts_at)
                rota_told.tell(tx, one.cover_id, "swap_agreed", one.starts_at, one.ends_at, by=member.id, now=now)
        return True

    return go(HOME, "agreed" if await console.db.write(write) else "refused")


async def take_back(console: Console, visit: Visit) -> web.Response:
    member, now, number = visit.seat.member, console.clock.now(), _number(visit, "change")
    if number is None:
        return go(HOME, "refused")

    def write(tx: Tx) -> bool:
        found = [one for one in changes.ahead(tx.connection, now) if one.id == number]
        pair = {one.pair for one in found} - {None}
        both = [one for one in changes.ahead(tx.connection, now) if one.pair in pair] or found
        people = {one.id: one for one in staff.everyone(tx.connection)}
        may_all = any(_plans(member, people, one) for one in both)
        if not both or not changes.take_back(tx, number, member.id, is_supervisor=may_all, now=now):
            return False
        for one in both:
            _follow(console, tx, one.cover_id or one.staff_id, one.staff_id, one.starts_at)
            for who in {one.staff_id, one.cover_id or one.staff_id}:
                rota_told.tell(tx, who, "undone", one.starts_at, one.ends_at, by=member.id, now=now)
        return True

    return go(HOME, "taken_back" if await console.db.write(write) else "refused")


async def open_feed(console: Console, visit: Visit) -> web.Response:
    """A new secret address, shown this once."""
    member, now = visit.seat.member, console.clock.now()
    token = await console.db.write(lambda tx: feed.new_address(tx, member.id, now=now), urgent=False)
    return await show(console, visit, address=f"{console.base_url}/calendar/{token}.ics")


async def end_feed(console: Console, visit: Visit) -> web.Response:
    member = visit.seat.member
    await console.db.write(lambda tx: feed.end_address(tx, member.id), urgent=False)
    return go(HOME, "feed_ended")


def _follow(console: Console, tx: Tx, who: int, other: int, starts: datetime) -> None:
    """After a change: what waits calls `other`, who is on duty now; cases leave the hands of `who`, who is not."""
    now, policy = console.clock.now(), console.policy
    summoning.came_on(tx, other, starts, now=now, policy=policy)
    for one in {who, other}:
        shifts.changed(tx, one, now=now, policy=policy)


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


def _between(
    console: Console,
    visit: Visit,
    suffix: str = "",
    *,
    longest: timedelta = LONGEST,
    farthest: timedelta = moments.FARTHEST,
) -> tuple[datetime, datetime]:
    """The two moments of a form, in Vietnam's time. What is wrong with them is said on the page, nothing is noted."""
    starts, ends = (visit.given(f"{name}{suffix}", most=30) for name in ("starts", "ends"))
    asked = moments.between(starts, ends, now=console.clock.now(), longest=longest, farthest=farthest)
    if isinstance(asked, moments.Wrong):
        raise web.HTTPSeeOther(f"{HOME}?said={asked}")
    return asked


def _number(visit: Visit, name: str) -> int | None:
    told = visit.given(name, most=9)
    return int(told) if told.isdecimal() else None


ROUTES = (
    Route("GET", "/rota", Deed.SEE_ROTA, show),
    Route("POST", "/rota/leave", Deed.CHANGE_OWN_SHIFTS, leave),
    Route("POST", "/rota/cover", Deed.PLAN_ROTA, cover),
    Route("POST", "/rota/shift", Deed.ADD_SHIFT, add),
    Route("POST", "/rota/call-all", Deed.CALL_ALL, call_all),
    Route("POST", "/rota/swap", Deed.CHANGE_OWN_SHIFTS, swap),
    Route("POST", "/rota/agree", Deed.CHANGE_OWN_SHIFTS, agree),
    Route("POST", "/rota/take-back", Deed.CHANGE_OWN_SHIFTS, take_back),
    Route("POST", "/rota/feed", Deed.CHANGE_OWN_SHIFTS, open_feed),
    Route("POST", "/rota/feed/end", Deed.CHANGE_OWN_SHIFTS, end_feed),
)
