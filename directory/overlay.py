"""What people change in texts that come as files: kept over the files, each revision with a number."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import IntegrityError

from directory import articles
from directory.articles import ArticleIsIncomplete, Library
from directory.tables import overlay

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


def current(connection: Connection, kind: str) -> Mapping[tuple[str, str], Entry]:
    """The newest revision of everything of this kind, by (key, language)."""
    mine = select(overlay).where(overlay.c.kind == kind).order_by(overlay.c.revision)
    return {
        (row.key, row.language): Entry(kind, row.key, row.language, row.revision, row.body, row.state)
        for row in connection.execute(mine)
    }


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
        connection.execute(insert(overlay).values(**row, body=entry.body, state=entry.state, staff_id=staff_id, at=now))
    except IntegrityError:
        raise ChangedMeanwhile from None


def newest(connection: Connection) -> int:
    """A number that grows with every change, so that a copy in memory knows when it is old."""
    return int(connection.execute(select(func.max(overlay.c.id))).scalar_one() or 0)


def library(connection: Connection) -> Library:
    """The articles as the files have them, with what was changed over them. A text that cannot be read is left out."""
    changed = []
    for entry in current(connection, "article").values():
        try:
            changed.append(articles.parse(entry.body, language=entry.language))
        except ArticleIsIncomplete:
            continue
    if not changed:
        return articles.load()  # the same object, so that what was looked up in it need not be made again
    return articles.shelve([*articles.load(), *changed])
