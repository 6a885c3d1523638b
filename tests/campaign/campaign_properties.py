"""Promises that hold for any text at all, tried many thousand times."""

import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import understanding
from bot.masking import mask
from directory import needs
from directory.reading import read
from tests.campaign.conftest import scaled

EXAMPLES = settings(max_examples=scaled(20_000), deadline=None, suppress_health_check=list(HealthCheck))
pieces = st.sampled_from(
    ["em", "bị", "đánh", "không", "0912 345 678", "a@b.vn", "hiv", "ở", "Cầu Giấy", "số 5 ngõ 12", "tên em là Hoa", "…"]
)
texts = st.one_of(st.text(max_size=300), st.lists(st.one_of(pieces, st.text(max_size=8)), max_size=20).map(" ".join))


@EXAMPLES
@given(texts)
def test_no_mobile_number_passes_the_mask(text: str) -> None:
    hidden = mask(f"{text} 0912345678 {text}").text
    assert re.search(r"0912345678", hidden) is None


@EXAMPLES
@given(texts)
def test_reading_and_understanding_never_fail(text: str) -> None:
    meaning = understanding.read(text)
    assert meaning.danger.level in ("now", "violence", "none")
    assert all(guess.code in needs.NEEDS for guess in meaning.needs)
    assert read(text).tokens is not None


@EXAMPLES
@given(texts)
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask(text).text
    assert mask(once).text == once
