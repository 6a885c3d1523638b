"""What a program asks of the public directory, read strictly: an unknown word is refused, a need in an address too."""

import json
import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from aiohttp import web

from directory import needs
from directory.exchange.hsds_catalogue import Wanted
from directory.exchange.hsds_names import TAXONOMIES, by_id, name
from directory.places import provinces
from directory.reading import fold
from directory.wording import HCMC

PER_PAGE, MOST_PER_PAGE = 50, 200
_PAGES = {"search", "page", "per_page", "format"}
_TERMS = {"taxonomy_term_id", "taxonomy_id"}
KNOWN: Mapping[str, frozenset[str]] = {
    "services": frozenset({*_PAGES, *_TERMS, "organization_id", "modified_after", "minimal", "full"}),
    "service_at_locations": frozenset(
        {*_PAGES, *_TERMS, "organization_id", "modified_after", "full", "postcode", "proximity"}
    ),
    "organizations": frozenset({*_PAGES, *_TERMS, "full_service", "full"}),
    "organization": frozenset({"full_service"}),
    "taxonomies": frozenset(_PAGES),
    "taxonomy_terms": frozenset({*_PAGES, "taxonomy_id", "top_only", "parent_id"}),
}
# By these an address would say what somebody needs; vocabularies may be searched, they say nothing of anybody.
_TELLS = frozenset({"search", "taxonomy_term_id"})
_IN_BODY = frozenset({"need", "province"})
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FARTHEST = 3_000_000  # metres, from one end of the country to the other
_YES = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


class NotAsked(Exception):
    """This question cannot be answered as it is put; the message says how to put it."""

    def __init__(self, says: str, status: int = 400) -> None:
        super().__init__(says)
        self.status = status


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, understood."""

    wanted: Wanted = field(default_factory=Wanted)
    page: int = 1
    per_page: int = PER_PAGE
    is_stream: bool = False
    minimal: bool = False
    full: bool = False
    full_service: bool = False
    top_only: bool = False
    parent_id: str = ""

    @property
    def follows(self) -> bool:
        """Whether what is told no more is to be told as well."""
        return self.wanted.modified_after is not None

    def says(self, told: Mapping[str, Any]) -> bool:
        """Whether a term or list holds every word that is searched."""
        said = fold(f"{told['name']} {told['description']} {told.get('code', '')}")
        return all(word in said for word in fold(self.wanted.search).split())


def from_query(request: web.Request, kind: str, get_by_need: bool) -> Asked:
    """From the address. Raises NotAsked."""
    given = {key: request.query.getall(key)[-1] for key in request.query}
    is_vocabulary = kind.startswith("taxonom")
    if not get_by_need and not is_vocabulary and _TELLS & set(given):
        says = "Send search and taxonomy_term_id as POST with a JSON body: a need does not belong in an address."
        raise NotAsked(says, 403)
    return _understood(given, kind, KNOWN[kind])


async def from_body(request: web.Request, kind: str) -> Asked:
    """From a JSON body. Raises NotAsked."""
    if request.query:
        raise NotAsked("Send everything in the JSON body, nothing in the address.")
    try:
        told = json.loads(await request.read() or b"{}")
    except (ValueError, RecursionError):
        raise NotAsked("The body is not JSON.") from None
    if not isinstance(told, dict):
        raise NotAsked("The body must be a JSON object.")
    more = _IN_BODY if "taxonomy_term_id" in KNOWN[kind] else frozenset[str]()
    return _understood(told, kind, KNOWN[kind] | more)


def _understood(given: Mapping[str, Any], kind: str, known: frozenset[str]) -> Asked:
    unknown = sorted(set(given) - known)
    if unknown:
        raise NotAsked(f"{unknown[0][:40]} is not known here. Known: {', '.join(sorted(known))}.")
    shape = _text(given, "format") or "json"
    if shape not in ("json", "ndjson"):
        raise NotAsked("format must be json or ndjson.")
    wanted = Wanted(
        search=_text(given, "search"),
        term=_id(given, "taxonomy_term_id", by_id(), "of a term at /taxonomy_terms"),
        need=_one_of(given, "need", needs.NEEDS),
        taxonomy=_id(given, "taxonomy_id", _lists(), "of a list at /taxonomies"),
        organization=_id(given, "organization_id"),
        province=_one_of(given, "province", provinces()) or _province(given),
        modified_after=_moment(_text(given, "modified_after")),
        within_m=_proximity(given),
    )
    return Asked(
        wanted,
        page=_number(given, "page", 1, 1_000_000),
        per_page=_number(given, "per_page", PER_PAGE, MOST_PER_PAGE),
        is_stream=shape == "ndjson",
        minimal=_yes(given, "minimal"),
        full=_yes(given, "full"),
        full_service=_yes(given, "full_service"),
        top_only=_yes(given, "top_only"),
        parent_id=_id(given, "parent_id", by_id(), "of a term at /taxonomy_terms"),
    )


def _text(given: Mapping[str, Any], key: str) -> str:
    value = given.get(key, "")
    if not isinstance(value, str) or len(value) > 300:
        raise NotAsked(f"{key} must be a text of at most 300 letters.")
    return value.strip()


def _number(given: Mapping[str, Any], key: str, default: int, most: int) -> int:
    value = given.get(key, default)
    written = str(value)
    if isinstance(value, bool) or not written.isascii() or not written.isdigit() or not 1 <= int(written[:9]) <= most:
        raise NotAsked(f"{key} must be a whole number from 1 to {most}.")
    return int(written)


def _yes(given: Mapping[str, Any], key: str) -> bool:
    value = str(given.get(key, "false")).lower()
    if value not in _YES:
        raise NotAsked(f"{key} must be true or false.")
    return _YES[value]


def _moment(written: str) -> datetime | None:
    if not written:
        return None
    try:
        moment = datetime.fromisoformat(written.replace(" ", "+"))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(HCMC)
    except (ValueError, OverflowError):
        raise NotAsked("modified_after must be a moment such as 2026-12-07T00:00:00Z.") from None


def _one_of(given: Mapping[str, Any], key: str, known: Iterable[str]) -> str:
    """One of these codes, or nothing. What is wrong is not repeated: it may say what somebody needs."""
    value = _text(given, key)
    if value and value not in known:
        raise NotAsked(f"{key} must be one of {', '.join(known)}.")
    return value


def _id(given: Mapping[str, Any], key: str, known: Container[str] | None = None, what: str = "") -> str:
    """A UUID in small letters; one of ours, where all are `known` to everybody. Which organisations there were is not
    told: one that is shown no more finds nothing, like one that never was."""
    value = _text(given, key).lower()
    if value and not _UUID.fullmatch(value):
        raise NotAsked(f"{key} must be an id{f' {what}' if what else ''}, such as {name('taxonomy', 'need')}.")
    if value and known is not None and value not in known:
        raise NotAsked(f"{key} must be the id {what}.")
    return value


@cache
def _lists() -> frozenset[str]:
    return frozenset(name("taxonomy", code) for code in TAXONOMIES)


def _province(given: Mapping[str, Any]) -> str:
    """The postal codes we hand out are those of provinces."""
    postcode = _text(given, "postcode")
    if postcode and not (len(postcode) == 5 and postcode.startswith("000") and postcode[3:] in provinces()):
        raise NotAsked(f"postcode must be 000 and then one of {', '.join(provinces())}: we know no finer ones.")
    return postcode[3:]


def _proximity(given: Mapping[str, Any]) -> int:
    """Metres from the middle of the postcode; 0 where it is not asked for."""
    if "proximity" not in given:
        return 0
    if not _text(given, "postcode"):
        raise NotAsked("proximity needs a postcode: it is reckoned from the middle of that.")
    return _number(given, "proximity", 0, _FARTHEST)
