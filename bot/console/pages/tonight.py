"""Tonight: what is open, whom to ring, where there is room; and what waits for a second person."""

from datetime import timedelta
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from bot.console.layout import Console, Route, Visit, go, render
from bot.console.pages import doable
from bot.console.permissions import Deed, has
from bot.db import Tx
from bot.helpline import blocks, casebook, desk, duties, handover, tonight
from bot.helpline.duties import NotOurDuty
from directory import needs
from directory.listing_text import describe
from directory.search import hit_now
from directory.shelf import read_listings

HOURS = (0, 12, 24, 72)
SHELTERS = frozenset({"shelter"})
SAID = frozenset({"saved", "empty", "confirmed", "second_person"})


async def page(console: Console, visit: Visit) -> web.StreamResponse:
    """One page for a shift, read on a phone."""
    member, now, seals = visit.seat.member, console.clock.now(), console.db.seals
    may_confirm = has(member, Deed.CONFIRM)

    def look(connection: Connection) -> dict[str, Any]:
        cards = desk.board(connection, member, now)
        mine = [card for card in cards if card.is_mine]
        known = [(card, casebook.get(connection, card.id)) for card in mine]
        return {
            "cards": cards,
            "notes": [(card, handover.notes(connection, seals, one)) for card, one in known if one is not None],
            "contacts": tonight.contacts(connection, seals, member.provinces),
            "rooms": tonight.rooms(connection, now),
            "for_staff": [one for one in read_listings(connection, for_staff=True) if one.province in member.provinces],
            "blocks": blocks.waiting(connection, member, now) if may_confirm else (),
            "duties": duties.duties_waiting(connection, member, now) if may_confirm else (),
        }

    shelters = [one for one in console.keeper.shelf if one.kind in SHELTERS and one.province in member.provinces]
    said = visit.given("said")
    told = await console.db.read(look)
    with_words = [card.id for card, many in told["notes"] if any(note.text for note in many)]

    def written_down(tx: Tx) -> None:
        for case_id in with_words:
            handover.read(tx, case_id, member.id, now=now)

    if with_words:
        await console.db.write(written_down, urgent=False)
    more: dict[str, Any] = {"shelters": shelters, "kinds": tonight.KINDS, "provinces": sorted(member.provinces)}
    more["describe"] = lambda one: describe(hit_now(one, now), visit.language)
    more["doable"] = doable.now_in(
        console.keeper.shelf, member.provinces, told["rooms"], now=now, recorded=console.policy.recorded_lines
    )
    more["need_name"] = lambda need: needs.label(need, visit.language)
    more |= {"hours": HOURS, "said": said if said in SAID else ""}
    return render(visit.request, "tonight.html", visit.seat, **told, **more)


async def add(console: Console, visit: Visit) -> web.StreamResponse:
    province, kind, text = visit.given("province"), visit.given("kind"), visit.given("text", most=tonight.LONGEST)
    member, now = visit.seat.member, console.clock.now()
    if province not in member.provinces:
        return go("/console/tonight", "empty")
    is_kept = await console.db.write(
        lambda tx: tonight.add_contact(tx, member.id, province, kind, text, now=now), urgent=False
    )
    return go("/console/tonight", "saved" if is_kept else "empty")


async def remove(console: Console, visit: Visit) -> web.StreamResponse:
    number, member, now = visit.number("number"), visit.seat.member, console.clock.now()
    await console.db.write(
        lambda tx: tonight.remove_contact(tx, number, member.provinces, member.id, now=now), urgent=False
    )
    return go("/console/tonight", "saved")


async def room(console: Console, visit: Visit) -> web.StreamResponse:
    """Free, or full, perhaps until some hours from now."""
    listing = console.keeper.shelf.get(visit.request.match_info["listing"])
    state, hours = visit.given("state"), visit.given("hours")
    member, now = visit.seat.member, console.clock.now()
    if listing is None or listing.kind not in SHELTERS or listing.province not in member.provinces:
        return go("/console/tonight", "empty")
    until = now + timedelta(hours=int(hours)) if hours in ("12", "24", "72") else None
    is_kept = await console.db.write(
        lambda tx: tonight.set_room(tx, member.id, listing.id, state, until, now=now), urgent=False
    )
    return go("/console/tonight", "saved" if is_kept else "empty")


async def confirm_block(console: Console, visit: Visit) -> web.StreamResponse:
    number, member, now = visit.number("number"), visit.seat.member, console.clock.now()
    is_done = await console.db.write(lambda tx: blocks.confirm(tx, number, member.id, now=now))
    return go("/console/tonight", "confirmed" if is_done else "second_person")


async def confirm_duty(console: Console, visit: Visit) -> web.StreamResponse:
    number, member, now, policy = visit.number("number"), visit.seat.member, console.clock.now(), console.policy

    def deed(tx: Tx) -> bool:
        try:
            duties.confirm_duty(tx, number, member.id, now=now, policy=policy)
        except NotOurDuty:
            return False
        return True

    is_done = await console.db.write(deed)
    return go("/console/tonight", "confirmed" if is_done else "second_person")


ROUTES = (
    Route("GET", "/tonight", Deed.SEE_TONIGHT, page),
    Route("POST", "/tonight/contacts", Deed.EDIT_TONIGHT, add),
    Route("POST", "/tonight/contacts/{number}/remove", Deed.EDIT_TONIGHT, remove),
    Route("POST", "/tonight/rooms/{listing}", Deed.SEE_TONIGHT, room),
    Route("POST", "/tonight/blocks/{number}/confirm", Deed.CONFIRM, confirm_block),
    Route("POST", "/tonight/duties/{number}/confirm", Deed.CONFIRM, confirm_duty),
)
