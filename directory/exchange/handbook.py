"""The directory as a printed handbook: by place and by need, every entry with the day of its check, a silent cover."""

import io
import json
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import Any

import segno

from directory import needs, places
from directory.exchange import setting
from directory.exchange.cards import Card
from directory.exchange.entries import Entry, entries
from directory.exchange.setting import NotPrinted
from directory.listings import Listing
from directory.wording import day, t

FORMS = ("a5", "a6", "large")

__all__ = ["FORMS", "NotPrinted", "make"]


def make(
    listings: Iterable[Listing],
    *,
    on: date,
    form: str = "a5",
    province: str = "",
    need: str = "",
    chat: str = "",
    language: str = "vi",
    cards: Sequence[Card] = (),
) -> bytes:
    """The PDF. `chat` is the address behind the QR code; without one there is none. Raises NotPrinted."""
    chosen = entries(listings, on=on, language=language, province=province, need=need)
    if not chosen:
        raise NotPrinted(t("exchange.book.empty", language))
    told = _told(chosen, on=on, form=form, need=need, chat=chat, language=language)
    told |= _cards(cards, language)
    files = {"handbook.json": json.dumps(told, ensure_ascii=False)}
    if chat:
        drawn = io.BytesIO()
        segno.make(chat, error="m").save(drawn, kind="svg", border=2)
        files["chat.svg"] = drawn.getvalue().decode()
    return setting.make("handbook", files)


def _told(chosen: Sequence[Entry], *, on: date, form: str, need: str, chat: str, language: str) -> dict[str, Any]:
    """Everything that is printed, as plain texts."""
    names = places.provinces()
    codes = [need] if need else [code for code in needs.NEEDS if any(code in one.needs for one in chosen)]
    by_province = [(code, list(many)) for code, many in groupby(chosen, key=lambda one: one.province)]
    return {
        "form": form,
        "language": language,
        "title": t("exchange.book.title", language),
        "edition": t("exchange.book.edition", language, date=day(on, language)),
        "note": t("exchange.book.note", language),
        "by_place": t("exchange.book.by_place", language),
        "by_need": t("exchange.book.by_need", language),
        "chat": chat,
        "chat_said": t("exchange.book.chat", language),
        "qr": "chat.svg" if chat else None,
        "places": [
            {
                "id": f"place-{code}",
                "name": names[code],
                "areas": _areas(many),
                "entries": [_entry(one) for one in many],
            }
            for code, many in by_province
        ],
        "needs": [
            {
                "name": needs.label(code, language),
                "entries": [
                    {
                        "id": f"listing-{one.id}",
                        "service": setting.soft(one.service),
                        "where": ", ".join(filter(None, (one.area, names[one.province]))),
                    }
                    for one in mine
                ],
            }
            for code in codes
            if (mine := [one for one in chosen if code in one.needs])
        ],
    }


def _cards(cards: Sequence[Card], language: str) -> dict[str, Any]:
    """The small cards by number; what stands on the one with the numbers is said in full."""
    return {
        "by_card": t("exchange.book.by_card", language) if cards else "",
        "card_note": t("exchange.book.card_note", language) if cards else "",
        "cards": [
            {
                "number": f"{one.number:02}",
                "title": setting.soft(one.title),
                "paragraphs": [setting.soft_lines(part) for part in one.paragraphs] if not one.number else [],
            }
            for one in cards
        ],
    }


def _areas(many: Sequence[Entry]) -> list[dict[str, str]]:
    """Each place of a province with its first listing."""
    first: dict[str, str] = {}
    for one in many:
        if one.area:
            first.setdefault(one.area, f"listing-{one.id}")
    return [{"name": area[:1].upper() + area[1:], "id": id} for area, id in first.items()]


def _entry(one: Entry) -> dict[str, Any]:
    return {
        "id": f"listing-{one.id}",
        "service": setting.soft(one.service),
        "organisation": setting.soft(one.organisation),
        "needs": one.needs_said,
        "place": setting.soft(one.place),
        "hours": one.hours,
        "phones": list(one.phones),
        "texts": [setting.soft(text) for text in one.texts],
        "checked": one.checked,
    }
