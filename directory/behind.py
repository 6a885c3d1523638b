"""Finds translations that were not changed after the Vietnamese text was: two readers would be told two things."""

from collections.abc import Iterator

from sqlalchemy import Connection

from directory import articles, overlay
from directory.articles import Article, ArticleIsIncomplete
from directory.overlay import Revision
from directory.wording import FALLBACK


def among(connection: Connection) -> frozenset[tuple[str, str]]:
    """(id, language) of every shown translation that is older than what the Vietnamese article says now."""
    library = overlay.library(connection)
    told = overlay.shown_revisions(connection)
    changed = {id: rows for (id, language), rows in told.items() if language == FALLBACK}
    found = set()
    for article in library:
        rows = changed.get(article.id, ())
        if article.language == FALLBACK or not rows:
            continue
        own = told.get((article.id, article.language), ())
        since = own[-1].change if own else 0
        if rows[-1].change > since and _says_else(article.id, rows, since):
            found.add((article.id, article.language))
    return frozenset(found)


def _says_else(id: str, rows: tuple[Revision, ...], since: int) -> bool:
    """Whether the words of the Vietnamese text have changed since then, and not only its phrasings or its review."""
    shipped = articles.load().by_key.get((id, FALLBACK))
    before = next(_read(row for row in reversed(rows) if row.change <= since), shipped)
    now = next(_read(iter(reversed(rows))), None)
    return now is not None and (before is None or (now.body, now.more) != (before.body, before.more))


def _read(rows: Iterator[Revision]) -> Iterator[Article]:
    for row in rows:
        try:
            yield articles.parse(row.entry.body, language=row.entry.language)
        except ArticleIsIncomplete:
            continue
