"""Requirement 7: nobody learns by asking for one place after the other in which of them a sealed listing is."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Connection

from directory import editing, places, verification
from directory.listing_text import describe
from directory.places import PlaceKey, Tier
from directory.search import Question, question, search
from directory.search_json import as_json
from directory.shelf import Shelf, ShelfKeeper
from tests.directory.exchange.samples import NOW, OPEN, SEALED

HOANG_MAI, CAU_GIAY, WARD = (
    PlaceKey(Tier.OLD_DISTRICT, "008"), PlaceKey(Tier.OLD_DISTRICT, "005"), PlaceKey(Tier.NEW_COMMUNE, "00283"),
)  # fmt: skip
NAMED = "Nhà tạm lánh Hoa Lài Hội Ngọc Lan"
ASKED = (f"{NAMED} ở quận Cầu Giấy", "nha tam lanh ha noi")


def shelf_with(connection: Connection, place: PlaceKey) -> Shelf:
    """A named shelter in this place, another one elsewhere in the province, an open listing, one far away."""
    drafts = (
        replace(SEALED, service="Nhà tạm lánh Hoa Lài", organisation="Hội Ngọc Lan", place=place),
        replace(SEALED, service="Nhà tạm lánh Bến Đỗ", place=PlaceKey(Tier.OLD_DISTRICT, "006")),
        OPEN,
        replace(SEALED, service="Nhà tạm lánh Xa", place=PlaceKey(Tier.NEW_PROVINCE, "79")),
    )
    for number, draft in enumerate(drafts):
        id = editing.propose(connection, draft, staff_id=1, now=NOW, place_id=f"listing-{number}")
        verification.verify(connection, id, verification.GROUPS, method="call", staff_id=1, now=NOW)
        editing.publish(connection, id, staff_id=1, now=NOW)
    keeper = ShelfKeeper()
    keeper.load(connection)
    return keeper.shelf


def told(shelf: Shelf, asked: Question) -> str:
    """All that is said to an answer."""
    found = search(shelf, asked)
    cards = [describe(hit) for hit in found.results]
    return json.dumps([as_json(asked, found), cards], ensure_ascii=False)


def units_of(province: str) -> Iterator[PlaceKey]:
    """The province, and every district, ward and commune of it, of today and of June 2025."""
    yield from (key for key, unit in places.units().items() if unit.province == province)


@pytest.fixture
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    from sqlalchemy import create_engine

    from directory.tables import make_tables

    engine = create_engine(f"sqlite:///{tmp_path_factory.mktemp('elsewhere') / 'directory.db'}")
    make_tables(engine)
    with engine.begin() as made:
        yield made
    engine.dispose()


@pytest.mark.parametrize("truly", [HOANG_MAI, WARD])
def test_whatever_place_is_named_the_answer_is_the_same_wherever_the_shelter_is(
    connection: Connection, elsewhere: Connection, truly: PlaceKey
) -> None:
    here, there = shelf_with(connection, truly), shelf_with(elsewhere, CAU_GIAY)
    units = list(units_of("01"))
    assert len(units) > 500 and truly in units and CAU_GIAY in units
    for text in ASKED:
        plain = question(text, at=NOW)
        assert "shelter.refuge" in plain.needs and plain.places
        different = [
            key
            for key in units
            if told(here, replace(plain, places=(key,))) != told(there, replace(plain, places=(key,)))
        ]
        assert not different, text


@pytest.mark.parametrize("truly", [HOANG_MAI, WARD])
def test_a_shelter_asked_for_by_name_is_in_the_answer_for_every_unit_of_its_province_or_for_none(
    connection: Connection, truly: PlaceKey
) -> None:
    shelf = shelf_with(connection, truly)
    plain = question(ASKED[0], at=NOW)
    answers = {
        tuple(hit.listing.service for hit in search(shelf, replace(plain, places=(key,))).results)
        for key in units_of("01")
    }
    assert answers == {("Nhà tạm lánh Hoa Lài",)}


def test_words_with_a_place_tell_no_more_than_words_with_another(connection: Connection) -> None:
    shelf = shelf_with(connection, HOANG_MAI)
    answers = set()
    for where in ("quận Hoàng Mai", "quận Cầu Giấy", "quận Đống Đa", "phường Hoàng Mai, Hà Nội", "phường Tân Mai cũ"):
        found = search(shelf, question(f"{NAMED} ở {where}", at=NOW))
        answers.add(tuple(hit.listing.service for hit in found.results))
    assert answers == {("Nhà tạm lánh Hoa Lài",)}


def test_a_point_tells_nothing_of_where_a_shelter_is(connection: Connection, elsewhere: Connection) -> None:
    here, there = shelf_with(connection, HOANG_MAI), shelf_with(elsewhere, CAU_GIAY)
    for text in ASKED:
        for key in list(units_of("01"))[::7]:
            if point := places.centre_of(key):
                asked = replace(question(text, at=NOW), near=point)
                assert told(here, asked) == told(there, asked), (text, key)
