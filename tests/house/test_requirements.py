"""Each of the directory's twenty requirements is named in the tests that the manual says prove it."""

import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
ROWS = re.findall(r"^\| (\d+) [^|]+\|([^|]+)\|[^|]*\|$", (HOUSE / "docs/directory.md").read_text("utf-8"), re.MULTILINE)


def numbers(path: str) -> set[int]:
    """The requirements that the first line of a test names."""
    first = (HOUSE / path).read_text("utf-8").partition("\n")[0]
    said = re.match(r'"""Requirements? ([\d, and]+):', first)
    return set(map(int, re.findall(r"\d+", said[1]))) if said else set()


def test_the_manual_has_a_row_for_each() -> None:
    assert [int(number) for number, _ in ROWS] == list(range(1, 21))


@pytest.mark.parametrize(("number", "shown_by"), ROWS)
def test_what_shows_it_is_there_and_says_so(number: str, shown_by: str) -> None:
    paths = re.findall(r"`(tests/[\w/.]+)`", shown_by)
    assert paths and all((HOUSE / path).exists() for path in paths)
    silent = [path for path in paths if path.endswith(".py") and int(number) not in numbers(path)]
    assert not silent


def test_no_test_claims_a_requirement_that_the_manual_does_not_give_it() -> None:
    given = {(path, int(number)) for number, told in ROWS for path in re.findall(r"`(tests/[\w/.]+\.py)`", told)}
    tests = [str(path.relative_to(HOUSE)) for path in (HOUSE / "tests").rglob("*.py")]
    assert {(path, number) for path in tests for number in numbers(path)} <= given
