"""The directory to carry away: as a table for those who keep it, and what persons are shown for every colleague.

Every file is asked for by a form: no address says what was wanted, and the audit says who took which form.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from importlib.util import find_spec

from aiohttp import web
from sqlalchemy import Connection

from bot import audit
from bot.console import veil
from bot.console.layout import Console, Route, Visit, render
from bot.console.pages.listings import grouped
from bot.console.permissions import Deed
from directory import needs, overlay, places, review_list, wording
from directory.exchange import cards, handbook, hsds, hsds_files, leaving, offline, review_sheets, spreadsheet
from directory.exchange.cards import Card
from directory.exchange.handbook import NotPrinted
from directory.listings import Listing
from directory.wording import HCMC

TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
    "html": "text/html",
    "pdf": "application/pdf",
}
NAMES = {"csv": "listings.csv", "xlsx": "listings.xlsx", "hsds": "hsds.zip", "offline": "page.html", "book": "book.pdf",
         "card": "card.pdf", "reviews": "reviews.pdf"}  # fmt: skip
_TRIES = 3  # times that a file is made anew because a place was taken down meanwhile
_PRINTING = asyncio.Semaphore(1)  # setting pages takes a whole processor: one after the other


def can_print() -> bool:
    """Whether pages can be set on this machine."""
    return find_spec("typst") is not None


async def page(console: Console, visit: Visit) -> web.Response:
    """What can be taken along."""
    return _page(visit)


def _page(visit: Visit, *, key: str = "", status: int = 200) -> web.Response:
    return render(
        visit.request,
        "exports.html",
        visit.seat,
        status=status,
        key=key,
        provinces=sorted(places.provinces().items(), key=lambda one: one[1]),
        groups=grouped(visit.language),
        forms=handbook.FORMS,
        can_print=can_print(),
        numbers=cards.NUMBERS,
        roles=review_list.ROLES,
    )


async def table(console: Console, visit: Visit) -> web.StreamResponse:
    """The listings of one's provinces in whatever state, to be brought in again; of sealed ones the province only."""
    form, language, member = visit.given("form"), visit.language, visit.seat.member
    without = veil.left_out_for(member)
    make: Mapping[str, Callable[[], bytes]] = {
        "csv": lambda: spreadsheet.as_csv(known, language=language, without=without).encode(),
        "xlsx": lambda: spreadsheet.as_xlsx(known, language=language, without=without),
    }
    if form not in make:
        return _page(visit, key="console.exports.unknown", status=400)
    known = veil.carried_by(member, await console.db.read(spreadsheet.everything))
    return await _given(console, visit, form, await asyncio.to_thread(make[form]))


async def public(console: Console, visit: Visit) -> web.StreamResponse:
    """What persons are shown, for other services and for phones without a network."""
    form, language, today = visit.given("form"), visit.language, _today(console)
    make: Mapping[str, Callable[[Sequence[Listing]], bytes]] = {
        "hsds": lambda shown: leaving.packed(hsds_files.as_package(hsds.services(shown, on=today))),
        "offline": lambda shown: offline.page(shown, on=today, language=language).encode(),
    }
    if form not in make:
        return _page(visit, key="console.exports.unknown", status=400)
    for _ in range(_TRIES):
        shown = await console.db.read(leaving.shown)
        made = await asyncio.to_thread(make[form], shown)
        if await _is_current(console, shown):
            return await _given(console, visit, form, made)
    return _page(visit, key="console.exports.busy", status=409)


async def book(console: Console, visit: Visit) -> web.StreamResponse:
    """The printed handbook of all provinces and needs, or of one."""
    form, province, need = visit.given("form"), visit.given("province"), visit.given("need")
    is_known = province in ("", *places.provinces()) and need in ("", *needs.all_needs())
    if form not in handbook.FORMS or not is_known:
        return _page(visit, key="console.exports.unknown", status=400)
    if _PRINTING.locked():
        return _page(visit, key="console.exports.busy", status=409)
    language, today, chat = visit.language, _today(console), console.base_url if console.is_https else ""
    for _ in range(_TRIES):
        async with _PRINTING:
            shown, small = await console.db.read(lambda connection: _to_print(console, connection, language))
            try:
                made = await asyncio.to_thread(
                    handbook.make, shown, on=today, form=form, province=province, need=need, chat=chat,
                    language=language, cards=small,
                )  # fmt: skip
            except NotPrinted:
                return _page(visit, key="console.exports.not_printed", status=409)
        if await _is_current(console, shown):
            return await _given(console, visit, "book", made)
    return _page(visit, key="console.exports.busy", status=409)


async def _is_current(console: Console, listings: Sequence[Listing]) -> bool:
    """Nothing that was taken down or sealed while a file was made is given out in it."""
    return await console.db.read(lambda connection: leaving.is_current(connection, listings))


async def card(console: Console, visit: Visit) -> web.StreamResponse:
    """One small card as it may be handed out: an article that persons are shown now, or the numbers."""
    id, language = visit.given("article"), visit.given("language") or visit.language
    if language not in wording.languages():
        return _page(visit, key="console.exports.unknown", status=400)
    if _PRINTING.locked():
        return _page(visit, key="console.exports.busy", status=409)
    async with _PRINTING:
        made = await console.db.read(lambda connection: _cards(console, connection, language))
        chosen = [one for one in made if one.id == id]
        if not chosen:
            return _page(visit, key="console.exports.no_card", status=404)
        try:
            printed = await asyncio.to_thread(cards.make, chosen, language=language)
        except NotPrinted:
            return _page(visit, key="console.exports.not_printed", status=409)
    return await _given(console, visit, "card", printed, about=f"card:{id}:{language}"[:60])


async def reviews(console: Console, visit: Visit) -> web.StreamResponse:
    """What a lawyer, a doctor or a peer has still to review, on paper: they need no account here."""
    role, language, today = visit.given("role"), visit.language, _today(console)
    if role not in review_list.ROLES:
        return _page(visit, key="console.exports.unknown", status=400)
    if _PRINTING.locked():
        return _page(visit, key="console.exports.busy", status=409)
    async with _PRINTING:
        library = await console.db.read(overlay.library)
        work = review_list.work_of(library, role, language, today=today)
        if not (work.pieces or work.sentences):
            return _page(visit, key="console.exports.no_reviews", status=404)
        try:
            printed = await asyncio.to_thread(review_sheets.make, work, today=today, language=language)
        except NotPrinted:
            return _page(visit, key="console.exports.not_printed", status=409)
    return await _given(console, visit, "reviews", printed, about=f"reviews:{role}")


def _to_print(console: Console, connection: Connection, language: str) -> tuple[tuple[Listing, ...], tuple[Card, ...]]:
    """The listings, and the small cards as persons would be told them now."""
    return leaving.shown(connection), _cards(console, connection, language)


def _cards(console: Console, connection: Connection, language: str) -> tuple[Card, ...]:
    policy = console.policy
    return cards.everything(
        overlay.library(connection), now=console.clock.now().astimezone(HCMC), days=policy.law_shown_days,
        recorded=policy.recorded_lines, language=language,
    )  # fmt: skip


async def _given(console: Console, visit: Visit, form: str, made: bytes, *, about: str = "listings") -> web.Response:
    """The file, after it was written down who took it."""
    me, now, name = visit.seat.member.id, console.clock.now(), NAMES[form]
    await console.db.write(lambda tx: audit.write(tx, me, "listings_exported", about, form, now=now), urgent=False)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return web.Response(body=made, content_type=TYPES[name.rpartition(".")[2]], charset="utf-8", headers=headers)


def _today(console: Console) -> date:
    return console.clock.now().astimezone(HCMC).date()


ROUTES = (
    Route("GET", "/exports", Deed.SEE_LISTINGS, page),
    Route("POST", "/exports/table", Deed.EXPORT_LISTINGS, table),
    Route("POST", "/exports/public", Deed.SEE_LISTINGS, public),
    Route("POST", "/exports/book", Deed.SEE_LISTINGS, book),
    Route("POST", "/exports/card", Deed.SEE_ARTICLES, card),
    Route("POST", "/exports/reviews", Deed.SEE_ARTICLES, reviews),
)
