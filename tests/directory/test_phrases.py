"""A question finds the article whose phrasings it resembles, wherever in the message it stands."""

from directory import phrases
from directory.reading import read

KNOWN = phrases.index(
    [
        ("pill", "quên uống thuốc một ngày có sao không"),
        ("pill", "lỡ quên 2 viên rồi"),
        ("fine", "bị phạt bao nhiêu tiền"),
        ("fine", "mức phạt bây giờ là mấy"),
    ]
)


def best(text: str) -> str | None:
    scores = KNOWN.scores(read(text))
    return max(scores, key=lambda topic: scores[topic], default=None)


def test_the_nearest_phrasing_wins_without_marks_and_in_teencode() -> None:
    assert best("e quen uong 1 ngay co sao k") == "pill"
    assert best("phat bn tien v") == "fine"


def test_a_question_at_the_end_of_a_long_story_is_found() -> None:
    story = "hom qua em di choi voi may dua ban roi ve nha ngu mot giac toi sang moi day nau com an xong " * 4
    assert best(f"{story} vay bi phat bao nhieu tien") == "fine"


def test_a_question_about_something_else_scores_nothing() -> None:
    assert KNOWN.scores(read("trời đẹp quá")) == {}


def test_the_same_words_score_one_at_most() -> None:
    scores = KNOWN.scores(read("quên uống thuốc một ngày có sao không"))
    assert 0.5 < scores["pill"] <= 1.0


def test_a_question_in_the_very_words_of_a_phrasing_is_sure() -> None:
    words = "cho ngu qua dem gan ben xe"
    made = phrases.index([("a", words), ("a", "thue phong thang"), ("a", "xin o nho"), ("b", "ben xe o dau")])
    assert made.scores(read(words))["a"] == 1.0 > made.scores(read("ngu qua dem gan ben xe"))["a"]
    both = phrases.index([("a", words), ("a", "thue phong thang"), ("a", "xin o nho"), ("b", words), ("b", "ben xe")])
    assert both.known.get(read(words).tokens) is None, "claimed twice, it says nothing sure"
