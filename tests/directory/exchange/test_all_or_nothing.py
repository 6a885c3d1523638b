"""A file is taken whole or not at all: whatever the writing would refuse is found before anything is written."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, select

from directory import editing, notices
from directory.drafts import DraftProblem
from directory.exchange import spreadsheet
from directory.exchange.rows import Row
from directory.places import PlaceKey, Tier
from directory.tables import directory_audit
from tests.directory.exchange.samples import NOW, OPEN, SEALED, shown

HIDDEN = replace(SEALED, kind="social_work_centre", service="Trung tâm Kín")
BARE = replace(OPEN, street="", directions="")
REFUSED = (
    ("an opened shelter", SEALED, {"is_sealed": False}, {"listing.problem.unseal", "listing.problem.open_shelter"}),
    ("an opened place", HIDDEN, {"is_sealed": False}, {"listing.problem.unseal"}),
    ("an open shelter", BARE, {"kind": "shelter"}, {"listing.problem.open_shelter"}),
    ("no phone", OPEN, {"phones": ()}, {"listing.problem.no_phone"}),
    ("no need", OPEN, {"needs": ()}, {"listing.problem.no_need"}),
    ("a notice that tells", BARE, {"is_sealed": True}, {"listing.problem.tells_where"}),
)


@pytest.mark.parametrize(("draft", "more", "keys"), [one[1:] for one in REFUSED], ids=[one[0] for one in REFUSED])
def test_what_cannot_be_written_is_found_before_anything_is(
    connection: Connection, draft: Any, more: dict[str, Any], keys: set[str]
) -> None:
    id = shown(connection, draft)
    if "listing.problem.tells_where" in keys:
        days = {"starts_on": date(2026, 12, 1), "ends_on": date(2026, 12, 30)}
        notices.put(connection, id, "Chuyển sang 12 ngõ 7", **days, staff_id=1, now=NOW)
    other = shown(connection, replace(OPEN, service="Nơi khác"))
    before = connection.execute(select(directory_audit.c.seq)).all()
    rows = (
        Row(2, other, replace(OPEN, service="Nơi khác", price={"vi": "20.000 đồng"})),
        Row(3, id, replace(draft, **more)),
    )
    planned = spreadsheet.plan(connection, rows)
    assert {one.key for one in planned.wrong} == keys and {one.row for one in planned.wrong} == {3}
    assert planned.outcome == spreadsheet.Outcome(0, 1, 0) and [one.number for one in planned.rows] == [2]
    assert all(one.says and "not well written" not in one.says for one in planned.wrong)
    with pytest.raises(DraftProblem) as refused:
        spreadsheet.take_over(connection, rows[1:], now=NOW)
    assert {one.key for one in refused.value.problems} == keys, "the plan and the deed ask the same"
    assert connection.execute(select(directory_audit.c.seq)).all() == before
    spreadsheet.take_over(connection, planned.rows, now=NOW)


@pytest.mark.parametrize("kind", ["shelter", "private_clinic"])
@pytest.mark.parametrize("is_new", [False, True])
def test_what_another_place_of_the_service_would_be_refused_is_found_before_anything_is_written(
    connection: Connection, kind: str, is_new: bool
) -> None:
    id = shown(connection, OPEN)
    known = editing.look_up(connection, id)
    assert known is not None
    second = replace(OPEN, place=PlaceKey(Tier.OLD_DISTRICT, "006"))
    here = "5f0d2c0e-8a52-4cbb-8f3e-0a7c8f6f0003"
    if not is_new:
        editing.propose(connection, second, staff_id=1, now=NOW, service_id=known.service_id, place_id=here)
    before = connection.execute(select(directory_audit.c.seq)).all()
    row = Row(2, here, replace(second, kind=kind), service_id=known.service_id)
    planned = spreadsheet.plan(connection, [row], consent_kinds=("private",))
    key = {"shelter": "listing.problem.open_shelter", "private_clinic": "listing.problem.not_agreed"}[kind]
    assert [(one.row, one.key) for one in planned.wrong] == [(2, key)] and not planned.rows and not planned.differences
    assert planned.outcome == spreadsheet.Outcome(0, 0, 0)
    with pytest.raises(DraftProblem) as refused:
        spreadsheet.take_over(connection, [row], now=NOW, consent_kinds=("private",))
    assert [one.key for one in refused.value.problems] == [key], "the plan and the deed ask the same"
    if not is_new:
        assert connection.execute(select(directory_audit.c.seq)).all() == before
    assert editing.look_up(connection, id) == known
