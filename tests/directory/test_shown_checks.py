"""What is shown keeps what it needs to be shown, also when its check is old and whichever way the change comes in."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection, update

from directory import consent, editing
from directory.drafts import DraftProblem
from directory.exchange import spreadsheet
from directory.exchange.rows import Row
from directory.places import PlaceKey, Tier
from directory.shelf import read_listings
from directory.tables import place_of_service
from tests.directory.exchange.samples import NOW, OPEN, shown

FRESH = "5f0d2c0e-8a52-4cbb-8f3e-0a7c8f6f0002"
KINDS_ASKED = ("private", "peer", "friendly")


def grown_old(connection: Connection, id: str) -> None:
    mine = update(place_of_service).where(place_of_service.c.id == id)
    connection.execute(mine.values(state="stale"))


CHANGES = [
    ({"phones": ()}, "listing.problem.no_phone"),
    ({"kind": "private_clinic"}, "listing.problem.not_agreed"),
    ({"kind": "shelter"}, "listing.problem.open_shelter"),
]


@pytest.mark.parametrize(("change", "key"), CHANGES)
def test_a_listing_whose_check_is_old_is_shown_and_held_to_the_same(
    connection: Connection, change: dict[str, object], key: str
) -> None:
    id = shown(connection, OPEN)
    grown_old(connection, id)
    known = editing.look_up(connection, id)
    assert known is not None and len(read_listings(connection)) == 1
    with pytest.raises(DraftProblem) as refused:
        editing.save(
            connection, id, replace(known.draft, **change),  # type: ignore[arg-type]
            expected=known.revision, staff_id=1, now=NOW, consent_kinds=KINDS_ASKED,
        )  # fmt: skip
    assert [one.key for one in refused.value.problems] == [key]
    assert editing.look_up(connection, id) == known


def test_one_whose_check_is_old_is_not_changed_by_another_place_of_its_service_either(connection: Connection) -> None:
    id = shown(connection, OPEN)
    grown_old(connection, id)
    known = editing.look_up(connection, id)
    assert known is not None
    second = editing.propose(
        connection, replace(OPEN, place=PlaceKey(Tier.OLD_DISTRICT, "006")), staff_id=1, now=NOW,
        service_id=known.service_id,
    )  # fmt: skip
    other = editing.look_up(connection, second)
    assert other is not None
    with pytest.raises(DraftProblem):
        editing.save(
            connection, second, replace(other.draft, kind="private_clinic"), expected=other.revision, staff_id=1,
            now=NOW, consent_kinds=KINDS_ASKED,
        )  # fmt: skip
    assert editing.look_up(connection, id) == known


def test_a_file_makes_no_private_place_of_one_that_is_shown_without_its_yes(connection: Connection) -> None:
    id = shown(connection, OPEN)
    known = editing.look_up(connection, id)
    assert known is not None
    rows = (Row(2, id, replace(OPEN, kind="private_clinic")),)
    planned = spreadsheet.plan(connection, rows, consent_kinds=KINDS_ASKED)
    assert [(one.row, one.key) for one in planned.wrong] == [(2, "listing.problem.not_agreed")] and not planned.rows
    assert "has not agreed" in planned.wrong[0].says
    with pytest.raises(DraftProblem):
        spreadsheet.take_over(connection, rows, now=NOW, consent_kinds=KINDS_ASKED)
    more = (Row(3, FRESH, replace(OPEN, kind="private_clinic"), service_id=known.service_id),)
    with pytest.raises(DraftProblem):
        spreadsheet.take_over(connection, more, now=NOW, consent_kinds=KINDS_ASKED)
    assert editing.look_up(connection, id) == known
    consent.give(connection, id, "call", staff_id=1, now=NOW)
    assert not spreadsheet.plan(connection, rows, consent_kinds=KINDS_ASKED).wrong
