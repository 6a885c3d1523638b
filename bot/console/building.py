"""Puts the console together: all its pages, mounted at /console/."""

from dataclasses import replace

from aiohttp import web

from bot.bells import Bells
from bot.console import live
from bot.console.layout import Console, OpenRoute, Route, Typing, Windows, assemble
from bot.console.pages import (
    article_asked,
    article_versions,
    articles,
    board,
    case,
    channels,
    colleagues,
    corrections,
    door,
    exports,
    figures,
    imports,
    listings,
    new_article,
    one_more,
    peers,
    questions,
    replies,
    rota,
    support,
    telegram,
    tonight,
    understood,
    whose_phone,
    work,
)
from bot.db import Database
from bot.policy import Policy
from bot.ports import Clock
from directory.shelf import ShelfKeeper

ROUTES: tuple[Route | OpenRoute, ...] = (
    *door.ROUTES,
    *board.ROUTES,
    *case.ROUTES,
    *support.ROUTES,
    *whose_phone.ROUTES,
    *tonight.ROUTES,
    *peers.ROUTES,
    *replies.ROUTES,
    *listings.ROUTES,
    *one_more.ROUTES,
    *imports.ROUTES,
    *exports.ROUTES,
    *figures.ROUTES,
    *work.ROUTES,
    *corrections.ROUTES,
    *articles.ROUTES,
    *new_article.ROUTES,
    *article_asked.ROUTES,
    *article_versions.ROUTES,
    *questions.ROUTES,
    *telegram.ROUTES,
    *channels.ROUTES,
    *colleagues.ROUTES,
    *rota.ROUTES,
    *understood.ROUTES,
    *live.ROUTES,
)


def build(
    db: Database,
    clock: Clock,
    policy: Policy,
    bells: Bells,
    keeper: ShelfKeeper,
    *,
    service_name: str,
    base_url: str,
    wake_kinds: frozenset[str] = frozenset(),
    windows: Windows | None = None,
    typing: Typing | None = None,
) -> web.Application:
    """The console; a page is one line in ROUTES."""
    made = Console(db, clock, policy, bells, keeper, service_name, base_url, wake_kinds=wake_kinds)
    return assemble(replace(made, windows=windows or {}, typing=typing), ROUTES)
