"""Requirement 10: what was not checked for long comes after what was, whatever else speaks for it."""

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import Connection, select, update

from directory.drafts import Draft
from directory.places import PlaceKey, Tier
from directory.search import MOST_RANKED, Question, question, search
from directory.shelf import ShelfKeeper
from directory.tables import place_of_service
from directory.verification import report_wrong
from tests.directory.exchange.samples import NOW, OPEN, shown

OPEN_NOW = replace(OPEN, hours=("mon-sun 00:00-24:00",))
CLOSED_NOW = replace(OPEN, hours=("mon 20:00-21:00",))
UNKNOWN = replace(OPEN, hours=None)
FIRST, LAST = ("health.sti",), ("health.prep", "health.hiv_test", "health.pep", "health.pregnancy", "health.sti")


def order(connection: Connection, drafts: Iterable[tuple[str, Draft]], *, stale: str, asked: Question) -> list[str]:
    """The names in the order in which they are shown, one of them unchecked for long."""
    for name, draft in drafts:
        id = shown(connection, replace(draft, service=name))
        if name == stale:
            connection.execute(update(place_of_service).where(place_of_service.c.id == id).values(state="stale"))
    keeper = ShelfKeeper()
    keeper.load(connection)
    return [hit.listing.service for hit in search(keeper.shelf, asked).results]


def asked_at(moment: datetime = NOW, *, limit: int = 3) -> Question:
    return Question(("health.sti",), (OPEN.place,) if OPEN.place else (), at=moment, limit=limit)


@pytest.mark.parametrize(
    ("old", "fresh"),
    [
        (OPEN_NOW, CLOSED_NOW),
        (OPEN_NOW, UNKNOWN),
        (replace(OPEN_NOW, needs=FIRST), replace(OPEN_NOW, needs=LAST)),
        (replace(OPEN_NOW, needs=FIRST), replace(CLOSED_NOW, needs=LAST)),
    ],
)
def test_unchecked_for_long_is_below_fresh(connection: Connection, old: Draft, fresh: Draft) -> None:
    names = [("Cũ", old), ("Mới", fresh)]
    assert order(connection, names, stale="Cũ", asked=asked_at()) == ["Mới", "Cũ"]


@pytest.mark.parametrize("need_of_unknown", [FIRST, LAST])
def test_open_comes_before_unknown_and_unknown_before_closed(
    connection: Connection, need_of_unknown: tuple[str, ...]
) -> None:
    names = [
        ("Đóng", replace(CLOSED_NOW, needs=FIRST)),
        ("Không rõ", replace(UNKNOWN, needs=need_of_unknown)),
        ("Mở", replace(OPEN_NOW, needs=LAST)),
    ]
    assert order(connection, names, stale="", asked=asked_at()) == ["Mở", "Không rõ", "Đóng"]


def test_what_is_said_to_be_wrong_comes_after_what_is_only_old(connection: Connection) -> None:
    wrong = shown(connection, replace(OPEN_NOW, service="Sai"))
    report_wrong(connection, wrong, now=NOW)
    names = [("Cũ", CLOSED_NOW), ("Mới", CLOSED_NOW)]
    assert order(connection, names, stale="Cũ", asked=asked_at()) == ["Mới", "Cũ", "Sai"]


def test_of_very_many_the_fresh_ones_are_compared(connection: Connection) -> None:
    for number in range(MOST_RANKED):
        shown(connection, replace(OPEN_NOW, service=f"Cũ {number}"))
    connection.execute(update(place_of_service).values(state="stale"))
    names = [("Mới", CLOSED_NOW)]
    assert order(connection, names, stale="", asked=asked_at(limit=1)) == ["Mới"]
    anywhere = replace(asked_at(limit=1), places=())
    assert order(connection, [], stale="", asked=anywhere) == ["Mới"]


def test_of_two_of_the_same_name_the_fresh_one_comes_first(connection: Connection) -> None:
    ids = sorted(shown(connection, replace(OPEN_NOW, service="Hoa Thạch Thảo")) for _ in range(2))
    connection.execute(update(place_of_service).where(place_of_service.c.id == ids[0]).values(state="stale"))
    for number in range(20):
        shown(connection, replace(OPEN_NOW, organisation=f"Tổ chức {number}"))
    keeper = ShelfKeeper()
    keeper.load(connection)
    found = search(keeper.shelf, question("Hoa Thạch Thảo", at=NOW)).results
    assert [hit.listing.id for hit in found] == [ids[1], ids[0]]


@pytest.mark.parametrize("seed", range(4))
def test_the_first_of_a_few_are_the_first_of_all(connection: Connection, seed: int) -> None:
    """Hours are looked at only where it matters; whoever looks at all of them comes to the same."""
    drawn = random.Random(seed)
    for number in range(24):
        hours = drawn.choice((OPEN_NOW, CLOSED_NOW, UNKNOWN))
        place = drawn.choice((OPEN.place, PlaceKey(Tier.OLD_DISTRICT, "005"), PlaceKey(Tier.OLD_PROVINCE, "01")))
        shown(connection, replace(hours, service=f"N{number}", place=place, needs=drawn.choice((FIRST, LAST))))
    ids = sorted(connection.execute(select(place_of_service.c.id)).scalars())
    old = place_of_service.c.id.in_(drawn.sample(ids, 8))
    connection.execute(update(place_of_service).where(old).values(state="stale"))
    keeper = ShelfKeeper()
    keeper.load(connection)
    for places in ((OPEN.place,), (PlaceKey(Tier.OLD_DISTRICT, "009"),), ()):
        asked = replace(asked_at(), places=tuple(one for one in places if one))
        few = [hit.listing.id for hit in search(keeper.shelf, asked).results]
        many = [hit.listing.id for hit in search(keeper.shelf, replace(asked, limit=100)).results]
        assert few == many[:3] and len(few) == 3
