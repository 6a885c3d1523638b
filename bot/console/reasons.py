"""What was understood of a message and why, laid out for a page in the words of whoever mends the tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot import understanding
from bot.understanding import Meaning
from bot.understanding.trying import Changed, differing
from directory import articles, needs, places
from directory.adding import Addition
from directory.reading import Token, read
from directory.wording import t

MOST = 8  # of everything that is listed


@dataclass(frozen=True, slots=True)
class Shown:
    """One message: its meaning, each written word with what became of it, and the reasons as `explain` gives them."""

    meaning: Meaning
    words: tuple[Token, ...]
    why: dict[str, Any]

    @property
    def changed_words(self) -> tuple[Token, ...]:
        return tuple(word for word in self.words if word.how)


def of(meaning: Meaning) -> Shown:
    """Everything the page shows of one message; read with the same additions as the meaning was."""
    why: dict[str, Any] = dict(understanding.explain(meaning))
    return Shown(meaning, read(meaning.text).explained(), why)


def danger(meaning: Meaning, language: str) -> str:
    """`ngay lúc này (luật: beaten-by)`."""
    level = t(f"console.understood.level.{meaning.danger.level}", language)
    asked = f" · {t('console.understood.asked', language)}" if meaning.danger.doubt else ""
    because = meaning.danger.rule or meaning.danger.source
    return f"{level}{asked} ({because})" if because else level


def said(field: str, meaning: Meaning, language: str) -> str:
    """One side of the meaning in words."""
    none = t("console.understood.nothing", language)
    match field:
        case "danger":
            return danger(meaning, language)
        case "needs":
            return _list([f"{needs.label(one.code, language)} {one.score:.2f}" for one in meaning.needs]) or none
        case "places":
            doubt = f" · {t('console.understood.asks_place', language)}" if meaning.place_is_ambiguous else ""
            return (_list([places.name_of(one.key, language) for one in meaning.places]) or none) + doubt
        case "articles":
            topics = articles.topics()
            names = {id: topics[id].title(language) if id in topics else id for id, _ in meaning.articles}
            return _list([f"{names[id]} {score:.2f}" for id, score in meaning.articles]) or none
    return meaning.intent or none


def between(before: Meaning, after: Meaning, language: str) -> list[tuple[str, str, str]]:
    """(field, before, after) for whatever differs."""
    return [(name, said(name, before, language), said(name, after, language)) for name in differing(before, after)]


def change(one: Changed, language: str) -> dict[str, Any]:
    """One example that is understood otherwise."""
    name = one.example.of
    if one.example.what == "need":
        name = needs.label(name, language)
    elif one.example.what == "topic":
        name = articles.topics()[name].title(language)
    return {
        "text": one.example.text,
        "what": one.example.what,
        "of": name,
        "is_worse": one.is_worse,
        "rows": between(one.before, one.after, language),
    }


def target(one: Addition, language: str) -> str:
    """What an addition means, as people call it."""
    if one.kind != "phrase":
        return one.means
    if one.means in needs.NEEDS:
        return needs.label(one.means, language)
    topic = articles.topics().get(one.means)
    return topic.title(language) if topic else one.means


def _list(parts: Sequence[str]) -> str:
    more = "" if len(parts) <= MOST else f" … +{len(parts) - MOST}"
    return "; ".join(parts[:MOST]) + more
