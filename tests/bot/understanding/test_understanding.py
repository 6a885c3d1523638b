"""Danger is seen, denial and talk are not taken for it, and the answer has the shape that others rely on."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import understanding
from bot.understanding.intents import INTENTS
from bot.understanding.rules import Rule, rules


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_every_rule_finds_its_examples_and_leaves_its_counter_examples(rule: Rule) -> None:
    assert len(rule.examples) >= 2 and len(rule.counters) >= 2
    for text in rule.examples:
        danger = understanding.read(text).danger
        assert danger.level != "none", text
        assert rule.level != "now" or danger.level == "now" or danger.doubt, text
    for text in rule.counters:
        danger = understanding.read(text).danger
        assert danger.rule != rule.id and danger.level != "now", text


@pytest.mark.parametrize(
    ("text", "level", "doubt"),
    [
        ("cứu em với nó đang ở ngoài cửa", "now", False),
        ("cuu em voi no dang o ngoai cua", "now", False),
        ("cuwus em vowis nos ddang owr ngoaif cuwar", "now", False),
        ("nó đang cầm dao đứng trước cửa phòng em", "now", False),
        ("e bi danh", "violence", True),
        ("em bị đánh hôm qua", "violence", False),
        ("nếu bị đánh thì làm sao", "violence", True),
        ("nó bắt em xoá tin nhắn", "now", False),
        ("không bị đánh", "none", False),
        ("chưa bị ai đánh cả", "none", False),
        ("danh nguoi thi bi phat bao nhieu tien", "none", False),
        ("xet nghiem hiv o cau giay", "none", False),
        ("em đang đánh răng", "none", False),
    ],
)
def test_the_level_of_danger(text: str, level: str, doubt: bool) -> None:
    danger = understanding.read(text).danger
    assert (danger.level, danger.doubt) == (level, doubt)


def test_a_cry_at_the_end_of_a_very_long_message_is_heard_in_time() -> None:
    started = time.perf_counter()
    text = "hôm nay trời đẹp. " * 5500 + "cứu em với nó đang ở ngoài cửa"
    assert understanding.read(text).danger.level == "now"
    assert time.perf_counter() - started < 15


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("cứu", "help"), ("CUU", "help"), ("sos!", "help"), ("🆘", "help"), ("xoá", "erase"), ("xóa hết", "erase"),
        ("xoa", "erase"), ("thoát", "leave"), ("thoat.", "leave"), ("nó bắt em xoá tin nhắn", None),
        ("cứu trợ", None), ("", None),
    ],
)  # fmt: skip
def test_only_the_whole_message_is_a_whole_word(text: str, word: str | None) -> None:
    assert understanding.whole_word(text) == word


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("cứu em với", "help_now"), ("hôm qua em bị đánh", "report"), ("xet nghiem hiv o cau giay", "find"),
        ("xin chào", "greeting"), ("cảm ơn bạn nhé", "thanks"), ("bot này là ai", "about_bot"), ("thoát", "leave"),
        ("có báo công an không", "privacy"), ("cho em gặp người thật", "human"), ("mã quay lại abc", "return_code"),
        ("em 16 tuổi", "under_18"), ("xoá hết tin nhắn của em", "erase"), ("asdkjh", "unclear"),
    ],
)  # fmt: skip
def test_what_the_person_wants(text: str, intent: str) -> None:
    assert understanding.read(text).intent == intent


def test_the_shape_is_the_promised_one() -> None:
    meaning = understanding.read("e bi danh o quan hoang mai, can cho tron")
    shape = json.loads(json.dumps(understanding.as_json(meaning)))
    assert list(shape) == [
        "text", "danger", "needs", "places", "place_is_ambiguous", "intent", "articles", "language", "ms",
    ]  # fmt: skip
    assert shape["danger"]["rule"] == "beaten-passive" and shape["danger"]["span"] == [0, 9]
    assert [need["code"] for need in shape["needs"]] == ["violence.physical", "shelter.refuge"]
    assert shape["places"][0] | {"score": 0} == {
        "tier": "old_district", "code": "008", "name": "quận Hoàng Mai, Hà Nội", "score": 0,
    }  # fmt: skip
    assert understanding.explain(meaning)["because"] == "e bi danh"


def test_english_is_recognised() -> None:
    assert understanding.read("where can I get an HIV test").language == "en"
    assert understanding.read("em muon test hiv").language == "vi"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_understood_somehow(text: str) -> None:
    meaning = understanding.read(text)
    assert meaning.intent in INTENTS
    assert meaning.danger.level in ("now", "violence", "none")
    assert understanding.as_json(meaning)["text"] == meaning.text


@pytest.mark.parametrize("intent", ["harasser", "buyer", "official"])
def test_where_danger_is_named_is_never_dropped(monkeypatch: pytest.MonkeyPatch, intent: str) -> None:
    monkeypatch.setattr(understanding, "intent_of", lambda *given, **more: intent)
    seen = understanding.read("thằng khách đang đánh em ở quận 3")
    assert seen.danger.level == "now" and [guess.name for guess in seen.places][:1] == ["quận 3, Hồ Chí Minh"]
    calm = understanding.read("tìm chỗ khám ở quận 3")
    assert calm.danger.level == "none" and not calm.places


@pytest.mark.parametrize("said", ["em ở quận 3", "e o q3", "minh o da nang", "em o go vap"])
def test_where_somebody_is_alone_is_no_danger(said: str) -> None:
    seen = understanding.read(said)
    assert seen.danger.level == "none" and seen.places


@pytest.mark.parametrize(
    "said", ["bi nhot q3", "bị nhốt quận 3", "cuu q3", "nguy hiem q3", "em tự tử ở q3", "no danh q3"]
)
def test_a_cry_of_two_words_beside_a_place_is_seen(said: str) -> None:
    seen = understanding.read(said)
    assert seen.danger.level != "none" and seen.places


@pytest.mark.parametrize("text", ["phòng khám hiv", "tim phong kham hiv", "tìm phòng khám HIV ở Hà Nội"])
def test_a_clinic_for_something_is_looked_for_because_of_that(text: str) -> None:
    assert understanding.read(text).needs[0].code == "health.hiv_test"


def test_the_letters_of_a_district_name_no_need() -> None:
    assert understanding.read("o hk hn").needs == ()
