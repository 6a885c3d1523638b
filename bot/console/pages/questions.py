"""Questions that no article answered: a maintainer makes one a phrasing of an article, or drops it."""

from typing import Any

from aiohttp import web

from bot import audit, questions
from bot.bells import SHELF
from bot.console.layout import Console, Route, Visit, go, refused, render
from bot.console.permissions import Deed
from bot.db import Tx
from directory import answers, articles, publishing, wording
from directory.overlay import ChangedMeanwhile
from directory.publishing import NotYet
from directory.reading import read
from directory.wording import FALLBACK, day

MOST = 200  # characters of a phrasing
SAID = frozenset({"used", "dropped"})


async def page(console: Console, visit: Visit) -> web.Response:
    """What at least three people asked and nobody answered, in cleaned words."""
    return await _page(console, visit)


async def _page(
    console: Console, visit: Visit, *, status: int = 200, key: str = "", found: tuple[str, ...] = ()
) -> web.Response:
    now, seals = console.clock.now(), console.db.seals
    rows = await console.db.read(lambda connection: questions.waiting(connection, seals, now))
    library = console.keeper.shelf.library or answers.shipped()
    titles = [(id, _title(library, id, visit.language)) for id in articles.ids_of(library)]
    said = visit.given("said")
    shown: dict[str, Any] = {
        "rows": [(row, answers.find(read(row.words), library=library).ids[:1]) for row in rows],
        "titles": sorted(titles, key=lambda one: one[1]),
        "languages": wording.languages(),
        "most": MOST,
        "key": key,
        "found": found,
        "said": said if said in SAID else "",
        "day": lambda value: day(value.astimezone(wording.HCMC).date(), visit.language),
    }
    return render(visit.request, "questions.html", visit.seat, status=status, **shown)


async def use(console: Console, visit: Visit) -> web.StreamResponse:
    """From now on whoever asks in these words is answered with this article."""
    number, member, now = visit.number("number"), visit.seat.member, console.clock.now()
    id, language = visit.given("article"), visit.given("language")
    phrase = " ".join(visit.given("phrase", most=MOST).split())
    library = console.keeper.shelf.library or answers.shipped()
    if id not in articles.ids_of(library) or language not in wording.languages() or not phrase:
        return await _page(console, visit, status=400, key="console.question.choose")

    def deed(tx: Tx) -> bool:
        if not questions.settle(tx, number, is_used=True):
            return False
        desk = publishing.look_up(tx.connection, id, language)
        publishing.add_phrasing(tx.connection, desk, phrase, staff_id=member.id, now=now)
        audit.write(tx, member.id, "question_used", f"question:{number}", f"article:{id}"[:60], now=now)
        tx.ring(SHELF)
        return True

    try:
        is_done = await console.db.write(deed, urgent=False)
    except NotYet as problem:
        says = tuple(one.says(visit.language) for one in problem.findings)
        return await _page(console, visit, status=409, key=problem.key, found=says)
    except ChangedMeanwhile:
        return await _page(console, visit, status=409, key="console.article.meanwhile")
    if not is_done:
        return refused(visit.request, visit.seat, status=404, key="console.not_found")
    return go("/console/questions", "used")


async def drop(console: Console, visit: Visit) -> web.StreamResponse:
    """Nothing for us: the words go now."""
    number, member, now = visit.number("number"), visit.seat.member, console.clock.now()

    def deed(tx: Tx) -> bool:
        is_done = questions.settle(tx, number, is_used=False)
        if is_done:
            audit.write(tx, member.id, "question_dropped", f"question:{number}", now=now)
        return is_done

    if not await console.db.write(deed, urgent=False):
        return refused(visit.request, visit.seat, status=404, key="console.not_found")
    return go("/console/questions", "dropped")


def _title(library: articles.Library, id: str, language: str) -> str:
    found = library.get(id, language if language in wording.languages() else FALLBACK)
    return found.title if found else articles.topics()[id].title(language)


ROUTES = (
    Route("GET", "/questions", Deed.EDIT_ARTICLE, page),
    Route("POST", "/questions/{number}/use", Deed.EDIT_ARTICLE, use),
    Route("POST", "/questions/{number}/drop", Deed.EDIT_ARTICLE, drop),
)
