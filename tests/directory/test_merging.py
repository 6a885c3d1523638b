"""Requirement 14: two listings of one place become one, and nobody looks for it in vain."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from directory import editing, merging
from directory.drafts import DraftProblem
from directory.editing import NotNow
from directory.replay import replay, stands
from tests.directory.test_editing import CLINIC, NOW, published, shown, usual


def test_what_is_shown_is_never_merged_into_what_is_hidden(connection: Connection) -> None:
    open_to_all = published(connection)
    draft = editing.propose(connection, CLINIC, staff_id=1, now=NOW)
    with pytest.raises(NotNow):
        merging.merge(connection, open_to_all, draft, staff_id=1, now=NOW)
    assert shown(connection) == {CLINIC.service} and merging.resolve(connection, open_to_all) == open_to_all
    merging.merge(connection, draft, open_to_all, staff_id=1, now=NOW)
    assert shown(connection) == {CLINIC.service} and merging.resolve(connection, draft) == open_to_all


def test_what_was_taken_down_does_not_come_back_by_undoing_a_merge(connection: Connection) -> None:
    first, stays = published(connection), published(connection, replace(CLINIC, service="Phòng khám Thứ Hai"))
    draft = editing.propose(connection, replace(CLINIC, service="Phòng khám Nháp"), staff_id=1, now=NOW)
    for gone in (first, draft):
        merging.merge(connection, gone, stays, staff_id=1, now=NOW)
    editing.withdraw(connection, stays, staff_id=1, now=NOW)
    for gone in (first, draft):
        merging.undo(connection, gone, staff_id=1, now=NOW)
        assert replay(connection, gone) == stands(connection, gone)
        with pytest.raises(NotNow) as refused:
            editing.restore(connection, gone, staff_id=1, is_alone=False, fresh_days=usual, now=NOW)
        assert refused.value.key == "listing.problem.restore_other"
        with pytest.raises((NotNow, DraftProblem)):
            editing.publish(connection, gone, staff_id=1, now=NOW)
    assert shown(connection) == set()
    editing.restore(connection, first, staff_id=2, is_alone=False, fresh_days=usual, now=NOW)
    assert shown(connection) == {CLINIC.service}


def test_a_takedown_reaches_what_was_merged_in_two_steps(connection: Connection) -> None:
    a, b, c = (published(connection, replace(CLINIC, service=f"Phòng khám {name}")) for name in ("Một", "Hai", "Ba"))
    merging.merge(connection, a, b, staff_id=1, now=NOW)
    merging.merge(connection, b, c, staff_id=1, now=NOW)
    editing.withdraw(connection, c, staff_id=1, now=NOW)
    merging.undo(connection, a, staff_id=1, now=NOW)
    assert shown(connection) == set() and merging.resolve(connection, a) == a
