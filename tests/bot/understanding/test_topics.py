"""What a message sounds like beside danger: only codes of the closed lists, and no need where none is stated."""

import json
import math
from binascii import b2a_base64
from pathlib import Path

import pytest

from bot import understanding
from bot.understanding import examples, model, training
from bot.understanding.danger import look
from bot.understanding.intents import INTENTS
from bot.understanding.patterns import view
from bot.understanding.topics import MODEL, load, shipped, sounds_like
from directory import articles, needs
from directory.reading import read

AUTHORS = Path(__file__).resolve().parents[2] / "examples" / "authors"


def test_the_heads_are_of_the_closed_lists_and_made_from_the_same_examples() -> None:
    names = {name.partition(":")[0]: set[str]() for name in shipped().names}
    for name in shipped().names:
        kind, _, label = name.partition(":")
        names[kind].add(label)
    assert names["need"] <= set(needs.all_needs())
    assert names["intent"] <= set(INTENTS)
    assert names["topic"] <= set(articles.topics())
    head = json.loads(MODEL.read_text("utf-8").partition("\n")[0])
    assert head["made_from"] == training.print_of(AUTHORS), "run `make model`"
    assert MODEL.stat().st_size + model.MODEL.stat().st_size <= 5_000_000


def test_the_labels_of_the_examples_are_of_the_closed_lists() -> None:
    for one in examples.load(AUTHORS):
        assert {*one.needs, *one.more_needs} <= set(needs.all_needs()), one.text
        assert set(one.topics) <= set(articles.topics()), one.text
        assert one.intent is None or one.intent in INTENTS, one.text


def test_lanes_do_not_run_into_each_other(tmp_path: Path) -> None:
    """Six hundred features that push one head as far as they can up and the other down."""
    count, step = 600, 0.0002
    names = ["need:a", "need:b", "intent:c", "kind:d"]
    head = {"names": names, "steps": [step] * 4, "bias": [0.0] * 4, "slope": [1.0] * 4}
    weights = b2a_base64(bytes([255, 1, 255, 1]), newline=False).decode()
    rows = [f"w {number}\t8\t{weights}" for number in range(count)]
    file = tmp_path / "topics.tsv"
    file.write_text("\n".join([json.dumps(head), *rows]), "utf-8")
    heard = sounds_like([({str(number) for number in range(count)}, set(), set())], load(file))
    far = 127 * count**0.5 * step
    assert dict(heard.needs) == pytest.approx({"a": 1 / (1 + math.exp(-far)), "b": 1 / (1 + math.exp(far))}, abs=1e-4)
    assert dict(heard.intents) == pytest.approx({"c": 1 / (1 + math.exp(-far))}, abs=1e-4)


@pytest.mark.parametrize(
    ("text", "code"),
    [("xet nghiem hiv o cau giay", "health.hiv_test"), ("em muon hoc nghe toc", "livelihood.training")],
)
def test_a_stated_need_comes_first(text: str, code: str) -> None:
    assert understanding.read(text).needs[0].code == code


def test_a_question_is_heard_where_no_word_of_its_article_stands_in_it() -> None:
    text = "khach vua lam xong moi thay cai do bi toac, hom nay la ngay thu hai roi uong thuoc con kip khong"
    heard = sounds_like(look(reading := read(text), view(reading)).parts)
    assert "pep-72h" in dict(heard.articles) and 0.0 < heard.asks < 1.0
    assert "pep-72h" in [id for id, _ in understanding.read(text).articles]


def test_chat_and_offers_are_answered_with_no_place() -> None:
    assert understanding.read("bên mình là phòng khám ở Vinh, muốn đưa địa chỉ lên danh bạ").places == ()
    assert understanding.read("em ở Vinh, chỗ nào khám").places != ()


def test_in_danger_the_violence_comes_first() -> None:
    found = understanding.read("chồng em đang cầm dao dí em, em cần xét nghiệm hiv").needs
    assert found[0].code.startswith("violence.")
