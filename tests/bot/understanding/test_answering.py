"""`ask` says what the chat says: told at once, asked which is meant, or an honest none."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.rehearsal import START, Rehearsal
from bot.understanding import answering
from bot.understanding.answering import Answer
from directory import answers, articles
from directory.articles import Library
from directory.wording import t
from tests.bot.commands.test_operators import folder  # noqa: F401

TODAY = START.date()
ASKED = [
    "uong thuoc phong hiv sau khi rach bao con kip ko",
    "bị tuột bao thì uống gì",
    "di lay arv o tinh khac can giay gi",
    "k=k là gì vậy",
    "co bi bao ve que k",
    "can i get prep for free",
    "uong methadone co bi theo doi ko",
    "vay von",
    "sui mao ga co tu het ko",
    "mang bcs trong tui co sao ko",
    "quen 1 vien prep thi sao",
    "lam khai sinh cho con ma ko co bo",
]
NONE = [
    "hôm nay trời đẹp quá", "giá vàng hôm nay bao nhiêu", "đội nào đá tối nay", "haha", "", "🙂🙂",
    "phat vuot den do bao nhieu tien", "cach nau bun bo hue", "who won the match last night",
]  # fmt: skip
PLACED = "xet nghiem hiv kin dao o quan 3"


def ask(text: str, library: Library | None = None, today: date = TODAY) -> Answer:
    return answering.answer(text, library=library, today=today, days=30)


async def chat(texts: list[str]) -> list[str]:
    async with Rehearsal() as rehearsal:
        said = [await rehearsal.play({"as": f"person:p{number}", "text": text}) for number, text in enumerate(texts)]
    return ["\n".join([one["text"] + " | ".join(c["label"] for c in one["choices"]) for one in many]) for many in said]


async def test_the_command_tells_what_the_chat_tells_and_offers_what_the_chat_offers() -> None:
    """Where the chat answers with articles, and neither looks for a place nor asks about danger."""
    told = offered = 0
    for question, said in zip(ASKED, await chat(ASKED), strict=True):
        answered, is_asked = ask(question), t("ask.which") in said or t("ask.which", "en") in said
        by_chat = [one for one in answers.shipped() if one.body[0] in said]
        if answered.is_told and (by_chat or is_asked):
            told += 1
            assert [one.id for one in by_chat] == [answered.articles[0].id], question
            assert by_chat[0].body[0] in answered.articles[0].answer
        elif by_chat or is_asked:
            offered += 1
            assert is_asked and all(hit.title in said for hit in answered.articles), question
    assert told >= 4 and offered >= 1 and told + offered >= 8


@pytest.mark.parametrize("question", NONE)
def test_a_question_about_something_else_gets_no_article(question: str) -> None:
    answered = ask(question)
    assert answered.abstained and answered.articles == () and not answered.is_told


def test_no_more_than_three_are_offered_and_none_scores_higher_than_the_one_before_it() -> None:
    for question in (*ASKED, PLACED):
        scores = [hit.score for hit in ask(question).articles]
        assert 1 <= len(scores) <= 3 and scores == sorted(scores, reverse=True)
        assert all(0 < score <= 1 for score in scores)


def test_a_topic_without_an_article_says_so_instead_of_inventing_one() -> None:
    found = ask("bao bị rách", articles.shelve([]))
    assert not found.abstained
    assert "chưa có bài" in found.articles[0].answer


def test_a_law_that_ended_too_long_ago_is_told_by_nobody() -> None:
    article = answers.shipped().get("current-fine")
    assert article is not None
    question = "mức phạt hiện hành là bao nhiêu"
    assert "current-fine" in [hit.id for hit in ask(question).articles]
    long_after = article.review_by + timedelta(days=31)
    (hit,) = ask(question, today=long_after).articles
    assert hit.answer == t("article.not_written")


def test_the_answer_has_the_promised_shape() -> None:
    shape = answering.as_json("bao rách", ask("bao rách"))
    assert set(shape) == {"query", "articles", "told", "abstained"}
    assert set(shape["articles"][0]) == {"id", "title", "score", "answer"}


def test_the_command_prints_one_object_or_the_words_of_the_chat(
    folder: Path,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["ask", "--json", "bao rách"]) == 0
    assert json.loads(capsys.readouterr().out)["articles"][0]["id"] == "condom-removed"
    several = next(one for one in ASKED if not ask(one).is_told)
    assert main(["ask", several]) == 0
    assert capsys.readouterr().out.startswith(t("ask.which", "vi"))
    assert main(["ask", "giá vàng hôm nay bao nhiêu"]) == 0
    assert capsys.readouterr().out.strip() == t("answer.none", "vi")


async def test_a_question_of_three_thousand_signs_is_answered_whatever_stands_before_it() -> None:
    story = "hom qua em di lam ve thi gap may dua ban cu, ngoi noi chuyen mai, me em o que thi om, em lo lam. " * 29
    asked = [
        story + " cho em hoi prep uong moi ngay co hai gan khong a",
        ("CHO EM HỎI XÉT NGHIỆM HIV CÓ LẤY TÊN THẬT KHÔNG? " * 62)[:3_000],
        "a" * 3_000,
    ]
    assert all(2_800 < len(one) <= 3_000 for one in asked)
    of_prep, of_test, of_nothing = await chat(asked)
    for id, told in (("prep-what", of_prep), ("hiv-test-discreet", of_test)):
        article = answers.shipped().get(id)
        assert article is not None and (article.body[0] in told or article.title in told), id
    assert t("small.unclear") in of_nothing
