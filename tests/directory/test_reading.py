"""Requirement 4: what somebody types is read the same, however it is typed."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.reading import fold, read


@given(st.text())
def test_no_text_at_all_stops_the_reading(text: str) -> None:
    reading = read(text)
    assert reading.plain == " ".join(reading.tokens)
    assert all(0 <= word.start <= word.end <= len(reading.text) for word in reading.words)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(max_codepoint=0x1EFF)))
def test_folding_letter_by_letter_is_the_same_however_it_is_done(text: str) -> None:
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold()).replace("đ", "d")
    plain = "".join(sign for sign in letters if not unicodedata.combining(sign))
    assert fold(text) == unicodedata.normalize("NFKC", plain).casefold().replace("đ", "d")


@given(st.text(alphabet="ăâđêôơưáàảãạấềỗợỳ abcdeghiklmnopqrstuvxy.,"))
def test_composed_and_decomposed_letters_are_one(text: str) -> None:
    composed, decomposed = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    assert read(composed).words == read(decomposed).words


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("Xét nghiệm ở đâu", "xet nghiem o dau"),
        ("xets nghieemj owr ddaau", "xet nghiem o dau"),
        ("e bi5 d9a1nh o73 nha2", "em bi danh o nha"),
        ("bidanh danglo", "bi danh dang lo"),
        ("bị h.i.ế.p", "bi hiep"),
        ("đ á n h", "danh"),
        ("k bt đi đâu r", "khong biet di dau roi"),
        ("hoà hòa", "hoa hoa"),
        ("bị\u200b đá\u00adnh\u202e", "bi danh"),
    ],
)
def test_habits_of_typing_are_smoothed(typed: str, plain: str) -> None:
    assert read(typed).plain == plain


def test_a_shortening_counts_only_as_it_is_written() -> None:
    assert read("tất cả ạ").plain == "tat ca a"


def test_a_hundred_thousand_signs_are_read_in_linear_time() -> None:
    started = time.perf_counter()
    for piece in ("nó đánh em ", "a b c ", "x", "đ.á.n.h.", "\u0301", "1 2-"):
        read((piece * 100_000)[:100_000])
    assert time.perf_counter() - started < 10
