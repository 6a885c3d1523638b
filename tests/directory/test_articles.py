"""Articles say what is known, and by whom it still has to be reviewed."""

import re
from dataclasses import replace
from datetime import date

import pytest

from directory import answers, article_check, articles, facts, lines
from directory.wording import count_syllables, day, sentences, t

TODAY = date(2026, 12, 7)
LIBRARY = articles.load()
EVERY = [pytest.param(article, id=f"{article.language}-{article.id}") for article in LIBRARY]


def test_every_article_is_written_in_both_languages() -> None:
    written = {language: {a.id for a in LIBRARY if a.language == language} for language in ("vi", "en")}
    assert written["vi"] == written["en"] == set(articles.topics())
    assert len(written["vi"]) >= 74


def test_an_editor_finds_nothing_to_mend_in_any_article() -> None:
    found = [str(one) for one in article_check.check(today=TODAY)]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("article", EVERY)
def test_a_reader_learns_the_source_and_who_has_still_to_review(article: articles.Article) -> None:
    text = articles.card(article, article.language)
    assert article.sources[0] in text
    assert article.state == "draft" and article.reviewer is None
    assert ("chờ" if article.language == "vi" else "still") in text
    assert len(text) < 1500


@pytest.mark.parametrize("article", EVERY)
def test_sentences_are_short_and_no_fine_is_named(article: articles.Article) -> None:
    text = "\n".join((*article.body, *article.more))
    for sentence in sentences(facts.fill(text, article.language, article.valid_from)):
        assert count_syllables(sentence) <= 24, sentence
    money = re.search(r"\d[\d.,]*\s*(triệu|đồng|đ\b|million|vnd)", text.lower())
    assert money is None, money
    assert "000" not in " ".join(article.body)


@pytest.mark.parametrize("article", EVERY)
def test_no_number_that_needs_a_test_call_stands_in_an_article(article: articles.Article) -> None:
    for row in lines.rows().values():
        if row.id not in lines.rules()["always_allowed"] and len(row.number) > 4:
            assert row.number not in " ".join((*article.body, *article.more))


@pytest.mark.parametrize("article", EVERY)
def test_an_article_belongs_to_a_topic_and_keeps_its_needs(article: articles.Article) -> None:
    topic = articles.topics()[article.id]
    assert (article.needs, article.review) == (topic.needs, topic.review)
    assert article.valid_from < article.review_by


def test_a_withdrawn_article_is_not_in_the_library() -> None:
    one = next(iter(LIBRARY))
    assert articles.shelve([replace(one, state="withdrawn")]).get(one.id, one.language) is None


def test_a_reviewed_article_waits_for_nobody_and_a_late_one_says_so() -> None:
    one = replace(next(iter(LIBRARY)), state="reviewed", reviewer="lawyer", language="vi")
    assert "đang chờ" not in articles.card(one, "vi")
    assert "đến hạn xem lại" in articles.card(one, "vi", today=date(2030, 1, 1))


def test_an_article_without_a_source_is_refused() -> None:
    front = "id: x\ntitle: x\nneeds: []\nsources: []\nvalid_from: 2026-01-01\nreview_by: 2027-01-01\n"
    text = f"---\n{front}state: draft\nreview: none\nreviewer: null\n---\nMột câu.\n"
    with pytest.raises(articles.ArticleIsIncomplete):
        articles.parse(text, language="vi")


def test_a_language_without_the_text_gets_the_vietnamese_one() -> None:
    found = LIBRARY.get("pep-72h", "km")
    assert found is not None and found.language == "vi"


@pytest.mark.parametrize(
    ("id", "is_dated"),
    [
        ("pep-72h", True),
        ("emergency-pill", True),
        ("hepatitis-b", True),
        ("want-to-die", False),
        ("after-abortion-danger", False),
        ("current-fine", False),
    ],
)
def test_a_number_in_the_short_answer_says_how_old_its_source_is(id: str, is_dated: bool) -> None:
    """Amounts of a law say their own day; emergency numbers need none."""
    article = answers.shipped().get(id, "vi")
    assert article is not None
    assert ("Theo nguồn bọn mình có đến" in articles.short(article, "vi", today=article.valid_from)) == is_dated


@pytest.mark.parametrize("article", EVERY)
def test_a_text_without_any_sourced_fact_says_when_it_was_written_and_names_no_source_of_that_day(
    article: articles.Article,
) -> None:
    has_source = any(facts.facts()[id].is_sourced for id in article.facts)
    written = t("article.since.written", article.language, day=day(article.valid_from, article.language))
    assert (written in articles.read_on(article, article.language)) != has_source
    assert (written in articles.card(article, article.language)) != has_source
