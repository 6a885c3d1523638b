"""Whether an object of another program has the shape that HSDS asks for, and which of its fields nobody knows."""

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HSDS = Path(__file__).parent / "hsds"
_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
# What the full forms nest besides: an organization its services, a service at a location its service.
_NESTED = {"organization": {"services": "[service"}, "service_at_location": {"service": "service"}}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as HSDS says: where it stands, and what is wrong (`unknown` is no error)."""

    at: str
    what: str

    @property
    def is_error(self) -> bool:
        return self.what != "unknown"


@cache
def shape(kind: str) -> Mapping[str, Any]:
    """The schema of one kind of object, as shipped."""
    told: Mapping[str, Any] = json.loads((HSDS / "schema" / f"{kind}.json").read_text("utf-8"))
    return told


@cache
def fields(kind: str) -> Mapping[str, str]:
    """Each field with what it holds: a JSON type, a kind of object, or a kind with `[` before it for a list."""
    found = {name: _holds(one) for name, one in shape(kind)["properties"].items()}
    return {**found, **_NESTED.get(kind, {})}


def _holds(one: Mapping[str, Any]) -> str:
    if "$ref" in one:
        return str(one["$ref"]).removesuffix(".json")
    if one.get("type") == "array":
        return f"[{_holds(one['items'])}"
    return str(one.get("type", ""))


def look(kind: str, told: Any, at: str = "") -> Iterator[Finding]:
    """Everything that is missing, of another type, or unknown, in this object and all that it nests."""
    here = at or kind
    if not isinstance(told, dict):
        yield Finding(here, "is not an object")
        return
    for name in shape(kind).get("required", ()):
        if told.get(name) in (None, ""):
            yield Finding(f"{here}.{name}", "is missing")
    known, details = fields(kind), shape(kind)["properties"]
    for name, value in told.items():
        if name not in known:
            yield Finding(f"{here}.{name[:60]}", "unknown")
        elif value is not None and value != "":
            yield from _look_at(known[name], details.get(name, {}), value, f"{here}.{name}")


def _look_at(holds: str, detail: Mapping[str, Any], value: Any, at: str) -> Iterator[Finding]:
    if holds.startswith("["):
        if not isinstance(value, list):
            yield Finding(at, "is not a list")
        else:
            for one in value:
                yield from _look_at(holds[1:], {}, one, at)
    elif holds not in _TYPES:
        if holds:
            yield from look(holds, value, at)
    elif not isinstance(value, _TYPES[holds]) or (isinstance(value, bool) and holds != "boolean"):
        yield Finding(at, f"is not a {holds}")
    elif "enum" in detail and value not in detail["enum"]:
        yield Finding(at, f"must be one of {', '.join(detail['enum'])}")
    elif detail.get("format") == "uuid" and not _is_uuid(value):
        yield Finding(at, "is not a UUID")


def _is_uuid(value: object) -> bool:
    try:
        return str(uuid.UUID(str(value))) == str(value).lower()
    except ValueError:
        return False
