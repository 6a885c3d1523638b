"""A file that changes below an edit of the console is noticed; a look at both settles it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection, update

from directory import articles, outrun, overlay, publishing
from directory.articles import Article
from directory.tables import overlay as table

NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
WHO = {"staff_id": 1, "now": NOW}
ID = "prep-what"
Ship = Callable[..., None]


@pytest.fixture
def ship(monkeypatch: pytest.MonkeyPatch) -> Ship:
    """A new version of the program brings another text of this article."""

    def now(**changed: object) -> None:
        files = articles.shelve(articles.load())
        own = files.by_key[ID, "vi"]
        library = articles.shelve([*files, replace(own, **changed)])  # type: ignore[arg-type]
        monkeypatch.setattr(articles, "load", lambda: library)

    return now


def edit(connection: Connection, sentence: str = "Câu của Thu.") -> None:
    desk = publishing.look_up(connection, ID, "vi")
    publishing.save(connection, replace(desk.working, more=(sentence,)), expected=desk.revision, **WHO)
    publishing.publish(connection, publishing.look_up(connection, ID, "vi"), expected=desk.revision + 1, **WHO)


def is_outrun(connection: Connection) -> bool:
    found = outrun.among(overlay.last_revisions(connection, "article"))
    assert (publishing.look_up(connection, ID, "vi").is_outrun) == ((ID, "vi") in found)
    return (ID, "vi") in found


def test_a_file_changed_below_an_edit_is_seen_until_somebody_has_looked_and_the_edit_stays(
    connection: Connection, ship: Ship
) -> None:
    edit(connection)
    assert not is_outrun(connection)
    ship(more=("Câu mới của bản cài.",))
    assert is_outrun(connection)
    publishing.add_phrasing(connection, publishing.look_up(connection, ID, "vi"), "prep lạ tai", **WHO)
    assert is_outrun(connection), "a phrasing is no look at the text"
    desk = publishing.look_up(connection, ID, "vi")
    publishing.keep_ours(connection, desk, expected=desk.revision, **WHO)
    assert not is_outrun(connection)
    shown = overlay.library(connection).get(ID)
    assert shown is not None and shown.more == ("Câu của Thu.",) and shown.state == "published"
    with pytest.raises(publishing.NotYet):
        desk = publishing.look_up(connection, ID, "vi")
        publishing.keep_ours(connection, desk, expected=desk.revision, **WHO)


def test_the_shipped_text_can_be_taken_as_a_draft(connection: Connection, ship: Ship) -> None:
    edit(connection)
    ship(more=("Câu mới của bản cài.",))
    desk = publishing.look_up(connection, ID, "vi")
    publishing.bring_back(connection, desk, 0, expected=desk.revision, **WHO)
    after = publishing.look_up(connection, ID, "vi")
    assert not after.is_outrun and after.pending == "draft" and after.working.more == ("Câu mới của bản cài.",)


def test_a_file_that_says_the_same_or_only_was_reviewed_outruns_nothing(connection: Connection, ship: Ship) -> None:
    edit(connection)
    own = overlay.library(connection).get(ID)
    assert own is not None
    ship(**{name: getattr(own, name) for name in ("body", "more", "questions", "title")})  # written back into files
    assert not is_outrun(connection)
    ship(state="reviewed", reviewer="doctor", reviewed_on=date(2026, 12, 8))
    assert not is_outrun(connection)


@pytest.mark.parametrize(("reviewed_on", "is_late"), [(date(2026, 12, 20), True), (date(2026, 12, 1), False)])
def test_of_an_edit_without_a_print_the_days_in_the_file_tell(
    connection: Connection, ship: Ship, reviewed_on: date, is_late: bool
) -> None:
    edit(connection)
    connection.execute(update(table).values(base=None))
    first: Article = articles.load().by_key[ID, "vi"]
    ship(more=("Câu mới.",), valid_from=first.valid_from, reviewed_on=reviewed_on)
    assert is_outrun(connection) is is_late
