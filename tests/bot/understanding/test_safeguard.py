"""Whatever is added in the console: no message is seen as less dangerous than without it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import understanding
from bot.understanding import self_harm
from bot.understanding.rules import rules
from bot.understanding.safeguard import rules_harmed
from directory import added, articles, needs
from directory.added import Added, AddedLandmark
from directory.reading import Step, read

LEVELS = ("none", "violence", "now")
DANGER = [text for rule in rules() for text in rule.examples]
DANGER += [text for told in self_harm.TABLE.rules for text in told["examples"]]
MEANT = (
    "không",
    "phim",
    "giỡn thôi",
    "đành",
    "chơi game",
    "đánh răng",
    "hôm qua",
    "chung",
    "ở quê",
    "test",
    "bạn",
    "đánh",
    "",
)
PLAIN = {text: understanding.read(text) for text in DANGER}


def level(text: str, own: Added = added.NOTHING) -> int:
    with added.using(own):
        return LEVELS.index(understanding.read(text).danger.level)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_addition_hides_danger(data: st.DataObject) -> None:
    """Even past the refusal: the danger is looked at with the shipped tables too, and the worse of both counts."""
    text = data.draw(st.sampled_from(DANGER))
    forms = data.draw(st.lists(st.sampled_from(text.lower().replace(",", " ").split()), min_size=1, max_size=4))
    own = Added(
        {form: data.draw(st.sampled_from(MEANT)) for form in forms},
        {data.draw(st.sampled_from(sorted(needs.NEEDS))): (text,)},
        {data.draw(st.sampled_from(sorted(articles.topics()))): (forms[0],)},
        (AddedLandmark(forms[-1], "Quận Hoàn Kiếm / Hà Nội"),),
    )
    with added.using(own):
        found = understanding.read(text)
    plain = PLAIN[text].danger
    assert LEVELS.index(found.danger.level) >= LEVELS.index(plain.level)
    if found.danger.level == plain.level:
        assert found.danger.doubt >= plain.doubt
    if plain.level == "now":
        assert found.intent in ("help_now", "report"), (text, forms)


def test_words_for_a_need_that_were_added_as_nothing_harm_no_reading() -> None:
    own = Added({"cứu": "", "em": "", "với": ""}, {"health.abortion": ("cứu em với",)})
    assert level("cứu em với", own) >= level("cứu em với") > 0


def test_words_added_as_nothing_leave_no_single_word_that_says_nothing() -> None:
    """What is left, "ép", would be taken for chat as any word alone is: the message without the additions counts."""
    own = Added({"bi": "", "tiep": "", "khach": ""})
    assert level("bi ep tiep khach", own) >= level("bi ep tiep khach") >= 1


def test_a_word_that_hid_danger_would_be_noticed() -> None:
    """The one before can fail: read by the added word alone, the message says nothing dangerous."""
    with added.using(Added({"danh": "đành"})):
        assert read("nó danh em").words[1].how == Step.ADDED and "đành" in read("nó danh em").normal
    assert level("nó danh em") == level("nó danh em", Added({"danh": "đành"})) > 0


def test_an_added_word_may_show_danger() -> None:
    own = Added({"zụt": "đánh"})
    assert level("khách vừa zụt em chảy máu, nó zụt em hoài") <= level("khách vừa đánh em chảy máu, nó đánh em hoài")
    assert level("nó đang zụt em", own) == level("nó đang đánh em") > level("hihi zụt em chơi")


@pytest.mark.parametrize(
    ("form", "words", "rule"),
    [
        ("danh", "đành", "beaten-passive"),
        ("uýnh", "yêu", "beaten-by"),
        ("cuu", "cừu", "cry-for-help"),
        ("hiepp", "hợp", "raped"),
        ("d9a1nh", "chào", "beaten-by"),
        ("113", "một", "cry-for-help"),
    ],
)
def test_a_word_of_a_rule_stays_what_it_is_and_the_rule_is_named(form: str, words: str, rule: str) -> None:
    assert rule in rules_harmed(form, words)


@pytest.mark.parametrize(("form", "words"), [("danh", "đánh"), ("zqz", "khám phụ khoa"), ("dzdz", "đánh")])
def test_what_harms_no_rule_is_let_pass(form: str, words: str) -> None:
    assert rules_harmed(form, words) == ()


def test_a_word_of_the_small_tables_is_safe_too() -> None:
    assert "tired-of-living" in rules_harmed("chán", "chẳng")
    assert "hurt-by-staff" in rules_harmed("đánh", "đành")
    assert rules_harmed("cty", "công ty") == ()
