"""What a message sounds like beside danger: only codes of the closed lists, and no need where none is stated."""

import json
from pathlib import Path

import pytest

from bot import understanding
from bot.understanding import model, training
from bot.understanding.intents import INTENTS
from bot.understanding.topics import MODEL, load, pack, shipped
from directory import needs

AUTHORS = Path(__file__).resolve().parents[2] / "examples" / "authors"


def test_the_heads_are_of_the_closed_lists_and_made_from_the_same_examples() -> None:
    names = {name.partition(":")[0]: set[str]() for name in shipped().names}
    for name in shipped().names:
        kind, _, label = name.partition(":")
        names[kind].add(label)
    assert names["need"] <= set(needs.all_needs())
    assert names["intent"] <= set(INTENTS)
    head = json.loads(MODEL.read_text("utf-8").partition("\n")[0])
    assert head["made_from"] == training.print_of(AUTHORS), "run `make model`"
    assert MODEL.stat().st_size + model.MODEL.stat().st_size <= 5_000_000


def test_lanes_do_not_run_into_each_other(tmp_path: Path) -> None:
    head = {"names": ["need:a", "need:b"], "steps": [1.0, 1.0], "bias": [0.0, 0.0], "slope": [1.0, 1.0]}
    file = tmp_path / "topics.tsv"
    file.write_text(f"{json.dumps(head)}\nw một\t8\t{bytes([255, 1]).hex()}\n", "utf-8")
    packed = load(file).table["w một"]
    assert packed == pack(8, bytes([255, 1]))
    assert (packed * 256).to_bytes(15, "little")[6:9] == (255 * 256).to_bytes(3, "little")


@pytest.mark.parametrize(
    ("text", "code"),
    [("xet nghiem hiv o cau giay", "health.hiv_test"), ("em muon hoc nghe toc", "livelihood.training")],
)
def test_a_stated_need_comes_first(text: str, code: str) -> None:
    assert understanding.read(text).needs[0].code == code


def test_in_danger_the_violence_comes_first() -> None:
    found = understanding.read("chồng em đang cầm dao dí em, em cần xét nghiệm hiv").needs
    assert found[0].code.startswith("violence.")
