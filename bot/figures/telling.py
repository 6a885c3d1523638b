"""What is told of the counters: one table a year, the same whoever asks; who asks for less sees a part of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.figures import hiding
from bot.figures.counting import Counted, shape_of, values
from bot.figures.hiding import Values
from bot.figures.quarters import Quarter, between, of_year
from bot.figures.shape import Cell, Shape
from bot.figures.subjects import SUBJECTS, Subject

INSIDE, PUBLIC = 5, 11  # smaller numbers are hidden, but for the plain zero


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell as it is told: `n` is None where it is hidden."""

    time: str  # 2026Q1, or 2026
    place: str  # a province, `unknown`, or `all`
    subject: str
    line: str
    n: int | None


def ended(first: Quarter, last: Quarter, now: datetime) -> tuple[Quarter, ...]:
    """The quarters that can be told by now."""
    return tuple(one for one in between(first, last) if one.has_ended(now))


def tell(
    counted: Mapping[int, Counted], quarters: Collection[Quarter], *, below: int, places: Collection[str] | None = None
) -> tuple[Figure, ...]:
    """The figures of these quarters, and of a year where it is whole; of all places or of these.

    What is hidden never depends on what was asked for: otherwise two tables, one laid over the other, would tell it.
    A cell that is plainly zero is left out.
    """
    told: list[Figure] = []
    for year in sorted({one.year for one in quarters}):
        for subject in SUBJECTS:
            told += _of_year(subject, counted[year], year, quarters, below)
    return tuple(one for one in told if places is None or one.place in places)


def _of_year(
    subject: Subject, counted: Counted, year: int, wanted: Collection[Quarter], below: int
) -> list[Figure]:
    shape = shape_of(subject)
    asked = [one for one in of_year(year) if one in wanted]
    made = {one: values(subject, shape, counted, one) for one in of_year(year)}
    every, hidden = hidden_in(shape, tuple(made.values()), below)
    why = dict(zip(made, every, strict=True))
    told = [figure for one in asked for figure in _figures(str(one), subject, made[one], why[one])]
    if len(asked) == 4:
        sums = {cell: sum(cells[cell] for cells in made.values()) for cell in shape.cells()}
        told += _figures(str(year), subject, sums, hidden)
    return told


def hidden_in(
    shape: Shape, quarters: Sequence[Values], below: int
) -> tuple[tuple[frozenset[Cell], ...], frozenset[Cell]]:
    """The hidden cells of each quarter, and those of their year.

    What is hidden inside is hidden in public too: a number shown in one of the two tables alone would be the missing
    piece of a sum in the other, for a manager who has both.
    """
    why = [hiding.of_quarter(shape, values, below) for values in quarters]
    year: frozenset[Cell] = frozenset()
    if below > INSIDE:
        inner = [hiding.of_quarter(shape, values, INSIDE) for values in quarters]
        year = hiding.of_year(quarters, inner, INSIDE)
        why = [{**less, **more} for less, more in zip(inner, why, strict=True)]
    return tuple(map(frozenset, why)), year | hiding.of_year(quarters, why, below)


def _figures(
    time: str, subject: Subject, cells: Mapping[Cell, int], hidden: Collection[Cell]
) -> list[Figure]:
    return [
        Figure(time, place, subject.name, line, None if (place, line) in hidden else n)
        for (place, line), n in cells.items()
        if n or (place, line) in hidden
    ]

