"""Our own listings, one JSON object a line: what `export --format ndjson` writes, read again."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any
from uuid import UUID

from directory import drafts, places
from directory.drafts import Draft
from directory.exchange.rows import Row, Trouble, mistakes, tidy, unknown_languages
from directory.exchange.sheets import MOST_ROWS, NotATable, content, text_of
from directory.listings import written_attributes
from directory.places import PlaceKey, Tier

_UNREAD = frozenset({"state", "revision", "friendly"})  # written out, never read
_BY_LANGUAGE = frozenset(drafts.TEXTS)
_SEVERAL = frozenset({"needs", "hours", "phones", "audience", "languages", "attributes"})
_YES = frozenset({"is_sealed", "is_staff_only"})
_FIELDS = frozenset(one.name for one in fields(Draft))
_NEEDED = ("id", "organisation", "service", "kind", "needs", "place")


def is_ours(path: Path) -> bool:
    """Whether a file of lines holds listings in our own words, by its first line. Raises NotATable, OSError."""
    first = next((line for line in text_of(content(path)).split("\n") if line.strip()), "")
    try:
        told = json.loads(first)
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict) and isinstance(told.get("organisation"), str) and "place" in told


def read(path: Path, *, is_demo: bool = False) -> tuple[tuple[Row, ...], tuple[Trouble, ...]]:
    """The rows to be taken, and the mistakes, by line and field. Raises NotATable, OSError."""
    good: list[Row] = []
    wrong: list[Trouble] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(text_of(content(path)).split("\n"), 1):
        if not line.strip():
            continue
        if number > MOST_ROWS:
            raise NotATable(f"The file has more than {MOST_ROWS} lines: split it into smaller ones.")
        found = list(_mistaken(number, told := _parsed(line, number)))
        if not found:
            row = _row(number, told)
            found = list(mistakes(number, row.draft, is_demo=is_demo, unit="line"))
            found += unknown_languages(number, row.draft.languages, unit="line")
            if row.id in seen:
                found.append(Trouble(number, "id", f"the same as in line {seen[row.id]}", "line"))
            seen.setdefault(row.id, number)
            good += [] if found else [row]
        wrong += found
    return tuple(good), tuple(wrong)


def _parsed(line: str, number: int) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise NotATable(f"Line {number} is not JSON, or nested too deeply.") from None


def _mistaken(number: int, told: Any) -> Iterator[Trouble]:
    """Whatever is missing, unknown, or of another type."""
    if not isinstance(told, dict):
        yield Trouble(number, "line", "is not an object", "line")
        return
    for name in _NEEDED:
        if name not in told:
            yield Trouble(number, name, "is missing", "line")
    for name, value in told.items():
        if name in ("id", "service_id"):
            if not _is_uuid(value):
                yield Trouble(number, name, "is not a UUID", "line")
        elif name not in _FIELDS and name not in _UNREAD:
            yield Trouble(number, name[:60], "is not known", "line")
        elif name in _FIELDS and not _is_of_its_kind(name, value):
            yield Trouble(number, name, "is of another type than we write", "line")


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value
    except ValueError:
        return False


def _is_of_its_kind(name: str, value: Any) -> bool:
    if name == "hours" and value is None:
        return True
    if name == "place":
        return isinstance(value, list) and len(value) == 2 and _key(value) in places.units()
    if name in _YES:
        return isinstance(value, bool)
    if name in _SEVERAL:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if name in _BY_LANGUAGE:
        return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
    return isinstance(value, str)


def _key(value: list[Any]) -> PlaceKey | None:
    tier, code = value
    return PlaceKey(Tier(tier), code) if isinstance(code, str) and tier in set(map(str, Tier)) else None


def _row(number: int, told: Mapping[str, Any]) -> Row:
    values: dict[str, Any] = {}
    for name in _FIELDS & told.keys():
        value = told[name]
        if name in _SEVERAL:
            values[name] = None if value is None else tuple(map(tidy, value))
        elif name in _BY_LANGUAGE:
            values[name] = {spoken: tidy(text) for spoken, text in value.items()}
        else:
            values[name] = tidy(value) if isinstance(value, str) else value
    values["attributes"] = written_attributes(values.get("attributes", ()))
    values["place"] = _key(told["place"])
    return Row(number, told["id"], Draft(**values), frozenset(), service_id=told.get("service_id", ""))
