"""What articles rest on: facts with their public sources, and amounts that a law fixes from one day to another."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from directory.seedfiles import load_yaml
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

    @property
    def is_sourced(self) -> bool:
        return self.mark == "sourced"


@dataclass(frozen=True, slots=True)
class Value:
    """An amount or term that a law fixes; it holds from `valid_from` to `valid_to` (None: until further notice)."""

    name: str
    fact: str
    says: Mapping[str, str]
    law: Mapping[str, str]
    valid_from: date
    valid_to: date | None

    def holds_on(self, today: date) -> bool:
        return self.valid_from <= today and (self.valid_to is None or today <= self.valid_to)


class UnknownValue(KeyError):
    """An article names an amount that `values.yaml` does not know."""


@cache
def facts() -> Mapping[str, Fact]:
    """Every fact by its id. Source: `seed/facts.yaml`."""
    rows = load_yaml((SEED / "facts.yaml").read_text("utf-8"))["facts"]
    return {row["id"]: Fact(row["id"], row["says"], row["mark"], row["source"]) for row in rows}


@cache
def values() -> Mapping[str, Value]:
    """Every amount by its name. Source: `seed/values.yaml`."""
    rows = load_yaml((SEED / "values.yaml").read_text("utf-8"))["values"]
    made = (Value(one["name"], one["fact"], one["says"], one["law"], one["from"], one["to"]) for one in rows)
    return {value.name: value for value in made}


def fill(text: str, language: str, today: date) -> str:
    """The text with every `{value:NAME}` said in full: the amount, by which law, since when. Raises UnknownValue.

    An amount that no longer holds is not said: the sentence tells that it has changed instead.
    """

    def say(found: "re.Match[str]") -> str:
        value = named(found[1])
        law = value.law.get(language) or value.law[FALLBACK]
        if not value.holds_on(today):
            return t("article.value_over", language, law=law)
        said = value.says.get(language) or value.says[FALLBACK]
        return t("article.value", language, value=said, law=law, day=day(value.valid_from, language))

    return _NAMED.sub(say, text)


def named(name: str) -> Value:
    """The amount of this name. Raises UnknownValue."""
    if name not in values():
        raise UnknownValue(name)
    return values()[name]


def names_in(text: str) -> tuple[str, ...]:
    """The amounts that a text names."""
    return tuple(_NAMED.findall(text))


def numbers_in(text: str) -> frozenset[str]:
    """Every number of a text, without the signs inside it: `1.000` and `1,000` are one."""
    return frozenset(re.sub(r"[.,]", "", number) for number in _NUMBER.findall(_NAMED.sub(" ", text)))
