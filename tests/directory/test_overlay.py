"""What is changed over the files is shown instead of them, revision by revision."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection

from directory import articles, overlay
from directory.answers import match
from directory.articles import ArticleIsIncomplete
from directory.overlay import ChangedMeanwhile, Entry
from directory.reading import read
from directory.shelf import ShelfKeeper
from directory.wording import LOCALES

NOW = datetime(2026, 12, 7, tzinfo=UTC)
PREP = (LOCALES / "vi" / "articles" / "prep-what.md").read_text("utf-8")


def changed(text: str, revision: int = 1) -> Entry:
    return Entry("article", "prep-what", "vi", revision, text, "published")


def said(keeper: ShelfKeeper) -> str:
    library = keeper.shelf.library
    assert library is not None
    (id, _), *_ = match(read("prep là gì"), library=library)
    found = library.get(id)
    return articles.card(found, "vi") if found is not None else ""


def test_a_change_is_said_instead_of_the_file_and_the_file_stays(connection: Connection) -> None:
    keeper = ShelfKeeper()
    keeper.load(connection)
    before = said(keeper)
    front, _, _ = PREP.rpartition("---\n")
    overlay.write(connection, changed(f"{front}---\nCâu mới của bác sĩ.\n"), staff_id=1, now=NOW)
    assert keeper.refresh(connection) and not keeper.refresh(connection)
    assert "Câu mới của bác sĩ." in said(keeper) and before != said(keeper)
    assert (LOCALES / "vi" / "articles" / "prep-what.md").read_text("utf-8") == PREP


def test_a_withdrawn_article_is_said_no_more(connection: Connection) -> None:
    overlay.write(connection, changed(PREP.replace("state: draft", "state: withdrawn")), staff_id=1, now=NOW)
    keeper = ShelfKeeper()
    keeper.load(connection)
    assert keeper.shelf.library is not None and keeper.shelf.library.get("prep-what") is None


def test_the_second_to_write_the_same_revision_is_told(connection: Connection) -> None:
    overlay.write(connection, changed(PREP), staff_id=1, now=NOW)
    with pytest.raises(ChangedMeanwhile):
        overlay.write(connection, changed(PREP), staff_id=2, now=NOW)
    overlay.write(connection, changed(PREP, 2), staff_id=2, now=NOW)
    assert overlay.current(connection, "article")["prep-what", "vi"].revision == 2


def test_a_text_without_its_source_is_refused(connection: Connection) -> None:
    with pytest.raises(ArticleIsIncomplete):
        overlay.write(connection, changed("Không có gì"), staff_id=1, now=NOW)
    with pytest.raises(ValueError):
        overlay.write(connection, replace(changed(PREP), kind="poem"), staff_id=1, now=NOW)
