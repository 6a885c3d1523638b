"""The few words that are said before any question agree with the articles they are taken from."""

import re

import pytest

from bot.dialogues import fitting
from directory import answers, danger_sentences, facts
from directory.wording import t

NUMBER = re.compile(r"\d+")


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("id", sorted(fitting.TIMELY))
def test_no_number_is_said_that_its_article_or_a_danger_card_does_not_have(id: str, language: str) -> None:
    article = answers.shipped().get(id, language)
    assert article is not None and article.language == language
    beside = answers.shipped().get("condom-removed", language)  # a broken condom is one story with two articles
    assert beside is not None
    said = set(NUMBER.findall(t(fitting.TIMELY[id], language)))
    assert said, "it is said because of its hours, or of the number to call"
    assert said <= set(NUMBER.findall("\n".join((*article.body, *beside.body))))


@pytest.mark.parametrize("key", sorted(set(fitting.TIMELY.values())))
def test_a_doctor_looks_at_it_and_its_hours_are_sourced(key: str) -> None:
    (known,) = [one for one in danger_sentences.table() if one.key == key]
    assert known.review == "doctor"
    says = " ".join(facts.facts()[id].says for id in known.facts if facts.facts()[id].is_sourced)
    hours = set(NUMBER.findall(t(key, "vi"))) - {"115"}
    assert hours <= set(NUMBER.findall(says))
