"""Requirement 6: places as people write them are right or asked back, seldom wrong in silence, hardly ever invented."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory import places
from directory.reading import read

EXAMPLES = Path(__file__).resolve().parents[1] / "examples" / "places.tsv"


def rows() -> list[tuple[str, frozenset[str], bool]]:
    lines = [line.split("\t") for line in EXAMPLES.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [(text, frozenset(accepted.split()), bool(ask)) for text, accepted, ask, _ in lines]


@pytest.mark.parametrize("half", [0, 1])
def test_places_are_right_or_asked_about(half: int) -> None:
    right, wrong, invented, named, empty, unasked = 0, 0, 0, 0, 0, 0
    for text, accepted, ask in rows()[half::2]:
        told = places.read(read(text))
        found = [f"{guess.key.tier}:{guess.key.code}" for guess in told.places]
        if not accepted:
            empty += 1
            invented += bool(found)
            continue
        named += 1
        is_right = bool(found) and found[0] in accepted and (told.is_ambiguous or not ask)
        right += is_right
        unasked += ask and bool(found) and not told.is_ambiguous
        wrong += bool(found) and not is_right and not told.is_ambiguous
    assert named >= 200 and empty >= 40
    assert right / named >= 0.97
    assert unasked == 0, "what could be in two provinces is asked back, always"
    assert wrong / named <= 0.02
    assert invented / empty <= 0.05


@pytest.mark.parametrize(
    "text",
    [
        "chữ ký điện tử", "chu ky bao nhieu ngay", "đa nang buồng trứng", "HP dạ dày", "thứ tư từ mấy giờ",
        "bún bò Huế", "mì Quảng", "đường Điện Biên Phủ", "em bị mất cái răng", "nhóm đồng đẳng", "nhom dong dang",
        "đi ăn chưa", "di an chua", "ngoài ban công", "quan ba mia", "ở quán từ chiều", "áo đồng phục", "càng đau hn",
        "⟦phone⟧ cua ong chu", "x cua ong ay", "hiv cua ong",
    ],
)  # fmt: skip
def test_ordinary_words_are_no_places(text: str) -> None:
    assert not places.read(read(text)).places


def test_where_she_comes_from_is_not_where_help_is_sought() -> None:
    told = places.read(read("quê Bến Tre, giờ ở quận Bình Tân"))
    assert [places.name_of(guess.key) for guess in told.places] == ["quận Bình Tân, Hồ Chí Minh"]
    assert not places.read(read("quê Nghệ An lên đây làm")).places


def test_what_is_denied_is_not_meant() -> None:
    assert [guess.key.code for guess in places.read(read("không phải q1, q3 cơ")).places] == ["770"]


@pytest.mark.parametrize(
    ("text", "is_ambiguous"),
    [
        ("Châu Thành A", False),
        ("o huyện Châu Thành A", False),
        ("chau thanh a hau giang", False),
        ("o chau thanh a", True),
    ],
)
def test_a_name_may_end_in_a_letter_that_is_a_word_too(text: str, is_ambiguous: bool) -> None:
    told = places.read(read(text))
    assert places.units()[told.places[0].key].name == "Châu Thành A"
    assert told.is_ambiguous == is_ambiguous  # "ở châu thành ạ" is typed the same


@given(st.text(max_size=300))
def test_any_text_names_places_that_are_in_the_lists(text: str) -> None:
    reading = read(text)
    for guess in places.read(reading).places:
        assert guess.key in places.units()
        assert 0 <= guess.start < guess.end <= len(reading.words)
