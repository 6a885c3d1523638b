"""Requirements 8, 15, 17 and 18: `bench exchange` measures what it says, with few listings; no clock judges here."""

import pytest

from bot.commands import bench_exchange


def test_every_promise_has_its_row_beside_a_peer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_exchange, "LISTINGS", 100)
    monkeypatch.setattr(bench_exchange, "PRINTED", 5)
    monkeypatch.setattr(bench_exchange, "TAKEDOWNS", 3)
    rows = bench_exchange.measure(0.1)
    told = [(row["requirement"], row["what"]) for row in rows]
    assert told == [
        (17, "stream"), (17, "list, p95"), (17, "one, p95"), (15, "csv out and in"), (15, "xlsx out and in"),
        (18, "handbook a5"), (18, "handbook a6"), (18, "handbook large"),
        (8, "takedown in another process, p99"),
    ]  # fmt: skip
    assert all(row["seconds"] > 0 and row["peer"] and row["ratio"] > 0 for row in rows)
    assert [row["changed"] for row in rows if "changed" in row] == [0, 0], "our own table changes nothing"
    assert all(row["bytes"] > 1_000 for row in rows if "bytes" in row)
    assert rows[-1]["takedowns"] == 3
