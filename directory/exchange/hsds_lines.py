"""An object of HSDS as one line of JSON, written faster: terms, which return in every listing, are written once."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from json.encoder import encode_basestring as _quoted
from typing import Any

from directory.exchange.hsds_names import by_id, term_object

_NESTED = ("attributes", "service_at_locations")
_written = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


def line(told: Mapping[str, Any]) -> str:
    """The same as `json.dumps` says, with what is nested at the end."""
    plain = {key: value for key, value in told.items() if key not in _NESTED}
    parts = [_written(plain)[1:-1]] if plain else []
    if "attributes" in told:
        parts.append(f'"attributes":[{_attributes(told["attributes"])}]')
    if "service_at_locations" in told:
        parts.append(f'"service_at_locations":[{",".join(map(line, told["service_at_locations"]))}]')
    return "{" + ",".join(parts) + "}"


def _attributes(many: Sequence[Mapping[str, str]]) -> str:
    return ",".join([_attribute(one) for one in many])


def _attribute(one: Mapping[str, str]) -> str:
    """By hand: a listing has a dozen of these, and an encoder takes longer to begin than to write one."""
    more = "".join([f',"{key}":{_quoted(one[key])}' for key in ("value", "label") if key in one])
    return f'{{"id":"{one["id"]}","link_id":"{one["link_id"]}","link_entity":"{one["link_entity"]}"{more},' + _term(
        one["taxonomy_term_id"]
    )


@cache
def _term(id: str) -> str:
    told = {"taxonomy_term_id": id, "taxonomy_term": term_object(by_id()[id])}
    return _written(told)[1:]
