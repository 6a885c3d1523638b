"""Each situation is heard in its examples and not in the sentences that only sound like it."""

import pytest

from bot import understanding
from bot.understanding.situations import table

EXAMPLES = [(name, text) for name, told in table().items() for text in told["examples"]]
COUNTERS = [(name, text) for name, told in table().items() for text in told["counters"]]


@pytest.mark.parametrize(("name", "text"), EXAMPLES)
def test_the_situation_is_heard(name: str, text: str) -> None:
    assert name in understanding.read(text).situations


@pytest.mark.parametrize(("name", "text"), COUNTERS)
def test_what_only_sounds_like_it_is_not_heard(name: str, text: str) -> None:
    assert name not in understanding.read(text).situations


def test_a_country_we_know_numbers_for_is_named() -> None:
    assert {"stranded", "abroad", "thailand"} <= understanding.read("em bi ket ben thai lan khong ve duoc").situations
    assert "thailand" not in understanding.read("em bị kẹt bên campuchia").situations
