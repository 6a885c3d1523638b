"""The list of all listings for those who keep them, found by words without accents, state and province."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from directory import duplicates
from directory.duplicates import Entry
from directory.places import PlaceKey, Tier, name_of
from directory.reading import fold
from directory.sealing import cut
from directory.tables import organisation, phone, place_of_service, service
from directory.verification import changed_since, oldest_checks

_OF_NUMBERS, _NUMBER = frozenset("0123456789+-. ()"), 4  # digits


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    id: str
    service: str
    organisation: str
    place: str
    province: str
    state: str
    checked_on: date | None
    is_under_review: bool
    is_demo: bool
    phones: tuple[str, ...]
    kind: str
    is_staff_only: bool = False
    is_sealed: bool = False
    is_changed: bool = False  # since it was checked


def rows(
    connection: Connection, *, text: str = "", state: str = "", province: str = "", language: str = "vi"
) -> tuple[Row, ...]:
    """All that fit, those to look after first: reported wrong, then never checked, then the longest unchecked."""
    wanted = (
        select(place_of_service, service.c.name, service.c.kind, organisation.c.name.label("owner"))
        .join(service, service.c.id == place_of_service.c.service_id)
        .join(organisation, organisation.c.id == service.c.organisation_id)
    )
    if state:
        wanted = wanted.where(place_of_service.c.state == state)
    if province:
        wanted = wanted.where(place_of_service.c.province == province)
    checked, numbers, changed = oldest_checks(connection), _numbers(connection), changed_since(connection)
    found = [
        Row(
            row.id,
            cut(row.name, _key(row)) if row.is_sealed else row.name,
            cut(row.owner, _key(row)) if row.is_sealed else row.owner,
            _place(row, language),
            row.province,
            row.state,
            checked.get(row.id),
            row.under_review_at is not None,
            row.is_demo,
            tuple(numbers.get(row.id, ())),
            row.kind,
            row.visibility == "staff",
            row.is_sealed,
            row.id in changed,
        )
        for row in connection.execute(wanted)
    ]
    fits = _finder(text)
    fitting = (one for one in found if fits(one))
    return tuple(sorted(fitting, key=lambda one: (not one.is_under_review, one.checked_on or date.min, one.service)))


def entries_of(connection: Connection) -> tuple[Entry, ...]:
    """Every listing that was not merged into another, as the finder of duplicates looks at it."""
    wanted = (
        select(place_of_service, service.c.name, service.c.kind, organisation.c.name.label("owner"))
        .join(service, service.c.id == place_of_service.c.service_id)
        .join(organisation, organisation.c.id == service.c.organisation_id)
        .where(place_of_service.c.merged_into.is_(None))
        .order_by(place_of_service.c.id)
    )
    numbers = _numbers(connection)
    return tuple(
        Entry(
            row.id, row.name, row.owner, row.kind, PlaceKey(Tier(row.place_tier), row.place_code), row.province,
            tuple(numbers.get(row.id, ())), row.service_id,
        )
        for row in connection.execute(wanted)
    )  # fmt: skip


def _place(row: Any, language: str) -> str:
    """Of a sealed place the province, here too: lists are read over shoulders."""
    if row.is_sealed:
        return name_of(PlaceKey(Tier.NEW_PROVINCE, row.province), language)
    return name_of(_key(row), language)


def _key(row: Any) -> PlaceKey:
    return PlaceKey(Tier(row.place_tier), row.place_code)


def _finder(text: str) -> Callable[[Row], bool]:
    """Every word stands there, whole or begun, also shortened ("pk", "ttyt"); or the digits are of its number."""
    typed, words = fold(text).split(), duplicates.plain_name(text).split()
    number = duplicates.digits(text) if set(text) <= _OF_NUMBERS else ""

    def fits(one: Row) -> bool:
        if len(number) >= _NUMBER and any(number in duplicates.digits(own) for own in one.phones):
            return True
        said = " ".join((one.service, one.organisation, one.place, *one.phones))
        plain, whole = fold(said), duplicates.listed_name(said)
        return all(word in plain for word in typed) or (bool(words) and all(word in whole for word in words))

    return fits


def _numbers(connection: Connection) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in connection.execute(select(phone).order_by(phone.c.position)):
        found.setdefault(row.place_id, []).append(row.number)
    return found
