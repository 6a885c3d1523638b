"""Each promise to those who write is guarded by a test that exists."""

import re
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
PAGE = (HOUSE / "docs" / "promises.md").read_text("utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| promise ")]
JOURNEY = re.compile(r"journey: (\w+)")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_every_promise_names_its_guard() -> None:
    assert len(ROWS) > 30
    bare = [row for row in ROWS if not JOURNEY.search(row.split("|")[2]) and not TEST.search(row.split("|")[2])]
    assert not bare, "\n".join(bare)


def test_every_guard_exists() -> None:
    missing = [name for name in JOURNEY.findall(PAGE) if not (HOUSE / "tests" / "journeys" / f"{name}.txt").is_file()]
    for path, name in TEST.findall(PAGE):
        file = HOUSE / path
        if not file.is_file() or f"def {name}(" not in file.read_text("utf-8"):
            missing.append(f"{path}::{name}")
    assert not missing, "\n".join(missing)


def test_no_guard_is_named_in_another_way() -> None:
    """A misspelt guard must not pass as prose."""
    told = sum(len(row.split("|")[2].split(";")) for row in ROWS)
    assert told == len(JOURNEY.findall(PAGE)) + len(TEST.findall(PAGE))
