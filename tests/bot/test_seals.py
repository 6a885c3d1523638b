"""Words are readable with both secrets, and never again once their key is destroyed."""

from pathlib import Path

import pytest

from bot.ports import DatabaseAway
from bot.seals import KeyDestroyed, KeyMissing, KeyOpenToOthers, SealBroken, Seals, create_key_file
from tests.conftest import SHIPPED_GUESS_COST, SHIPPED_HASHER


def test_sealed_words_open_again(seals: Seals) -> None:
    key = seals.new_key()
    sealed = seals.close_with(key, "e bị đánh", about="inbox:1")
    assert "đánh".encode() not in sealed
    assert seals.open_with(key, sealed, about="inbox:1") == "e bị đánh"


def test_words_moved_to_another_row_do_not_open(seals: Seals) -> None:
    key = seals.new_key()
    sealed = seals.close_with(key, "một", about="transcript:1:1")
    with pytest.raises(SealBroken):
        seals.open_with(key, sealed, about="transcript:1:2")


def test_one_altered_byte_is_noticed(seals: Seals) -> None:
    sealed = bytearray(seals.close("xin chào", about="contact:1"))
    sealed[-1] ^= 1
    with pytest.raises(SealBroken):
        seals.open(bytes(sealed), about="contact:1")


def test_destroyed_key_makes_words_unreadable(seals: Seals) -> None:
    key = seals.new_key()
    sealed = seals.close_with(key, "hôm qua", about="x")
    seals.keys.destroy([key])
    with pytest.raises(KeyDestroyed):
        seals.open_with(key, sealed, about="x")


def test_destroyed_key_leaves_no_trace_in_the_store(tmp_path: Path, seals: Seals) -> None:
    key = seals.new_key()
    seals.keys.destroy([key])
    assert key.encode() not in (tmp_path / "keys.db").read_bytes()


def test_length_of_short_words_tells_nothing(seals: Seals) -> None:
    assert len(seals.close("a", about="x")) == len(seals.close("a" * 200, about="x"))


def test_keys_survive_a_restart(tmp_path: Path) -> None:
    create_key_file(tmp_path / "key.json")
    first = Seals.from_files(tmp_path / "key.json", str(tmp_path / "k.db"))
    key = first.new_key()
    sealed = first.close_with(key, "còn đây", about="x")
    first.stop()
    second = Seals.from_files(tmp_path / "key.json", str(tmp_path / "k.db"))
    assert second.open_with(key, sealed, about="x") == "còn đây"
    second.stop()


def test_keys_without_a_row_are_destroyed_and_others_stay(tmp_path: Path) -> None:
    create_key_file(tmp_path / "key.json")
    first = Seals.from_files(tmp_path / "key.json", str(tmp_path / "k.db"))
    used = first.new_key()
    first.stop()
    second = Seals.from_files(tmp_path / "key.json", str(tmp_path / "k.db"))
    assert second.keys.destroy_except({used}) == 31
    assert second.keys.get(used)
    second.stop()


def test_key_file_open_to_others_is_refused(tmp_path: Path) -> None:
    create_key_file(tmp_path / "key.json")
    (tmp_path / "key.json").chmod(0o644)
    with pytest.raises(KeyOpenToOthers, match="chmod 600"):
        Seals.from_files(tmp_path / "key.json", str(tmp_path / "k.db"))


@pytest.mark.parametrize("content", [None, "", "{}", '{"current": "2", "keys": {}}', "[]"])
def test_missing_or_broken_key_file_is_named(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "key.json"
    if content is not None:
        path.write_text(content)
        path.chmod(0o600)
    with pytest.raises(KeyMissing, match=r"key\.json"):
        Seals.from_files(path, str(tmp_path / "k.db"))


def test_handles_differ_with_the_key_file(tmp_path: Path, seals: Seals) -> None:
    create_key_file(tmp_path / "other.json")
    other = Seals.from_files(tmp_path / "other.json", str(tmp_path / "k2.db"))
    assert seals.handle("webchat", "1") == seals.handle("webchat", "1")
    assert seals.handle("webchat", "1") != other.handle("webchat", "1")
    other.stop()


def test_a_guess_at_a_code_or_a_passphrase_costs_what_the_manual_says() -> None:
    """All other tests pay less for a guess, so that they have time for something else."""
    hasher = SHIPPED_HASHER()
    assert SHIPPED_GUESS_COST == 2**14
    assert (hasher.memory_cost, hasher.time_cost) >= (65_536, 3)


def test_no_key_is_used_that_is_not_on_disk(tmp_path: Path) -> None:
    create_key_file(tmp_path / "key.json")
    seals = Seals.from_files(tmp_path / "key.json", str(tmp_path / "keys.db"))
    file = seals.keys._file
    [pages] = file.execute("PRAGMA page_count").fetchone()
    file.execute(f"PRAGMA max_page_count = {pages}")  # no room for another page
    with pytest.raises(DatabaseAway, match="SQLITE_FULL"):
        for _ in range(2000):
            seals.new_key()
    with pytest.raises(DatabaseAway, match="SQLITE_FULL"):
        seals.new_key()
    file.execute("PRAGMA max_page_count = 100000")
    key = seals.new_key()
    sealed = seals.close_with(key, "cứu em với", about="inbox:1")
    seals.stop()
    later = Seals.from_files(tmp_path / "key.json", str(tmp_path / "keys.db"))
    assert later.open_with(key, sealed, about="inbox:1") == "cứu em với"
