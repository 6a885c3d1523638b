"""Violence by those who should help is heard as violence, in the examples of its rules and not beside them."""

import pytest

from bot import understanding
from bot.understanding.by_staff import TABLE

RULES = [str(told["id"]) for told in TABLE.rules]
EXAMPLES = [(told["id"], text) for told in TABLE.rules for text in told["examples"]]
COUNTERS = [text for told in TABLE.rules for text in told["counters"]]


@pytest.mark.parametrize(("id", "text"), EXAMPLES)
def test_it_is_heard_as_violence(id: str, text: str) -> None:
    danger = understanding.read(text).danger
    assert danger.level in ("violence", "now") and (danger.rule == id or danger.source == "rule")


@pytest.mark.parametrize("text", COUNTERS)
def test_what_only_sounds_like_it_is_not(text: str) -> None:
    assert understanding.read(text).danger.rule not in RULES


def test_every_rule_has_two_examples_and_two_counter_examples() -> None:
    assert all(len(told["examples"]) >= 2 and len(told["counters"]) >= 2 for told in TABLE.rules)


def test_a_worse_danger_stays_as_it_is() -> None:
    assert understanding.read("y tá đánh em, nó đang cầm dao chém em, cứu em").danger.level == "now"
