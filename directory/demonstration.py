"""The made-up directory of the demonstration: names say "(mẫu)", phones are 0000 000 NNN; never beside a real one."""

import re
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from directory import places
from directory.listings import FRIENDLY, Hours, written_attributes
from directory.places import PlaceKey, Tier
from directory.reading import SEED
from directory.seedfiles import load_table
from directory.tables import organisation, phone, place_of_service, service, service_need, verification
from directory.verification import GROUPS, note_all
from directory.wording import HCMC

_SPACE = uuid.UUID("5d0c9a54-6f0e-4f57-9c6e-0f6f0c1d2e3a")
_PHONE = re.compile(r"^0000 000 \d{3}$")


class DemoRefused(Exception):
    """This database holds real listings: the demonstration is not mixed with them."""


def import_demo(connection: Connection, now: datetime) -> int:
    """Put the made-up listings in, once. Returns how many were new. Raises DemoRefused beside real listings."""
    real = select(place_of_service.c.id).where(place_of_service.c.is_demo.is_(False)).limit(1)
    if connection.execute(real).first() is not None:
        raise DemoRefused("This database holds real listings; use another one for the demonstration.")
    known = set(connection.execute(select(place_of_service.c.id)).scalars())
    entries = load_table(SEED / "demo-listings.yaml")
    numbered = [(number, _id("place", one["key"]), one) for number, one in enumerate(entries)]
    fresh = [(number, place_id, one) for number, place_id, one in numbered if place_id not in known]
    rows: dict[Table, list[dict[str, Any]]] = {}  # those that others refer to first
    for number, place_id, one in fresh:
        for table, row in _rows(place_id, one, number, now):
            rows.setdefault(table, []).append(row)
    for table, of_table in rows.items():
        connection.execute(insert(table), of_table)
    note_all(connection, "import", [place_id for _, place_id, _ in fresh], staff_id=None, now=now)
    return len(fresh)


def refuse_demo(connection: Connection) -> None:
    """Raises DemoRefused if this database holds made-up listings: it may not be served as a real one."""
    if connection.execute(select(place_of_service.c.id).where(place_of_service.c.is_demo).limit(1)).first() is not None:
        raise DemoRefused("This database holds the made-up directory: set DONGHANH_DATABASE_URL to another one.")


def _id(kind: str, key: str) -> str:
    return str(uuid.uuid5(_SPACE, f"{kind}:{key}"))


def _rows(place_id: str, one: Mapping[str, Any], number: int, now: datetime) -> Iterator[tuple[Table, dict[str, Any]]]:
    """What is written for one made-up listing."""
    if "(mẫu)" not in one["service"] or not _PHONE.match(one["phone"]):
        raise ValueError(f"{one['key']} is not plainly made up.")
    Hours.parse(one["hours"])
    key = PlaceKey(Tier.OLD_DISTRICT, str(one["place"]))
    owner, of = _id("organisation", one["key"]), _id("service", one["key"])
    yield organisation, {"id": owner, "name": one["organisation"], "is_demo": True}
    yield service, {"id": of, "organisation_id": owner, "name": one["service"], "kind": one["kind"]}
    for position, need in enumerate(one["needs"]):
        yield service_need, {"service_id": of, "need": need, "position": position}
    checked = now.astimezone(HCMC).date() - timedelta(days=1 + number % 25)
    yield place_of_service, {
        "id": place_id,
        "service_id": of,
        "place_tier": str(key.tier),
        "place_code": key.code,
        "province": places.province_of(key),
        "directions": one.get("directions", ""),
        "is_sealed": bool(one.get("sealed")),
        "visibility": "sealed" if one.get("sealed") else "public",
        "hours": one["hours"],
        "reception": one["reception"],
        "price": one["price"],
        "papers": one["papers"],
        "audience": one["audience"],
        "languages": list(one.get("languages", ["vi"])),
        "attributes": list(written_attributes(one["attributes"])),
        "friendly_why": "peer_visit" if FRIENDLY in one["attributes"] else None,
        "friendly_on": checked if FRIENDLY in one["attributes"] else None,
        "consent_how": "demo",
        "consent_on": checked,
        "state": "published",
        "is_demo": True,
        "modified_at": now,
    }
    yield phone, {"place_id": place_id, "number": one["phone"]}
    for group in GROUPS:
        yield verification, {"place_id": place_id, "field_group": group, "verified_on": checked, "method": "demo"}
