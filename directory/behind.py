"""Finds articles of which one language was changed and the other not: two readers would be told two things."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from directory import articles, overlay
from directory.articles import Words
from directory.overlay import Revision
from directory.wording import FALLBACK

Apart = Literal["behind", "ahead"]
_AGREES = "published"  # shown anew, somebody has looked; "due" and "withdrawn" are said of words as they are


@dataclass(slots=True)
class _Pair:
    """The Vietnamese words and those of one translation, now and when somebody last saw both say the same."""

    own: Words | None
    other: Words | None
    own_then: Words | None
    other_then: Words | None

    def agree(self) -> None:
        self.own_then, self.other_then = self.own, self.other

    @property
    def apart(self) -> Apart | None:
        if self.own != self.own_then:
            return "behind"
        return "ahead" if self.other != self.other_then else None


def among(connection: Connection) -> Mapping[tuple[str, str], Apart]:
    """(id, language) of every shown translation whose words no longer go with the Vietnamese article.

    `behind`: the Vietnamese words have changed since. `ahead`: those of the translation alone have. Either lasts until
    the one that stayed is shown anew.
    """
    told = overlay.shown_revisions(connection)
    found: dict[tuple[str, str], Apart] = {}
    changed = {id for id, _ in told}
    for article in overlay.library(connection):
        if article.language == FALLBACK or article.id not in changed:
            continue
        own, other = told.get((article.id, FALLBACK), ()), told.get((article.id, article.language), ())
        apart = _apart(article.id, article.language, sorted((*own, *other), key=lambda row: row.change))
        if apart is not None:
            found[article.id, article.language] = apart
    return found


def with_originals(apart: Mapping[tuple[str, str], Apart]) -> Mapping[tuple[str, str], Apart]:
    """The same, and the Vietnamese articles that stayed while a translation changed."""
    return {**{(id, FALLBACK): "ahead" for (id, _), how in apart.items() if how == "ahead"}, **apart}


def _apart(id: str, language: str, rows: Sequence[Revision]) -> Apart | None:
    pair = _Pair(*2 * (_shipped(id, FALLBACK), _shipped(id, language)))
    for row in rows:
        words = articles.words_in(row.entry.body)
        if words is None:
            continue
        is_shown = row.entry.state == _AGREES
        if row.entry.language == FALLBACK:
            has_followed = pair.apart == "ahead" and is_shown
            pair.own = words
        else:
            has_followed = pair.apart == "behind" and is_shown
            pair.other = words
        if has_followed or _is_new(pair):
            pair.agree()
    return pair.apart


def _is_new(pair: _Pair) -> bool:
    """Of a topic begun in the console there is nothing to compare with before both are there."""
    return None in (pair.own_then, pair.other_then)


def _shipped(id: str, language: str) -> Words | None:
    article = articles.load().by_key.get((id, language))
    return None if article is None else (article.body, article.more)
