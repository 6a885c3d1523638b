"""One case: reading the words (written down), answering, and every turn it can take."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from bot import audit, staff
from bot.console.layout import Console, Route, Visit, go, refused, render
from bot.console.permissions import About, Deed, may
from bot.db import Tx
from bot.helpline import (
    blocks,
    canned,
    casebook,
    cases,
    consents,
    delivery,
    desk,
    duties,
    entrusting,
    going_along,
    handover,
    reach,
    referrals,
    relay,
    sharing,
    silence,
    tongues,
    turns,
    typing_marks,
    visibility,
)
from bot.helpline.casebook import Case, NotYours
from bot.helpline.flags import flags
from bot.helpline.moves import State
from bot.helpline.outcomes import NOT_BY_HAND, Barrier, Outcome
from bot.masking import mask
from bot.staff import StaffMember
from bot.understanding.searching import question
from directory import needs
from directory.listing_text import describe
from directory.search import Hit, Question, hit_now, search

SAME_AGAIN = timedelta(seconds=30)
HOLD_HOURS = (1, 2, 4, 8, 24, 48)
SAID = frozenset(
    {
        "taken",
        "already",
        "sent",
        "masked",
        "empty",
        "referred",
        "offered",
        "no_listing",
        "not_yours",
        "marked",
        "asked",
        "shared",
        "no_yes",
        "noted",
        "noted_without_words",
        "company_asked",
        "company_off",
        "kept_out",
        "kept_out_waits",
        "let_in",
        "duty_asked",
        "no_time",
        "nobody_there",
        "other_hands",
        "herself_asked",
        "herself_already",
        "write_first",
    }
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A case this colleague may look at, and what may be done with it."""

    known: Case
    about: About


async def _open(console: Console, visit: Visit) -> Opened | None:
    """The case of the address; None if there is none or it is not for this colleague: the two look the same."""
    case_id, member = visit.number("case"), visit.seat.member

    def look(connection: Connection) -> Case | None:
        return casebook.get(connection, case_id) if desk.may_see(connection, member, case_id) else None

    known = await console.db.read(look)
    if known is None:
        return None
    return Opened(known, About(known.province, known.centre_id, known.staff_id))


async def show(console: Console, visit: Visit) -> web.StreamResponse:
    """The page of a case. `?part=1`: only what changes, for the open page."""
    opened = await _open(console, visit)
    if opened is None:
        return await _not_here(console, visit)
    member, known, now = visit.seat.member, opened.known, console.clock.now()
    may_read = may(member, Deed.READ_WORDS, opened.about)
    if may_read:
        await console.db.write(lambda tx: _written_down(tx, known, member, now), urgent=False)
    told = await console.db.read(lambda connection: _told(console, connection, member, known, may_read, now))
    wanted = visit.given("find", most=200)
    said = visit.given("said")
    shown: dict[str, Any] = {
        **told,
        "known": known,
        "place": known.place_name(visit.language),
        "need": needs.label(known.need, visit.language) if known.need else "",
        "is_mine": known.staff_id == member.id,
        "may_take": known.is_open and may(member, Deed.TAKE, opened.about),
        "may_close": known.is_open and may(member, Deed.CLOSE, opened.about),
        "may_read": may_read,
        "find": wanted,
        "found": _find(console, known, wanted, now) if wanted else None,
        "outcomes": [one for one in Outcome if one not in NOT_BY_HAND],
        "barriers": list(Barrier),
        "ways": list(referrals.Way),
        "may_follow": referrals.may_follow,
        "hold_hours": HOLD_HOURS[:2] if known.urgency == "now" else HOLD_HOURS,
        "purposes": [one.value for one in sharing.ASKED],
        "ticks": list(handover.Tick),
        "reasons": duties.REASONS if console.policy.legal_duty else (),
        "block_hours": blocks.HOURS,
        "said": said if said in SAID else "",
    }
    template = "case-live.html" if visit.request.query.get("part") == "1" else "case.html"
    return render(visit.request, template, visit.seat, **shown)


def _ours(connection: Connection, member: StaffMember, case_id: int) -> Case | None:
    """The case, if this colleague might have it: of the own provinces, no other organisation's, as she wishes."""
    known = casebook.get(connection, case_id)
    if known is None or not reach.may_take(connection, known, member.id):
        return None
    return known if may(member, Deed.TAKE, About(known.province, known.centre_id, known.staff_id)) else None


async def _not_here(console: Console, visit: Visit) -> web.Response:
    """A case of the colleague's provinces that somebody else has is named with who has it; all others do not exist.

    To an open page that asks for what has changed it does not exist either: then what the page shows goes."""
    case_id, member = visit.number("case"), visit.seat.member
    known = await console.db.read(lambda connection: _ours(connection, member, case_id))
    if known is None or visit.request.query.get("part") == "1":
        return refused(visit.request, visit.seat, status=404, key="console.not_found")
    staff_id = known.staff_id if known.is_open else None
    who = await console.db.read(lambda connection: casebook.colleague(connection, staff_id or 0))
    if known.is_open and who is None:
        return refused(visit.request, visit.seat, status=404, key="console.not_found")
    is_offered = known.state is State.HANDED
    key = ("console.case.offered" if is_offered else "console.case.first") if who else "console.case.closed_meanwhile"
    return render(visit.request, "sentence.html", visit.seat, key=key, who=who.alias if who else "")


def _written_down(tx: Tx, known: Case, member: StaffMember, now: datetime) -> None:
    """Before the words are shown: that they were read, by whom and when; apart from that, what was handed over."""
    case_id = known.id
    if known.staff_id == member.id and entrusting.is_there(tx.connection, case_id):
        entrusting.read(tx, case_id, member.id, now=now)
    audit.read(tx, member.id, case_id, now=now)


def _told(
    console: Console, connection: Connection, member: StaffMember, known: Case, may_read: bool, now: datetime
) -> dict[str, object]:
    has_it = casebook.colleague(connection, known.staff_id) if known.staff_id else None
    near = reach.of_one_organisation(connection, member.id) - {member.id}  # to others it goes only with her yes
    others = [one for one in staff.everyone(connection) if one.id in near]
    tongue = tongues.of_case(connection, known) if visibility.is_open(connection, known.id) else ""
    sent = referrals.of_case(connection, known.id) if may_read else ()
    names = {one.id: one.service for one in console.keeper.shelf}
    is_mine = known.staff_id == member.id
    return {
        "delivery": delivery.of_case(connection, known, now) if may_read else {},
        "answer_until": delivery.can_answer_until(connection, known, console.windows) if is_mine else None,
        "is_left": is_mine and delivery.is_left(connection, known),
        "canned": canned.approved(connection) if is_mine else (),
        "words": relay.readable(connection, console.db.seals, known.id) if may_read else (),
        "notes": handover.notes(connection, console.db.seals, known) if may_read else (),
        "yeses": [(one.purpose, _partner(names, one.partner_id)) for one in consents.standing(connection, known.id)],
        "company": [(one, names.get(one.place_id or "", "–")) for one in going_along.of_case(connection, known.id)],
        "shared": [(one, _partner(names, one.partner_id)) for one in sharing.of_case(connection, known.id)],
        "organisations": sharing.organisations_there(connection, member.id) if known.staff_id == member.id else (),
        "kept_out": blocks.until(connection, known.lane_id, now) if known.lane_id is not None else None,
        "entrusted": entrusting.seen(connection, console.db.seals, known.id) if known.staff_id == member.id else (),
        "flags": flags(connection, known),
        "who": has_it.alias if has_it else "",
        "others": sorted(others, key=lambda one: tongue not in one.speaks) if tongue else others,
        "tongue": tongue,
        "is_spoken": tongue in member.speaks,
        "sent": [(one, names.get(one.place_id, "–")) for one in sent],
        "is_agreed": consents.has(connection, known.id, consents.ConsentTo.TALK),
    }


def _partner(names: dict[str, str], partner_id: str | None) -> str:
    """How a partner is called on the page."""
    return names.get(partner_id or "", partner_id or "")


def _find(console: Console, known: Case, wanted: str, now: datetime) -> list[Hit]:
    """Listings to refer to: what the colleague typed, filled up with what the case says."""
    asked = question(wanted, at=now, limit=6)
    named = [one for one in console.keeper.shelf if wanted.casefold() in one.service.casefold()]
    if named and (asked.is_heard or not asked.needs):
        return [hit_now(one, now) for one in named[:6]]
    if not (asked.needs or asked.kind) and (called := search(console.keeper.shelf, asked).results):
        return list(called)
    needs = asked.needs or ((known.need,) if known.need and not asked.kind else ())
    places = asked.places or ((known.place,) if known.place else ())
    wanted_so = Question(needs, places, asked.wishes, now, limit=6, kind=asked.kind)
    return list(search(console.keeper.shelf, wanted_so).results)


# --- what can be done -------------------------------------------------------------------------------------------------

Done = Callable[[Console, Visit, Opened], Awaitable[web.StreamResponse]]


def deed_of(deed: Deed, done: Done) -> Callable[[Console, Visit], Awaitable[web.StreamResponse]]:
    """A form of the case page: the case must be there for this colleague, and the deed allowed for this case."""

    async def page(console: Console, visit: Visit) -> web.StreamResponse:
        opened = await _open(console, visit)
        if opened is None:
            return refused(visit.request, visit.seat, status=404, key="console.not_found")
        if not may(visit.seat.member, deed, opened.about):
            return go(address(opened.known), "not_yours")
        try:
            return await done(console, visit, opened)
        except NotYours:
            return go(address(opened.known), "not_yours")

    return page


def address(known: Case) -> str:
    return f"/console/cases/{known.id}"


async def take(console: Console, visit: Visit) -> web.StreamResponse:
    """Also for a case that somebody else took a second ago: then the page says kindly who was first."""
    case_id, member, now, policy = visit.number("case"), visit.seat.member, console.clock.now(), console.policy
    known = await console.db.read(lambda connection: _ours(connection, member, case_id))
    if known is None:
        return refused(visit.request, visit.seat, status=404, key="console.not_found")
    done = await console.db.write(lambda tx: turns.take(tx, case_id, member.id, now=now, policy=policy))
    match done:
        case turns.Taken(is_again=True):
            return go(address(known), "already")
        case turns.Taken():
            return go(address(known), "taken")
    return await _not_here(console, visit)


async def _reply(console: Console, visit: Visit, opened: Opened) -> web.StreamResponse:
    text, case_id, member, now = visit.given("text"), opened.known.id, visit.seat.member, console.clock.now()
    picked = visit.given("canned")
    if picked.isdecimal() and len(picked) <= 9:
        text = await console.db.read(lambda connection: canned.pick(connection, int(picked)))
    if not text:
        return go(address(opened.known), "empty")

    with_taps = visit.given("taps") == "yes"

    def answer(tx: Tx) -> bool:
        if _is_same_again(tx, case_id, member.id, text, now):
            return False
        return bool(relay.from_worker(tx, case_id, member.id, text, now=now, with_taps=with_taps))

    is_masked = await console.db.write(answer)
    return go(f"{address(opened.known)}", "masked" if is_masked else "sent")


async def _typing(console: Console, visit: Visit, opened: Opened) -> web.StreamResponse:
    """The page's script says that the colleague writes. Nothing is stored and no word comes along."""
    case_id, member, now = opened.known.id, visit.seat.member, console.clock.now()
    lane_id = await console.db.read(lambda connection: typing_marks.lane_to_show(connection, case_id, member.id, now))
    if lane_id is not None and console.typing is not None:
        await console.typing(lane_id)
    return web.Response(status=204)


def _is_same_again(tx: Tx, case_id: int, staff_id: int, text: str, now: datetime) -> bool:
    """Pressed twice: the same sentence a moment after itself is sent once."""
    lines = relay.words(tx.connection, tx.seals, case_id)
    last = lines[-1] if lines else None
    if last is None or last.direction != "worker" or now - last.at > SAME_AGAIN:
        return False
    return last.text == mask(text).text


async def _hold(console: Console, visit: Visit, opened: Opened) -> web.StreamResponse:
    hours = visit.given("hours")
    until = console.clock.now() + timedelta(hours=int(hours) if hours in map(str, HOLD_HOURS) else 1)
    case_id, member, now, policy = opened.known.id, visit.seat.member, console.clock.now(), console.policy
    is_now = opened.known.urgency == "now"
    if is_now and not await console.db.read(lambda connection: silence.has_answered(connection, opened.known)):
        return go(address(opened.known), "write_first")
    await console.db.write(lambda tx: turns.hold(tx, case_id, member.id, until, now=now, policy=policy))
    return go("/console/cases", "held")


async def _hand_back(console: Console, visit: Visit, opened: Opened) -> web.StreamResponse:
    case_id, member, now, policy = opened.known.id, visit.seat.member, console.clock.now(), console.policy
    await console.db.write(lambda tx: turns.hand_back(tx, case_id, member.id, now=now, policy=policy))
    return go("/console/cases", "handed_back")


async def _hand_over(console: Console, visit: Visit, opened: Opened) -> web.StreamResponse:
    to = visit.given("to")
    if not to.isdecimal() or len(to) > 9:
        return go(address(opened.known), "empty")
    case_id, member, now, policy = opened.known.id, visit.seat.member, console.clock.now(), console.policy
    await console.db.write(lambda tx: turns.hand_over(tx, case_id, member.id, int(to), now=now, policy=policy))
    return go("/console/cases", "handed_over")


async def _refer(console: Console, visit: Visit, opened: Opened) -> web.StreamResponse:
    case_id, member, now = opened.known.id, visit.seat.member, console.clock.now()
    is_asked_first = not visit.given("listing") and bool(visit.given("first"))
    how = referrals.offer if is_asked_first else referrals.refer
    listing = console.keeper.shelf.get(visit.given("first" if is_asked_first else "listing"))
    if listing is None:
        return go(address(opened.known), "no_listing")

    def send(tx: Tx) -> None:
        language = casebook.language_of(tx, opened.known.lane_id)
        card = describe(hit_now(listing, now), language)
        how(tx, case_id, member.id, listing.id, card, now=now)

    await console.db.write(send)
    return go(address(opened.known), "offered" if is_asked_first else "referred")


async def _mark(console: Console, visit: Visit, opened: Opened) -> web.StreamResponse:
    """How far a referral of this case has come."""
    number, state, now = visit.number("referral"), visit.given("state"), console.clock.now()
    known = await console.db.read(lambda connection: referrals.of_case(connection, opened.known.id))
    if state not in set(referrals.Way) or number not in {one.id for one in known}:
        return go(address(opened.known), "empty")
    member = visit.seat.member
    await console.db.write(lambda tx: referrals.mark(tx, number, member.id, state, now=now), urgent=False)
    return go(address(opened.known), "marked")


async def _close(console: Console, visit: Visit, opened: Opened) -> web.StreamResponse:
    outcome, met = visit.given("outcome"), [one for one in visit.every("barrier") if one in set(Barrier)]
    if outcome not in set(Outcome) - NOT_BY_HAND:
        return go(address(opened.known), "empty")
    case_id, member, now, policy = opened.known.id, visit.seat.member, console.clock.now(), console.policy
    is_other = opened.known.staff_id != member.id

    def end(tx: Tx) -> None:
        cases.close(tx, case_id, member.id, outcome, met, now=now, policy=policy, as_supervisor=is_other)

    await console.db.write(end)
    return go("/console/cases", "closed")


async def _hoax(console: Console, visit: Visit, opened: Opened) -> web.StreamResponse:
    """One tap for a test or a joke. Nobody is blamed, nothing else follows."""
    case_id, member, now, policy = opened.known.id, visit.seat.member, console.clock.now(), console.policy
    await console.db.write(lambda tx: cases.close(tx, case_id, member.id, Outcome.HOAX, now=now, policy=policy))
    return go("/console/cases", "closed")


ROUTES = (
    Route("GET", "/cases/{case}", Deed.SEE_CASE, show),
    Route("POST", "/cases/{case}/take", Deed.TAKE, take),
    Route("POST", "/cases/{case}/reply", Deed.REPLY, deed_of(Deed.REPLY, _reply)),
    Route("POST", "/cases/{case}/typing", Deed.REPLY, deed_of(Deed.REPLY, _typing)),
    Route("POST", "/cases/{case}/hold", Deed.HOLD, deed_of(Deed.HOLD, _hold)),
    Route("POST", "/cases/{case}/hand-back", Deed.HAND_BACK, deed_of(Deed.HAND_BACK, _hand_back)),
    Route("POST", "/cases/{case}/hand-over", Deed.HAND_OVER, deed_of(Deed.HAND_OVER, _hand_over)),
    Route("POST", "/cases/{case}/refer", Deed.REFER, deed_of(Deed.REFER, _refer)),
    Route("POST", "/cases/{case}/referrals/{referral}", Deed.REFER, deed_of(Deed.REFER, _mark)),
    Route("POST", "/cases/{case}/close", Deed.CLOSE, deed_of(Deed.CLOSE, _close)),
    Route("POST", "/cases/{case}/hoax", Deed.REPLY, deed_of(Deed.REPLY, _hoax)),
)
