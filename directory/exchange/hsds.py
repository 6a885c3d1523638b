"""Listings as other programs read them: objects of HSDS 3.1, nested, with lasting names and nothing that is sealed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import groupby
from typing import Any

from babel import Locale

from directory import places
from directory.exchange import hsds_days
from directory.exchange.hsds_hours import schedules
from directory.exchange.hsds_names import PLACE_SCHEME, TAXONOMIES, name, taxonomy_object, term_object, terms
from directory.gone import Gone
from directory.listings import FRIENDLY, Listing, written_attributes
from directory.whereabouts import open_place
from directory.wording import FALLBACK, HCMC, t

VERSION = "3.1"
ENDED = "-"  # the name of what is told no more
Object = dict[str, Any]


def services(listings: Iterable[Listing], *, on: date) -> Iterator[Object]:
    """Every service with all that belongs to it, one after the other."""
    for group in grouped(listings):
        yield service(group, on=on)


def grouped(listings: Iterable[Listing]) -> Iterator[tuple[Listing, ...]]:
    """The places of each service together."""
    ordered = sorted(listings, key=lambda one: (one.service_id, one.id))
    for _, group in groupby(ordered, key=lambda one: one.service_id):
        yield tuple(group)


def service(group: Sequence[Listing], *, on: date, with_places: bool = True, left: datetime | None = None) -> Object:
    """One service, fully nested. `on` is the day whose notices are told; `left`: when it lost its last lost place."""
    first = group[0]
    more: Object = {
        "languages": _languages(group),
        "cost_options": _costs(group),
        "required_documents": _papers(group),
        "attributes": _attributes(first.service_id, "service", _of_service(first)),
        "service_at_locations": [place(one, on=on) for one in group] if with_places else [],
    }
    return flat(group, on=on, left=left) | {key: value for key, value in more.items() if value}


def flat(group: Sequence[Listing], *, on: date, left: datetime | None = None) -> Object:
    """A service as lists show it: its own fields and who offers it, without what hangs on it."""
    first = group[0]
    told: Object = {
        "id": first.service_id,
        "name": first.service,
        "status": "active",
        "description": _said(group, "reception"),
        "fees_description": _said(group, "price"),
        "eligibility_description": "; ".join(_labels("audience", first.audience)),
        "alert": _alert(group, on),
        "assured_date": _assured(group),
        "last_modified": _modified(group, on, left),
        "organization": organization(first),
    }
    return {key: value for key, value in told.items() if value}


def minimal(group: Sequence[Listing], *, on: date, left: datetime | None = None) -> Object:
    """The least that still is a service, for programs that ask what has changed."""
    told = flat(group, on=on, left=left)
    return {key: told[key] for key in ("id", "name", "status", "last_modified") if key in told}


def ended(id: str, at: datetime) -> Object:
    """A service that is told no more, for programs that keep a copy: to be dropped, with neither its name nor why."""
    return {"id": id, "name": ENDED, "status": "inactive", "last_modified": as_moment(at)}


def ended_place(one: Gone) -> Object:
    """The same of a service at one place, which HSDS gives no status: its change says that it was deleted."""
    change = {
        "id": name("change", one.id, "ended", as_moment(one.at)),
        "resource_id": one.id,
        "resource_type": "service_at_location",
        "last_action_date": one.at.date().isoformat(),
        "last_action_type": "delete",
        "field_name": "id",
        "previous_value": one.id,
        "replacement_value": ENDED,
        "updated_by": ENDED,
    }
    return {"id": one.id, "service_id": one.service_id, "metadata": [change]}


def organization(one: Listing) -> Object:
    """Who offers a service. We keep no description of organisations: HSDS asks for one, so it is the name."""
    return {"id": organization_id(one), "name": one.organisation, "description": one.organisation}


def organization_id(one: Listing) -> str:
    """It stays when the organisation is called otherwise: see directory.owners."""
    return name("organization", one.known_by or one.organisation)


def place(one: Listing, *, on: date) -> Object:
    """One service at one place. A sealed one tells its province and front-gate phone."""
    province = {
        "id": name("service_area", one.id),
        "name": places.provinces()[one.province],
        "extent": one.province,
        "extent_type": PLACE_SCHEME,
    }
    told: Object = {
        "id": one.id,
        "service_areas": [province],
        "location": location(one),
        "phones": [{"id": name("phone", one.id, number), "number": number, "type": "voice"} for number in one.phones],
        "schedules": [*schedules(one.id, one.hours), *_days_apart(one, on)],
        "attributes": _attributes(one.id, "service_at_location", _of_place(one)),
    }
    return {key: value for key, value in told.items() if value != []}


def _days_apart(one: Listing, on: date) -> list[Object]:
    return hsds_days.schedules(one.id, one.hours, on=on) if one.hours and one.hours.apart else []


def location(one: Listing) -> Object:
    """Where it is. Of a sealed place nothing but that it exists."""
    told: Object = {"id": name("location", one.id), "location_type": "physical"}
    if one.is_sealed:
        return told
    key = open_place(one)
    told |= {
        "name": places.name_of(key),
        "external_identifier": f"{key.tier}:{key.code}",
        "external_identifier_type": PLACE_SCHEME,
    }
    if one.directions:
        told["transportation"] = one.directions
    if one.point:
        told["latitude"], told["longitude"] = one.point
    if one.street:
        told["addresses"] = [_address(one)]
    if "accessible" in one.attributes:
        said = t("console.attributes.accessible")
        told["accessibility"] = [{"id": name("accessibility", one.id), "description": said}]
    return told


def _address(one: Listing) -> Object:
    """HSDS demands a postal code; we know none, so it is the province's code with zeros in front (none such exists)."""
    city, _, _ = places.name_of(one.place).partition(",")
    return {
        "id": name("address", one.id),
        "address_1": one.street,
        "city": city,
        "state_province": places.provinces()[one.province],
        "postal_code": one.province.zfill(5),
        "country": "VN",
        "address_type": "physical",
    }


def taxonomies() -> list[Object]:
    """Our lists of terms."""
    return [taxonomy_object(code) for code in TAXONOMIES]


# --- below ------------------------------------------------------------------------------------------------------------

Told = tuple[str, str, str]  # (code of the term, value, label)


def _of_service(one: Listing) -> Iterator[Told]:
    yield f"kind.{one.kind}", "", ""
    for need in one.needs:
        yield f"need.{need}", "", ""


def _of_place(one: Listing) -> Iterator[Told]:
    if one.is_sealed:
        yield "visibility.sealed", "", ""
    for code in written_attributes(one.attributes):
        yield f"quality.{code}", "", ""
    if one.friendly is not None:
        yield f"quality.{FRIENDLY}", one.friendly.why, one.friendly.on.isoformat()
    for code in one.audience:
        yield f"audience.{code}", "", ""
    for code in one.languages:
        yield "spoken.language", code, ""
    for field in ("reception", "price", "papers"):
        for spoken, said in getattr(one, field).items():
            yield f"text.{field}", said, spoken
    for group, day in sorted(one.verified_on.items()):
        yield f"checked.{group}", day.isoformat(), ""


@cache
def _term_of(code: str) -> Mapping[str, Any] | None:
    term = terms().get(code)
    return term_object(term) if term else None


def _attributes(owner: str, entity: str, told: Iterable[Told]) -> list[Object]:
    found = []
    for code, value, label in told:
        term = _term_of(code)
        if term is None:
            continue
        one: Object = {
            "id": name("attribute", owner, code, value if code == "spoken.language" else label),
            "link_id": owner,
            "link_entity": entity,
            "taxonomy_term_id": term["id"],
            "taxonomy_term": term,
        }
        if value:
            one["value"] = value
        if label:
            one["label"] = label
        found.append(one)
    return found


def _said(group: Sequence[Listing], field: str) -> str:
    texts = (getattr(one, field) for one in group)
    said = (text.get(FALLBACK) or next(iter(text.values()), "") for text in texts)
    return " / ".join(dict.fromkeys(filter(None, said)))


def _labels(taxonomy: str, codes: Iterable[str]) -> list[str]:
    return [terms()[whole].label for code in codes if (whole := f"{taxonomy}.{code}") in terms()]


def _alert(group: Sequence[Listing], on: date) -> str:
    said = [text for one in group for text in one.notices_on(on)]
    if any(one.is_under_review for one in group):
        said.append(t("exchange.under_review"))
    return " / ".join(dict.fromkeys(said))


def _assured(group: Sequence[Listing]) -> str | None:
    days = [one.checked_on for one in group]
    return None if None in days else min(day for day in days if day).isoformat()


def _modified(group: Sequence[Listing], on: date, left: datetime | None) -> str | None:
    moments = [at for one in group if (at := modified_at(one, on))]
    moments += [left] if left else []
    return as_moment(max(moments)) if moments else None


def modified_at(one: Listing, on: date) -> datetime | None:
    """When anything that is told of it last changed; a notice begins and is over by itself, with the day."""
    turns = (day for told in one.notices for day in (told.starts_on, told.ends_on + timedelta(days=1)) if day <= on)
    begun = [datetime.combine(day, time(), HCMC) for day in turns]
    return max([*begun, *([one.modified_at] if one.modified_at else [])], default=None)


def as_moment(at: datetime) -> str:
    """`2026-12-07T02:00:00Z`."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _languages(group: Sequence[Listing]) -> list[Object]:
    codes = dict.fromkeys(code for one in group for code in one.languages)
    owner, known = group[0].service_id, _language_names()
    return [{"id": name("language", owner, code), "code": code, "name": known.get(code, code)} for code in codes]


@cache
def _language_names() -> Mapping[str, str]:
    return dict(Locale("vi").languages)


def _costs(group: Sequence[Listing]) -> list[Object]:
    owner, found = group[0].service_id, []
    is_free = all("free" in one.attributes for one in group)
    for said in dict.fromkeys(said for one in group for said in one.price.values()):
        told = {"id": name("cost_option", owner, said), "option": said, "currency": "VND"}
        found.append({**told, "amount": 0} if is_free else told)
    return found


def _papers(group: Sequence[Listing]) -> list[Object]:
    owner = group[0].service_id
    said = dict.fromkeys(text for one in group for text in one.papers.values())
    return [{"id": name("required_document", owner, text), "document": text} for text in said]
