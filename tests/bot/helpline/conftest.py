"""A small line for these tests: four colleagues, three rungs, and persons who write."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select

from bot import policy as policies
from bot.db import Database, Tx
from bot.outbox import Letter, unpack
from bot.policy import Policy
from bot.seals import KeyId
from bot.tables import (
    centre,
    contact,
    conversation,
    lane,
    outbox,
    person,
    shift,
    staff,
    staff_organisation,
    staff_province,
)
from tests.conftest import MovableClock

LAN, MAI, HOA, BICH = 1, 2, 3, 4


@pytest.fixture
def policy() -> Policy:
    return policies.demonstration()


def add_staff(tx: Tx, now: datetime) -> None:
    tx.execute(insert(staff_organisation).values(id=1, name="Tổ chức mẫu"))
    tx.execute(insert(centre).values(id=1, organisation_id=1, name="Trung tâm mẫu", province="01"))
    people = ((LAN, "Lan", "worker"), (MAI, "Mai", "worker"), (HOA, "Hoa", "supervisor"), (BICH, "Bích", "manager"))
    for staff_id, alias, role in people:
        row = {"id": staff_id, "name": f"s{staff_id}", "alias": alias, "role": role, "centre_id": 1, "state": "active"}
        tx.execute(insert(staff).values(**row, created_at=now))
        tx.execute(insert(staff_province).values(staff_id=staff_id, province="01"))


def add_shift(
    tx: Tx, staff_id: int, rung: int, begins: datetime, *, hours: float = 48, province: str | None = None
) -> None:
    ends = begins + timedelta(hours=hours)
    row = {"staff_id": staff_id, "centre_id": 1, "province": province, "rung": rung, "starts_at": begins}
    tx.execute(insert(shift).values(**row, ends_at=ends))


def add_person(tx: Tx, lane_id: int, now: datetime) -> None:
    later = now + timedelta(hours=72)
    tx.execute(insert(person).values(id=lane_id, created_at=now, forget_at=later))
    row = {"id": lane_id, "person_id": lane_id, "channel": "fake", "account": "1", "handle": f"h{lane_id}"}
    tx.execute(insert(lane).values(**row, last_at=now, forget_at=later))
    tx.execute(insert(contact).values(lane_id=lane_id, sealed=b"x", forget_at=later))
    key = tx.seals.new_key()
    tx.execute(insert(conversation).values(lane_id=lane_id, key_id=key, last_at=now, forget_at=later))


@pytest.fixture
async def line(db: Database, clock: MovableClock) -> Database:
    """Two persons wrote; Lan, Mai and Hoa stand on rungs 0, 1 and 2 of the whole country."""

    def build(tx: Tx) -> None:
        now = clock.now()
        add_staff(tx, now)
        for rung, staff_id in enumerate((LAN, MAI, HOA)):
            add_shift(tx, staff_id, rung, now - timedelta(hours=1))
        add_person(tx, 1, now)
        add_person(tx, 2, now)

    await db.write(build)
    return db


@pytest.fixture
async def empty_line(db: Database, clock: MovableClock) -> Database:
    """The same colleagues and one person, and nobody on duty."""
    await db.write(lambda tx: (add_staff(tx, clock.now()), add_person(tx, 1, clock.now())))
    return db


Letters = Callable[[Tx], list[Letter]]


def letters(tx: Tx, *, staff_id: int | None = None, lane_id: int | None = None) -> list[Letter]:
    """What was queued for one recipient, opened."""
    wanted = select(outbox).order_by(outbox.c.id)
    wanted = wanted.where(outbox.c.staff_id == staff_id) if staff_id else wanted.where(outbox.c.lane_id == lane_id)
    found = []
    for row in tx.execute(wanted):
        about = f"outbox:{row.key}"
        seals = tx.seals
        key = KeyId(row.key_id) if row.key_id else None
        body = seals.open_with(key, row.sealed, about=about) if key else seals.open(row.sealed, about=about)
        found.append(unpack(body))
    return found


def token_of(letter: Letter) -> str:
    url = letter.choices[0].url
    assert url is not None and url.startswith("/t/")
    return url.removeprefix("/t/")
