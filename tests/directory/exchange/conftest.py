"""A directory in a temporary file, and the checks that other programs would make of what we hand out."""

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from directory.exchange.hsds_shapes import HSDS


def validator(kind: str, *, strict: bool = True) -> Draft202012Validator:
    """Checks one HSDS object; strict also refuses fields that HSDS does not know."""
    schemas: Registry[Any] = Registry()
    for path in (HSDS / "schema").glob("*.json"):
        schema = json.loads(path.read_text("utf-8"))
        if path.stem == "organization":
            schema["properties"]["services"] = {"type": "array", "items": {"$ref": "service.json"}}
        if path.stem == "service_at_location":
            schema["properties"]["service"] = {"$ref": "service.json"}
        if strict:
            schema["additionalProperties"] = False
        schemas = schemas.with_resource(path.name, Resource(contents=schema, specification=DRAFT202012))
    return Draft202012Validator({"$ref": f"{kind}.json"}, registry=schemas, format_checker=FormatChecker())


def errors(kind: str, told: Any) -> list[str]:
    return [f"{one.json_path}: {one.message}" for one in validator(kind).iter_errors(told)]


@cache
def _answers() -> tuple[Registry[Any], FormatChecker]:
    document = json.loads((HSDS / "openapi_bundled.json").read_text("utf-8"))
    return Registry().with_resource("urn:hsds", Resource(contents=document, specification=DRAFT202012)), FormatChecker()


def answer_errors(path: str, told: Any, method: str = "get") -> list[str]:
    """What is wrong with an answer, as the API description of HSDS has it."""
    root, checker = _answers()
    where = f"urn:hsds#/paths/{path.replace('/', '~1')}/{method}/responses/200/content/application~1json/schema"
    made = Draft202012Validator({"$ref": where}, registry=root, format_checker=checker)
    return [f"{one.json_path}: {one.message}" for one in made.iter_errors(told)]
