"""The short texts that answer common questions: each says what is known, since when, and who still has to review it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from directory import article_front, facts
from directory.compiled import kept
from directory.seedfiles import load_table, load_yaml
from directory.wording import FALLBACK, LOCALES, day, t

SEED = Path(__file__).resolve().parent / "seed"
STATES = ("draft", "reviewed", "published", "due", "withdrawn")
STEPS = ("find", "talk", "article")
Words = tuple[tuple[str, ...], tuple[str, ...]]  # the short answer and what stands behind it, in paragraphs

_EMERGENCY = re.compile(r"\b11[1345]\b|\{value:\w+\}")  # emergency numbers, and amounts that say their own law
_COUNTS = re.compile(r"\d")
_MORE = re.compile(r"^## .+$", re.MULTILINE)

# What somebody in danger reads first. Nobody may find nothing here because a law was replaced.
OF_DANGER = frozenset(
    {"just-raped", "just-beaten", "held-by-owner", "trafficked-abroad", "want-to-die", "overdose", "images-leaked",
     "stopped-by-police"}
)  # fmt: skip
# Who we are and what we keep: whoever asks must never find nothing.
ABOUT_US = frozenset({"who-runs-this", "what-is-kept"})


class ArticleIsIncomplete(ValueError):
    """An article's file lacks something a reader must be told, for example its source.

    `field`: where to mend it; or the `line` of the file, where no field tells it.
    """

    def __init__(self, says: str, field: str = "", *, line: int = 0) -> None:
        super().__init__(says)
        self.field = field
        self.line = line


@dataclass(frozen=True, slots=True)
class Topic:
    """One question that people ask, whether or not its article is written yet."""

    id: str
    titles: Mapping[str, str]
    needs: tuple[str, ...]
    review: str  # who must check the text: doctor, lawyer, peer, none
    facts: tuple[str, ...]  # what the article rests on
    cues: tuple[str, ...]  # folded words; "a + b" means both, in any order
    tell: tuple[str, ...] = ()  # of its facts what the text must say: amounts by name, numbers
    surely: tuple[str, ...] = ()  # cues that decide alone in a short question, such as a national line by its number

    def title(self, language: str = FALLBACK) -> str:
        """The question in the person's language."""
        return self.titles.get(language) or self.titles.get(FALLBACK) or next(iter(self.titles.values()))


@dataclass(frozen=True, slots=True)
class NextStep:
    """What a reader can do next: find a place for a need, talk with somebody, or read another article."""

    kind: str  # one of STEPS
    subject: str = ""  # the code of a need, or the id of an article


@dataclass(frozen=True, slots=True)
class Article:
    """One text in one language, with what a reader may want to hold against it."""

    id: str
    title: str
    body: tuple[str, ...]  # short paragraphs: what is said first
    needs: tuple[str, ...]
    sources: tuple[str, ...]
    valid_from: date
    review_by: date
    state: str
    reviewer: str | None
    review: str
    language: str
    since: str = "source"  # what `valid_from` is: the day a "law" came into force, or the day of our "source"
    more: tuple[str, ...] = ()  # paragraphs for whoever wants to read on
    questions: tuple[str, ...] = ()  # how people ask it, as typed
    next: tuple[NextStep, ...] = ()
    facts: tuple[str, ...] = ()  # the facts it rests on (`facts.yaml`)
    valid_to: date | None = None
    reviewed_on: date | None = None
    audio: str | None = None  # a recording in `locales/<language>/audio/`
    cues: tuple[str, ...] = ()  # words that mean this topic; of the topics on the list they stand in `topics.yaml`

    @property
    def awaits_review(self) -> bool:
        """Whether nobody who may say so has called this text right yet."""
        return self.state == "draft" or self.reviewer is None


@dataclass(frozen=True, slots=True, eq=False)
class Library:
    """All articles that may be shown; withdrawn ones are not in it."""

    by_key: Mapping[tuple[str, str], Article]

    def get(self, id: str, language: str = FALLBACK) -> Article | None:
        """The article in this language, else in Vietnamese; None where it is not written."""
        return self.by_key.get((id, language)) or self.by_key.get((id, FALLBACK))

    def __iter__(self) -> Iterator[Article]:
        return iter(self.by_key.values())


@cache
def load() -> Library:
    """The library as the article files have it, read once; a file that cannot be read is left out.

    `donghanh check` names it. One slip of the pen must not keep everybody from everything else.
    """
    return kept("articles", lambda: shelve(_readable()), LOCALES)


def written(path: Path) -> str:
    """The text of an article's file, whatever editor wrote it. Raises ArticleIsIncomplete."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise ArticleIsIncomplete("The file is no text in UTF-8: save it as UTF-8.", "---") from None


def _readable() -> Iterator[Article]:
    for path in sorted(LOCALES.glob("*/articles/*.md")):
        with suppress(ArticleIsIncomplete):
            yield _read(path)


def _read(path: Path) -> Article:
    return parse(written(path), language=path.parent.parent.name)


def on_file(id: str, language: str) -> Article | None:
    """The text of the file, also of one that was taken back there; None where there is none that can be read."""
    if (shown := load().by_key.get((id, language))) is not None:
        return shown
    try:
        return _read(LOCALES / language / "articles" / f"{id}.md")
    except (ArticleIsIncomplete, FileNotFoundError):
        return None


def shelve(articles: Iterable[Article]) -> Library:
    """A library of these articles, without the withdrawn ones; a later text takes an earlier one's place."""
    shown = {(article.id, article.language): article for article in articles}
    return Library({key: article for key, article in shown.items() if article.state != "withdrawn"})


@cache
def topics() -> Mapping[str, Topic]:
    """Every question that the library should answer, by id, in the order of the list."""
    return kept("topics", _read_topics)


def _read_topics() -> dict[str, Topic]:
    rows = load_table(SEED / "topics.yaml")["topics"]
    found = (
        Topic(
            row["id"],
            row["title"],
            tuple(row["needs"]),
            row["review"],
            tuple(row["facts"]),
            tuple(row["cues"]),
            tuple(map(str, row.get("tell", ()))),
            tuple(row.get("surely", ())),
        )
        for row in rows
    )
    return {topic.id: topic for topic in found}


def topic_of(article: Article) -> Topic:
    """The topic an article stands for: that of the list; of a topic begun in the console the article itself tells."""
    known = topics().get(article.id)
    return known or Topic(article.id, {article.language: article.title}, article.needs, article.review, (), ())


def is_begun(id: str) -> bool:
    """Whether a topic was begun in the console: no list has it, nothing shipped has learnt of it."""
    return id not in topics()


def ids_of(library: Library) -> tuple[str, ...]:
    """Every topic: those of the list in its order, then those that were begun in the console."""
    return (*topics(), *sorted({article.id for article in library} - set(topics())))


def card(article: Article, language: str, *, today: date | None = None) -> str:
    """The article as a person reads it: a neutral first line, the text, its source, and who has still to review it."""
    day_ = today or article.valid_from
    closing = [t("article.source", language, sources="; ".join(article.sources)), since(article, language)]
    if article.awaits_review:
        closing.append(t(f"article.awaiting.{article.review}", language))
    said = [facts.fill(paragraph, language, day_) for paragraph in (*article.body, *article.more)]
    return "\n\n".join([t("article.opening", language), *said, *_notice(article, language, today), "\n".join(closing)])


def _notice(article: Article, language: str, today: date | None) -> Sequence[str]:
    """That the text is due to be looked at again, where it is; of a law, to ask somebody before relying on it."""
    if today is not None and may_be_over(article, today):
        return (t("article.over", language),)
    is_due = article.state == "due" or (today is not None and today > article.review_by)
    return (t("article.due", language),) if is_due else ()


def short(article: Article, language: str, *, today: date | None = None) -> str:
    """What is said first, on a small screen: the answer, in one calm line who has still to review it, and of numbers
    that come from no law the day of our source."""
    said = [facts.fill(paragraph, language, today or article.valid_from) for paragraph in article.body]
    parts = [t("article.opening", language), *said, *_notice(article, language, today)]
    closing = [t(f"article.awaiting.{article.review}", language)] if article.awaits_review else []
    if article.since == "source" and _COUNTS.search(_EMERGENCY.sub("", "\n".join(article.body))):
        closing.append(since(article, language))
    return "\n\n".join([*parts, "\n".join(closing)] if closing else parts)


def since(article: Article, language: str) -> str:
    """Since when it holds: the day of the law, of our source, or where no fact in it has a source, of its writing."""
    known = (facts.facts()[id] for id in article.facts if id in facts.facts())
    is_written = article.since == "source" and not any(one.is_sourced for one in known)
    key = "article.since.written" if is_written else f"article.since.{article.since}"
    return t(key, language, day=day(article.valid_from, language))


def read_on(article: Article, language: str, *, today: date | None = None) -> str:
    """What stands behind "read more": the rest of the text, its source and since when it holds."""
    closing = [t("article.source", language, sources="; ".join(article.sources)), since(article, language)]
    rest = [facts.fill(paragraph, language, today or article.valid_from) for paragraph in article.more]
    return "\n\n".join([*(rest or [t("article.that_is_all", language)]), "\n".join(closing)])


def is_over(article: Article, today: date) -> bool:
    """Whether what the text rests on no longer holds (a law that was replaced)."""
    return article.valid_to is not None and today > article.valid_to


def is_lawful(article: Article) -> bool:
    """Whether a law may end what it says: a lawyer must look at it, or it names a fact of law."""
    known = (facts.facts()[id] for id in article.facts if id in facts.facts())
    return article.since == "law" or article.review == "lawyer" or any(one.is_law for one in known)


def may_be_over(article: Article, today: date) -> bool:
    """Whether the law it rests on has ended, or nobody has looked in time: shown with a warning, a person offered."""
    return is_over(article, today) or (is_lawful(article) and today > article.review_by)


def is_hidden(article: Article, today: date, *, days: int) -> bool:
    """Whether a text that may be over has been warned about for so many days: then nobody is shown it any more.

    Never a text for somebody in danger, nor who we are and what we keep: these do not end with a law. They stay, with
    the warning.
    """
    if article.id in OF_DANGER or article.id in ABOUT_US:
        return False
    ends = (article.valid_to, article.review_by if is_lawful(article) else None)
    return any(end is not None and today > end + timedelta(days=days) for end in ends)


def parse(text: str, *, language: str) -> Article:
    """The article that a file's text describes; raises ArticleIsIncomplete where something is missing."""
    parts = text.split("---\n", 2)
    if len(parts) != 3 or parts[0]:
        says = "An article starts with its front matter between two lines of three dashes."
        raise ArticleIsIncomplete(says, "---")
    front = _front(parts[1])
    said, _, rest = _parted(parts[2])
    return Article(
        id=front["id"],
        title=front["title"],
        body=said,
        more=rest,
        needs=tuple(front["needs"]),
        sources=tuple(front["sources"]),
        valid_from=front["valid_from"],
        valid_to=front.get("valid_to"),
        review_by=front["review_by"],
        state=front["state"],
        reviewer=front["reviewer"],
        reviewed_on=front.get("reviewed_on"),
        review=front["review"],
        language=language,
        since=front.get("since", "source"),
        questions=tuple(map(str, front.get("questions") or ())),
        next=tuple(_step(front["id"], one) for one in front.get("next") or ()),
        facts=tuple(front.get("facts") or ()),
        audio=front.get("audio"),
        cues=tuple(map(str, front.get("cues") or ())),
    )


def words_in(text: str) -> Words | None:
    """The words of a file's text as persons read them; None where they cannot be told from its front matter."""
    parts = text.split("---\n", 2)
    if len(parts) != 3 or parts[0]:
        return None
    said, _, rest = _parted(parts[2])
    return said, rest


def _front(text: str) -> dict[str, Any]:
    import yaml  # here, for the reason given in `seedfiles`

    try:
        front = load_yaml(text)
    except yaml.YAMLError as problem:
        says, line = article_front.unread(problem)
        raise ArticleIsIncomplete(says, line=line) from None
    except ValueError:  # a day such as 2026-13-01
        field, says = article_front.wrong_day(text)
        raise ArticleIsIncomplete(f"{says}.", field) from None
    if (wrong := article_front.fault(front, STATES)) is not None:
        raise ArticleIsIncomplete(f"{wrong[1]}.", wrong[0])
    return dict(front)


def _parted(text: str) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """What is said first, and what stands below the first heading ("## Đọc thêm")."""
    found = _MORE.search(text)
    if found is None:
        return _paragraphs(text), "", ()
    return _paragraphs(text[: found.start()]), found[0], _paragraphs(text[found.end() :])


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(paragraph.strip() for paragraph in text.split("\n\n") if paragraph.strip())


def _step(id: str, written: Any) -> NextStep:
    """`talk`, `{find: health.pep}` or `{article: pep-too-late}`."""
    is_pair = isinstance(written, dict) and len(written) == 1
    kind, subject = next(iter(written.items())) if is_pair else (written, "")
    if kind not in STEPS or (kind == "talk") == bool(subject) or not isinstance(subject, str):
        raise ArticleIsIncomplete(f"{id}: a next step is talk, find: NEED or article: ID, not {written}.", "next")
    return NextStep(str(kind), str(subject))
