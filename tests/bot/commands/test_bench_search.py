"""Requirement 1: `bench search` asks the queries of every seed and names the worst class; no clock judges here."""

import json
from contextlib import nullcontext

import pytest

from bot.__main__ import main
from bot.commands import bench_search, bench_search_peers


def test_the_worst_class_of_any_seed_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench_search, "SIZES", (300,))
    monkeypatch.setattr(bench_search, "engines", lambda: nullcontext({"ours": bench_search_peers.ENGINES["ours"]}))
    assert main(["bench", "search", "--seconds", "0.2", "--seeds", "1", "2"]) == 0
    (row,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert row["seeds"] == [1, 2] and row["worst_seed"] in (1, 2) and row["worst_noise"] in bench_search.NOISES
    assert row["worst"] <= min(row[noise] for noise in bench_search.NOISES) + 0.5


def test_another_seed_asks_otherwise_and_the_same_one_alike() -> None:
    first, again, other = ([text for text, _ in bench_search._asks("typo_1", 20, seed)] for seed in (1, 1, 2))
    assert first == again != other
