"""Requirements 9 and 10: a check vouches for what was checked, and what nobody ever checked grows old like the rest."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.keeping import worklist
from directory import catalogue, editing, parts, verification
from directory.drafts import DraftProblem
from directory.exchange import hsds
from directory.freshness import Age
from directory.listing_text import describe
from directory.places import PlaceKey, Tier
from directory.replay import replay, stands
from directory.search import hit_now
from directory.shelf import read_listings
from directory.verification import GROUPS, age_of
from tests.directory.test_editing import CLINIC, NOW, published, usual

TODAY = date(2026, 12, 7)
OTHER = replace(CLINIC, phones=("024 0000 0099",))


def save(connection: Connection, id: str, **changed: Any) -> None:
    known = editing.look_up(connection, id)
    assert known is not None
    draft = replace(known.draft, **changed)
    editing.save(connection, id, draft, expected=known.revision, staff_id=1, now=NOW)


def test_a_number_that_nobody_ever_rang_is_not_published_as_checked(connection: Connection) -> None:
    id = editing.propose(connection, CLINIC, staff_id=1, now=NOW)
    verification.verify(connection, id, GROUPS, method="call", staff_id=1, now=NOW)
    save(connection, id, phones=OTHER.phones)
    with pytest.raises(DraftProblem) as refused:
        editing.publish(connection, id, staff_id=1, now=NOW)
    assert [one.key for one in refused.value.problems] == ["listing.problem.not_verified"]
    verification.verify(connection, id, ("contact",), method="call", staff_id=1, now=NOW)
    editing.publish(connection, id, staff_id=1, now=NOW)
    assert replay(connection, id) == stands(connection, id)


def test_a_new_number_of_a_shown_place_is_said_to_be_unchecked_and_waits_for_a_call(connection: Connection) -> None:
    id = published(connection)
    save(connection, id, phones=OTHER.phones)
    shown = read_listings(connection)[0]
    assert "chưa kiểm tra" in describe(hit_now(shown, NOW)).casefold() and shown.checked_on is None
    assert "assured_date" not in hsds.service([shown], on=TODAY)
    row = next(one for one in catalogue.rows(connection) if one.id == id)
    found = list(worklist._of_row(row, 180, TODAY, is_told=False))
    assert [one.kind for one in found] == ["unverified"]
    save(connection, id, street="Số 5 đường Thử")  # and can still be written to, and taken down
    assert {one.group: one.method for one in verification.checks(connection, id)}["contact"] == "changed"
    assert age_of(connection, id, usual, TODAY) is Age.FRESH
    verification.verify(connection, id, GROUPS, method="call", staff_id=1, now=NOW)
    assert read_listings(connection)[0].checked_on == TODAY
    assert replay(connection, id) == stands(connection, id)


def test_another_street_leaves_the_date_of_the_number(connection: Connection) -> None:
    id = published(connection)
    save(connection, id, street="Số 5 đường Thử")
    days = read_listings(connection)[0].verified_on
    assert days["contact"] == TODAY and "address" not in days


@pytest.mark.parametrize(
    ("more", "groups"),
    [
        ({"phones": ("+84 24 0000 0000",)}, ()),
        ({"source": "sổ tay"}, ()),
        ({"phones": ("024 0000 0001",)}, ("contact",)),
        ({"hours": None}, ("hours",)),
        ({"place": PlaceKey(Tier.OLD_DISTRICT, "008"), "directions": "Cổng bên"}, ("address",)),
        ({"needs": ("health.sti",)}, ("services",)),
        ({"audience": ("women",), "papers": {"vi": "Không cần"}, "price": {"vi": "Miễn phí"}},
         ("audience", "reception", "price")),
    ],
)  # fmt: skip
def test_which_parts_a_change_touches(more: dict[str, Any], groups: tuple[str, ...]) -> None:
    assert parts.changed(CLINIC, replace(CLINIC, **more)) == groups


def test_what_was_never_checked_grows_old_from_the_day_it_was_published(connection: Connection) -> None:
    rung, whole = (editing.propose(connection, replace(CLINIC, service=name), staff_id=1, now=NOW) for name in "AB")
    verification.verify(connection, rung, ("contact",), method="call", staff_id=1, now=NOW)
    verification.verify(connection, whole, GROUPS, method="visit", staff_id=1, now=NOW)
    for id in (rung, whole):
        editing.publish(connection, id, staff_id=1, now=NOW)
    for days in range(100, 401, 100):
        then = NOW + timedelta(days=days)
        for id in (rung, whole):
            verification.verify(connection, id, ("contact",), method="call", staff_id=1, now=then, fresh_days=usual)
        verification.grow_old(connection, fresh_days=usual, now=then)
        ages = {age_of(connection, id, usual, (then + timedelta(hours=7)).date()) for id in (rung, whole)}
        assert len(ages) == 1, "a visit never makes a listing worse"
    for id in (rung, whole):
        known = editing.look_up(connection, id)
        assert known is not None and known.is_hidden
    assert {one.checked_on for one in catalogue.rows(connection)} == {TODAY}
