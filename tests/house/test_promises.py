"""Each promise to those who write, requirement and situation is guarded by a test that exists."""

import re
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
PAGE = "\n".join((HOUSE / "docs" / name).read_text("utf-8") for name in ("promises.md", "helpline.md"))
HEADS = ("| promise ", "| requirement ", "| situation ")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith(HEADS)]
JOURNEY = re.compile(r"journey: (\w+)")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_every_promise_names_its_guard() -> None:
    assert len(ROWS) > 30
    bare = [row for row in ROWS if not JOURNEY.search(row.split("|")[2]) and not TEST.search(row.split("|")[2])]
    assert not bare, "\n".join(bare)


def test_each_of_the_twenty_requirements_has_its_row() -> None:
    numbers = [int(found[1]) for row in ROWS if (found := re.match(r"\| (\d+) ", row))]
    assert numbers == list(range(1, 21))


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
