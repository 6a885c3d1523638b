"""Requirement 3: names that differ in their marks only. Typed with marks the same come first; without, both come."""

from hashlib import sha256
from pathlib import Path

import pytest

from directory import places, whole_names
from directory.listing_index import build
from directory.listings import Listing
from directory.reading import fold, read
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


# --- names as places bear them, written by somebody else ------------------------------------------------------------

_WRITTEN = Path(__file__).resolve().parents[1] / "examples" / "named_apart.tsv"
APART = [line.split("\t") for line in _WRITTEN.read_text("utf-8").splitlines() if not line.startswith("#")]


@pytest.fixture(scope="module")
def named() -> Shelf:
    names = [name for _, *pair in APART for name in pair]
    assert len(set(names)) == 120
    return Shelf(
        build(listing(id=sha256(one.encode()).hexdigest(), service=one, organisation=f"Tổ {one}") for one in names)
    )


@pytest.mark.parametrize("half", ["open", "frozen"])
def test_whole_names_with_marks_come_first_and_without_marks_both_come(named: Shelf, half: str) -> None:
    pairs = [pair for of, *pair in APART if of == half]
    names = [name for pair in pairs for name in pair]
    assert len(names) == 60
    missed = sum(1 for name in names if found(named, name.lower())[:1] != [name])
    assert missed <= 0.05 * len(names)
    assert sum(1 for pair in pairs if not set(pair) <= set(found(named, fold(pair[0])))) == 0


def test_in_the_chat_the_name_with_the_marks_that_were_typed_comes_first(named: Shelf) -> None:
    names = [name for _, *pair in APART for name in pair]
    missed = [name for name in names if whole_names.called(named, read(name.lower())).listings[0].service != name]
    assert len(missed) <= 0.05 * len(names), missed


def test_what_is_called_like_a_place_is_found_wherever_it_is_before_what_lies_there() -> None:
    far = _in("quận 3, TP.HCM", id="far", service="Phòng khám Ba Đình", organisation="Tổ Một")
    near = _in("quận Ba Đình, Hà Nội", id="near", service="Phòng khám Hoa Gạo", organisation="Tổ Hai")
    shelf = Shelf(build([far, near]))
    for text in ("phòng khám Ba Đình", "cho em hỏi phong kham ba dinh o dau", "pk ba đình"):
        assert found(shelf, text) == ["Phòng khám Ba Đình", "Phòng khám Hoa Gạo"], text
    assert found(shelf, "khám phụ khoa quận Ba Đình") == ["Phòng khám Hoa Gạo"]


def test_a_need_is_looked_for_by_place_although_some_place_is_called_like_it() -> None:
    far = _in("quận 3, TP.HCM", id="far", service="Phòng khám phụ khoa", organisation="Tổ Một")
    near = _in("quận Ba Đình, Hà Nội", id="near", service="Phòng khám Hoa Gạo", organisation="Tổ Hai")
    assert found(Shelf(build([far, near])), "phòng khám phụ khoa ở Ba Đình") == ["Phòng khám Hoa Gạo"]


def _in(words: str, **told: str) -> Listing:
    key = places.read(read(words)).places[0].key
    return listing(place=key, province=places.province_of(key), needs=("health.general",), **told)


def test_what_is_called_like_a_need_goes_first_where_nothing_says_in_which_place() -> None:
    called = [listing(id=name, service=name, needs=("peers.group",)) for name in ("Nhóm Chị Em", "Nhóm Chị Êm")]
    others = [listing(id=f"a{at}", service=f"Nhóm Hoa {at}", needs=("peers.group",)) for at in range(5)]
    shelf = Shelf(build([*called, *others]))
    assert set(found(shelf, "nhom chi em")[:2]) == {"Nhóm Chị Em", "Nhóm Chị Êm"}
    assert found(shelf, "nhóm chị em")[0] == "Nhóm Chị Em"
