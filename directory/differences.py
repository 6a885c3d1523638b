"""Compares two versions of a text, of an article, or of the whole set of published articles, word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from directory.article_text import step_text
from directory.articles import Article, Library

_WORD = re.compile(r"\s+|\S+")
MOST_WORDS = 3_000  # of one field; a longer one is compared line by line, so that no page takes long


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words: the `same` in both, only in the old version (`out`), or only in the new one (`in`)."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Changed:
    """One field of an article that is not the same in two versions."""

    field: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What happened to one article between two versions of the set: `added`, `removed` or `changed`."""

    id: str
    language: str
    title: str
    kind: str
    fields: tuple[Changed, ...]


def words(old: str, new: str) -> tuple[Piece, ...]:
    """The two texts as one: what stayed, what went, what came; whole words."""
    before, after = _cut(old), _cut(new)
    pieces: list[Piece] = []
    for kind, from_, to, at, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", "".join(before[from_:to])))
            continue
        if to > from_:
            pieces.append(Piece("out", "".join(before[from_:to])))
        if end > at:
            pieces.append(Piece("in", "".join(after[at:end])))
    return tuple(pieces)


def articles_between(old: Article | None, new: Article | None) -> tuple[Changed, ...]:
    """Every field that differs, in the order in which an editor meets them; state and review count as fields."""
    before, after = dict(fields(old)) if old else {}, dict(fields(new)) if new else {}
    names = tuple(after) or tuple(before)
    return tuple(
        Changed(name, words(before.get(name, ""), after.get(name, "")))
        for name in names
        if before.get(name, "") != after.get(name, "")
    )


def libraries_between(old: Library, new: Library) -> tuple[Difference, ...]:
    """What is told differently in the new set of published articles."""
    found = []
    for key in sorted(old.by_key.keys() | new.by_key.keys()):
        before, after = old.by_key.get(key), new.by_key.get(key)
        changed = articles_between(before, after)
        if changed and (article := after or before):
            kind = "added" if before is None else "removed" if after is None else "changed"
            found.append(Difference(*key, article.title, kind, changed))
    return tuple(found)


def fields(article: Article) -> Iterator[tuple[str, str]]:
    """An article as (field, words), one phrasing, source or step a line."""
    yield "title", article.title
    yield "body", "\n\n".join(article.body)
    yield "more", "\n\n".join(article.more)
    yield "next", "\n".join(map(step_text, article.next))
    yield "questions", "\n".join(article.questions)
    yield "cues", "\n".join(article.cues)
    yield "sources", "\n".join(article.sources)
    yield "facts", ", ".join(article.facts)
    yield "valid_from", article.valid_from.isoformat()
    yield "valid_to", article.valid_to.isoformat() if article.valid_to else ""
    yield "review_by", article.review_by.isoformat()
    yield "reviewer", article.reviewer or ""
    yield "reviewed_on", article.reviewed_on.isoformat() if article.reviewed_on else ""
    yield "state", article.state
    yield "audio", article.audio or ""


def _cut(text: str) -> list[str]:
    found = _WORD.findall(text)
    return found if len(found) <= MOST_WORDS else text.splitlines(keepends=True)
