"""What in the directory needs somebody's care: unchecked for long, reported wrong, written twice, out of reach."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from directory import catalogue, own_of_a_person
from directory.drafts import of_a_person
from directory.known import all_known
from directory.places import PlaceKey, Tier
from directory.sealing import telling
from directory.showing import is_asked
from directory.tables import notice, organisation, place_of_service, service
from directory.wording import HCMC

SHOWN = ("published", "stale")


@dataclass(frozen=True, slots=True)
class Care:
    """One thing to look after; `what` is a code: stale, never_checked, reported_wrong, no_phone, same_phone …

    With a field behind it where that matters: own_of_a_person:price.vi."""

    place_id: str
    service: str
    what: str


def needed(
    connection: Connection,
    *,
    fresh_days: Callable[[str], int],
    now: datetime,
    consent_kinds: Collection[str] = (),
) -> tuple[Care, ...]:
    """Everything that needs care, listing by listing."""
    today = now.astimezone(HCMC).date()
    rows = [one for one in catalogue.rows(connection) if one.state in SHOWN]
    found: list[Care] = []
    by_number: dict[str, str] = {}
    for one in rows:
        if one.is_under_review:
            found.append(Care(one.id, one.service, "reported_wrong"))
        if one.checked_on is None:
            found.append(Care(one.id, one.service, "never_checked"))
        elif today - one.checked_on > timedelta(days=fresh_days(one.kind)):
            found.append(Care(one.id, one.service, "stale"))
        if not one.phones:
            found.append(Care(one.id, one.service, "no_phone"))
        for number in one.phones:
            digits = "".join(filter(str.isdigit, number))
            if by_number.setdefault(digits, one.id) != one.id:
                found.append(Care(one.id, one.service, "same_phone"))
    open_ones = select(place_of_service.c.id).join(service, service.c.id == place_of_service.c.service_id)
    open_ones = open_ones.where(service.c.kind == "shelter", place_of_service.c.is_sealed.is_(False))
    services = {one.id: one.service for one in rows}
    found += [Care(one, services.get(one, ""), "open_shelter") for one in connection.execute(open_ones).scalars()]
    bare = select(place_of_service.c.id).where(place_of_service.c.is_sealed, place_of_service.c.street.is_not(None))
    found += [Care(one, services.get(one, ""), "sealed_with_street") for one in connection.execute(bare).scalars()]
    found += [Care(one, services.get(one, ""), "sealed_tells_where") for one in _telling(connection)]
    unasked = select(place_of_service.c.id).where(place_of_service.c.consent_on.is_(None))
    quiet = set(connection.execute(unasked).scalars())
    asked = [one for one in rows if one.id in quiet and is_asked(one.kind, consent_kinds)]
    found += [Care(one.id, one.service, "not_agreed") for one in asked]
    found += _of_a_person(connection)
    over = select(notice.c.place_id).where(notice.c.ends_on < today).distinct()
    found += [Care(one, services.get(one, ""), "notice_over") for one in connection.execute(over).scalars()]
    return tuple(found)


def _of_a_person(connection: Connection) -> Iterator[Care]:
    """Fields that name one person or hold her number, written before such words were refused, in whatever state the
    listing is: it is kept all the same. What they say is not told."""
    notices: dict[str, list[str]] = {}
    for row in connection.execute(select(notice.c.place_id, notice.c.text).where(notice.c.code.is_(None))):
        notices.setdefault(row.place_id, []).append(row.text)
    for id, known in all_known(connection).items():
        parts = of_a_person(known.draft)
        fields = [name for name, _ in parts]
        if any(map(own_of_a_person.told, notices.get(id, ()))):
            fields.append("notice")
        called = known.draft.service
        for part in (part for name, part in parts if name == "service"):
            called = called.replace(part, "…")
        yield from (Care(id, called, f"own_of_a_person:{name}") for name in fields)


def _telling(connection: Connection) -> Iterator[str]:
    """Sealed places whose names, texts or notices, written before such words were refused, tell where they are."""
    said = select(notice.c.place_id, notice.c.text).where(notice.c.code.is_(None))
    notices: dict[str, list[str]] = {}
    for row in connection.execute(said):
        notices.setdefault(row.place_id, []).append(row.text)
    wanted = (
        select(place_of_service, service.c.name, organisation.c.name.label("owner"))
        .join(service, service.c.id == place_of_service.c.service_id)
        .join(organisation, organisation.c.id == service.c.organisation_id)
        .where(place_of_service.c.is_sealed)
        .order_by(place_of_service.c.id)
    )
    for row in connection.execute(wanted):
        texts = [text for by_language in (row.reception, row.price, row.papers) for text in by_language.values()]
        place = PlaceKey(Tier(row.place_tier), row.place_code)
        is_told = any(telling(text, place) for text in (*texts, *notices.get(row.id, ())))
        if is_told or any(telling(name, place, is_name=True) for name in (row.name, row.owner)):
            yield str(row.id)
