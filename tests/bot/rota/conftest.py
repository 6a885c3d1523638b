"""A house with three who can be called, in two centres."""

from typing import Any

import pytest

from bot import staff
from bot.db import Database, Tx
from tests.conftest import MovableClock


@pytest.fixture
async def house(db: Database, clock: MovableClock) -> Database:
    """hoa and mai in Hà Nội, lan in Huế, and a manager."""

    def deed(tx: Tx) -> None:
        for name, role, centre in (
            ("hoa", "worker", "Hà Nội"),
            ("mai", "worker", "Hà Nội"),
            ("lan", "supervisor", "Huế"),
            ("binh", "manager", "Hà Nội"),
        ):
            place = staff.find_centre(tx, "Thử", centre)
            more: dict[str, Any] = {"centre_id": place, "provinces": frozenset({"01"}), "state": "active"}
            staff.add(tx, name, alias=f"chị {name}", role=role, now=clock.now(), **more)

    await db.write(deed)
    return db
