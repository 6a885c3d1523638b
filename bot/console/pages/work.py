"""The work list of the directory: what is due, said to be wrong or never checked, with "still right" in one tap."""

from typing import Any

from aiohttp import web

from bot.console.layout import Console, Route, Visit, render
from bot.console.permissions import PERMISSIONS, About, Deed, Scope, may
from bot.keeping import worklist
from bot.staff import StaffMember
from directory import places
from directory.wording import day

SHOWN = 60
SAID = frozenset({"verified", "decided", "merged", "apart"})


async def page(console: Console, visit: Visit) -> web.Response:
    """What there is to do in the colleague's provinces; a filter by province and by kind of work."""
    member, language, now = visit.seat.member, visit.language, console.clock.now()
    policy, own = console.policy, provinces_of(visit.seat.member)
    found = await console.db.read(
        lambda connection: worklist.items(
            connection, fresh_days=policy.fresh_days_of, now=now, most=policy.checks_a_day, language=language
        )
    )
    mine = worklist.within(found, own)
    province, kind, said = visit.given("province"), visit.given("kind"), visit.given("said")
    chosen = [
        one
        for one in mine
        if (province not in places.provinces() or one.province == province)
        and (kind not in worklist.KINDS or one.kind == kind)
    ]
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
    }
    return render(visit.request, "work.html", visit.seat, **shown)


def provinces_of(member: StaffMember) -> frozenset[str] | None:
    """Where this colleague looks after places; None: everywhere."""
    return None if PERMISSIONS[member.role].get(Deed.SEE_WORK) is Scope.ALL else member.provinces


ROUTES = (Route("GET", "/work", Deed.SEE_WORK, page),)
