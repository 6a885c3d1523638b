"""Which questions find a topic begun in the console: those that were kept, those about something else, its own ones."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from aiohttp import web
from sqlalchemy import Connection

from bot import questions
from bot.console.layout import Console, Route, Visit, refused, render
from bot.console.permissions import Deed
from bot.questions import Question
from bot.understanding import trying
from bot.understanding.trying import Example
from directory import added, answers, articles, begun, needs, overlay, publishing, wording
from directory.articles import Article, Library
from directory.publishing import Desk, NotYet
from directory.reading import read

SHOWN = 40  # sentences drawn here that are shown; the others are counted


@dataclass(frozen=True, slots=True)
class Trial:
    """What the text on the desk would change. `kept`: questions that nobody answered, and whether it is found now."""

    kept: tuple[tuple[Question, bool], ...]
    drawn: tuple[Example, ...]
    alone: tuple[str, ...]


async def page(console: Console, visit: Visit) -> web.StreamResponse:
    """The text as it stands on the desk is tried; nobody who writes to us notices anything."""
    id, language = visit.request.match_info["article"], visit.request.match_info["language"]
    now, seals = console.clock.now(), console.db.seals

    def look(connection: Connection) -> tuple[Desk, Library, tuple[Question, ...]]:
        desk = publishing.look_up(connection, id, language)
        return desk, overlay.library(connection), questions.waiting(connection, seals, now)

    try:
        desk, library, kept = await console.db.read(look)
    except NotYet:
        return refused(visit.request, visit.seat, status=404, key="console.not_found")
    if not articles.is_begun(id) or language not in wording.languages():
        return refused(visit.request, visit.seat, status=404, key="console.not_found")
    trial = await asyncio.to_thread(_tried, desk.working, library, kept)
    return render(
        visit.request,
        "article-asked.html",
        visit.seat,
        desk=desk,
        trial=trial,
        shown=trial.drawn[:SHOWN],
        of=lambda one: _of(one, visit.language),
    )


def _tried(working: Article, library: Library, kept: Sequence[Question]) -> Trial:
    """Takes a second: what is learnt is compared for every sentence that comes with the program."""
    later = articles.shelve([*library, replace(working, state="published")])
    with added.using(added.NOTHING):
        before, after = answers.learn(library), answers.learn(later)
        met = tuple((one, working.id in after.strengths(read(one.words))) for one in kept)
        alone = begun.alone(answers.taught(later), working.id, working.language)
    return Trial(met, trying.drawn(working.id, before, after), tuple(one for one in alone if one != working.title))


def _of(one: Example, language: str) -> str:
    """What the sentence is about: the title of an article, the name of a need."""
    if one.what == "topic":
        return articles.topics()[one.of].title(language)
    return needs.label(one.of, language) if one.what == "need" else one.of


ROUTES = (Route("GET", "/articles/{article}/{language}/asked", Deed.EDIT_ARTICLE, page),)
