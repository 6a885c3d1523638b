"""The short texts that answer common questions: each says what is known, since when, and who still has to review it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from directory.wording import FALLBACK, LOCALES, day, t

SEED = Path(__file__).resolve().parent / "seed"
STATES = ("draft", "reviewed", "published", "due", "withdrawn")


class ArticleIsIncomplete(ValueError):
    """An article's file lacks something a reader must be told, for example its source."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One question that people ask, whether or not its article is written yet."""

    id: str
    titles: Mapping[str, str]
    needs: tuple[str, ...]
    review: str  # who must check the text: doctor, lawyer, peer, none
    cues: tuple[str, ...]  # folded words; "a + b" means both, in any order

    def title(self, language: str = FALLBACK) -> str:
        """The question in the person's language."""
        return self.titles.get(language) or self.titles[FALLBACK]


@dataclass(frozen=True, slots=True)
class Article:
    """One text in one language, with what a reader may want to hold against it."""

    id: str
    title: str
    body: tuple[str, ...]  # short paragraphs
    needs: tuple[str, ...]
    sources: tuple[str, ...]
    valid_from: date
    review_by: date
    state: str
    reviewer: str | None
    review: str
    language: str
    since: str = "source"  # what `valid_from` is: the day a "law" came into force, or the day of our "source"

    @property
    def awaits_review(self) -> bool:
        """Whether nobody who may say so has called this text right yet."""
        return self.state == "draft" or self.reviewer is None


@dataclass(frozen=True, slots=True)
class Library:
    """All articles that may be shown; withdrawn ones are not in it."""

    by_key: Mapping[tuple[str, str], Article]

    def get(self, id: str, language: str = FALLBACK) -> Article | None:
        """The article in this language, else in Vietnamese; None where it is not written."""
        return self.by_key.get((id, language)) or self.by_key.get((id, FALLBACK))

    def __iter__(self) -> Iterator[Article]:
        return iter(self.by_key.values())


def load() -> Library:
    """The library as the article files have it."""
    return shelve(_read(path) for path in sorted(LOCALES.glob("*/articles/*.md")))


def shelve(articles: Iterable[Article]) -> Library:
    """A library of these articles, without the withdrawn ones; a later text takes an earlier one's place."""
    shown = {(article.id, article.language): article for article in articles}
    return Library({key: article for key, article in shown.items() if article.state != "withdrawn"})


@cache
def topics() -> Mapping[str, Topic]:
    """Every question that the library should answer, by id, in the order of the list."""
    rows = yaml.safe_load((SEED / "topics.yaml").read_text(encoding="utf-8"))["topics"]
    found = (Topic(row["id"], row["title"], tuple(row["needs"]), row["review"], tuple(row["cues"])) for row in rows)
    return {topic.id: topic for topic in found}


def card(article: Article, language: str, *, today: date | None = None) -> str:
    """The article as a person reads it: a neutral first line, the text, its source, and who has still to review it."""
    closing = [
        t("article.source", language, sources="; ".join(article.sources)),
        t(f"article.since.{article.since}", language, day=day(article.valid_from, language)),
    ]
    if article.awaits_review:
        closing.append(t(f"article.awaiting.{article.review}", language))
    if article.state == "due" or (today is not None and today > article.review_by):
        closing.append(t("article.due", language))
    return "\n\n".join([t("article.opening", language), *article.body, "\n".join(closing)])


def parse(text: str, *, language: str) -> Article:
    """The article that a file's text describes; raises ArticleIsIncomplete where something is missing."""
    parts = text.split("---\n", 2)
    if len(parts) != 3 or parts[0]:
        raise ArticleIsIncomplete("An article starts with its front matter between two lines of three dashes.")
    front: dict[str, Any] = yaml.safe_load(parts[1])
    wanted = ("id", "title", "needs", "sources", "valid_from", "review_by", "state", "reviewer", "review")
    missing = [field for field in wanted if field not in front]
    if missing or not front["sources"] or front["state"] not in STATES:
        raise ArticleIsIncomplete(f"{front.get('id')}: missing {', '.join(missing) or 'a source or a known state'}.")
    body = tuple(paragraph.strip() for paragraph in parts[2].split("\n\n") if paragraph.strip())
    return Article(
        id=front["id"],
        title=front["title"],
        body=body,
        needs=tuple(front["needs"]),
        sources=tuple(front["sources"]),
        valid_from=front["valid_from"],
        review_by=front["review_by"],
        state=front["state"],
        reviewer=front["reviewer"],
        review=front["review"],
        language=language,
        since=front.get("since", "source"),
    )


def _read(path: Path) -> Article:
    return parse(path.read_text(encoding="utf-8"), language=path.parent.parent.name)
