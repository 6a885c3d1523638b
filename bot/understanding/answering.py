"""What a question is answered with: one article at once, or a few to choose from; one rule for chat and command."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot import understanding
from directory import answers, articles, needs
from directory.answers import Candidates, Said
from directory.articles import Article, Library
from directory.needs import NeedGuess
from directory.reading import Reading, read
from directory.wording import t

# Where nobody was harmed it must be the likeliest, and rather meant than not: "uống vitamin c có tác dụng gì" is not.
MEANT = 0.6
SOUGHT = 0.75
_PLAINLY, _MOST = 0.95, 3  # so surely do words state a need; so many articles are offered at once


@dataclass(frozen=True, slots=True)
class ArticleHit:
    """One article that answers, as a person would read it."""

    id: str
    title: str
    score: float
    answer: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the library says to a question, best first. `is_told`: the first is told without asking back which is meant;
    `abstained`: nothing fits."""

    articles: tuple[ArticleHit, ...]
    is_told: bool
    abstained: bool


def is_told_at_once(
    reading: Reading, found: Candidates, shown: Sequence[str], *, said: Said, stated: Sequence[NeedGuess]
) -> bool:
    """Whether the first article is told without asking back. The only one that fits may fit badly: "trẻ mấy tháng mọc
    răng" is a little like a late period. So may any where something is named that no article is about."""
    if needs.names_other(reading) and answers.phrasing_of(reading) is None:
        return False
    if found.is_sure or found.is_guess or len(shown) != 1:
        return found.is_sure
    return dict(said.best).get(shown[0], 0.0) >= MEANT or _is_of_the_need(shown[0], said, stated)


def with_stated(shown: Sequence[str], stated: Sequence[NeedGuess], is_there: Callable[[str], bool]) -> Sequence[str]:
    """What may be meant; where words state a need that none of it is about, the article that is goes first."""
    known = articles.topics()
    if not stated or stated[0].score < _PLAINLY or any(map(articles.is_begun, shown)):
        return shown
    code = stated[0].code
    if any(code in known[id].needs for id in shown if id in known):
        return shown
    main = main_of(code)
    return (main, *shown[: _MOST - 1]) if main is not None and is_there(main) else shown


def main_of(code: str) -> str | None:
    """The article that is about this need before all others; none where the need has no article of its own."""
    if code == "legal.aid":
        return "legal-aid-free"  # three topics are about it first; this one is about getting it
    return next((id for id, topic in articles.topics().items() if topic.needs[:1] == (code,)), None)


def answer(text: str, *, library: Library | None = None, today: date, days: int) -> Answer:
    """What whoever asks this is answered with, in the language it is asked in; a topic without an article says
    honestly that there is none. `days`: how long a text that may be over is still shown."""
    shelf, meaning = library or answers.shipped(), understanding.read(text)
    language, reading = meaning.language, read(text)
    said = meaning.said if meaning.said is not None and shelf is answers.shipped() else None
    said = said or answers.said(reading, library=shelf, heard=meaning.heard)

    def there(id: str) -> Article | None:
        known = shelf.get(id, language)
        return known if known is not None and not articles.is_hidden(known, today, days=days) else None

    def hits(ids: Sequence[str]) -> tuple[ArticleHit, ...]:
        scores = _falling(ids, {**dict(said.by_words), **dict(said.best)})
        return tuple(_hit(id, score, there(id), language, today) for id, score in scores)

    found = answers.find(reading, library=shelf, known=said)
    shown: Sequence[str] = [id for id in found.ids if there(id)]
    if not shown:
        missing = [id for id in found.ids if not articles.is_begun(id)][:1]  # no text yet, which is said
        return Answer(hits(missing), bool(missing), not missing)
    is_told = is_told_at_once(reading, found, shown, said=said, stated=meaning.needs)
    if not is_told:
        shown = with_stated(shown, meaning.needs, lambda id: there(id) is not None)
    return Answer(hits(shown), is_told, False)


def as_json(text: str, answered: Answer) -> dict[str, Any]:
    """The answer in the shape that `ask --json` promises."""
    hits = [{"id": hit.id, "title": hit.title, "score": hit.score, "answer": hit.answer} for hit in answered.articles]
    return {"query": text, "articles": hits, "told": answered.is_told, "abstained": answered.abstained}


def _falling(ids: Sequence[str], known: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """None has a higher score than the one before it: they stand in the order in which they are offered."""
    most = 1.0
    for id in ids:
        most = min(most, known.get(id, most))
        yield id, most


def _hit(id: str, score: float, article: Article | None, language: str, today: date) -> ArticleHit:
    if article is None:
        return ArticleHit(id, articles.topics()[id].title(language), score, t("article.not_written", language))
    return ArticleHit(id, article.title, score, articles.card(article, article.language, today=today))


def _is_of_the_need(id: str, said: Said, stated: Sequence[NeedGuess]) -> bool:
    """ "Về bệnh lậu" sounds like no question; its words are those of the article, and of the need it is about."""
    wanted = {guess.code for guess in stated if guess.score >= SOUGHT}
    return id in dict(said.by_words) and not wanted.isdisjoint(articles.topics()[id].needs)
