"""Every sentence for people comes from here: catalogues by language, dates and hours as people read them."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

HCMC = ZoneInfo("Asia/Ho_Chi_Minh")
LOCALES = Path(__file__).resolve().parent.parent / "locales"
FALLBACK = "vi"


class MissingWording(KeyError):
    """A sentence is missing from the catalogues, in the language asked for and in Vietnamese."""


def t(key: str, language: str = "vi", /, **values: object) -> str:
    """The sentence `key` in `language` (Vietnamese if it has none), with its `{placeholders}` filled."""
    sentence = catalogue(language).get(key)
    if not sentence:
        sentence = _borrowed(key, language)
    if not values:
        return sentence
    try:
        return sentence.format_map(values)
    except (LookupError, ValueError):  # a translation that lost its braces: `donghanh locale status` names it
        if language == FALLBACK:
            raise
        return _borrowed(key, language).format_map(values)


def _borrowed(key: str, language: str) -> str:
    """The Vietnamese sentence, marked as such for whoever asked for another language."""
    sentence = catalogue(FALLBACK).get(key)
    if sentence is None:
        raise MissingWording(key)
    mark = catalogue(FALLBACK)["language.borrowed"]
    return sentence if language == FALLBACK else f"{mark} {sentence}"


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """All sentences of one language, from every `.po` file of its folder; a key in two files is an error."""
    from babel.messages.pofile import read_po  # here, because whoever only understands messages says nothing

    found: dict[str, str] = {}
    for path in sorted((LOCALES / language / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language, abort_invalid=True):
                if message.id and message.string:
                    key = str(message.id)
                    if key in found:
                        raise ValueError(f"{key} stands twice in the {language} catalogues: see {path.name}.")
                    found[key] = str(message.string)
    return found


@cache
def languages() -> tuple[str, ...]:
    """The languages with a catalogue; a language is a folder."""
    return tuple(sorted(path.name for path in LOCALES.iterdir() if (path / "LC_MESSAGES").is_dir()))


def texts_in() -> tuple[str, ...]:
    """The languages in which a listing's texts can be written: every folder, ours first."""
    return tuple(sorted(languages(), key=lambda code: (code != FALLBACK, code != "en", code)))


def keys(language: str = FALLBACK) -> frozenset[str]:
    """Every key of one language."""
    return frozenset(catalogue(language))


def clock_time(moment: datetime) -> str:
    """`21:05`, in Vietnam."""
    return moment.astimezone(HCMC).strftime("%H:%M")


def day(value: date, language: str = "vi") -> str:
    """A date as people read it: `2/10/2026` or `2 Oct 2026`."""
    if language == "vi":
        return f"{value.day}/{value.month}/{value.year}"
    from babel.core import UnknownLocaleError  # here, for the same reason as in `catalogue`
    from babel.dates import format_date

    try:
        return format_date(value, "d MMM y", locale=language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):  # a language that no table of dates knows: Tày, Thái, Mông
        return value.isoformat()


def count_syllables(sentence: str) -> int:
    """Groups of letters between spaces, as the wording rules count them."""
    return sum(1 for word in sentence.split() if any(letter.isalnum() for letter in word))


def sentences(text: str) -> list[str]:
    """The sentences of a text: ended by . ! ? … : or a line break."""
    parts: list[str] = []
    for line in text.splitlines():
        current = ""
        words = line.split()
        for word in words:
            current = f"{current} {word}".strip()
            if word[-1] in ".!?…:;":
                parts.append(current)
                current = ""
        if current:
            parts.append(current)
    return parts
