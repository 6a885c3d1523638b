"""A listing takes numbers that can be dialled in Vietnam; every other one is named."""

from dataclasses import replace

import pytest

from directory import drafts, phones
from tests.directory.exchange.samples import OPEN

GOOD = (
    "024 3333 4444", "0243.333.4444", "(024) 3333 4444", "0236 3 333 444", "+84 24 3333 4444", "+84 (0)24 3333 4444",
    "0912345678", "+84 912-345-678", "00 84 912 345 678", "84912345678", "1800 1768", "1900 545 559", "19001234",
    "069 234 5678", "080 43333", "1022", "111", "113", "115",
)  # fmt: skip
BAD = (
    "", "123", "999", "1955", "0-0-0", "+....", "0((((", "09123", "0123 456 7890", "12345678901234567890",
    "024 3333 444", "024 3333 44445", "+1 555 010 0199", "+44 20 7946 0958", "+85512345678", "+66 89 896 6653",
    "+84 113", "+84 12", "024----33334444", "024 3333 4444 -", "gọi đi", "０２４ 3333 4444",
)  # fmt: skip


@pytest.mark.parametrize("number", GOOD)
def test_a_number_of_vietnam_is_taken_as_it_is_written(number: str) -> None:
    assert drafts.problems(replace(OPEN, phones=(number,)), is_demo=False) == ()


@pytest.mark.parametrize("number", BAD)
def test_any_other_number_is_named_by_its_field(number: str) -> None:
    found = drafts.problems(replace(OPEN, phones=("024 3333 4444", number)), is_demo=False)
    assert [(one.field, one.key, one.what) for one in found] == [("phones", "listing.problem.phone", number)]


def test_ways_of_writing_one_number_are_one_number() -> None:
    ways = ("024 3333 4444", "+84 24 3333 4444", "+84 (0)24 3333 4444", "0084 24 3333 4444", "842433334444")
    assert {phones.national(one) for one in ways} == {"02433334444"}
    assert phones.national("+66 89 896 6653") == "+66898966653"
