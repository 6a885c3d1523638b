"""The form of an article: what is typed becomes an article, and an article becomes what stands in the form."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from bot.console.layout import Visit
from directory import article_text, articles
from directory.articles import Article, ArticleIsIncomplete, NextStep
from directory.findings import Finding

LONG = ("body", "more", "questions", "cues", "sources", "next")
SHORT = ("title", "facts", "valid_from", "valid_to", "review_by", "since", "audio")
LONGEST = 12_000  # characters of one field; the check says long before how much may stand there

Form = Mapping[str, str]


def show(article: Article) -> Form:
    """The form as it stands before anybody types."""
    return {
        "title": article.title,
        "body": "\n\n".join(article.body),
        "more": "\n\n".join(article.more),
        "questions": "\n".join(article.questions),
        "cues": "\n".join(article.cues),
        "sources": "\n".join(article.sources),
        "next": "\n".join(map(article_text.step_text, article.next)),
        "facts": ", ".join(article.facts),
        "valid_from": article.valid_from.isoformat(),
        "valid_to": article.valid_to.isoformat() if article.valid_to else "",
        "review_by": article.review_by.isoformat(),
        "since": article.since,
        "audio": article.audio or "",
    }


def read(visit: Visit, before: Article) -> tuple[Form, Article, tuple[Finding, ...]]:
    """(what was typed, the article it means, what stands in the way of keeping it).

    Id, needs and who must review come from the list of topics: no form changes them.
    """
    form = {name: visit.given(name, most=LONGEST).replace("\r\n", "\n") for name in (*LONG, *SHORT)}
    wrong: list[Finding] = []
    topic = articles.topic_of(before)
    article = replace(
        before,
        title=" ".join(form["title"].split()),
        body=_paragraphs(form["body"]),
        more=_paragraphs(form["more"]),
        questions=tuple(dict.fromkeys(_lines(form["questions"]))),
        cues=tuple(dict.fromkeys(line.lower() for line in _lines(form["cues"]))),
        sources=_lines(form["sources"]),
        next=_steps(form["next"], wrong),
        facts=tuple(form["facts"].replace(",", " ").split()),
        valid_from=_day(form, "valid_from", wrong) or before.valid_from,
        valid_to=_day(form, "valid_to", wrong) if form["valid_to"] else None,
        review_by=_day(form, "review_by", wrong) or before.review_by,
        since=form["since"] if form["since"] in ("law", "source") else before.since,
        audio=form["audio"] or None,
        needs=topic.needs,
        review=topic.review,
    )
    if not article.sources:
        wrong.append(Finding("sources", "", "no_source"))
    if not article.title:
        wrong.append(Finding("title", "", "no_title"))
    return form, article, tuple(wrong) or _unlike(article)


def _unlike(article: Article) -> tuple[Finding, ...]:
    """What is kept must be read back as what was typed; a heading inside the answer, for example, is not."""
    try:
        is_same = articles.parse(article_text.render(article), language=article.language) == article
    except (ArticleIsIncomplete, ValueError, TypeError):
        is_same = False
    return () if is_same else (Finding("body", "", "heading"),)


def _paragraphs(text: str) -> tuple[str, ...]:
    lines = "\n".join(line.strip() for line in text.splitlines())
    return tuple(part.strip() for part in lines.split("\n\n") if part.strip())


def _lines(text: str) -> tuple[str, ...]:
    return tuple(" ".join(line.split()) for line in text.splitlines() if line.strip())


def _steps(text: str, wrong: list[Finding]) -> tuple[NextStep, ...]:
    found = []
    for line in _lines(text):
        kind, _, subject = (part.strip() for part in line.partition(":"))
        if kind not in articles.STEPS or (kind == "talk") == bool(subject):
            wrong.append(Finding("next", line, "next_form"))
            continue
        found.append(NextStep(kind, subject))
    return tuple(found)


def _day(form: Form, name: str, wrong: list[Finding]) -> date | None:
    try:
        return date.fromisoformat(form[name])
    except ValueError:
        wrong.append(Finding(name, form[name], "date"))
        return None
