"""One service at several places: what it is called and does is said once, where it is and when it opens at each."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection, func, select

from directory import catalogue, duplicates, editing, replay
from directory.drafts import DraftProblem
from directory.editing import EditedMeanwhile
from directory.places import PlaceKey, Tier
from directory.shelf import ShelfKeeper
from directory.tables import service
from tests.directory.exchange.samples import NOW, OPEN, shown

SECOND = replace(
    OPEN, place=PlaceKey(Tier.OLD_DISTRICT, "006"), street="Số 6 đường Thử", hours=("sat 08:00-11:00",),
    phones=("024 0000 0006",), languages=("vi",),
)  # fmt: skip


def known(connection: Connection, id: str) -> editing.Known:
    found = editing.look_up(connection, id)
    assert found is not None
    return found


def two(connection: Connection) -> tuple[str, str]:
    """A service that is shown, and one more place of it that is not yet."""
    first = shown(connection, OPEN)
    of = known(connection, first).service_id
    return first, editing.propose(connection, SECOND, staff_id=1, now=NOW, service_id=of)


def test_a_second_place_has_its_own_hours_and_phones_and_no_second_service(connection: Connection) -> None:
    first, second = two(connection)
    assert connection.execute(select(func.count()).select_from(service)).scalar_one() == 1
    assert known(connection, first).draft == OPEN and known(connection, first).revision == 2
    assert known(connection, second).draft == SECOND and known(connection, second).state == "draft"


def test_what_is_shared_changes_at_every_place_and_is_written_down_at_each(connection: Connection) -> None:
    first, second = two(connection)
    keeper = ShelfKeeper()
    keeper.load(connection)
    renamed = replace(SECOND, service="Khám tên mới", needs=("health.prep",), phones=("024 0000 0007",))
    assert editing.save(connection, second, renamed, expected=1, staff_id=2, now=NOW) == (first,)
    assert known(connection, first).draft == replace(OPEN, service="Khám tên mới", needs=("health.prep",))
    assert keeper.refresh(connection) and [one.service for one in keeper.shelf] == ["Khám tên mới"]
    for id in (first, second):
        assert editing.history(connection, id)[0].deed == "save"
        assert replay.replay(connection, id) == replay.stands(connection, id)
    with pytest.raises(EditedMeanwhile):  # a form of the first that was opened before
        editing.save(connection, first, OPEN, expected=2, staff_id=1, now=NOW)
    own = replace(known(connection, first).draft, hours=None)
    assert editing.save(connection, first, own, expected=3, staff_id=1, now=NOW) == ()
    assert known(connection, second).revision == 2, "what is a place's own touches no other place"


def test_a_change_of_what_is_shared_is_taken_back_everywhere(connection: Connection) -> None:
    first, second = two(connection)
    editing.save(connection, second, replace(SECOND, service="Khám sai tên"), expected=1, staff_id=1, now=NOW)
    seq = editing.history(connection, first)[0].seq
    editing.revert(connection, first, seq, expected=3, staff_id=1, now=NOW)
    assert {known(connection, id).draft.service for id in (first, second)} == {OPEN.service}


def test_nothing_shared_changes_where_somebody_may_not_change_it(connection: Connection) -> None:
    first, second = two(connection)
    renamed = replace(SECOND, service="Khám tên mới")
    savepoint = connection.begin_nested()
    with pytest.raises(DraftProblem) as refused:
        editing.save(
            connection, second, renamed, expected=1, staff_id=1, now=NOW, may_touch=lambda other: other.id != first
        )
    savepoint.rollback()
    assert [(one.field, one.key) for one in refused.value.problems] == [("service", "listing.problem.shared_far")]
    own = replace(SECOND, hours=None)
    editing.save(connection, second, own, expected=1, staff_id=1, now=NOW, may_touch=lambda other: False)


def test_a_service_does_not_become_an_open_shelter_at_a_place_that_is_shown(connection: Connection) -> None:
    second = two(connection)[1]
    with pytest.raises(DraftProblem):
        editing.save(connection, second, replace(SECOND, kind="shelter"), expected=1, staff_id=1, now=NOW)


def test_two_places_of_one_service_are_not_taken_for_the_same(connection: Connection) -> None:
    two(connection)
    assert duplicates.find(catalogue.entries_of(connection)) == ()
    editing.propose(connection, replace(SECOND, phones=OPEN.phones), staff_id=1, now=NOW)
    assert duplicates.find(catalogue.entries_of(connection)) != ()
