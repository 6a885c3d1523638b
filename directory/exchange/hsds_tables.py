"""The tabular form of HSDS: 24 tables that point at each other, made from nested objects and put together again."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from directory.exchange import hsds_shapes
from directory.exchange.hsds_names import TAXONOMIES, name, taxonomy_object, term_object, terms
from directory.exchange.hsds_shapes import HSDS

Cell = str | int | float
TableRow = dict[str, Cell]
Tables = dict[str, list[TableRow]]
DESCRIPTION = "datapackage.json"


@cache
def package() -> Mapping[str, Any]:
    """The description of the package, as shipped."""
    told: Mapping[str, Any] = json.loads((HSDS / "datapackage.313.json").read_text("utf-8"))
    return told


@cache
def columns() -> Mapping[str, tuple[str, ...]]:
    """The columns of each table."""
    return {one["name"]: tuple(field["name"] for field in one["schema"]["fields"]) for one in package()["resources"]}


@cache
def paths() -> Mapping[str, str]:
    """The file of each table."""
    return {one["name"]: str(one["path"]) for one in package()["resources"]}


def lay_out(services: Iterable[Mapping[str, Any]], changes: Iterable[Mapping[str, Any]] = ()) -> Tables:
    """All tables; each object once, our own terms always."""
    made = _Tables()
    for code in TAXONOMIES:
        made.put("taxonomy", taxonomy_object(code), {})
    for term in terms().values():
        made.put("taxonomy_term", term_object(term), {})
    for one in services:
        made.put("service", one, {})
    for change in changes:
        made.put("metadata", change, {})
    told = {"id": name("meta_table_description"), "name": "human_services_data", "language": "vi"}
    made.put("meta_table_description", {**told, "character_set": "UTF-8"}, {})
    return made.rows


class _Tables:
    """The tables while they are filled."""

    def __init__(self) -> None:
        self.rows: Tables = {table: [] for table in columns()}
        self.seen: set[tuple[str, str]] = set()

    def put(self, kind: str, told: Mapping[str, Any], links: Mapping[str, str]) -> None:
        """One object, with the ids of what it hangs on; then all that hangs on it."""
        own = str(told["id"])
        if (kind, own) in self.seen:
            return
        self.seen.add((kind, own))
        pointing = dict(links)
        below: list[tuple[str, Mapping[str, Any], dict[str, str]]] = []
        for key, value in told.items():
            holds = hsds_shapes.fields(kind).get(key, "").removeprefix("[")
            if isinstance(value, dict):
                pointing[f"{key}_id"] = str(value["id"])
                below.insert(0, (holds, value, {}))
            elif isinstance(value, list):
                below += [(holds, one, {f"{kind}_id": own}) for one in value]
        names = columns()[kind]
        row = {key: _cell(key, told[key]) for key in names if told.get(key) is not None}
        self.rows[kind].append(row | {key: value for key, value in pointing.items() if key in names})
        for holds, one, link in below:
            self.put(holds, one, link)


def _cell(key: str, value: Cell) -> Cell:
    """Tables ask for seconds in a time, the objects for none."""
    return f"{str(value)[:5]}:00{str(value)[5:]}" if key in ("opens_at", "closes_at") else value


def put_together(tables: Mapping[str, Sequence[Mapping[str, str]]]) -> list[dict[str, Any]]:
    """Nested services again, from the tables of any program. Empty cells are left out."""
    by_id = {kind: {row["id"]: _filled(kind, row) for row in rows if row.get("id")} for kind, rows in tables.items()}
    words = _pointing(by_id.get("attribute", {}).values(), "link_id")
    for kind in ("location", "service_at_location", "service", "organization"):
        lists = {key: holds[1:] for key, holds in hsds_shapes.fields(kind).items() if holds.startswith("[")}
        below = {
            key: _pointing(by_id.get(holds, {}).values(), f"{kind}_id")
            for key, holds in lists.items()
            if key not in ("attributes", "metadata", "services")
        }
        for own, one in by_id.get(kind, {}).items():
            one.update({key: many[own] for key, many in below.items() if own in many})
            if own in words:
                one["attributes"] = words[own]
    for kind, key in (("service_at_location", "location"), ("service", "organization")):
        for one in by_id.get(kind, {}).values():
            if one.get(f"{key}_id") in by_id.get(key, {}):
                one[key] = by_id[key][one[f"{key}_id"]]
    return list(by_id.get("service", {}).values())


def astray(tables: Mapping[str, Sequence[Mapping[str, str]]]) -> tuple[str, ...]:
    """One line for whatever is in no service because of how it stands in its table: without an id, with the id of
    another row, or with one that leads to no row."""
    ids = {kind: {row["id"] for row in rows if row.get("id")} for kind, rows in tables.items()}
    found: Counter[str] = Counter()
    for kind, rows in tables.items():
        file, own = paths()[kind], Counter(row.get("id", "") for row in rows)
        found[f"{file}: rows without an id"] += own.pop("", 0)
        found[f"{file}: rows with the id of another row"] += sum(many - 1 for many in own.values())
        for row in rows:
            for key, cell in row.items():
                of = key.removesuffix("_id")
                if cell and key != of and of in paths() and cell not in ids.get(of, ()):
                    found[f"{file}: {key} leads to no row"] += 1
    return tuple(f"kept out {times} times: {what}" for what, times in found.items() if times)


def _pointing(many: Iterable[dict[str, Any]], link: str) -> Mapping[str, list[dict[str, Any]]]:
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in many:
        found[str(one.get(link, ""))].append(one)
    return found


def _filled(kind: str, row: Mapping[str, str]) -> dict[str, Any]:
    """A row without its empty cells, numbers as numbers where they are some."""
    holds = hsds_shapes.fields(kind)
    found: dict[str, Any] = {}
    for key, cell in row.items():
        if key and cell not in ("", None):
            found[key] = _number(cell) if holds.get(key) == "number" else cell
    return found


def _number(cell: str) -> Any:
    try:
        return float(cell)
    except ValueError:
        return cell
