"""Figures for managers: a year of the own provinces, to read and to take along. No other province, no person, no words.

A file is asked for by a form, and the audit says who took which form.
"""

import asyncio
from importlib.util import find_spec

from aiohttp import web

from bot import audit
from bot.console.layout import Console, Route, Visit, render
from bot.console.pages.exports import TYPES
from bot.console.permissions import Deed
from bot.figures import asking, layout, telling, writing
from bot.figures.asking import Asked
from bot.figures.quarters import of_day, of_year
from bot.figures.telling import Figure
from directory.exchange.setting import NotPrinted
from directory.wording import HCMC

YEARS = 5  # so far back the page looks; the command goes further
LIMITS = {"inside": telling.INSIDE, "public": telling.PUBLIC}
_COUNTING = asyncio.Semaphore(1)  # looking over all sums of the country takes a processor for a second or two


async def page(console: Console, visit: Visit) -> web.Response:
    """The figures of a year, as far as its quarters have ended."""
    return await _page(console, visit)


async def _page(console: Console, visit: Visit, *, key: str = "", status: int = 200) -> web.Response:
    year, below = _year(console, visit), LIMITS["inside"]
    asked, told = await _told(console, visit, year, below)
    return render(
        visit.request,
        "figures.html",
        visit.seat,
        status=status,
        key=key,
        year=year,
        years=_years(console),
        pages=layout.pages(told, asked.times, visit.language),
        note=writing.note(below, visit.language),
        limits=LIMITS,
        forms=[form for form in writing.FORMATS if form != "pdf" or find_spec("typst") is not None],
    )


async def file(console: Console, visit: Visit) -> web.StreamResponse:
    """The same as a file; for publication with more hidden."""
    form, whom = visit.given("form"), visit.given("for")
    if form not in writing.FORMATS or whom not in LIMITS:
        return await _page(console, visit, key="console.figures.unknown", status=400)
    year, below, language = _year(console, visit), LIMITS[whom], visit.language
    asked, told = await _told(console, visit, year, below)
    if not asked.times:
        return await _page(console, visit, key="console.figures.none", status=409)
    async with _COUNTING:
        try:
            made = await asyncio.to_thread(writing.write, form, told, asked.times, below=below, language=language)
        except NotPrinted:
            return await _page(console, visit, key="console.figures.not_printed", status=409)
    me, now = visit.seat.member.id, console.clock.now()
    of, how = f"year:{year}", f"{form} {whom}"
    await console.db.write(lambda tx: audit.write(tx, me, "figures_taken", of, how, now=now), urgent=False)
    headers = {"Content-Disposition": f'attachment; filename="{year}.{form}"', "Cache-Control": "no-store"}
    kind = "application/json" if form == "json" else TYPES[form]
    return web.Response(body=made, content_type=kind, charset="utf-8", headers=headers)


async def _told(console: Console, visit: Visit, year: int, below: int) -> tuple[Asked, tuple[Figure, ...]]:
    """What this colleague may see: hidden as for everybody, of the own provinces."""
    whole = of_year(year)
    quarters = telling.ended(whole[0], whole[-1], console.clock.now())
    mine = visit.seat.member.provinces
    async with _COUNTING:
        asked = await console.db.read(lambda connection: asking.ask(connection, quarters))
        return asked, await asyncio.to_thread(asked.figures, below=below, places=mine)


def _years(console: Console) -> range:
    """The years of which something can be told, the latest first."""
    running = of_day(console.clock.now().astimezone(HCMC).date())
    latest = running.year - (running.number == 1)
    return range(latest, latest - YEARS, -1)


def _year(console: Console, visit: Visit) -> int:
    """The year that was asked for; without one, or with one that is not there, that of the latest quarter."""
    known = {str(year): year for year in _years(console)}
    return known.get(visit.given("year"), _years(console)[0])


ROUTES = (
    Route("GET", "/figures", Deed.SEE_FIGURES, page),
    Route("POST", "/figures/file", Deed.SEE_FIGURES, file),
)
