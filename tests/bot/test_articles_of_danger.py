"""A text for somebody in danger stays when its law has ended: with the warning, and first of all a colleague to ask."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.dialogues import ask
from directory import answers, articles
from directory.wording import t

LONG_AFTER = date(2031, 1, 1)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("id", sorted(articles.OF_DANGER))
def test_it_is_shown_with_the_warning_and_the_person_to_ask(id: str, language: str) -> None:
    library = answers.shipped()
    found = library.get(id, language)
    assert found is not None and found.language == language
    ended = replace(found, since="law", valid_to=date(2026, 12, 1))
    text, choices = ask.told(ended, language, library, today=LONG_AFTER, days=30)
    assert t("article.over", language) in text
    assert "talk" in [key for key, _ in choices][:2], "the colleague stands before every other step"


@pytest.mark.parametrize("id", sorted(articles.OF_DANGER))
def test_buttons_that_lead_to_it_stay(id: str) -> None:
    library = answers.shipped()
    found = library.get("who-runs-this", "vi")
    assert found is not None
    here = replace(found, next=(articles.NextStep("article", id),))
    _, choices = ask.told(here, "vi", library, today=LONG_AFTER, days=30)
    assert f"article:{id}" in [key for key, _ in choices]


@pytest.mark.parametrize("id", ["policy-loan", "told-to-family", "legal-aid-free", "safe-abortion"])
def test_what_rests_on_a_law_has_the_colleague_first_once_its_review_is_late(id: str) -> None:
    library = answers.shipped()
    found = library.get(id, "vi")
    assert found is not None and found.since == "source"
    for today, is_first in ((found.review_by, False), (found.review_by + timedelta(days=1), True)):
        text, choices = ask.told(found, "vi", library, today=today, days=30)
        assert (t("article.over", "vi") in text) is is_first
        assert (next(key for key, _ in choices if key != "more") == "talk") is is_first
