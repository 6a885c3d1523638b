"""What people change in texts that come as files: kept over the files, each revision with a number."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import IntegrityError

from directory import articles
from directory.articles import ArticleIsIncomplete, Library
from directory.tables import overlay

SHOWN = ("published", "due", "withdrawn")  # what persons read follows the newest of these; a draft changes nothing yet
KINDS = ("article", "phrase", "teencode", "danger_example", "landmark")


class ChangedMeanwhile(Exception):
    """Somebody else wrote a newer revision: look at it again, nothing of theirs is lost."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The newest revision of one text."""

    kind: str
    key: str
    language: str
    revision: int
    body: str
    state: str
    base: str | None = None  # a print of the shipped file it was written over


def current(connection: Connection, kind: str) -> Mapping[tuple[str, str], Entry]:
    """The newest revision of everything of this kind, by (key, language)."""
    mine = select(overlay).where(overlay.c.kind == kind).order_by(overlay.c.revision)
    return {(row.key, row.language): _entry(row) for row in connection.execute(mine)}


def write(connection: Connection, entry: Entry, *, staff_id: int | None, now: datetime) -> None:
    """Add the next revision. Raises ChangedMeanwhile, ArticleIsIncomplete, ValueError."""
    if entry.kind not in KINDS:
        raise ValueError(f"{entry.kind} is none of {', '.join(KINDS)}.")
    if entry.kind == "article":
        articles.parse(entry.body, language=entry.language)
    mine = (overlay.c.kind == entry.kind, overlay.c.key == entry.key, overlay.c.language == entry.language)
    last = connection.execute(select(func.max(overlay.c.revision)).where(*mine)).scalar_one() or 0
    if entry.revision != last + 1:
        raise ChangedMeanwhile
    row = {"kind": entry.kind, "key": entry.key, "language": entry.language, "revision": entry.revision}
    try:
        told = {"body": entry.body, "state": entry.state, "base": entry.base, "staff_id": staff_id, "at": now}
        connection.execute(insert(overlay).values(**row, **told))
    except IntegrityError:
        raise ChangedMeanwhile from None


def newest(connection: Connection) -> int:
    """A number that grows with every change that persons see, so that a copy in memory knows when it is old.

    Rows are counted: of two changes at once, the one that was begun first may be seen last."""
    return int(connection.execute(_MANY_SHOWN).scalar_one())


_MANY_SHOWN = select(func.count(overlay.c.id)).where(overlay.c.state.in_(SHOWN))


def library(connection: Connection, *, upto: int | None = None) -> Library:
    """The articles as the files have them, with what was published over them; `upto`: as it was at that change.

    A text that cannot be read is left out.
    """
    changed = []
    for entry in shown(connection, upto=upto).values():
        try:
            changed.append(articles.parse(entry.body, language=entry.language))
        except ArticleIsIncomplete:
            continue
    if not changed:
        return articles.load()  # the same object, so that what was looked up in it need not be made again
    return articles.shelve([*articles.load(), *changed])


def shown(connection: Connection, *, upto: int | None = None) -> Mapping[tuple[str, str], Entry]:
    """Of every article changed over its file what persons read, or read at change `upto`, by (id, language)."""
    of_set = (overlay.c.kind == "article", overlay.c.state.in_(SHOWN))
    until = of_set if upto is None else (*of_set, overlay.c.id <= upto)
    newest_ids = select(func.max(overlay.c.id)).where(*until).group_by(overlay.c.key, overlay.c.language)
    rows = connection.execute(select(overlay).where(overlay.c.id.in_(newest_ids)).order_by(overlay.c.id))
    return {(row.key, row.language): _entry(row) for row in rows}


@dataclass(frozen=True, slots=True)
class Revision:
    """One row of a text's history, or of the history of the whole set: `change` grows over all of them."""

    change: int
    entry: Entry
    staff_id: int | None
    at: datetime


def history(connection: Connection, kind: str, key: str, language: str) -> tuple[Revision, ...]:
    """Every revision of one text, newest first."""
    mine = select(overlay).where(overlay.c.kind == kind, overlay.c.key == key, overlay.c.language == language)
    rows = connection.execute(mine.order_by(overlay.c.revision.desc()))
    return tuple(Revision(row.id, _entry(row), row.staff_id, row.at) for row in rows)


def last_revisions(connection: Connection, kind: str) -> Mapping[tuple[str, str], Revision]:
    """Of everything of this kind the newest revision with its day, by (key, language)."""
    rows = connection.execute(select(overlay).where(overlay.c.kind == kind).order_by(overlay.c.revision))
    return {(row.key, row.language): Revision(row.id, _entry(row), row.staff_id, row.at) for row in rows}


def shown_revisions(connection: Connection) -> Mapping[tuple[str, str], tuple[Revision, ...]]:
    """Of every article all that persons were shown of it, oldest first, by (id, language)."""
    found: dict[tuple[str, str], tuple[Revision, ...]] = {}
    mine = select(overlay).where(overlay.c.kind == "article", overlay.c.state.in_(SHOWN)).order_by(overlay.c.id)
    for row in connection.execute(mine):
        key = (row.key, row.language)
        found[key] = (*found.get(key, ()), Revision(row.id, _entry(row), row.staff_id, row.at))
    return found


def versions(connection: Connection, *, limit: int) -> tuple[Revision, ...]:
    """The changes that made a new version of the set of published articles, newest first."""
    made = select(overlay).where(overlay.c.kind == "article", overlay.c.state.in_(SHOWN))
    rows = connection.execute(made.order_by(overlay.c.id.desc()).limit(limit))
    return tuple(Revision(row.id, _entry(row), row.staff_id, row.at) for row in rows)


def _entry(row: Any) -> Entry:
    return Entry(row.kind, row.key, row.language, row.revision, row.body, row.state, row.base)
