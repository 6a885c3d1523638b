"""The page of colleagues: who answers here and which languages each speaks beside Vietnamese."""

from typing import Any

from aiohttp import web

from bot import audit, staff
from bot.console.layout import Console, Route, Visit, go, refused, render
from bot.console.permissions import About, Deed, may
from bot.db import Tx
from bot.staff import StaffMember
from directory import spoken

HOME = "/console/colleagues"


async def page(console: Console, visit: Visit) -> web.StreamResponse:
    """Everybody by alias; whoever may, marks languages with one tap each."""
    member, language = visit.seat.member, visit.language
    everyone = sorted(await console.db.read(staff.everyone), key=lambda one: (one.id != member.id, one.alias, one.id))
    codes = spoken.beside_vietnamese(spoken.table())
    shown: dict[str, Any] = {
        "colleagues": [
            (one, spoken.named(one.speaks, language), _may_mark(member, one))
            for one in everyone
            if one.state == "active"
        ],
        "spoken": [(code, spoken.name(code, language)) for code in codes],
        "said": "kept" if visit.given("said") == "kept" else "",
    }
    return render(visit.request, "colleagues.html", visit.seat, **shown)


async def mark(console: Console, visit: Visit) -> web.StreamResponse:
    """The languages of one colleague, as the boxes stand."""
    member, number, now = visit.seat.member, visit.number("colleague"), console.clock.now()
    one = await console.db.read(lambda connection: staff.get(connection, number))
    if one is None or not _may_mark(member, one):
        return refused(visit.request, visit.seat, status=404, key="console.not_found")
    codes = tuple(code for code in visit.every("speaks") if code in spoken.table())

    def deed(tx: Tx) -> None:
        staff.mark_languages(tx, one.id, codes)
        audit.write(tx, member.id, "languages_marked", f"staff:{one.id}", ",".join(sorted(codes))[:60], now=now)

    await console.db.write(deed)
    return go(HOME, "kept")


def _may_mark(member: StaffMember, one: StaffMember) -> bool:
    return may(member, Deed.MARK_LANGUAGES, About(centre_id=one.centre_id, staff_id=one.id))


ROUTES = (
    Route("GET", "/colleagues", Deed.OWN_PAGE, page),
    Route("POST", "/colleagues/{colleague}/languages", Deed.MARK_LANGUAGES, mark),
)
