"""Where the headers of a table stand and what each means: below titles, in two rows, in people's words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from directory.exchange.rows import NEEDED, column_of
from directory.reading import fold

LOOKED_AT = 20  # rows that are not empty, until the headers have to come
_BRACKETS = re.compile(r"\([^()]*\)")
BESIDE = "\x01"  # stands before what a cell says only because it is merged with the one before it


@dataclass(frozen=True, slots=True)
class Header:
    """Our column over each cell, or None; and what stands there, for those who look for a header nobody knows."""

    columns: tuple[str | None, ...]
    said: tuple[str, ...]
    rows: int = 1  # over how many rows it reaches

    @property
    def lacks(self) -> frozenset[str]:
        return NEEDED - {name for name in self.columns if name}

    @property
    def twice(self) -> frozenset[str]:
        return frozenset(name for name in self.columns if name and self.columns.count(name) > 1)

    def part(self, start: int, end: int | None = None) -> "Header":
        """Only some of its cells."""
        return Header(self.columns[start:end], self.said[start:end], self.rows)

    def of(self, name: str) -> str:
        """What stands over the cell of one of our columns; its own name where there is none."""
        return self.said[self.columns.index(name)] if name in self.columns else name


def find(rows: Sequence[Sequence[str]]) -> tuple[int, Header] | None:
    """The first of these rows that names every column that is needed, by itself or with the row below it."""
    for at, row in enumerate(rows):
        alone, below = read(row), rows[at + 1] if at + 1 < len(rows) else ()
        both = _over(row, below)
        if not alone.lacks:
            return at, both if _goes_on(alone, row, below) and not both.lacks else alone
        if not both.lacks and any(alone.columns):
            return at, both
    return None


def beside(header: Header) -> tuple[tuple[int, Header], ...]:
    """A header, or those of tables that stand side by side, each with its first column; empty where columns are named
    twice and nothing tells where one table ends.

    A table ends with an empty column, or where the next one begins with the same column.
    """
    if not header.twice:
        return ((0, header),)
    again = next(at for at, name in enumerate(header.columns) if name and name in header.columns[:at])
    gap = next((at + 1 for at in range(again - 1, 0, -1) if not (header.columns[at] or header.said[at])), None)
    first = next(name for name in header.columns if name)
    at = gap if gap is not None else again if header.columns[again] == first else None
    if at is None or header.part(0, at).lacks or header.part(at).lacks:
        return ()
    more = beside(header.part(at))
    return ((0, header.part(0, at)), *((at + start, one) for start, one in more)) if more else ()


def _goes_on(header: Header, row: Sequence[str], below: Sequence[str]) -> bool:
    """Whether the row below says more of the headers: nothing new where every listing has to say something."""
    here = dict(zip(header.columns, zip(row, below, strict=False), strict=False))
    needed = [here.get(name, ("", "")) for name in NEEDED]
    return any(map(meant, below)) and all(_line(lower) in ("", _line(upper)) for upper, lower in needed)


def nearest(rows: Sequence[Sequence[str]]) -> Header:
    """The row that names the most of our columns, to say what it lacks."""
    return max((read(row) for row in rows), key=lambda one: len({name for name in one.columns if name}))


def read(row: Sequence[str]) -> Header:
    said = tuple(_line(cell) for cell in row)
    return Header(tuple(None if cell.startswith(BESIDE) else meant(cell) for cell in row), said)


def _over(upper: Sequence[str], lower: Sequence[str]) -> Header:
    """Two rows of headers: the lower one says more, where it says anything we know."""
    width = max(len(upper), len(lower))
    above, below = [*upper, *[""] * (width - len(upper))], [*lower, *[""] * (width - len(lower))]
    columns: list[str | None] = []
    for a, b in zip(above, below, strict=True):
        here = meant(b.removeprefix(BESIDE))
        columns.append(here or (None if a.startswith(BESIDE) or _line(b) not in ("", _line(a)) else meant(a)))
    said = tuple(_line(b) or _line(a) for a, b in zip(above, below, strict=True))
    return Header(tuple(columns), said, rows=2)


def meant(header: str) -> str | None:
    """Which of our columns a header means; what stands in brackets or before a point may be left away."""
    bare = re.sub(r"^\s*\d+\s*[.)]\s*", "", header)
    return column_of(header) or column_of(bare) or column_of(_BRACKETS.sub(_without, bare))


def _without(found: "re.Match[str]") -> str:
    """A remark in brackets says nothing, but a language: "Giá (tiếng Mường)" is no Vietnamese price."""
    return found[0] if "tieng" in fold(found[0]) else " "


def _line(cell: str) -> str:
    return " ".join(cell.removeprefix(BESIDE).split())
