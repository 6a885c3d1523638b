"""Requirements 1 and 4: what people ask for, and what they call it with a slip in it, by one who saw no tables."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.commands.bench_search import listings_for
from directory import places, search
from directory.listing_index import build
from directory.reading import fold
from directory.shelf import Shelf

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
AT = datetime(2026, 12, 7, 3, tzinfo=UTC)


def _rows(file: str, half: str) -> list[list[str]]:
    lines = (line.split("\t") for line in (EXAMPLES / file).read_text("utf-8").splitlines() if line[0] != "#")
    return [row for of, *row in lines if of == half]


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return Shelf(build(listings_for(5000).values()))


@pytest.mark.parametrize("half", ["open", "frozen"])
def test_a_slip_in_what_people_call_a_need_still_finds_it(shelf: Shelf, half: str) -> None:
    rows = _rows("slips_in_synonyms.tsv", half)
    assert len(rows) == 50
    offered = {need for one in shelf.index.by_id.values() for need in one.needs}
    missed = 0
    for typed, _, right in rows:
        asked = search.question(f"{typed} quận Hà Đông", at=AT)
        shown = [hit.listing for hit in search.search(shelf, asked).results]
        right_needs = set(right.split(","))
        is_shown = any(right_needs & set(one.needs) for one in shown) if right_needs & offered else True
        if not (is_shown and right_needs & set(asked.needs[:1])):
            missed += 1
    assert missed <= 0.05 * len(rows)


@pytest.mark.parametrize("half", ["open", "frozen"])
def test_what_is_asked_for_and_where_is_understood(half: str) -> None:
    rows = _rows("asked_for.tsv", half)
    assert len(rows) == 30
    missed = []
    for typed, right, place in rows:
        asked = search.question(typed, at=AT)
        is_need = right == "-" or bool(set(right.split(",")) & set(asked.needs[:1]))
        said = " ".join(places.name_of(key) for key in asked.places[:1])
        if not (is_need and fold(place) in fold(said)):
            missed.append(typed)
    assert len(missed) <= 0.02 * len(rows), missed
