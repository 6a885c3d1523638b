"""A listing is found by its organisation's name alone, also with a slip in a word; nothing else is taken for a name."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.commands.bench_search import listings_for
from directory import naming, search
from directory.listing_index import build
from directory.reading import read
from directory.shelf import Shelf

AT = datetime(2026, 12, 7, 3, tzinfo=UTC)


NAMES = """Nhóm Hoa Sen|Nhóm Nắng Mai|Nhóm Nắng Xuân|Trung tâm Hải Âu|Văn phòng Cầu Vồng|Nhóm Cỏ Lau|Quán Đồi Gió
Trung tâm Bồ Câu|Nhóm Hạt Mầm|Tổ Mưa Nhỏ|Nhóm Con Đường|Trung tâm Sông Xanh"""


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    names = NAMES.replace("\n", "|").split("|")
    listings = list(listings_for(len(names)).values())
    own = [replace(one, organisation=f"{name} (mẫu)") for one, name in zip(listings, names, strict=True)]
    return Shelf(build(own))


@pytest.mark.parametrize(
    ("text", "id"),
    [("nhóm hoa sen", "l0"), ("nhom hoa sne", "l0"), ("hoa sen", "l0"), ("nhom nang mia", "l1"), ("song xnah", "l11")],
)
def test_a_name_is_found_with_a_slip_in_it(shelf: Shelf, text: str, id: str) -> None:
    found = search.search(shelf, search.question(text, at=AT)).results
    assert [hit.listing.id for hit in found][:1] == [id]


@pytest.mark.parametrize("text", ["hoa hồng", "cảm ơn nhóm", "sen", "nắng quá trời", "xin chào"])
def test_a_word_of_a_name_or_two_of_different_names_are_no_name(shelf: Shelf, text: str) -> None:
    assert naming.called(shelf, read(text)) == ()
