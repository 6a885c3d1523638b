"""Requirements 2 and 8: a change reaches every shelf as a delta that equals reading all anew; a takedown too."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, update

from directory import editing
from directory import shelf as shelf_
from directory.demonstration import import_demo
from directory.listings import Listing
from directory.shelf import Shelf, ShelfKeeper
from directory.tables import make_tables, place_of_service
from directory.verification import report_wrong
from tests.directory.test_search import NOW


def _all(shelf: Shelf) -> dict[str, Listing]:
    return {one.id: one for one in shelf}


@pytest.mark.parametrize("most", [shelf_.MOST_AT_ONCE, 0])
def test_a_delta_equals_reading_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(shelf_, "MOST_AT_ONCE", most)
    writer = create_engine(f"sqlite:///{tmp_path / 'directory.db'}")
    reader = create_engine(f"sqlite:///{tmp_path / 'directory.db'}")  # another process has its own
    make_tables(writer)
    with writer.begin() as tx:
        import_demo(tx, NOW)
    keeper, statements = ShelfKeeper(), []
    with reader.connect() as connection:
        keeper.load(connection)
    before = _all(keeper.shelf)
    changed, gone = list(before)[3], list(before)[7]
    with writer.begin() as tx:
        report_wrong(tx, changed, now=NOW)
        report_wrong(tx, gone, now=NOW)
        tx.execute(update(place_of_service).where(place_of_service.c.id == gone).values(state="withdrawn"))
    event.listen(reader, "before_cursor_execute", lambda *told: statements.append(told[2]))
    with reader.connect() as connection:
        assert keeper.refresh(connection)
        fresh = ShelfKeeper()
        seen = list(statements)
        fresh.load(connection)
    assert _all(keeper.shelf) == _all(fresh.shelf)
    assert gone not in _all(keeper.shelf) and _all(keeper.shelf)[changed].is_under_review
    if most:
        assert all(" IN " in one for one in seen if "FROM phone" in one or "FROM verification" in one)
        assert all(_all(keeper.shelf)[id] is one for id, one in before.items() if id not in (changed, gone))


def test_of_two_changes_at_once_the_one_begun_first_may_be_seen_last(postgresql: str) -> None:
    """A takedown takes its number, another colleague's change takes the next and is there first."""
    first, second, reader = (create_engine(postgresql) for _ in range(3))
    make_tables(first)
    with first.begin() as tx:
        import_demo(tx, NOW)
    keeper = ShelfKeeper()
    with reader.connect() as connection:
        keeper.load(connection)
    down, changed = sorted(_all(keeper.shelf))[:2]
    with first.begin() as tx:
        editing.withdraw(tx, down, staff_id=1, now=NOW)
        with second.begin() as other:
            report_wrong(other, changed, now=NOW)
            report_wrong(other, changed, now=NOW)
        with reader.connect() as connection:
            assert keeper.refresh(connection)
            assert not keeper.refresh(connection)
        assert {down, changed} <= _all(keeper.shelf).keys()
    with reader.connect() as connection:
        assert keeper.refresh(connection)
        assert down not in _all(keeper.shelf)
        assert not keeper.refresh(connection)
    for engine in (first, second, reader):
        engine.dispose()
