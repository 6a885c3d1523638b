"""Small cards to share: what an article says first, and the numbers for danger; as text, as A6 with a silent face."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from directory import articles, lines, needs
from directory.articles import Article, Library
from directory.exchange import setting
from directory.exchange.setting import NotPrinted
from directory.wording import HCMC, day, t

NUMBERS = "numbers"  # the id of the card with the numbers
# What the numbers are for, in this order: needs, then situations (`lines.yaml`).
TROUBLES = ("health.emergency", "violence.physical", "violence.partner", "shelter.refuge", "legal.aid")
SITUATIONS = ("minor_harmed", "abroad")
MOST_LINES = 26  # of what is said on one printed side

__all__ = ["NUMBERS", "Card", "NotPrinted", "as_text", "emergency", "everything", "make", "of_article"]


@dataclass(frozen=True, slots=True)
class Card:
    """One card: its number on the silent face, and what stands on the other side."""

    id: str
    number: int
    title: str
    paragraphs: tuple[str, ...]
    foot: tuple[str, ...]


def everything(
    library: Library, *, now: datetime, days: int, recorded: Collection[str] | None, language: str = "vi"
) -> tuple[Card, ...]:
    """The numbers first, then every article that persons are shown, in the order of the list of topics.

    `days`: how long a text that may be over is still shown. `recorded`: lines with a recorded test call.
    """
    today = now.astimezone(HCMC).date()
    made = [emergency(now=now, recorded=recorded, language=language)]
    for at, id in enumerate(articles.ids_of(library), 1):
        found = library.get(id, language)
        if found is not None and not articles.is_hidden(found, today, days=days):
            made.append(of_article(found, number=at, today=today))
    return tuple(made)


def of_article(article: Article, *, number: int, today: date) -> Card:
    """What is said first, its source, since when it holds and who has still to look: no less than the chat says."""
    language = article.language
    _opening, *said = articles.short(article, language, today=today).split("\n\n")
    foot = (
        t("article.source", language, sources="; ".join(article.sources)),
        articles.since(article, language),
        t("exchange.card.printed", language, day=day(today, language)),
    )
    return Card(article.id, number, article.title, tuple(said), foot)


def emergency(*, now: datetime, recorded: Collection[str] | None, language: str = "vi") -> Card:
    """The numbers that may be shown, by trouble, each with what to know before it."""
    said = [part for part in _troubles(now, recorded, language) if part]
    printed = t("exchange.card.printed", language, day=day(now.astimezone(HCMC).date(), language))
    return Card(NUMBERS, 0, t("exchange.card.numbers", language), tuple(said), (printed,))


def _troubles(now: datetime, recorded: Collection[str] | None, language: str) -> Iterator[str]:
    said: set[str] = set()
    wanted = [((code,), (), needs.label(code, language)) for code in TROUBLES]
    wanted += [((), (name,), t(f"exchange.card.{name}", language)) for name in SITUATIONS]  # type: ignore[misc]
    for codes, situations, title in wanted:
        found = lines.for_trouble(needs=codes, situations=situations, province=None, now=now, recorded=recorded)
        # A card is read at any hour: what does not answer at this one is not last, and says when it does.
        told = lines.card([replace(line, is_open=True) for line in found], language)
        if told and told not in said:
            said.add(told)
            yield f"{title}\n{told}"


def as_text(card: Card) -> str:
    """A card to copy into any chat."""
    return "\n\n".join((card.title, *card.paragraphs, "\n".join(card.foot)))


def _sides(card: Card) -> tuple[Card, ...]:
    """The card, or two of the same number where its lines would have to be too small to read at night."""
    lengths = [part.count("\n") + 1 for part in card.paragraphs]
    if sum(lengths) <= MOST_LINES:
        return (card,)
    cut = min(range(1, len(lengths)), key=lambda at: max(sum(lengths[:at]), sum(lengths[at:])), default=1)
    parts = (card.paragraphs[:cut], card.paragraphs[cut:])
    return tuple(replace(card, title=f"{card.title} ({at}/2)", paragraphs=part) for at, part in enumerate(parts, 1))


def make(cards: Sequence[Card], *, language: str = "vi") -> bytes:
    """The PDF: for each card a silent face and, behind it, what it says. Raises NotPrinted."""
    if not cards:
        raise NotPrinted(t("exchange.card.none", language))
    told: dict[str, Any] = {
        "language": language,
        "face": t("exchange.card.face", language),
        "cards": [
            {
                "number": f"{card.number:02}",
                "title": setting.soft(card.title),
                "paragraphs": [setting.soft_lines(part) for part in card.paragraphs],
                "foot": [setting.soft(part) for part in card.foot],
            }
            for whole in cards
            for card in _sides(whole)
        ],
    }
    return setting.make("cards", {"cards.json": json.dumps(told, ensure_ascii=False)})
