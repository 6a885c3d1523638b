"""One more place of a service: what the service is stays, where it is and when it opens is written down anew."""

from dataclasses import replace
from datetime import datetime

from aiohttp import web
from sqlalchemy import Connection

from bot.console.layout import Console, Route, Visit, go, refused
from bot.console.listing_form import Form, all_of, read_form
from bot.console.own_group import may_edit
from bot.console.pages.listings import listing_page
from bot.console.permissions import About, Deed, may
from bot.keeping.signing import signed
from directory import editing, places
from directory.drafts import Draft, DraftProblem
from directory.editing import Known


async def show(console: Console, visit: Visit) -> web.Response:
    """An empty form below the name of the service."""
    known = await _known(console, visit)
    if known is None:
        return refused(visit.request, visit.seat, status=404, key="console.not_found")
    if not may_edit(visit.seat.member, known.draft):
        return refused(visit.request, visit.seat, status=403)
    return await listing_page(console, visit, None, Form(), one_more=known)


async def propose(console: Console, visit: Visit) -> web.StreamResponse:
    """The place is hidden until somebody has called there and publishes it."""
    known = await _known(console, visit)
    if known is None:
        return refused(visit.request, visit.seat, status=404, key="console.not_found")
    member, now, is_demo = visit.seat.member, console.clock.now(), console.policy.is_demo
    form, typed, found = read_form(visit, None)
    where = places.province_of(typed.place) if typed.place else None
    # whoever has the service decides where else it is offered: what it says is said of all its places
    if not may_edit(member, known.draft) or (not found and not may(member, Deed.NEW_LISTING, About(where))):
        return refused(visit.request, visit.seat, status=403)
    try:
        if found:
            draft = replace(typed, **editing.shared(known.draft))
            raise DraftProblem(all_of(found, draft, is_demo=is_demo))
        place_id = await console.db.write(
            signed(
                member,
                lambda tx: _join(tx.connection, known, typed, staff_id=member.id, now=now, is_demo=is_demo),
            ),
            urgent=False,
        )
    except DraftProblem as problem:
        key, wrong = "console.listing.mend", problem.problems
        return await listing_page(console, visit, None, form, status=400, key=key, found=wrong, one_more=known)
    return go(f"/console/listings/{place_id}", "proposed")


def _join(connection: Connection, known: Known, typed: Draft, *, staff_id: int, now: datetime, is_demo: bool) -> str:
    """As the service is called at this moment: one more place renames no other."""
    still = editing.look_up(connection, known.id) or known
    draft = replace(typed, **editing.shared(still.draft))
    return editing.propose(connection, draft, staff_id=staff_id, now=now, is_demo=is_demo, service_id=still.service_id)


async def _known(console: Console, visit: Visit) -> Known | None:
    """The listing that is there already; none that went into another."""
    place_id = visit.request.match_info["listing"]
    known = await console.db.read(lambda connection: editing.look_up(connection, place_id))
    return None if known is None or known.merged_into is not None else known


ROUTES = (
    Route("GET", "/listings/{listing}/one-more", Deed.NEW_LISTING, show),
    Route("POST", "/listings/{listing}/one-more", Deed.NEW_LISTING, propose),
)
