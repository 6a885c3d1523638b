"""What left the public eye is known by its id and its moment, on both engines, also after a start."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.db import Database
from directory import editing, merging, verification
from directory.gone import gone
from directory.shelf import ShelfKeeper
from tests.directory.exchange.samples import BARE, NOW, OPEN, SEALED, shown

LATER = NOW + timedelta(days=1)


def _begun(tx: Any) -> dict[str, str]:
    c = tx.connection
    ids = {name: shown(c, replace(BARE, service=name)) for name in ("down", "merged", "staff", "back", "stays")}
    ids["never"] = editing.propose(c, OPEN, staff_id=1, now=NOW)
    ids["inner"] = shown(c, replace(BARE, service="inner", is_staff_only=True))
    ids["sealed"] = shown(c, SEALED)
    return ids


def _left(ids: dict[str, str], tx: Any) -> None:
    c = tx.connection
    for name in ("down", "never", "inner", "sealed", "back"):
        editing.withdraw(c, ids[name], staff_id=1, now=LATER)
    merging.merge(c, ids["merged"], ids["stays"], staff_id=1, now=LATER)
    after = replace(BARE, service="staff", is_staff_only=True)
    editing.save(c, ids["staff"], after, expected=2, staff_id=1, now=LATER)
    told: dict[str, Any] = {"staff_id": 2, "now": LATER + timedelta(hours=1)}
    editing.restore(c, ids["back"], is_alone=False, fresh_days=lambda kind: 180, **told)
    verification.report_wrong(c, ids["stays"], now=LATER)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)
async def test_what_left_is_told_alike_by_a_running_process_and_by_one_that_starts(engine: Database) -> None:
    ids = await engine.write(_begun)
    running, starting = ShelfKeeper(), ShelfKeeper()
    await engine.read(running.load)
    assert running.shelf.gone == {}
    await engine.write(lambda tx: _left(ids, tx))
    await engine.read(running.refresh)
    await engine.read(starting.load)
    assert running.shelf.gone == starting.shelf.gone
    assert set(running.shelf.gone) == {ids[name] for name in ("down", "merged", "staff", "sealed")}
    assert {one.at for one in running.shelf.gone.values()} == {LATER}
    stays = running.shelf.get(ids["stays"])
    assert stays is not None and stays.modified_at == LATER, "that it is under review is told with it"
    some = await engine.read(lambda connection: gone(connection, [ids["down"], ids["back"]]))
    assert set(some) == {ids["down"]}
