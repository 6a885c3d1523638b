"""Requirement 3: names that differ in their marks only. Typed with marks the same come first; without, both come."""

from hashlib import sha256

import pytest

from directory.listing_index import build
from directory.reading import fold
from directory.search import question, search
from directory.shelf import Shelf
from tests.directory.test_listing_text import NOW, listing

_SAID = """
đường dương, hội hồi, lan làn, mai mãi, hoa hoà, minh mình, thu thứ, an ấn, bình bính, sáng sang, hương hướng,
tân tấn, cúc cục, sen sến, đào dao, liên liền, phương phượng, ngân ngần, tâm tằm, hạnh hành, loan loãn, thảo
thao, trúc trục, vân vần, yên yến, quyên quyền, nga ngà, hằng hàng, thắm thẩm, lý lỳ, châu chầu, giang giàng,
khánh khanh, kim kìm, lam lâm, long lòng, mỹ my, nam nấm, oanh oánh, phúc phục, quế quê, sơn son, thanh thành,
tiên tiến, trà trả, tuyết tuyệt, uyên uyển, vinh vịnh, xuân xuẩn, ánh anh, bảo bao, cẩm cầm, diễm diệm, đạt đất,
hiền hiên, hải hái, kiều kiệu, linh lĩnh, ngọc ngóc, nhung những
"""
PAIRS = [tuple(pair.split()) for pair in _SAID.replace("\n", " ").split(",")]


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    """Both of each pair, in an order that says nothing."""
    names = dict.fromkeys(word.title() for pair in PAIRS for word in pair)
    return Shelf(
        build(
            listing(id=sha256(name.encode()).hexdigest(), service=f"Nhóm {name} Khuê", organisation=f"Tổ {name} Khuê")
            for name in names
        )
    )


def found(shelf: Shelf, text: str) -> list[str]:
    return [hit.listing.service for hit in search(shelf, question(text, at=NOW)).results]


def test_typed_with_marks_the_same_marks_come_first(shelf: Shelf) -> None:
    words = [word for pair in PAIRS for word in pair]
    assert len(PAIRS) == 60
    right = [found(shelf, f"nhóm {word} khuê")[:1] == [f"Nhóm {word.title()} Khuê"] for word in words]
    missed = [word for word, is_right in zip(words, right, strict=True) if not is_right]
    assert sum(right) >= 0.95 * len(words), missed


def test_typed_without_marks_both_come(shelf: Shelf) -> None:
    for pair in PAIRS:
        both = {f"Nhóm {word.title()} Khuê" for word in pair}
        assert both <= set(found(shelf, f"nhom {fold(pair[0])} khue")), pair


def test_a_word_that_only_leads_to_a_name_changes_nothing(shelf: Shelf) -> None:
    for text in ("nhóm Loan Khuê", "cho em hỏi nhóm Loan Khuê", "cho em hỏi số điện thoại nhóm Loan Khuê với ạ"):
        assert found(shelf, text)[:1] == ["Nhóm Loan Khuê"], text
