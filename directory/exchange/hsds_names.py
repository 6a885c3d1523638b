"""The lasting names (UUIDs) of everything we exchange, and the terms by which needs and qualities are told."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha1
from typing import Any

from directory import drafts, needs
from directory.listings import FRIENDLY
from directory.reading import SEED
from directory.seedfiles import load_yaml
from directory.verification import GROUPS
from directory.wording import t

_SPACE = uuid.UUID("3d7b0c0e-55ae-4f0a-9a44-6a1c2a0f7b90")
_BEGUN = sha1(_SPACE.bytes, usedforsecurity=False)
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
PLACE_SCHEME = "vn-administrative-unit"  # external_identifier: tier and code of `seed/places/`
TEXTS = ("reception", "price", "papers")


def name(*parts: str) -> str:
    """The same UUID (version 5) for the same thing in every export; written out here, as a page needs thousands."""
    told = _BEGUN.copy()
    told.update("\x1f".join(parts).encode())
    digits = told.hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{_VARIANT[digits[16]]}{digits[17:20]}-{digits[20:32]}"


@dataclass(frozen=True, slots=True)
class Term:
    """One word of one of our lists; `code` is unique over all lists."""

    id: str
    code: str
    label: str
    description: str
    taxonomy: str
    parent: str | None = None


TAXONOMIES: Mapping[str, str] = {
    "need": "What a person may be looking for",
    "kind": "What kind of place it is",
    "quality": "What makes a place easier to use",
    "audience": "Who is received, where it is not everyone",
    "spoken": "The languages spoken at a place",
    "text": "A text of a listing in one language: `value` is the text, `label` the language",
    "checked": "When a group of fields was last checked: `value` is the day",
    "visibility": "What is shown of a place: of a sealed one the province and a front-gate phone only",
}


# Nobody outside is told of the others.
_SHOWN_KINDS = tuple(one for one in drafts.KINDS if one not in drafts.COLLEAGUES_KINDS)


@cache
def terms() -> Mapping[str, Term]:
    """Every term by its code, in the order of our lists."""
    found = [*_needs(), *_coded("kind", _SHOWN_KINDS), *_coded("quality", (*drafts.ATTRIBUTES, FRIENDLY))]
    found += [*_coded("audience", drafts.AUDIENCES), *(_plain("text", code) for code in TEXTS)]
    found += [_plain("spoken", "language"), *(_plain("checked", code) for code in GROUPS)]
    found.append(_plain("visibility", "sealed"))
    return {one.code: one for one in found}


@cache
def by_id() -> Mapping[str, Term]:
    return {one.id: one for one in terms().values()}


def _term(taxonomy: str, code: str, label: str, description: str, parent: str | None = None) -> Term:
    return Term(name("term", code), code, label, description, taxonomy, parent)


def _plain(taxonomy: str, code: str) -> Term:
    whole = f"{taxonomy}.{code}"
    return _term(taxonomy, whole, whole, TAXONOMIES[taxonomy])


_LABELS = {"kind": "console.kind.", "quality": "console.attributes.", "audience": "console.audience."}


def _coded(taxonomy: str, codes: tuple[str, ...]) -> list[Term]:
    key = _LABELS[taxonomy]
    return [_term(taxonomy, f"{taxonomy}.{one}", t(key + one), t(key + one, "en")) for one in codes]


def _needs() -> list[Term]:
    groups = load_yaml((SEED / "needs.yaml").read_text("utf-8"))["groups"]
    found = [_term("need", f"need.{one['code']}", one["label"]["vi"], one["label"]["en"]) for one in groups]
    for need in needs.all_needs().values():
        parent = name("term", f"need.{need.group}")
        found.append(_term("need", f"need.{need.code}", needs.label(need.code), needs.label(need.code, "en"), parent))
    return found


def taxonomy_object(code: str) -> dict[str, Any]:
    """A list of terms as HSDS tells it."""
    return {"id": name("taxonomy", code), "name": code, "description": TAXONOMIES[code], "version": "1"}


@cache
def term_object(term: Term) -> Mapping[str, Any]:
    """A term as HSDS tells it; its English words are the description."""
    told = {
        "id": term.id,
        "code": term.code,
        "name": term.label,
        "description": term.description,
        "taxonomy": term.taxonomy,
        "taxonomy_id": name("taxonomy", term.taxonomy),
        "language": "vi",
    }
    return {**told, "parent_id": term.parent} if term.parent else told
