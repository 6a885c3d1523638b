"""What stands around a case: asking for a yes, sharing, notes for the next shift, company, and keeping somebody out."""

from datetime import UTC, datetime, timedelta

from aiohttp import web

from bot.console.layout import Console, Route, Visit, go
from bot.console.pages.case import Opened, address, deed_of
from bot.console.permissions import Deed
from bot.db import Tx
from bot.helpline import blocks, duties, going_along, handover, sharing
from bot.helpline.consents import WITH_PARTNER, ConsentTo
from bot.helpline.sharing import NobodyThere, NoYes
from directory.wording import HCMC

COMPANY_AHEAD = timedelta(days=60)


async def _ask(console: Console, visit: Visit, opened: Opened) -> web.StreamResponse:
    """Ask the person for one purpose; a partner is named with it."""
    purpose, partner = visit.given("purpose"), visit.given("partner", most=36)
    if purpose not in set(sharing.ASKED):
        return go(address(opened.known), "empty")
    wanted = ConsentTo(purpose)
    name = _name(console, partner) if wanted is ConsentTo.SHARE else ""
    if wanted is ConsentTo.SHARE and not name:
        return go(address(opened.known), "no_listing")
    named = partner if wanted is ConsentTo.SHARE else "police" if wanted in WITH_PARTNER else ""
    case_id, member, now = opened.known.id, visit.seat.member, console.clock.now()
    await console.db.write(lambda tx: sharing.ask(tx, case_id, member.id, wanted, now=now, partner_id=named, name=name))
    return go(address(opened.known), "asked")


def _name(console: Console, partner: str) -> str:
    listing = console.keeper.shelf.get(partner)
    return listing.service if listing is not None else ""


async def _ask_organisation(console: Console, visit: Visit, opened: Opened) -> web.StreamResponse:
    """Ask whether another organisation may have the case, or hand it over once she has said yes."""
    number = visit.given("organisation")
    if not number.isdecimal() or len(number) > 9:
        return go(address(opened.known), "empty")
    case_id, member, now, policy = opened.known.id, visit.seat.member, console.clock.now(), console.policy
    partner = f"org:{int(number)}"

    def deed(tx: Tx) -> bool:
        try:
            sharing.hand_to_organisation(tx, case_id, member.id, int(number), now=now, policy=policy)
        except NoYes:
            name = sharing.name_of(tx.connection, int(number))
            sharing.ask(tx, case_id, member.id, ConsentTo.SHARE, now=now, partner_id=partner, name=name)
            return False
        return True

    try:
        is_done = await console.db.write(deed)
    except NobodyThere:
        return go(address(opened.known), "nobody_there")
    return go("/console/cases", "handed_over") if is_done else go(address(opened.known), "asked")


async def _share(console: Console, visit: Visit, opened: Opened) -> web.StreamResponse:
    """Write down that the case was made known to a partner she agreed to."""
    purpose, partner = visit.given("purpose"), visit.given("partner", most=36)
    if purpose not in WITH_PARTNER or not partner:
        return go(address(opened.known), "empty")
    case_id, member, now = opened.known.id, visit.seat.member, console.clock.now()
    try:
        await console.db.write(
            lambda tx: sharing.share(tx, case_id, member.id, partner, now=now, purpose=ConsentTo(purpose))
        )
    except NoYes:
        return go(address(opened.known), "no_yes")
    return go(address(opened.known), "shared")


async def _note(console: Console, visit: Visit, opened: Opened) -> web.StreamResponse:
    """A note for the next shift; words only where she agreed to notes."""
    ticks = [one for one in visit.every("tick") if one in set(handover.Tick)]
    case_id, member, now, text = opened.known.id, visit.seat.member, console.clock.now(), visit.given("note")
    is_whole = await console.db.write(lambda tx: handover.write_note(tx, case_id, member.id, ticks, text, now=now))
    return go(address(opened.known), "noted" if is_whole else "noted_without_words")


async def _company(console: Console, visit: Visit, opened: Opened) -> web.StreamResponse:
    """Somebody should go with her, at an hour that is agreed: a peer cannot promise "some time"."""
    case_id, member, now = opened.known.id, visit.seat.member, console.clock.now()
    place, when_at = visit.given("place", most=36) or None, _moment(visit.given("when", most=16))
    if when_at is None or not now < when_at <= now + COMPANY_AHEAD:
        return go(address(opened.known), "no_time")
    try:
        await console.db.write(
            lambda tx: going_along.ask_for(tx, case_id, member.id, place_id=place, when_at=when_at, now=now)
        )
    except NoYes:
        return go(address(opened.known), "no_yes")
    return go(address(opened.known), "company_asked")


async def _company_off(console: Console, visit: Visit, opened: Opened) -> web.StreamResponse:
    """She cannot or will not come: nobody goes there for nothing."""
    case_id, number, member, now = opened.known.id, visit.number("number"), visit.seat.member, console.clock.now()
    is_off = await console.db.write(lambda tx: going_along.call_off(tx, case_id, number, member.id, now=now))
    return go(address(opened.known), "company_off" if is_off else "empty")


def _moment(told: str) -> datetime | None:
    """What a browser sends for a day and an hour: the time of Vietnam."""
    try:
        return datetime.strptime(told, "%Y-%m-%dT%H:%M").replace(tzinfo=HCMC).astimezone(UTC)
    except ValueError:
        return None


async def _keep_out(console: Console, visit: Visit, opened: Opened) -> web.StreamResponse:
    hours = visit.given("hours")
    case_id, member, now = opened.known.id, visit.seat.member, console.clock.now()
    if hours == "0":
        await console.db.write(lambda tx: blocks.lift(tx, case_id, member.id, now=now))
        return go(address(opened.known), "let_in")
    if hours not in map(str, blocks.HOURS):
        return go(address(opened.known), "empty")
    is_now = await console.db.write(lambda tx: blocks.keep_out(tx, case_id, member.id, int(hours), now=now))
    return go(address(opened.known), "kept_out" if is_now else "kept_out_waits")


async def _duty(console: Console, visit: Visit, opened: Opened) -> web.StreamResponse:
    """The first of two people says that the law demands it."""
    reason, partner = visit.given("reason"), visit.given("partner", most=36)
    is_told = visit.given("endangers") != "yes"
    case_id, member, now, policy = opened.known.id, visit.seat.member, console.clock.now(), console.policy
    if not partner:
        return go(address(opened.known), "empty")
    try:
        await console.db.write(
            lambda tx: duties.invoke_duty(
                tx, case_id, member.id, reason, partner, is_told=is_told, now=now, policy=policy
            )
        )
    except duties.NotOurDuty:
        return go(address(opened.known), "no_yes")
    return go(address(opened.known), "duty_asked")


ROUTES = (
    Route("POST", "/cases/{case}/ask", Deed.REPLY, deed_of(Deed.REPLY, _ask)),
    Route("POST", "/cases/{case}/organisation", Deed.HAND_OVER, deed_of(Deed.HAND_OVER, _ask_organisation)),
    Route("POST", "/cases/{case}/share", Deed.REFER, deed_of(Deed.REFER, _share)),
    Route("POST", "/cases/{case}/note", Deed.REPLY, deed_of(Deed.REPLY, _note)),
    Route("POST", "/cases/{case}/company", Deed.REFER, deed_of(Deed.REFER, _company)),
    Route("POST", "/cases/{case}/company/{number}/off", Deed.REFER, deed_of(Deed.REFER, _company_off)),
    Route("POST", "/cases/{case}/keep-out", Deed.REPLY, deed_of(Deed.REPLY, _keep_out)),
    Route("POST", "/cases/{case}/duty", Deed.REFER, deed_of(Deed.REFER, _duty)),
)
