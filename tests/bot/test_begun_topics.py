"""A topic begun in the console is found in other words, draws little else, and never goes before danger."""

from collections import Counter
from functools import cache

import pytest

from bot import understanding
from directory import answers, articles
from directory.articles import Library
from directory.reading import read
from tests.bot.begun_topics import article, offered, rows, shelved

TOPICS, OTHERS = rows()


@cache
def alone(id: str, with_cues: bool) -> Library:
    return shelved(article(id, TOPICS[id], with_cues=with_cues))


def found(id: str, *, with_cues: bool) -> Counter[str]:
    """How many of the questions about it find it, and how many of the others it is shown for."""
    library = alone(id, with_cues)
    shown = [offered(text, library) for text in TOPICS[id].asked]
    drawn = [offered(text, library) for text in OTHERS]
    return Counter(
        first=sum(one.ids[:1] == (id,) for one in shown), three=sum(id in one.ids for one in shown),
        drawn=sum(id in one.ids for one in drawn), told=sum(one.is_told and id in one.ids for one in drawn),
    )  # fmt: skip


def test_the_rows_are_as_many_as_the_figures_say() -> None:
    assert len(OTHERS) == 50 and len(TOPICS) == 4
    for one in TOPICS.values():
        assert len(one.phrasings) == 12 and len(one.asked) == 20 and one.title and one.cues


@pytest.mark.parametrize("with_cues", [True, False], ids=["with words of its own", "by phrasings alone"])
def test_people_who_ask_in_other_words_find_it(with_cues: bool) -> None:
    counts = {id: found(id, with_cues=with_cues) for id in TOPICS}
    every = sum(counts.values(), Counter())
    asked = sum(len(one.asked) for one in TOPICS.values())
    assert every["three"] / asked >= (0.75 if with_cues else 0.7), counts
    assert every["first"] / asked >= (0.7 if with_cues else 0.6), counts
    assert all(one["drawn"] <= 0.04 * len(OTHERS) for one in counts.values()), counts
    assert not every["told"], "what is only near is asked about, never told"


def test_several_topics_do_not_take_each_others_questions() -> None:
    library = shelved(*(article(id, one) for id, one in TOPICS.items()))
    for id, one in TOPICS.items():
        calm = [text for text in one.asked if understanding.read(text).danger.level == "none"]  # danger is asked first
        shown = [offered(text, library).ids for text in calm]
        assert len(calm) >= 17 and sum(id in ids for ids in shown) >= 0.7 * len(calm), id
        assert sum(ids[0] in TOPICS and ids[0] != id for ids in shown if ids) <= 1, id


def test_every_phrasing_itself_is_answered_at_once_or_first_among_several() -> None:
    for id, one in TOPICS.items():
        for text in one.phrasings:
            if understanding.read(text).danger.level == "none" and (ids := offered(text, alone(id, True)).ids):
                assert ids[0] == id, text


HURT = ("khách đánh em gãy hai cái răng", "no dang danh em, em gay rang roi", "mắt em bầm vì bị đấm")


@pytest.mark.parametrize("text", HURT)
def test_danger_goes_before_a_topic_that_has_its_words(text: str) -> None:
    assert understanding.read(text).danger.level != "none"
    for id in ("kham-rang", "kham-mat"):
        assert offered(text, alone(id, True)).ids == ()


def test_a_word_that_means_it_asks_back_where_nothing_else_speaks_for_it() -> None:
    wide = shelved(article("kham-rang", TOPICS["kham-rang"], cues=("răng",)))
    shown = offered("kem đánh răng nào trắng nhất", wide)
    assert shown.ids == ("kham-rang",) and not shown.is_told
    assert offered("kem đánh răng nào trắng nhất", alone("kham-rang", False)).ids == ()


@pytest.mark.parametrize(
    ("id", "text", "listed"),
    [
        ("con-di-hoc", "uong 28 ngay co nhung ngay wen thi s, co met k, e con di hoc ca ngay", "pep-72h"),
        ("mo-tai-khoan", "khach chuyen khoan gia, dua hinh bill photoshop, doi lai kieu gi day", "client-did-not-pay"),
    ],
)
def test_where_an_article_of_the_list_may_be_meant_it_is_asked_which(id: str, text: str, listed: str) -> None:
    shown = offered(text, alone(id, True))
    assert listed in shown.ids and not (shown.is_told and shown.ids == (id,))


def test_a_word_with_other_marks_is_another_word() -> None:
    library = alone("kham-mat", True)
    assert "kham-mat" in answers.begun_strengths(read("đau mắt quá thì khám ở đâu"), library)
    assert "kham-mat" in answers.begun_strengths(read("dau mat qua thi kham o dau"), library)
    said = [answers.begun_strengths(read(text), library).get("kham-mat", -9.0) for text in ("mắt đỏ", "mất đỏ")]
    assert said[0] > said[1]


def test_a_place_that_is_named_is_looked_in() -> None:
    assert offered("khám phụ khoa ở cầu giấy", alone("kham-rang", True)).ids == ()


def test_what_was_taken_back_is_found_no_more() -> None:
    library = shelved(article("kham-rang", TOPICS["kham-rang"], state="withdrawn"))
    assert not answers.begun_strengths(read("đau răng quá khám ở đâu"), library)
    assert "kham-rang" not in offered("nha sĩ nào rẻ, em đau răng quá", library).ids


def test_where_no_topic_was_begun_everything_is_answered_as_before() -> None:
    library = shelved()
    for text in OTHERS:
        reading = read(text)
        assert not answers.begun_strengths(reading, articles.load())
        assert answers.match(reading) == answers.match(reading, library=library)


def test_an_english_article_of_it_is_found_in_english() -> None:
    asked = ("my tooth hurts where is a dentist", "dentist without id card", "price of a filling", "tooth pulled out")
    one = article("kham-rang", TOPICS["kham-rang"], with_cues=False)
    words = {"title": "A discreet dentist", "language": "en", "questions": asked, "cues": ()}
    other = article("kham-rang", TOPICS["kham-rang"], **words)
    library = shelved(one, other)
    assert "kham-rang" in answers.begun_strengths(read("does the dentist pull a tooth without my id"), library)
    assert not answers.begun_strengths(read("where can I get an hiv test"), library)
