"""Requirement 14: on 500 labelled pairs few are called one that are two, and few that are one are missed."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from directory import duplicates
from directory.duplicates import Entry, Pair
from directory.places import PlaceKey, Tier, province_of

APART = Path(__file__).parent / "duplicate_pairs_apart.tsv"
PAIRS = Path(__file__).parent / "duplicate_pairs.tsv"  # made up; no name or number of a real place


def entry(id: str, name: str, kind: str, place: str, number: str) -> Entry:
    tier, _, code = place.partition(":")
    key = PlaceKey(Tier(tier), code)
    return Entry(id, name, name, kind, key, province_of(key) or "", (number,) if number else ())


def labelled(pairs: Path = PAIRS) -> list[tuple[bool, Entry, Entry, str]]:
    with pairs.open(encoding="utf-8", newline="") as file:
        return [
            (
                row["same"] == "yes",
                entry(f"{n:04}a", row["first"], row["first_kind"], row["first_place"], row["first_phone"]),
                entry(f"{n:04}b", row["second"], row["second_kind"], row["second_place"], row["second_phone"]),
                row["why"],
            )
            for n, row in enumerate(csv.DictReader(file, delimiter="\t"))
        ]


def test_five_hundred_labelled_pairs() -> None:
    pairs = labelled()
    assert len(pairs) == 500 and sum(same for same, *_ in pairs) == 250
    told = [(same, bool(duplicates.find((a, b))), why, a.service, b.service) for same, a, b, why in pairs]
    hits = sum(same and found for same, found, *_ in told)
    called = sum(found for _, found, *_ in told)
    missed = Counter(why for same, found, why, *_ in told if same and not found)
    wrong = [one for one in told if one[1] and not one[0]]
    assert hits / called >= 0.97, wrong
    assert hits / 250 >= 0.90, missed


def test_forty_pairs_by_another_hand() -> None:
    """Written to mislead by somebody who had not seen the rule; two kinds of mistake in them were mended afterwards."""
    told = [(same, bool(duplicates.find((a, b))), a.service, b.service) for same, a, b, _ in labelled(APART)]
    assert [one for one in told if one[1] and not one[0]] == [], "nothing is called one that is two"
    missed = [one for one in told if one[0] and not one[1]]
    assert len(told) == 40 and len(missed) <= 1, missed


def test_a_pair_is_found_the_same_among_many_and_when_a_listing_is_written_down() -> None:
    pairs = labelled()[:120]
    every = [one for _, a, b, _ in pairs for one in (a, b)]
    among = {(one.first, one.second) for one in duplicates.find(every)}
    for _, a, b, _ in pairs:
        alone = duplicates.compare(a, b) is not None
        assert ((a.id, b.id) in among) == alone
        assert any(one.first == a.id and one.second == b.id for one in duplicates.like(b, every)) == alone


def test_two_found_to_be_two_are_not_asked_about_again() -> None:
    same, a, b, _ = next(one for one in labelled() if one[0] and duplicates.compare(one[1], one[2]))
    assert same and isinstance(duplicates.compare(a, b), Pair)
    assert duplicates.find((a, b), apart=frozenset({(a.id, b.id)})) == ()


@pytest.mark.parametrize(
    ("first", "second"),
    [("024 3754 1234", "+84 24 3754 1234"), ("0912.345.678", "84912345678"), ("1900 0000", "19000000")],
)
def test_one_number_written_in_two_ways_is_one(first: str, second: str) -> None:
    assert duplicates.digits(first) == duplicates.digits(second)
