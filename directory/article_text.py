"""Writes an article as the text of its file, so that what the console keeps and what the files hold is one form."""

import json
from datetime import date

from directory.articles import Article, NextStep
from directory.wording import t


def render(article: Article) -> str:
    """The whole text of an article's file; `articles.parse` reads it back as the same article."""
    front = [
        ("id", article.id),
        ("title", _quoted(article.title)),
        ("needs", _row(article.needs)),
        ("questions", _list(article.questions)),
        ("cues", _list(article.cues) if article.cues else ""),
        ("facts", _row(article.facts)),
        ("sources", _list(article.sources)),
        ("valid_from", _day(article.valid_from)),
        ("valid_to", _day(article.valid_to)),
        ("review_by", _day(article.review_by)),
        ("since", article.since),
        ("state", article.state),
        ("review", article.review),
        ("reviewer", article.reviewer or "null"),
        ("reviewed_on", _day(article.reviewed_on)),
        ("next", f"[{', '.join(step_text(step, braces=True) for step in article.next)}]"),
        ("audio", _quoted(article.audio) if article.audio else ""),
    ]
    optional = ("cues", "valid_to", "reviewed_on", "audio")
    head = "\n".join(_field(name, said) for name, said in front if said or name not in optional)
    rest = f"\n\n## {t('ask.more', article.language)}\n\n" + "\n\n".join(article.more) if article.more else ""
    return f"---\n{head}\n---\n" + "\n\n".join(article.body) + rest + "\n"


def step_text(step: NextStep, *, braces: bool = False) -> str:
    """A next step as it is written: `talk`, `find: health.pep`, `article: prep-what`."""
    if not step.subject:
        return step.kind
    return f"{{{step.kind}: {step.subject}}}" if braces else f"{step.kind}: {step.subject}"


def _field(name: str, said: str) -> str:
    return f"{name}:{said}" if said.startswith("\n") else f"{name}: {said}"


def _list(lines: tuple[str, ...]) -> str:
    return "".join(f"\n  - {_quoted(line)}" for line in lines) or "[]"


def _row(words: tuple[str, ...]) -> str:
    return f"[{', '.join(words)}]"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""
