"""Finds edits of the console over a file that has changed since: what was shipped anew would never be read."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from directory import article_text, articles
from directory.articles import Article, ArticleIsIncomplete
from directory.overlay import Entry, Revision


def print_of(id: str, language: str) -> str | None:
    """A short print of the shipped file as it is now; None where there is no such file."""
    shipped = articles.load().by_key.get((id, language))
    return None if shipped is None else _print(shipped)


def is_outrun(entry: Entry, at: datetime) -> bool:
    """Whether the file below this edit is another one than the editor saw, and says something else than the edit.

    Of an edit from before prints were kept, the days in the file tell: the day it holds from, or was reviewed on.
    """
    shipped = articles.load().by_key.get((entry.key, entry.language))
    if shipped is None or entry.base == _print(shipped):
        return False
    if entry.base is None and not _is_younger(shipped, at.date()):
        return False
    try:
        return _bare(articles.parse(entry.body, language=entry.language)) != _bare(shipped)
    except ArticleIsIncomplete:
        return True


def among(newest: Mapping[tuple[str, str], Revision]) -> tuple[tuple[str, str], ...]:
    """(id, language) of every article whose newest edit was outrun by its file."""
    return tuple(key for key, one in newest.items() if is_outrun(one.entry, one.at))


def _is_younger(shipped: Article, day: date) -> bool:
    return max(shipped.valid_from, shipped.reviewed_on or shipped.valid_from) > day


def _bare(article: Article) -> Article:
    """What readers read: where it stands on its way, and who looked when, is no other text."""
    return replace(article, state="", reviewer=None, reviewed_on=None, review_by=article.valid_from)


def _print(article: Article) -> str:
    return hashlib.sha256(article_text.render(_bare(article)).encode()).hexdigest()[:16]
