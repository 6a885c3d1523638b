"""Quarters of a year, each told only when it has ended: two tables of a running one would tell the days between."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from directory.wording import HCMC

_WRITTEN = re.compile(r"(20\d\d)Q([1-4])")


class NoQuarter(ValueError):
    """This is not written like a quarter, such as 2026Q1."""


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """Three months."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"

    @property
    def after(self) -> "Quarter":
        return Quarter(self.year + 1, 1) if self.number == 4 else Quarter(self.year, self.number + 1)

    @property
    def first_day(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    def has_ended(self, now: datetime) -> bool:
        """In Vietnam, where the days of the counters are."""
        return self.after.first_day <= now.astimezone(HCMC).date()


def parse(written: str) -> Quarter:
    """`2026Q1`. Raises NoQuarter."""
    found = _WRITTEN.fullmatch(written.strip().upper())
    if found is None:
        raise NoQuarter(written)
    return Quarter(int(found[1]), int(found[2]))


def of_year(year: int) -> tuple[Quarter, ...]:
    return tuple(Quarter(year, number) for number in (1, 2, 3, 4))


def of_day(day: date) -> Quarter:
    return Quarter(day.year, (day.month + 2) // 3)


def between(first: Quarter, last: Quarter) -> Iterator[Quarter]:
    """From `first` to `last`, both included."""
    while first <= last:
        yield first
        first = first.after
