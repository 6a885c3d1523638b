"""A place that is named is not always the place where help is looked for."""

import json
from pathlib import Path

import pytest

from bot import understanding
from bot.understanding import english, model, sought, topics, training_places
from directory.place_cues import lay_out
from directory.place_spans import find
from directory.reading import read

AUTHORS = Path(__file__).resolve().parents[2] / "examples" / "authors"


def _named(text: str) -> list[str]:
    return [guess.name.partition(",")[0] for guess in understanding.read(text).places[:1]]


def test_the_weights_are_made_from_the_same_examples_and_the_files_are_small() -> None:
    head = json.loads(sought.MODEL.read_text("utf-8").partition("\n")[0])
    assert head["made_from"] == training_places.print_of(AUTHORS), "run `make model`"
    assert sum(one.stat().st_size for one in (sought.MODEL, topics.MODEL, model.MODEL)) <= 5_000_000
    assert sum(one.stat().st_size for one in (english.MODEL, english.HEADS)) <= 2_200_000


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("e que nghe an vo binh duong lam, kham phu khoa o dau", "Bình Dương"),
        ("em ở Huế, xét nghiệm HIV chỗ nào", "Huế"),
        ("q7", "quận 7"),
        ("sapa", "thị xã Sa Pa"),
        ("ca mau", "Cà Mau"),
        ("quan hoang mai", "quận Hoàng Mai"),
        # two places, and help is looked for in the one where she is now
        ("em quê Đồng Tháp, đang làm ở Cần Thơ, ra máu giữa kỳ thì khám đâu", "Cần Thơ"),
        ("trc em o sai gon gio ve bien hoa roi, kham phu khoa o dau", "thành phố Biên Hòa"),
        ("Em gái không rành tiếng Kinh, ở Sa Pa có ai khám thai mà nói chuyện được với nó không", "thị xã Sa Pa"),
        ("muốn bỏ mà ở lê chân ko bjt hỏi ai", "quận Lê Chân"),  # mà, and not her mother
        ("học nghề ở phường Trung Hoà, Cầu Giấy, Hà Nội", "phường Trung Hoà"),
        ("e gần chùa bộc, lấy thuốc chống phơi nhiễm ở đâu", "quận Đống Đa"),
    ],
)
def test_where_help_is_looked_for(text: str, place: str) -> None:
    assert _named(text) == [place]


@pytest.mark.parametrize(
    "text",
    [
        "tô bún bò huế ngon ghê",
        "hôm qua Hà Nội đá với Nam Định mấy mấy vậy",
        "em tên Hoàng Mai, chào chị",
        "binh tinh di em, dung khoc nua",
        "mình là chuyển giới nữ, tự tiêm hoóc-môn ba năm nay, muốn khám",
        "app này đa nang gì đâu, hỏi j cx k bít",
        "prep la gi",
        "xn la gi",
    ],
)
def test_a_dish_a_team_a_name_and_words_that_only_sound_so_are_no_place(text: str) -> None:
    assert _named(text) == []


def test_what_is_learnt_knows_the_words_around_a_name_and_never_the_name() -> None:
    toks = lay_out(read("toi o vung tau can cho ngu"))
    spans = sought.candidates(find(toks))
    made = sought.features(spans[0], toks, spans)
    assert {"< o", "> can", "b o #", "+1 can"} <= made
    assert not any("vung" in one.split() or "tau" in one.split() for one in made)


def test_chances_lie_between_nothing_and_certainty() -> None:
    for text in ("que em Ninh Binh", "dang o Ninh Binh", "Ninh Binh", "ninh binh gas len dinh tat em"):
        toks = lay_out(read(text))
        spans = sought.candidates(find(toks))
        assert all(0 <= sought.how_likely(span, toks, spans) <= 1 for span in spans)
