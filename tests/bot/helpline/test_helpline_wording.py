"""The help line's sentences are short, and their first line gives nobody away."""

from bot.helpline import blocks
from bot.helpline.outcomes import Barrier, Outcome
from directory.wording import LOCALES, catalogue, count_syllables, sentences, t


def test_sentences_to_a_person_have_at_most_fourteen_syllables() -> None:
    for key, text in catalogue("vi").items():
        if key.startswith("case.person."):
            assert [one for one in sentences(text) if count_syllables(one) > 14] == [], key


def test_the_first_line_holds_no_sensitive_word() -> None:
    path = LOCALES / "sensitive-words.txt"
    words = [w.strip() for w in path.read_text("utf-8").splitlines() if w.strip() and not w.startswith("#")]
    for language in ("vi", "en"):
        for key, text in catalogue(language).items():
            if key.startswith("case.person."):
                first = f" {text.splitlines()[0].lower()} "
                assert not [word for word in words if f" {word} " in first], key


def test_every_outcome_and_barrier_has_its_words() -> None:
    assert len(Outcome) >= 12 and len(Barrier) >= 12
    wanted = {f"outcome.{one}" for one in Outcome} | {f"barrier.{one}" for one in Barrier}
    for language in ("vi", "en"):
        assert wanted <= catalogue(language).keys()


def test_the_rules_that_are_told_are_those_that_hold() -> None:
    """One, seven and thirty days, and two people for more than seven: the sentence says so, and so does the deed."""
    assert [hours // 24 for hours in blocks.HOURS] == [1, 7, 30] and blocks.ALONE == 7 * 24
    assert "một, bảy hoặc ba mươi ngày" in t("blocked.rules", "vi") and "Quá bảy ngày" in t("blocked.rules", "vi")
    said = t("blocked.rules", "en")
    assert "one, seven or thirty days" in said and "seven days takes two" in said
