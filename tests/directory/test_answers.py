"""A question finds its article; a question about something else finds none."""

import pytest

from directory import answers, articles
from directory.reading import read

ASKED = [
    ("vừa bị khách đập giờ làm sao", "just-beaten"),
    ("bao bị rách giữa chừng", "condom-removed"),
    ("bị tuột bao thì uống gì", "condom-removed"),
    ("thuoc phoi nhiem uong trong may tieng", "pep-72h"),
    ("no doa tung anh cua em len mang", "images-leaked"),
    ("em mất cccd, không có hộ khẩu", "id-card-lost"),
    ("uống methadone có bị theo dõi không", "methadone"),
    ("ai được trợ giúp pháp lý miễn phí", "legal-aid-free"),
    ("mình muốn chết", "want-to-die"),
    ("chủ quán giữ căn cước của em", "owner-keeps-papers"),
    ("mã số thuế của mình bị trùng", "tax-code"),
    ("where can I get an hiv test", "hiv-test-discreet"),
]


@pytest.mark.parametrize(("question", "topic"), ASKED)
def test_a_question_finds_its_topic_first(question: str, topic: str) -> None:
    assert [id for id, _ in answers.match(read(question))][:1] == [topic]


def test_a_slip_of_the_finger_is_forgiven() -> None:
    assert answers.match(read("xét nghiẹm hiv kín"))[0][0] == "hiv-test-discreet"


def test_scores_lie_between_nothing_and_one_and_the_best_stands_first() -> None:
    found = answers.match(read("bị khách đánh, bao rách, muốn xét nghiệm hiv"))
    scores = [score for _, score in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)


def test_every_topic_can_be_reached_by_its_own_title() -> None:
    lost = [topic.id for topic in articles.topics().values() if not answers.match(read(topic.title("vi")))]
    assert len(lost) <= 12, lost


def test_a_very_long_message_is_read_without_trouble() -> None:
    assert answers.match(read("thuốc phơi nhiễm trong 72 giờ, pep " * 2000))[0][0] == "pep-72h"


def test_an_article_is_told_at_once_only_where_words_and_sound_agree() -> None:
    reading = read("chi oi cho em hoi prep la thuoc gi vay, uong moi ngay ha")
    first = answers.match(reading)[0][0]
    other = "want-to-die" if first != "want-to-die" else "pep-72h"
    agreed = answers.find(reading, known=answers.said(reading, heard=answers.Heard({first: 0.9}, asks=0.95)))
    assert agreed.is_sure and agreed.ids[0] == first
    torn = answers.find(reading, known=answers.said(reading, heard=answers.Heard({other: 0.99}, asks=0.95)))
    assert not torn.is_sure and {first, other} <= set(torn.ids)
