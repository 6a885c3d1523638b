"""What a message sounds like beside danger: only codes of the closed lists, and no need where none is stated."""

import math
import random
from binascii import b2a_base64
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot import understanding
from bot.understanding import examples, model, packed, training
from bot.understanding.danger import look
from bot.understanding.features import heard, stretches
from bot.understanding.intents import INTENTS
from bot.understanding.patterns import view
from bot.understanding.topics import MODEL, load, names_of, of_needs, shipped, sounds_like
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
    assert packed.head(MODEL)["made_from"] == training.print_of_heads(AUTHORS), "run `make model`"
    assert MODEL.stat().st_size + model.MODEL.stat().st_size <= 5_000_000


def test_the_labels_of_the_examples_are_of_the_closed_lists() -> None:
    for one in (*examples.load(AUTHORS), *examples.load(AUTHORS.parent / "needs")):
        assert {*one.needs, *one.more_needs} <= set(needs.all_needs()), one.text
        assert set(one.topics) <= set(articles.topics()), one.text
        assert one.intent is None or one.intent in INTENTS, one.text


def test_packed_numbers_say_what_plain_sums_say(tmp_path: Path) -> None:
    """Three heads and three hidden lanes over more features than fit into one sum, counted out by hand."""
    count, heads = 1500, ("need:a", "need:b", "intent:c")
    chance = random.Random(5)
    steps = (1, 128, 200), (1, 100, 255), (100, 255), (1, 150, 255), (20, 255), (1,)
    far = [[chance.choice(one) for one in steps] for _ in range(count)]
    rows = [[chance.randrange(1, 256) for _ in heads] for _ in range(3)]
    lean, start = (1e-4, 1e-4, 2e-4, 0.002, 0.003, 0.01), (0.1, -0.3, 0.0, 0.5, -0.2, 1.0)
    beside = (0.002, 0.001, 0.002)
    head = {"names": heads, "lean": lean, "start": start, "lean_beside": beside, "rows": [_told(row) for row in rows]}
    file = tmp_path / "topics.tsv.gz"
    packed.write(file, head, [f"w {number}\t8\t{_told(weights)}" for number, weights in enumerate(far)])
    heard = sounds_like([({str(number) for number in range(count)}, set(), set())], load(file))
    lanes = [sum(one[at] - 128 for one in far) / count**0.5 * lean[at] + start[at] for at in range(6)]
    awake = [min(4095, int(max(0.0, one) * 64)) / 64 for one in lanes[3:]]
    assert awake[2] == 0.0 < awake[0], "one lane sleeps"
    scores = [
        lanes[at] + sum(level * (row[at] - 128) for level, row in zip(awake, rows, strict=True)) * beside[at]
        for at in range(3)
    ]
    told = {name: 1 / (1 + math.exp(-score)) for name, score in zip("abc", scores, strict=True)}
    assert {**dict(heard.needs), **dict(heard.intents)} == pytest.approx(told, abs=1e-4)


def _told(weights: Sequence[int]) -> str:
    return b2a_base64(bytes(weights), newline=False).decode()


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


def test_a_search_hears_the_same_needs_with_the_heads_for_needs_alone() -> None:
    for text in [one.text for one in examples.load(AUTHORS)[::40] if len(one.text) < 300]:
        few, all_ = heard(read(text)), stretches(read(text))
        assert names_of(few[0]) == names_of(all_[0]), text
        whole, needed = sounds_like(few), sounds_like(few, of_needs())
        assert (needed.needs, needed.wants) == (whole.needs, whole.wants), text
        assert needed.intents == () == needed.articles
