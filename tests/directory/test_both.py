"""What two colleagues change at once is put together; what both change is named, and nothing goes silently."""

from dataclasses import replace

from sqlalchemy import Connection

from directory import both, editing
from tests.directory.test_editing import CLINIC, NOW, published


def test_each_ones_change_stays_and_what_both_changed_is_named() -> None:
    first = replace(CLINIC, phones=("024 0000 0001",), reception={"vi": "Gọi bằng số"}, hours=None)
    second = replace(CLINIC, phones=("024 0000 0002",), price={"vi": "Miễn phí"})
    put, clashing = both.together(CLINIC, second, first)
    assert put == replace(second, reception={"vi": "Gọi bằng số"}, hours=None) and clashing == ("phones",)


def test_the_same_change_twice_is_no_clash_and_languages_are_apart() -> None:
    first = replace(CLINIC, phones=("024 0000 0001",), reception={"vi": "Không hỏi nghề", "en": "Called by number"})
    second = replace(CLINIC, phones=("024 0000 0001",), reception={"vi": "Gọi bằng số"})
    put, clashing = both.together(CLINIC, second, first)
    assert clashing == () and put.reception == {"vi": "Gọi bằng số", "en": "Called by number"}


def test_it_is_known_how_the_listing_stood_when_the_form_was_opened(connection: Connection) -> None:
    place_id = published(connection)
    seen = both.last_change(connection, place_id)
    for number in (1, 2):
        known = editing.look_up(connection, place_id)
        assert known is not None
        changed = replace(CLINIC, phones=(f"024 0000 000{number}",))
        editing.save(connection, place_id, changed, expected=known.revision, staff_id=1, now=NOW)
    known = editing.look_up(connection, place_id)
    assert known is not None and both.stood_at(connection, place_id, seen, known.draft) == CLINIC
    newest = both.last_change(connection, place_id)
    assert both.stood_at(connection, place_id, newest, known.draft) == known.draft
    assert both.last_change(connection, "none") == 0


def test_a_taking_back_can_be_taken_back_and_that_too(connection: Connection) -> None:
    place_id, worse = published(connection), replace(CLINIC, hours=None, phones=("024 0000 0001",))
    known = editing.look_up(connection, place_id)
    assert known is not None
    editing.save(connection, place_id, worse, expected=known.revision, staff_id=1, now=NOW)
    for wanted in (CLINIC, worse, CLINIC):
        last = next(one for one in editing.history(connection, place_id) if one.can_revert)
        known = editing.look_up(connection, place_id)
        assert known is not None
        editing.revert(connection, place_id, last.seq, expected=known.revision, staff_id=2, now=NOW)
        after = editing.look_up(connection, place_id)
        assert after is not None and after.draft == wanted
