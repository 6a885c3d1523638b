"""What articles rest on: facts with their public sources, and amounts that a law fixes from one day to another."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from directory.seedfiles import load_table
from directory.wording import FALLBACK, day, t

SEED = Path(__file__).resolve().parent / "seed"
MARKS = ("sourced", "old", "unsourced")
_NAMED = re.compile(r"\{value:(\w+)\}")
_NUMBER = re.compile(r"\d+(?:[.,/]\d+)*")


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact as its source gives it. `mark`: how far it can be trusted (MARKS)."""

    id: str
    says: str
    mark: str
    source: str
    # Numbers in `says` that have no source, though the rest has; with words (a pattern) beside which they may not stand
    # without saying so.
    unsourced: Mapping[str, str] = field(default_factory=dict)
    vi: str = ""  # the same in Vietnamese, for those who review; what counts for a source is `says`

    def told(self, language: str) -> str:
        """The fact as whoever reviews reads it."""
        return self.vi if language == FALLBACK and self.vi else self.says

    @property
    def numbers(self) -> frozenset[str]:
        """The numbers that its source gives."""
        return numbers_in(self.says) - self.unsourced.keys()

    @property
    def is_law(self) -> bool:
        return self.id.startswith("L")

    @property
    def is_sourced(self) -> bool:
        return self.mark == "sourced"


@dataclass(frozen=True, slots=True)
class Value:
    """An amount or term that a law fixes; it holds from `valid_from` to `valid_to` (None: until further notice).

    Where no source tells its first day, `seen` is the day of our source; without both it is known until `valid_to`.
    """

    name: str
    fact: str
    says: Mapping[str, str]
    law: Mapping[str, str]
    valid_from: date | None
    valid_to: date | None
    seen: date | None = None

    @property
    def is_bygone(self) -> bool:
        """Whether nobody knows if it still holds: it is said together with the last day that is known."""
        return self.valid_from is None and self.seen is None

    @property
    def days(self) -> tuple[date | None, date | None, date | None]:
        """Since when and until when it holds, and the day of the source."""
        return self.valid_from, self.valid_to, self.seen

    def holds_on(self, today: date) -> bool:
        is_begun = self.valid_from is None or self.valid_from <= today
        return is_begun and (self.valid_to is None or today <= self.valid_to)


@cache
def facts() -> Mapping[str, Fact]:
    """Every fact by its id. Source: `seed/facts.yaml`."""
    rows = load_table(SEED / "facts.yaml")["facts"]
    return {row["id"]: _fact(row) for row in rows}


@cache
def values() -> Mapping[str, Value]:
    """Every amount by its name. Source: `seed/values.yaml`."""
    rows = load_table(SEED / "values.yaml")["values"]
    made = (
        Value(one["name"], one["fact"], one["says"], one["law"], one["from"], one["to"], one.get("seen"))
        for one in rows
    )
    return {value.name: value for value in made}


def _fact(row: Mapping[str, Any]) -> Fact:
    unsourced = {str(number): str(words or "") for number, words in (row.get("unsourced") or {}).items()}
    return Fact(row["id"], row["says"], row["mark"], row["source"], unsourced, row.get("vi", ""))


def fill(text: str, language: str, today: date) -> str:
    """The text with every `{value:NAME}` said in full: the amount, by which law, since when.

    An amount that no longer holds is not said: the sentence tells that it has changed instead. One that nobody knows
    (a slip of the pen in a draft, a newer version without it) is said to have no source. Several amounts of one law in
    one paragraph name it once, in full: read aloud, four times the same is a wall.
    """
    return "\n\n".join(_filled(paragraph, language, today) for paragraph in text.split("\n\n"))


def _filled(paragraph: str, language: str, today: date) -> str:
    named = [values().get(name) for name in _NAMED.findall(paragraph)]
    said = iter(
        _said(value, language, today, after=before) for before, value in zip((None, *named), named, strict=False)
    )
    return _NAMED.sub(lambda _: next(said), paragraph)


def _said(value: Value | None, language: str, today: date, *, after: Value | None) -> str:
    """`after`: the amount just before it in the paragraph; what it says of the law is not said twice."""
    if value is None:
        return t("article.value_unknown", language)
    law = value.law.get(language) or value.law[FALLBACK]
    said = value.says.get(language) or value.says[FALLBACK]
    if after is not None and value.holds_on(today) and value.days == after.days:
        act, _, part = law.rpartition(", ")
        before = after.law.get(language) or after.law[FALLBACK]
        if law == before:
            return t("article.value_same", language, value=said)
        if act and act == before.rpartition(", ")[0]:
            return t("article.value_same_law", language, value=said, part=part)
    if value.is_bygone and value.valid_to is not None:
        return t("article.value_until", language, value=said, law=law, day=day(value.valid_to, language))
    if not value.holds_on(today):
        return t("article.value_over", language, law=law)
    if value.valid_from is None and value.seen is not None:
        return t("article.value_seen", language, value=said, law=law, day=day(value.seen, language))
    return t("article.value", language, value=said, law=law, day=day(value.valid_from or today, language))


def names_in(text: str) -> tuple[str, ...]:
    """The amounts that a text names."""
    return tuple(_NAMED.findall(text))


def numbers_in(text: str) -> frozenset[str]:
    """Every number of a text, without the signs inside it: `1.000` and `1,000` are one."""
    return frozenset(re.sub(r"[.,]", "", number) for number in _NUMBER.findall(_NAMED.sub(" ", text)))
