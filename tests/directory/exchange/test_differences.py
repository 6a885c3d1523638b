"""Requirement 12: a change is told cell by cell, and of a sealed place never where it is or was."""

from dataclasses import replace

from directory.drafts import as_json
from directory.exchange.differences import cells
from tests.directory.exchange.samples import OPEN, SEALED


def test_only_what_changed_is_told_with_the_field_that_can_be_taken_back() -> None:
    after = replace(OPEN, phones=("024 0000 0009",), price={"vi": "Miễn phí", "en": "No fee"})
    told = cells(as_json(OPEN), as_json(after))
    assert [(one.column, one.field, one.after) for one in told] == [
        ("phones", "phones", "024 0000 0009"),
        ("price.en", "price", "No fee"),
    ]
    assert cells({}, as_json(OPEN)) == () and cells(as_json(OPEN), as_json(OPEN)) == ()


def test_where_a_sealed_place_is_or_was_is_in_no_difference() -> None:
    sealed = replace(OPEN, is_sealed=True, street="", directions="")
    for before, after in ((OPEN, sealed), (sealed, OPEN)):
        told = repr(cells(as_json(before), as_json(after)))
        assert "đường Thử" not in told and "bàn thứ hai" not in told
    moved = replace(SEALED, place=OPEN.place)
    assert "Cầu Giấy" not in repr(cells(as_json(SEALED), as_json(moved)))
    assert "đường Thử" not in repr(cells(as_json(OPEN), as_json(replace(OPEN, street="5")), is_sealed=True))
