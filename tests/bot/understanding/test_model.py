"""The model of danger says what its file says, in little memory."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from bot.commands.bench_understanding import START
from bot.understanding import packed
from bot.understanding.danger import look
from bot.understanding.features import GROUPS, Groups
from bot.understanding.model import MODEL, RARITY, TwoAlike, by_print, chance, opinion, shipped, strongest
from bot.understanding.patterns import view
from directory.reading import read

TEXTS = (
    "c oi no len toi cau thang roi, nó khoá cửa đi rồi",
    "e bi danh o quan hoang mai, can cho tron",
    "hom nay troi dep qua di uong ca phe khong may ba",
)
LARGEST = 60  # megabytes above a bare interpreter: what understanding may take


@pytest.mark.parametrize("text", TEXTS)
def test_packed_numbers_say_what_the_lines_of_the_file_say(text: str) -> None:
    (groups,) = look(reading := read(text), view(reading)).parts
    found = opinion([groups])
    assert (found.danger, found.now) == pytest.approx(_by_hand(groups), abs=1e-12)


def _by_hand(groups: Groups) -> tuple[float, ...]:
    first, *lines = packed.lines(MODEL)
    head = json.loads(first)
    score = list(head["bias"])
    rows: dict[str, list[tuple[int, int, int]]] = {name: [] for name in GROUPS}
    for line in lines:
        if line.startswith("= "):
            name = line[2:]
        else:
            feature, *numbers = line.split("\t")
            if feature in groups[GROUPS.index(name)]:
                rare, danger, now = map(int, numbers)
                rows[name].append((rare, danger, now))
    for steps, there in zip(head["steps"], rows.values(), strict=True):
        norm = math.sqrt(sum(rare for rare, _, _ in there) / RARITY) or 1.0
        for side in (0, 1):
            score[side] += sum(one[1 + side] for one in there) * steps[side] / norm
    return tuple(chance(one * slope) for one, slope in zip(score, head["slope"], strict=True))


def test_what_moved_it_is_told_in_words() -> None:
    (groups,) = parts = look(reading := read(TEXTS[1]), view(reading)).parts
    found = strongest(parts)
    assert len(found) == 8 and max(push for _, _, push in found) > 0.0
    assert all(feature in groups[GROUPS.index(name)] for name, feature, _ in found)
    assert ("words", "danh") in [(name, feature) for name, feature, _ in strongest(parts, most=400)]


def test_no_two_features_have_one_print() -> None:
    made = by_print(["a b", "c"], [1, 2])
    assert sorted(made.values()) == [1, 2] and all(len(table) > 1000 for table in shipped().tables)
    with pytest.raises(TwoAlike):
        by_print(["a b", "a b"], [1, 2])


def test_all_of_understanding_takes_little_memory() -> None:
    """The second start, as every later one: the first keeps what it has worked out."""
    root = Path(__file__).resolve().parents[3]
    for _ in range(2):
        told = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True, cwd=root)
    assert json.loads(told.stdout)["memory_mb"] <= LARGEST
