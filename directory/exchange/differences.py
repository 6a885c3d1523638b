"""What a change of a listing changed, cell by cell, in words; of a sealed place never where it is or was."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from directory.drafts import from_json
from directory.exchange.rows import COLUMNS, said
from directory.places import PlaceKey
from directory.sealing import telling

HIDDEN = frozenset({"place", "place_tier", "place_code", "street", "directions", "point", "source"})


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell before and after; `field` is what can be taken back by itself."""

    column: str
    field: str
    before: str
    after: str


def cells(
    before: Mapping[str, Any], after: Mapping[str, Any], *, is_sealed: bool = False,
    hidden: frozenset[str] = frozenset(),
) -> tuple[Cell, ...]:  # fmt: skip
    """The cells that differ. Empty where there was nothing before, or nothing is written about it.

    `hidden`: columns that this reader is not told.
    """
    if not before or not after:
        return ()
    first, second = from_json(before), from_json(after)
    was, then, places = said(first), said(second), {first.place, second.place}
    veils = is_sealed or bool(before.get("is_sealed")) or bool(after.get("is_sealed"))
    found = []
    for column in COLUMNS:
        a, b = was.get(column, ""), then.get(column, "")
        if a == b or column in ("place_tier", "place_code"):
            continue
        told = ("…", "…") if column in hidden or (veils and tells(column, (a, b), places)) else (a, b)
        found.append(Cell(column, column.partition(".")[0], *told))
    return tuple(found)


def tells(column: str, values: tuple[str, str], places: set[PlaceKey | None]) -> bool:
    """Whether one of two cells tells where a sealed place is that lies, or lay, there."""
    is_name = column in ("service", "organisation")
    return column in HIDDEN or any(
        telling(value, place, is_name=is_name) for value in values for place in places
    )
