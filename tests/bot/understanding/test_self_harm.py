"""Who is tired of life is heard as that, in the examples of its rules and not beside them."""

import pytest

from bot import understanding
from bot.understanding.self_harm import TABLE

RULES = [str(told["id"]) for told in TABLE.rules]
EXAMPLES = [(text, told["kinds"]) for told in TABLE.rules for text in told["examples"]]
COUNTERS = [text for told in TABLE.rules for text in told["counters"]]


@pytest.mark.parametrize(("text", "kinds"), EXAMPLES)
def test_it_is_heard_as_what_its_rule_says_harm_to_herself_above_all(text: str, kinds: list[str]) -> None:
    danger = understanding.read(text).danger
    assert set(kinds) <= set(danger.kinds)
    assert danger.level == "now" or (danger.level, danger.doubt) == ("violence", True)


@pytest.mark.parametrize("text", COUNTERS)
def test_what_only_sounds_like_it_wakes_nobody(text: str) -> None:
    danger = understanding.read(text).danger
    assert danger.level != "now" and "self_harm" not in danger.kinds


def test_every_rule_has_two_examples_and_two_counter_examples() -> None:
    assert all(len(told["examples"]) >= 2 and len(told["counters"]) >= 2 for told in TABLE.rules)


@pytest.mark.parametrize(
    "text", ["chồng đánh em hoài, em chán sống lắm rồi", "nó đang cầm dao chém em, cứu em, em không thiết sống nữa"]
)
def test_what_somebody_does_to_her_stays_the_reason(text: str) -> None:
    danger = understanding.read(text).danger
    assert "self_harm" in danger.kinds and danger.kinds[0] != "self_harm"


@pytest.mark.parametrize(
    "text",
    [
        "em không muốn sống ở đời này nữa",
        "không muốn sống với nó nữa, em chỉ muốn chết",
        "chán sống chung, muốn chết quách",
    ],
)
def test_a_harmless_saying_hides_nothing_that_stands_beside_it(text: str) -> None:
    danger = understanding.read(text).danger
    assert danger.level != "none" and "self_harm" in danger.kinds


@pytest.mark.parametrize("text", ["em không chán sống đâu", "em không tự làm đau mình", "cua so han chan song"])
def test_no_rule_counts_what_is_denied_or_means_something_else(text: str) -> None:
    assert understanding.read(text).danger.rule not in RULES


@pytest.mark.parametrize(
    "text",
    [
        "em không muốn chết",
        "em khong muon chet dau",
        "đâu có muốn chết",
        "chưa muốn chết đâu cứu",
        "em ko muon chet o day dau",
        "khong muon chet nhu vay",
    ],
)
def test_who_does_not_want_to_die_may_be_dying_by_another_hand(text: str) -> None:
    meaning = understanding.read(text)
    assert meaning.danger.level != "none" and "denied" not in meaning.situations


@pytest.mark.parametrize(
    "text",
    [
        "em chan song wa roi, uong thuoc ngu cho xong",
        "chán đời muốn chết, em muốn nhảy cầu",
        "sống làm gì nữa, muốn nhảy lầu",
    ],
)
def test_who_is_tired_of_life_and_says_how_is_in_danger_now(text: str) -> None:
    assert understanding.read(text).danger.level == "now"


@pytest.mark.parametrize("text", ["chán sống hahaha", "xem phim chán sống hay lắm"])
def test_laughter_and_films_are_left_to_the_model(text: str) -> None:
    assert understanding.read(text).danger.rule not in RULES


@pytest.mark.parametrize(
    "text",
    [
        "em không chán sống",
        "em khong chan song dau chi",
        "e dau co chan song",
        "em không định tự tử",
        "em chưa từng nghĩ đến chuyện tự tử",
        "em không nghĩ quẩn đâu",
        "em khong dinh chet dau",
        "em không chán sống, em chỉ mệt thôi",
    ],
)
def test_what_she_plainly_denies_wakes_nobody_and_is_not_asked_about(text: str) -> None:
    danger = understanding.read(text).danger
    assert (danger.level, danger.kinds) == ("none", ())


@pytest.mark.parametrize(
    "text",
    [
        "sao mà không chán sống được",
        "ai mà không chán sống",
        "không chán sống sao được",
        "em không, muốn chết",
        "không muốn chết nhưng không muốn sống",
        "em không chán sống nhưng giờ muốn chết",
        "em không nghĩ tới chết thì nghĩ tới gì",
        "em không định tự tử nhưng em uống hết vỉ thuốc rồi",
        "em không nghĩ quẩn đâu, tại khổ quá em mới rạch tay",
        "cứu em, em không muốn chết",
        "em không chán sống, nó đang đánh em",
    ],
)
def test_a_denial_hides_nothing_that_is_meant_or_stands_beside_it(text: str) -> None:
    assert understanding.read(text).danger.level != "none"
