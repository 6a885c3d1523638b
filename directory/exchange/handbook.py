"""The directory as a printed handbook: by place and by need, every entry with the day of its check, a silent cover."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import segno

from directory import needs, places
from directory.exchange import press
from directory.exchange.entries import Entry, entries
from directory.exchange.offline import TEMPLATES
from directory.listings import Listing
from directory.wording import day, t

FORMS = ("a5", "a6", "large")
_LONGEST_WORD = 24  # longer ones get places where a line may break


class NotPrinted(Exception):
    """The handbook could not be made; the message says why."""


def make(
    listings: Iterable[Listing],
    *,
    on: date,
    form: str = "a5",
    province: str = "",
    need: str = "",
    chat: str = "",
    language: str = "vi",
) -> bytes:
    """The PDF. `chat` is the address behind the QR code; without one there is none. Raises NotPrinted."""
    chosen = entries(listings, on=on, language=language, province=province, need=need)
    if not chosen:
        raise NotPrinted(t("exchange.book.empty", language))
    told = _told(chosen, on=on, form=form, need=need, chat=chat, language=language)
    with tempfile.TemporaryDirectory() as folder:
        return _set(Path(folder), told, chat)


def _told(
    chosen: Sequence[Entry], *, on: date, form: str, need: str, chat: str, language: str
) -> dict[str, Any]:
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
                "entries": [{"id": f"listing-{one.id}", "service": _soft(one.service)} for one in mine],
            }
            for code in codes
            if (mine := [one for one in chosen if code in one.needs])
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
        "service": _soft(one.service),
        "organisation": _soft(one.organisation),
        "needs": one.needs_said,
        "place": _soft(one.place),
        "hours": one.hours,
        "phones": list(one.phones),
        "texts": [_soft(text) for text in one.texts],
        "checked": one.checked,
    }


def _soft(text: str) -> str:
    """A word too long for a narrow page may be broken anywhere."""
    words = ("\u200b".join(word) if len(word) > _LONGEST_WORD else word for word in text.split())
    return " ".join(words)


def _set(folder: Path, told: dict[str, Any], chat: str) -> bytes:
    source, out = folder / "handbook.typ", folder / "handbook.pdf"
    shutil.copy(TEMPLATES / "handbook.typ", source)
    (folder / "handbook.json").write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    if chat:
        segno.make(chat, error="m").save(str(folder / "chat.svg"), border=2)
    command = [sys.executable, "-I", press.__file__, str(source), str(out)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=press.MOST_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise NotPrinted(f"The handbook was not ready after {press.MOST_SECONDS} seconds: print fewer.") from None
    if b"No module named 'typst'" in done.stderr:
        raise NotPrinted("The setter is missing: install the service with its part “print”.")
    if done.returncode != 0 or not out.exists():
        raise NotPrinted(f"The setter ended with {done.returncode}: print fewer, or look at its version.")
    return out.read_bytes()
