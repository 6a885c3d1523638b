"""What a change of a listing changed, cell by cell, in words; of a sealed place never where it is or was."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from directory.drafts import from_json
from directory.exchange.rows import COLUMNS, said

HIDDEN = frozenset({"place", "place_tier", "place_code", "street", "directions", "source"})


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell before and after; `field` is what can be taken back by itself."""

    column: str
    field: str
    before: str
    after: str


def cells(before: Mapping[str, Any], after: Mapping[str, Any], *, is_sealed: bool = False) -> tuple[Cell, ...]:
    """The cells that differ. Empty where there was nothing before, or nothing is written about it."""
    if not before or not after:
        return ()
    was, then = said(from_json(before)), said(from_json(after))
    veils = is_sealed or bool(before.get("is_sealed")) or bool(after.get("is_sealed"))
    found = []
    for column in COLUMNS:
        a, b = was.get(column, ""), then.get(column, "")
        if a == b or column in ("place_tier", "place_code"):
            continue
        told = ("…", "…") if veils and column in HIDDEN else (a, b)
        found.append(Cell(column, column.partition(".")[0], *told))
    return tuple(found)
