"""Requirement 8: what somebody took down is not brought back by the same person writing it down anew."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from directory import editing, merging, verification
from directory.drafts import Draft
from directory.editing import NotNow
from directory.places import PlaceKey, Tier
from tests.directory.test_editing import CLINIC, NOW, published, shown


def usual(kind: str) -> int:
    return 180


def anew(connection: Connection, draft: Draft, *, service_id: str | None = None) -> str:
    id = editing.propose(connection, draft, staff_id=1, now=NOW, service_id=service_id)
    verification.verify(connection, id, verification.GROUPS, method="call", staff_id=1, now=NOW)
    return id


@pytest.mark.parametrize(
    "draft",
    [
        CLINIC, replace(CLINIC, phones=("024 0000 0009",)), replace(CLINIC, service="Phòng khám Thử 24"),
        replace(CLINIC, service="PK Thử", organisation="Khác"),
    ],
)  # fmt: skip
def test_a_takedown_is_not_undone_by_the_same_person_with_a_copy(connection: Connection, draft: Draft) -> None:
    old = published(connection, replace(CLINIC, service=draft.service if "24" in draft.service else CLINIC.service))
    editing.withdraw(connection, old, staff_id=1, now=NOW)
    copy = anew(connection, draft)
    with pytest.raises(NotNow) as refused:
        editing.publish(connection, copy, staff_id=1, now=NOW)
    assert refused.value.key == "listing.problem.copy_of_taken_down" and shown(connection) == set()
    editing.publish(connection, copy, staff_id=2, now=NOW)
    assert shown(connection) == {draft.service}


def test_where_nobody_else_is_a_day_has_to_pass(connection: Connection) -> None:
    old = published(connection)
    editing.withdraw(connection, old, staff_id=1, now=NOW)
    copy = anew(connection, CLINIC)
    with pytest.raises(NotNow):
        editing.publish(connection, copy, staff_id=1, now=NOW + timedelta(hours=23), is_alone=True)
    editing.publish(connection, copy, staff_id=1, now=NOW + timedelta(hours=24), is_alone=True)


def test_one_more_place_of_the_service_is_no_way_round_and_another_place_is_no_copy(connection: Connection) -> None:
    old = published(connection)
    known = editing.look_up(connection, old)
    assert known is not None
    editing.withdraw(connection, old, staff_id=1, now=NOW)
    same = anew(connection, CLINIC, service_id=known.service_id)
    with pytest.raises(NotNow):
        editing.publish(connection, same, staff_id=1, now=NOW)
    far = anew(connection, replace(CLINIC, place=PlaceKey(Tier.OLD_DISTRICT, "008")), service_id=known.service_id)
    editing.publish(connection, far, staff_id=1, now=NOW)
    other = anew(connection, replace(CLINIC, service="Trạm Y tế Khác", phones=("024 0000 0008",)))
    editing.publish(connection, other, staff_id=1, now=NOW)
    assert shown(connection) == {CLINIC.service, "Trạm Y tế Khác"}


def test_a_merge_that_is_undone_is_no_way_round(connection: Connection) -> None:
    """Who took the one that stayed down does not bring the other one back: a second colleague only parted the two."""
    gone, stays = published(connection), published(connection, replace(CLINIC, service="PK Thử"))
    merging.merge(connection, gone, stays, staff_id=2, now=NOW)
    editing.withdraw(connection, stays, staff_id=1, now=NOW)
    merging.undo(connection, gone, staff_id=2, fresh_days=usual, now=NOW)
    with pytest.raises(NotNow) as refused:
        editing.restore(connection, gone, staff_id=1, is_alone=False, fresh_days=usual, now=NOW)
    assert refused.value.key == "listing.problem.copy_of_taken_down"
    editing.restore(connection, gone, staff_id=3, is_alone=False, fresh_days=usual, now=NOW)
    assert shown(connection) == {CLINIC.service}
