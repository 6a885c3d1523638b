"""Communes that a newer list has no more: listings and talks stand there still, and are where it lies now."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

_COMMUNE, _WARD = "new_commune", "old_ward"


class Ended(NamedTuple):
    """One of them; `became`: the codes of the communes it became, empty where the lists do not tell."""

    code: str
    kind: str
    name: str
    province: str
    lat: str
    lon: str
    became: frozenset[str]


def communes(
    known: Mapping[tuple[str, str], Sequence[Any]], earlier: Iterable[Path], earlier_old: Iterable[Path]
) -> list[Ended]:
    """Those of the `earlier` lists that are not `known`. What became of one is told by the old wards that it was made
    of, in the `earlier_old` lists, and by where these lie now (their sixth field)."""
    gone = {
        row["code"]: row
        for file in earlier
        for row in rows(file)
        if row["level"] == "ward" and (_COMMUNE, row["code"]) not in known
    }
    instead: defaultdict[str, set[str]] = defaultdict(set)  # what stands where its code stood
    there: defaultdict[str, set[str]] = defaultdict(set)  # wherever its wards lie
    for row in (row for file in earlier_old for row in rows(file)) if gone else ():
        then, now = set(row["new_codes"].split(";")), known.get((_WARD, row["code"]))
        for code in then & gone.keys() if row["level"] == "ward" and now is not None else ():
            there[code] |= now[5] if now else set()
            instead[code] |= (now[5] if now else set()) - then
    return [
        Ended(
            code, row["type"], row["name"], row["province_code"], row["lat"], row["lon"],
            frozenset(instead[code] or there[code]),
        )
        for code, row in gone.items()
    ]  # fmt: skip


def rows(file: Path) -> Iterator[dict[str, str]]:
    """The rows of a list."""
    with file.open(encoding="utf-8", newline="") as opened:
        yield from csv.DictReader(opened)
