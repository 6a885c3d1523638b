"""English is told from Vietnamese typed without marks, and danger in it is seen as in Vietnamese."""

from pathlib import Path

import pytest

from bot import understanding
from bot.understanding import ages, english, packed, training_english
from bot.understanding.examples import load
from bot.understanding.rules import Rule
from directory import articles, english_questions

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
AUTHORS, ENGLISH = EXAMPLES / "authors", EXAMPLES / "english"


@pytest.mark.parametrize(
    ("rule", "text"), [(one, text) for one in english.rules() for text in one.examples], ids=lambda one: str(one)[:40]
)
def test_every_rule_fits_its_examples(rule: Rule, text: str) -> None:
    danger = understanding.read(text).danger
    assert danger.level == "now" if rule.level == "now" else danger.level != "none"


@pytest.mark.parametrize("text", [text for one in english.rules() for text in one.counters])
def test_no_rule_fits_a_counter_example(text: str) -> None:
    assert english.ruled(english.lay_out(english.read(text))).level == "none"


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("HE IS HITTING ME RIGHT NOW", "now"),
        ("he’s outside my door, I’m hiding in the bathroom", "now"),
        ("they won't let me go home", "now"),
        ("he never hit me", "none"),
        ("what is the penalty if he hits me", "none"),
        ("it was in a movie, he killed her", "none"),
        ("no danger, just asking about my friend", "none"),
        ("what if he beats me again", "violence"),
    ],
)
def test_it_is_as_dangerous_as_it_says(text: str, level: str) -> None:
    assert english.ruled(english.lay_out(english.read(text))).level == level


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("he wont let me go", "now"),
        ("help im locked in", "now"),
        ("i dont feel safe with this client", "violence"),
        ("they are trapped in traffic", "violence"),
        ("my boss is dying to see the beach", "none"),
    ],
)
def test_a_hint_asks_and_a_sure_pattern_alarms(text: str, level: str) -> None:
    assert understanding.read(text).danger.level == level


def test_hardly_any_rule_alarms_for_a_harmless_message() -> None:
    """What rules alarm for by themselves is missing from what the model may alarm for."""
    harmless = [one.text for one in load(ENGLISH) if one.levels == ("none",)]
    alarmed = [text for text in harmless if english.ruled(english.lay_out(english.read(text))).level == "now"]
    assert len(alarmed) <= 0.005 * len(harmless), alarmed


def test_a_refusal_in_the_words_themselves_is_no_denial() -> None:
    assert understanding.read("I don't want to live anymore").danger.kinds[0] == "self_harm"


def test_a_district_is_found_by_its_english_name() -> None:
    meaning = understanding.read("where can i test for hiv in district 1")
    assert (meaning.intent, meaning.needs[0].code, meaning.places[0].key.code) == ("find", "health.hiv_test", "760")


def test_who_says_to_be_young_is_heard() -> None:
    assert understanding.read("i am 16, can i test without my parents").language == "en"
    assert ages.is_minor_in_english("I'm only 15") and not ages.is_minor_in_english("i am 16 weeks pregnant")
    assert "minor" in understanding.read("I am 16 and they force me to sleep with men").danger.kinds


def test_vietnamese_without_marks_is_not_taken_for_english() -> None:
    """Of the messages of all authors those taken for English are few, and none of them has a Vietnamese sentence."""
    many = [one.text for one in load(AUTHORS)]
    taken = [text for text in many if english.is_english(text)]
    assert len(taken) <= 0.002 * len(many), taken
    for text in ("em me di", "toi o day", "im me may di", "test", "stop", "hoc nghe free?", "me bi dua di tu sang"):
        assert not english.is_english(text), text


def test_every_english_phrasing_is_read_as_english() -> None:
    phrasings = [text for one in articles.load() if one.language == "en" for text in one.questions]
    missed = [text for text in phrasings if not english.is_english(text)]
    assert len(missed) <= 0.01 * len(phrasings), missed


def test_every_english_phrasing_finds_its_article_among_three() -> None:
    library = articles.load()
    asked = [(one.id, text) for one in library if one.language == "en" for text in one.questions]
    missed = [text for id, text in asked if id not in list(english_questions.likely(text, library))[:3]]
    assert len(missed) <= 0.01 * len(asked), missed


def test_what_no_article_answers_finds_none() -> None:
    library = articles.load()
    for text in ("who won the football last night", "which bus goes to the beach", "what is the weather in Hue"):
        assert not english_questions.likely(text, library), text


def test_the_model_is_made_from_the_examples_and_rules_as_they_are() -> None:
    assert packed.head(english.MODEL)["made_from"] == training_english.print_of(ENGLISH), "run `make model`"


def test_what_no_rule_knows_is_asked_about_where_it_sounds_like_the_examples() -> None:
    danger = understanding.read("he hid my phone").danger
    assert (danger.level, danger.source, danger.doubt) == ("violence", "model", True)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("piece", ["he is hitting me ", "nobody, he lost a game and beats me now ", "want to ", "he'"])
def test_a_hundred_thousand_english_signs_are_read_in_linear_time(piece: str) -> None:
    """Were a pattern to try every combination, this would not end within the timeout."""
    laid = english.lay_out(english.read((piece * 100_000)[:100_000]))
    english.needs_of(laid, english.danger_of(laid), english.sounds_of(laid))


def test_who_does_not_want_a_pregnancy_is_not_asked_about_dying_and_who_was_made_to_end_one_is_heard() -> None:
    unwanted = understanding.read("i think im pregnant dont want it")
    assert unwanted.danger.level == "none" and "mind.suicide" not in [guess.code for guess in unwanted.needs]
    forced = (
        "she made me take the tablets for the pregnancy though I wanted to keep it. She stood there until I swallowed."
    )
    assert understanding.read(forced).danger.level != "none"


@pytest.mark.parametrize("text", ["who r u are u police", "are you cops?", "what r u", "is this a police trap"])
def test_who_we_are_is_asked_in_short_words_too(text: str) -> None:
    assert understanding.read(text).intent == "about_bot"


@pytest.mark.parametrize(
    "text", ["are you open on sunday", "who are the doctors there", "can the police check my phone"]
)
def test_other_questions_are_not_about_us(text: str) -> None:
    assert understanding.read(text).intent != "about_bot"
