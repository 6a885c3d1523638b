"""The help line's sentences are short, and their first line gives nobody away."""

from bot.helpline.outcomes import Barrier, Outcome
from directory.wording import LOCALES, catalogue, count_syllables, sentences


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
