"""The work list of the directory: what is due, said to be wrong or never checked, with "still right" in one tap."""

from typing import Any

from aiohttp import web

from bot.console import filters
from bot.console.layout import Console, Route, Visit, go, refused, render
from bot.console.permissions import PERMISSIONS, About, Deed, Scope, may
from bot.db import Tx
from bot.keeping import remarks, worklist
from bot.keeping.signing import signed
from bot.staff import StaffMember
from directory import editing, merging, places
from directory.editing import NotNow
from directory.wording import day

SHOWN = 60
SAID = frozenset({"verified", "published", "decided", "first", "merged", "apart"})


async def page(console: Console, visit: Visit) -> web.Response:
    """What there is to do in the colleague's provinces; a filter by province and by kind of work."""
    member, language, now = visit.seat.member, visit.language, console.clock.now()
    policy, own = console.policy, provinces_of(member)
    mine = await console.db.read(
        lambda connection: worklist.items(
            connection,
            console.db.seals,
            fresh_days=policy.fresh_days_of,
            now=now,
            most=policy.checks_a_day,
            language=language,
            provinces=own,
            staff_id=member.id,
        )
    )
    # That two are alike can tell where a sealed one is: it is for those who could merge them.
    mine = tuple(one for one in mine if one.kind != "twice" or may(member, Deed.EDIT_LISTING, About(one.province)))
    wanted, unknown = filters.chosen(visit, province=places.provinces(), kind=worklist.KINDS)
    province, kind, said = wanted["province"], wanted["kind"], visit.given("said")
    chosen = [one for one in mine if province in ("", one.province) and kind in ("", one.kind)]
    names = sorted(places.provinces().items(), key=lambda one: one[1])
    shown: dict[str, Any] = {
        "today": [one for one in chosen if one.is_today][:SHOWN],
        "later": [one for one in chosen if not one.is_today][:SHOWN],
        "total": len(chosen),
        "counts": worklist.counts(mine),
        "kinds": worklist.KINDS,
        "kind": kind,
        "province": province,
        "provinces": [(code, name) for code, name in names if own is None or code in own],
        "allowed": lambda deed, one: may(member, deed, About(one.province)),
        "day": lambda value: day(value, language),
        "said": said if said in SAID else "",
        "unknown": ["console.work.kind" if name == "kind" else "console.listing.province" for name in unknown],
    }
    return render(visit.request, "work.html", visit.seat, **shown)


async def decide(console: Console, visit: Visit) -> web.StreamResponse:
    """A complaint is true, or it is not."""
    place_id, what, verdict = visit.request.match_info["listing"], visit.given("what"), visit.given("verdict")
    if (answer := await _stop(console, visit, Deed.DECIDE_REMARK, place_id)) is not None:
        return answer
    if what not in remarks.COMPLAINTS or verdict not in remarks.VERDICTS:
        return go("/console/to-do")
    me, now = visit.seat.member.id, console.clock.now()
    is_mine = await console.db.write(
        signed(visit.seat.member, lambda tx: remarks.decide(tx, place_id, what, verdict, staff_id=me, now=now)),
        urgent=False,
    )
    return go("/console/to-do", "decided" if is_mine else "first")


async def dealt_with(console: Console, visit: Visit) -> web.StreamResponse:
    """A suggestion was written down as a listing, or came to nothing."""
    number, me, now = visit.number("number"), visit.seat.member.id, console.clock.now()
    own = provinces_of(visit.seat.member)

    def deed(tx: Tx) -> bool | None:
        found = {one.id: one.province for one in remarks.suggestions(tx.connection, tx.seals)}
        if number in found and own is not None and (found[number] or "") not in {"", *own}:
            return None
        return remarks.drop(tx, number, staff_id=me, now=now)

    done = await console.db.write(deed, urgent=False)
    if done is None:
        return refused(visit.request, visit.seat, status=403)
    return go("/console/to-do", "decided" if done else "first")


async def merge(console: Console, visit: Visit) -> web.StreamResponse:
    """One of two alike is merged into the other, or they are found to be two."""
    gone, into = visit.request.match_info["listing"], visit.given("other")
    for place_id in (gone, into):
        if (answer := await _stop(console, visit, Deed.EDIT_LISTING, place_id)) is not None:
            return answer
    me, now, is_apart = visit.seat.member.id, console.clock.now(), visit.given("verdict") == "apart"
    act = merging.keep_apart if is_apart else merging.merge
    try:
        deed = signed(visit.seat.member, lambda tx: act(tx.connection, gone, into, staff_id=me, now=now))
        await console.db.write(deed, urgent=False)
    except NotNow:
        return go("/console/to-do", "first")
    return go("/console/to-do", "apart" if is_apart else "merged")


async def _stop(console: Console, visit: Visit, deed: Deed, place_id: str) -> web.Response | None:
    """What is answered instead, if there is no such listing or it is not this colleague's."""
    known = await console.db.read(lambda connection: editing.look_up(connection, place_id))
    if known is None:
        return refused(visit.request, visit.seat, status=404, key="console.not_found")
    is_hers = may(visit.seat.member, deed, About(known.province))
    return None if is_hers else refused(visit.request, visit.seat, status=403)


def provinces_of(member: StaffMember) -> frozenset[str] | None:
    """Where this colleague looks after places; None: everywhere."""
    return None if PERMISSIONS[member.role].get(Deed.SEE_WORK) is Scope.ALL else member.provinces


ROUTES = (
    Route("GET", "/to-do", Deed.SEE_WORK, page),
    Route("POST", "/to-do/{listing}/decide", Deed.DECIDE_REMARK, decide),
    Route("POST", "/to-do/{listing}/merge", Deed.EDIT_LISTING, merge),
    Route("POST", "/to-do/suggestions/{number}/done", Deed.DECIDE_REMARK, dealt_with),
)
