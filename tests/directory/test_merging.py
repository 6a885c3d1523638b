"""Requirement 14: two listings of one place become one, and nobody looks for it in vain."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection

from directory import editing, merging, notices
from directory.drafts import DraftProblem
from directory.editing import NotNow
from directory.freshness import Age
from directory.replay import replay, stands
from directory.shelf import ShelfKeeper, read_listings
from directory.verification import age_of
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
        merging.undo(connection, gone, staff_id=1, fresh_days=usual, now=NOW)
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
    merging.undo(connection, a, staff_id=1, fresh_days=usual, now=NOW)
    assert shown(connection) == set() and merging.resolve(connection, a) == a


def test_what_persons_are_shown_is_never_merged_with_what_is_sealed_or_for_colleagues_only(
    connection: Connection,
) -> None:
    sealed = published(connection, replace(CLINIC, service="Nhà Lặng", is_sealed=True, street="", directions=""))
    staff = published(connection, replace(CLINIC, service="Bàn Trực", is_staff_only=True))
    public = published(connection)
    for gone, into in ((sealed, public), (public, sealed), (public, staff), (staff, public), (sealed, staff)):
        with pytest.raises(NotNow) as refused:
            merging.merge(connection, gone, into, staff_id=1, now=NOW)
        assert refused.value.key == "listing.problem.merge_seen"
    keeper = ShelfKeeper()
    keeper.load(connection)
    assert keeper.shelf.get(sealed) is not None and merging.resolve(connection, sealed) == sealed
    twin = published(connection, replace(CLINIC, service="Nhà Lặng 2", is_sealed=True, street="", directions=""))
    merging.merge(connection, twin, sealed, staff_id=1, now=NOW)
    assert merging.resolve(connection, twin) == sealed


def test_undone_it_is_as_old_as_its_checks(connection: Connection) -> None:
    for days, left in ((10, "published"), (230, "stale"), (400, "hidden")):
        gone, stays = (published(connection, replace(CLINIC, service=f"{name} {days}")) for name in ("Một", "Hai"))
        merging.merge(connection, gone, stays, staff_id=1, now=NOW)
        then = NOW + timedelta(days=days)
        merging.undo(connection, gone, staff_id=1, fresh_days=usual, now=then)
        known = editing.look_up(connection, gone)
        assert known is not None and ("hidden" if known.is_hidden else known.state) == left
        assert (gone in {one.id for one in read_listings(connection)}) is (left != "hidden")
        assert replay(connection, gone) == stands(connection, gone)


def test_a_listing_that_went_into_another_is_not_written_to_any_more(connection: Connection) -> None:
    gone, stays = published(connection), published(connection, replace(CLINIC, service="Phòng khám Thứ Hai"))
    merging.merge(connection, gone, stays, staff_id=1, now=NOW)
    known = editing.look_up(connection, gone)
    assert known is not None
    with pytest.raises(DraftProblem) as refused:
        changed = replace(known.draft, phones=("024 0000 0009",))
        editing.save(connection, gone, changed, expected=known.revision, staff_id=1, now=NOW)
    assert [one.key for one in refused.value.problems] == ["listing.problem.merged"]
    with pytest.raises(NotNow):
        days = {"starts_on": date(2026, 12, 1), "ends_on": date(2026, 12, 30)}
        notices.put(connection, gone, code="full", **days, staff_id=1, now=NOW)
    merging.undo(connection, gone, staff_id=1, fresh_days=usual, now=NOW)
    assert age_of(connection, gone, usual, date(2026, 12, 1)) is not Age.HIDDEN
