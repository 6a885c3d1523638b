"""Requirement 7: a sealed place is opened by two persons and by no single save, file or taking back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from directory import editing, unsealing
from directory.drafts import DraftProblem
from directory.editing import NotNow
from directory.exchange import spreadsheet
from directory.replay import replay, stands
from directory.shelf import read_listings
from directory.tables import directory_audit
from tests.directory.exchange.samples import NOW, OPEN, SEALED, shown

HIDDEN = replace(SEALED, kind="social_work_centre", service="Trung tâm Kín")


def is_sealed(connection: Connection) -> bool:
    (one,) = read_listings(connection)
    return one.is_sealed


def test_one_save_one_file_and_one_taking_back_do_not_open_it(connection: Connection) -> None:
    bare = replace(OPEN, street="", directions="")
    id = shown(connection, bare)
    editing.save(connection, id, replace(bare, is_sealed=True), expected=2, staff_id=1, now=NOW)
    known = editing.look_up(connection, id)
    assert known is not None and is_sealed(connection)
    opened = replace(known.draft, is_sealed=False)
    for staff_id in (1, 2, None):
        with pytest.raises(DraftProblem) as refused:
            editing.save(connection, id, opened, expected=3, staff_id=staff_id, now=NOW)
        assert [(one.field, one.key) for one in refused.value.problems] == [("is_sealed", "listing.problem.unseal")]
    seq = connection.execute(select(directory_audit.c.seq).where(directory_audit.c.deed == "save")).scalar_one()
    for only in ("", "is_sealed"):
        with pytest.raises(DraftProblem):
            editing.revert(connection, id, seq, expected=3, staff_id=2, now=NOW, only=only)
    rows, _ = spreadsheet.parse(spreadsheet.as_csv([known]).replace(",yes,", ",,", 1))
    with pytest.raises(DraftProblem):
        spreadsheet.take_over(connection, rows, now=NOW)
    assert is_sealed(connection)


def test_it_is_opened_when_another_person_agrees(connection: Connection) -> None:
    id = shown(connection, HIDDEN)
    with pytest.raises(NotNow):
        unsealing.agree(connection, id, staff_id=2, now=NOW)
    unsealing.ask(connection, id, staff_id=1, now=NOW)
    with pytest.raises(NotNow):
        unsealing.ask(connection, id, staff_id=2, now=NOW)
    with pytest.raises(NotNow) as same:
        unsealing.agree(connection, id, staff_id=1, now=NOW)
    assert same.value.key == "listing.problem.unseal_other" and is_sealed(connection)
    unsealing.agree(connection, id, staff_id=2, now=NOW)
    assert not is_sealed(connection)
    assert replay(connection, id) == stands(connection, id)


@pytest.mark.parametrize("how", ["late", "refused", "changed"])
def test_an_asking_ends_by_time_by_a_no_and_by_a_change(connection: Connection, how: str) -> None:
    id = shown(connection, HIDDEN)
    unsealing.ask(connection, id, staff_id=1, now=NOW)
    assert unsealing.asked(connection, id, now=NOW + unsealing.STANDS) is not None
    later = NOW + timedelta(days=8) if how == "late" else NOW
    if how == "refused":
        unsealing.refuse(connection, id, staff_id=2, now=NOW)
    if how == "changed":
        editing.save(connection, id, replace(HIDDEN, price={"vi": "Miễn phí"}), expected=2, staff_id=1, now=NOW)
    with pytest.raises(NotNow):
        unsealing.agree(connection, id, staff_id=2, now=later)
    assert is_sealed(connection)


def test_a_shelter_that_is_shown_stays_sealed_even_for_two(connection: Connection) -> None:
    id = shown(connection, SEALED)
    unsealing.ask(connection, id, staff_id=1, now=NOW)
    with pytest.raises(DraftProblem):
        unsealing.agree(connection, id, staff_id=2, now=NOW)
    assert is_sealed(connection)
