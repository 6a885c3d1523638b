"""What was worked out from tables is kept for the next start, and never served once a file has changed."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from directory import compiled


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "directory").mkdir()
    (tmp_path / "bot" / "understanding").mkdir(parents=True)
    (tmp_path / "directory" / "words.yaml").write_text("a: 1")
    monkeypatch.setattr(compiled, "ROOT", tmp_path)
    compiled._known_state.cache_clear()
    yield tmp_path
    compiled._known_state.cache_clear()


def kept_file(house: Path) -> Path:
    [found] = house.rglob("*.tables")
    return found


def next_start(*made: object, sources: tuple[Path, ...] = ()) -> object:
    """What a new process is given, where it would make `made` itself."""
    compiled._known_state.cache_clear()
    return compiled.kept("words", lambda: made, *sources)


def test_the_next_start_is_given_what_the_last_one_made(house: Path) -> None:
    assert next_start("first") == ("first",)
    assert next_start("second") == ("first",)


def test_a_changed_table_is_read_again(house: Path) -> None:
    next_start("first")
    (house / "directory" / "words.yaml").write_text("a: 22")
    assert next_start("second") == ("second",)
    assert next_start("third") == ("second",)


def test_a_table_of_the_same_length_with_other_words_is_read_again(house: Path) -> None:
    next_start("first")
    (house / "directory" / "words.yaml").write_text("b: 1")
    assert next_start("second") == ("second",)


def test_the_same_files_with_other_times_are_the_same(house: Path) -> None:
    next_start("first")
    os.utime(house / "directory" / "words.yaml", (1, 1))
    assert next_start("second") == ("first",)


def test_a_file_that_changes_while_it_is_worked_out_keeps_nothing(house: Path) -> None:
    def made() -> str:
        (house / "directory" / "words.yaml").write_text("a: 22")
        return "of the old file or the new one"

    compiled._known_state.cache_clear()
    compiled.kept("words", made)
    assert not list(house.rglob("*.tables"))


def test_changed_code_makes_it_again(house: Path) -> None:
    next_start("first")
    (house / "bot" / "understanding" / "reading.py").write_text("x = 1")
    assert next_start("second") == ("second",)


def test_a_folder_named_beside_the_packages_counts_too(house: Path) -> None:
    texts = house / "locales"
    texts.mkdir()
    next_start("first", sources=(texts,))
    (texts / "vi.md").write_text("chào")
    assert next_start("second", sources=(texts,)) == ("second",)


def test_what_it_is_made_of_beside_files_counts_too(house: Path) -> None:
    assert compiled.kept("words", lambda: "of one", of="one") == "of one"
    assert compiled.kept("words", lambda: "of two", of="two") == "of two"
    assert compiled.kept("words", lambda: "again", of="two") == "of two"


@pytest.mark.parametrize("harm", ["cut", "turned", "emptied"])
def test_a_kept_file_that_is_not_whole_is_made_again(house: Path, harm: str) -> None:
    next_start("first", "x" * 100)
    file = kept_file(house)
    whole = file.read_bytes()
    file.write_bytes({"cut": whole[:-5], "turned": whole[:-5] + b"\0" + whole[-4:], "emptied": b""}[harm])
    assert next_start("second") == ("second",)


def test_tables_of_a_house_of_its_own_are_not_kept(
    house: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    own = tmp_path_factory.mktemp("own")
    assert next_start("first", sources=(own,)) == ("first",)
    assert next_start("second", sources=(own,)) == ("second",)
    assert not list(house.rglob("*.tables"))


def test_where_nothing_may_be_written_it_is_made_each_time(house: Path) -> None:
    (house / "directory" / "__pycache__").write_text("a file stands where the folder would be")
    assert next_start("first") == ("first",)
    assert next_start("second") == ("second",)


def test_others_may_read_what_one_start_kept(house: Path) -> None:
    umask = os.umask(0o022)
    try:
        next_start("first")
    finally:
        os.umask(umask)
    assert kept_file(house).stat().st_mode & 0o044 == 0o044
