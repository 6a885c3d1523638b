"""Reads the counters that a period needs and tells its figures."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from bot.figures.counting import Counted, count
from bot.figures.quarters import Quarter, of_year
from bot.figures.telling import Figure, tell


@dataclass(frozen=True, slots=True)
class Asked:
    """The quarters that can be told, and what was counted in their years."""

    quarters: Sequence[Quarter]
    counted: dict[int, Counted]

    @property
    def times(self) -> tuple[str, ...]:
        """The quarters in order, each whole year behind its own."""
        found = []
        for one in self.quarters:
            found.append(str(one))
            if one.number == 4 and set(of_year(one.year)) <= set(self.quarters):
                found.append(str(one.year))
        return tuple(found)

    def figures(self, *, below: int, places: Collection[str] | None = None) -> tuple[Figure, ...]:
        return tell(self.counted, self.quarters, below=below, places=places)


def ask(connection: Connection, quarters: Sequence[Quarter]) -> Asked:
    """The one look at the database; everything behind it is computed from this."""
    return Asked(quarters, {year: count(connection, year) for year in sorted({one.year for one in quarters})})
