"""Listings out of the HSDS objects of any program: what has a place with us comes in, the rest is named, kept out."""

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from directory import drafts, places, points
from directory.drafts import Draft
from directory.exchange import hsds_shapes, said_places
from directory.exchange.hsds_hours import HoursProblem, lines
from directory.exchange.hsds_names import PLACE_SCHEME, TEXTS, by_id
from directory.exchange.rows import APART, Row, Trouble, in_one_way, mistakes, tidy, unknown_languages
from directory.exchange.sheets import MOST_ROWS, NotATable
from directory.hours import apart_lines
from directory.listings import written_attributes
from directory.places import PlaceKey, Tier

Object = Mapping[str, Any]
# What a listing takes from each kind of object; other fields that HSDS knows have no place with us.
_TAKEN: Mapping[str, frozenset[str]] = {
    "service": frozenset(
        {
            "id", "name", "status", "description", "fees_description", "assured_date", "last_modified", "alert",
            "eligibility_description", "organization", "organization_id", "service_at_locations", "phones",
            "schedules", "service_areas", "languages", "cost_options", "required_documents", "attributes",
        }
    ),
    "organization": frozenset({"id", "name", "description", "services"}),
    "service_at_location": frozenset(
        {
            "id", "service_id", "location_id", "location", "phones", "schedules", "service_areas", "attributes",
            "service",
        }
    ),
    "location": frozenset(
        {
            "id", "location_type", "name", "external_identifier", "external_identifier_type", "transportation",
            "latitude", "longitude", "addresses", "accessibility", "phones", "schedules",
        }
    ),
}  # fmt: skip
_NAMES_PERSONS = {"contacts", "email", "assurer_email"}
_LETTERS = set("ăâđêôơưáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ")


@dataclass
class Brought:
    """What a file holds: rows that can be taken, mistakes, and what was kept out, by field, with how often."""

    rows: list[Row] = field(default_factory=list)
    wrong: list[Trouble] = field(default_factory=list)
    kept_out: Counter[str] = field(default_factory=Counter)

    def report(self) -> tuple[str, ...]:
        """One line for each field that was kept out, those of persons first."""
        return tuple(f"kept out {times} times: {what}" for what, times in sorted(self.kept_out.items()))


def read_all(services: Sequence[Any] | Iterator[Any], *, is_demo: bool = False) -> Brought:
    """Every service of a file, numbered from 1. Raises NotATable."""
    brought = Brought()
    seen: dict[str, int] = {}
    for number, one in enumerate(services, 1):
        if number > MOST_ROWS:
            raise NotATable(f"The file has more than {MOST_ROWS} services: split it into smaller ones.")
        try:
            found = list(hsds_shapes.look("service", one))
        except RecursionError:
            brought.wrong.append(Trouble(number, "service", "is nested too deeply", "service"))
            continue
        brought.kept_out.update(f"{item.at} (not in HSDS)" for item in found if not item.is_error)
        if errors := [item for item in found if item.is_error]:
            brought.wrong += [Trouble(number, item.at, item.what, "service") for item in errors]
            continue
        brought.kept_out.update(_without_place("service", one))
        if one["status"] != "active":
            brought.kept_out[f"services that are {one['status']}"] += 1
            continue
        for row, troubles in _rows(number, one, is_demo=is_demo):
            if row.id in seen:
                troubles = (*troubles, Trouble(number, "id", f"the same as in service {seen[row.id]}", "service"))
            seen.setdefault(row.id, number)
            brought.wrong += troubles
            if not troubles:
                brought.rows.append(row)
    return brought


def _without_place(kind: str, told: Object) -> Iterator[str]:
    for key, value in told.items():
        if kind not in _TAKEN or value in (None, "", []) or key not in hsds_shapes.fields(kind):
            continue
        if key not in _TAKEN[kind]:
            yield f"{kind}.{key} (names persons)" if key in _NAMES_PERSONS else f"{kind}.{key} (no place for it)"
            continue
        holds = hsds_shapes.fields(kind)[key].removeprefix("[")
        for one in value if isinstance(value, list) else (value,):
            if isinstance(one, dict):
                yield from _without_place(holds, one)


def _rows(number: int, told: Object, *, is_demo: bool) -> Iterator[tuple[Row, tuple[Trouble, ...]]]:
    for at in told.get("service_at_locations") or [{}]:
        hours: tuple[str, ...] | None = None
        troubles: list[Trouble] = []
        try:
            hours = lines(_nearest("schedules", at, told))
        except HoursProblem as problem:
            troubles.append(Trouble(number, "schedules", str(problem), "service"))
        draft = _draft(told, at, hours)
        troubles += mistakes(number, draft, is_demo=is_demo, unit="service")
        troubles += unknown_languages(number, draft.languages, unit="service")
        own = at.get("id") or told["id"]
        keeps = {"source", "is_staff_only", "point"} | (set() if hours and apart_lines(hours) else {APART})
        row = Row(number, str(uuid.UUID(own)), draft, frozenset(keeps), service_id=str(uuid.UUID(told["id"])))
        yield row, tuple(troubles)


def _draft(told: Object, at: Object, hours: tuple[str, ...] | None) -> Draft:
    words = [*_words(told.get("attributes")), *_words(at.get("attributes"))]
    location = at.get("location") or {}
    address: Object = next(iter(location.get("addresses") or ()), {})
    texts: dict[str, Any] = {one: {} for one in TEXTS}
    for code, value, label in words:
        if code.startswith("text.") and label in drafts.LANGUAGES:
            texts[code.removeprefix("text.")][label] = tidy(value)
    is_ours = any(code.partition(".")[0] in ("kind", "text") for code, _, _ in words)
    is_sealed = any(code == "visibility.sealed" for code, _, _ in words)
    spoken = [value for code, value, _ in words if code == "spoken.language"]
    spoken = spoken or [str(one.get("code") or "") for one in told.get("languages") or ()]
    return Draft(
        organisation=in_one_way("organisation", str((told.get("organization") or {}).get("name") or "")),
        service=in_one_way("service", str(told["name"])),
        kind=next(iter(_coded("kind", words)), ""),
        needs=_coded("need", words),
        place=_place(at, location, address),
        street="" if is_sealed else in_one_way("street", str(address.get("address_1") or "")),
        directions="" if is_sealed else tidy(str(location.get("transportation") or "")),
        is_sealed=is_sealed,
        point="" if is_sealed else _point(location),
        hours=hours,
        phones=tuple(tidy(str(one["number"])) for one in _nearest("phones", at, told)),
        audience=_coded("audience", words),
        languages=tuple(dict.fromkeys(code for code in spoken if code)) or ("vi",),
        attributes=written_attributes(_coded("quality", words)),
        **(texts if is_ours else _plain_texts(told)),
    )


def _point(location: Object) -> str:
    """The point of a location; a file without one says nothing of ours."""
    north, east = location.get("latitude"), location.get("longitude")
    return "" if north is None or east is None else points.tidied(f"{north}, {east}")


def _nearest(key: str, at: Object, told: Object) -> Sequence[Object]:
    """What the place itself says, else its location, else the service."""
    location = at.get("location") or {}
    return at.get(key) or location.get(key) or told.get(key) or ()


def _words(attributes: Any) -> Iterator[tuple[str, str, str]]:
    """(code, value, label) of the terms that are ours."""
    for one in attributes or ():
        nested = one.get("taxonomy_term") or {}
        term = by_id().get(str(one.get("taxonomy_term_id") or nested.get("id") or ""))
        if term is not None:
            yield term.code, str(one.get("value") or ""), str(one.get("label") or "")


def _coded(taxonomy: str, words: Sequence[tuple[str, str, str]]) -> tuple[str, ...]:
    start = f"{taxonomy}."
    return tuple(dict.fromkeys(code.removeprefix(start) for code, _, _ in words if code.startswith(start)))


def _plain_texts(told: Object) -> dict[str, Any]:
    """Another program's descriptions, under the language they are plainly written in."""
    papers = "; ".join(str(one.get("document") or "") for one in told.get("required_documents") or ())
    costs = "; ".join(str(one.get("option") or "") for one in told.get("cost_options") or ())
    said = {"reception": told.get("description"), "price": told.get("fees_description") or costs, "papers": papers}
    return {key: _by_language(tidy(str(text))) if text else {} for key, text in said.items()}


def _by_language(text: str) -> dict[str, str]:
    return {"vi" if set(text.lower()) & _LETTERS else "en": text}


def _place(at: Object, location: Object, address: Object) -> PlaceKey | None:
    """By its code, else by the words of its address, else by the province it serves."""
    if location.get("external_identifier_type") == PLACE_SCHEME:
        tier, _, code = str(location.get("external_identifier") or "").partition(":")
        return PlaceKey(Tier(tier), code) if tier in set(Tier) else None
    for told in (", ".join(str(address.get(key) or "") for key in ("city", "state_province")), location.get("name")):
        if told and (named := said_places.said(tidy(str(told)).strip(" ,"), "", "").key) is not None:
            return named
    areas = [one for one in at.get("service_areas") or () if one.get("extent_type") == PLACE_SCHEME]
    key = PlaceKey(Tier.NEW_PROVINCE, str(areas[0].get("extent") or "")) if len(areas) == 1 else None
    return key if key in places.units() else None
