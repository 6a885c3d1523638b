"""Requirement 1: `bench search` asks every seed and what people wrote, beside its peers; no clock judges here."""

import json
import warnings
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.commands import bench_search, bench_search_asked, bench_search_peers
from directory.reading.syllables import is_syllable

A_PLACE = bench_search._places()[0]
ANOTHER = bench_search._places()[1]


def written(folder: Path, *lines: tuple[str, str, str]) -> Path:
    (folder / "one.tsv").write_text("".join("\t".join(line) + "\n" for line in lines), "utf-8")
    return folder


def target(key: bench_search_asked.PlaceKey) -> str:
    return f"{key.tier.name}:{key.code}"


def measured(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    """Our own row for 1,300 listings: every need in every place."""
    monkeypatch.setattr(bench_search, "SIZES", (1_300,))
    monkeypatch.setattr(bench_search, "engines", lambda: nullcontext({"ours": bench_search_peers.ENGINES["ours"]}))
    assert main(["bench", "search", "--seconds", "0.2", *more]) == 0
    (row,) = map(json.loads, capsys.readouterr().out.splitlines())
    return dict(row)


def test_the_worst_class_of_any_seed_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    row = measured(monkeypatch, capsys, "--seeds", "1", "2", "--asked", str(tmp_path))
    assert row["seeds"] == [1, 2] and row["worst_seed"] in (1, 2) and row["worst_noise"] in bench_search.NOISES
    assert row["worst"] <= min(row[noise] for noise in bench_search.NOISES) + 0.5
    assert "people" not in row and "people_at_1" not in row


def test_another_seed_asks_otherwise_and_the_same_one_alike() -> None:
    first, again, other = ([text for text, _ in bench_search._asks("typo_1", 20, seed)] for seed in (1, 1, 2))
    assert first == again != other


def test_what_people_wrote_is_a_class_of_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    spot = bench_search.places.name_of(A_PLACE)
    asked = written(
        tmp_path,
        ("health.hiv_test", target(A_PLACE), f"xét nghiệm HIV ở {spot}"),
        ("name", "7", bench_search._organisation(7)),
        ("health.hiv_test", target(ANOTHER), f"xét nghiệm HIV ở {spot}"),  # it is elsewhere: a miss
        ("name", "8", bench_search._organisation(900)),  # another one: a miss
    )
    row = measured(monkeypatch, capsys, "--seeds", "1", "2", "--asked", str(asked))
    assert row["people"] == row["people_at_1"] == 50.0
    assert row["worst_noise"] == "people" and row["worst"] == 50.0 and row["seeds"] == [1, 2]
    generated = sum(row[noise] for noise in bench_search.NOISES)
    assert row["hit_at_3"] == pytest.approx((generated + 50) / (len(bench_search.NOISES) + 1), abs=0.5)


@pytest.mark.parametrize(
    "line",
    [
        ("health.nothing", target(A_PLACE), "bí mật"),
        ("health.prep", "OLD_DISTRICT:x", "bí mật"),
        ("health.prep", "NOWHERE:001", "bí mật"),
        ("health.prep", target(A_PLACE), "  "),
        ("health.prep", target(A_PLACE), "bí mật\tthêm"),
        ("name", "bảy", "bí mật"),
        ("name", "7"),
    ],
)
def test_a_line_that_is_none_is_named_without_its_words(line: tuple[str, ...], tmp_path: Path) -> None:
    good = ("health.prep", target(A_PLACE), "prep")
    (tmp_path / "one.tsv").write_text("\t".join(good) + "\n" + "\t".join(line) + "\n", "utf-8")
    with pytest.raises(ValueError, match=r"one\.tsv, line 2") as said:
        bench_search_asked.read(tmp_path)
    assert "bí mật" not in str(said.value) and "bảy" not in str(said.value)


def test_every_need_is_in_every_place_of_the_shelf() -> None:
    """So that whatever somebody was asked to look for is there to be found."""
    found = {(need, one.place) for one in bench_search.listings_for(5_000).values() for need in one.needs}
    assert found == {(need, key) for need in bench_search.NEEDS for key in bench_search._places()}


def test_the_searches_of_two_hands_are_read_and_what_they_mean_is_on_the_shelf() -> None:
    """Only counted: nobody who works on the search reads them."""
    folder = Path(__file__).resolve().parents[2] / "examples" / "searched"
    assert [len((folder / name).read_text("utf-8").splitlines()) for name in ("a.tsv", "b.tsv")] == [160, 160]
    shelf = bench_search.listings_for(5_000).values()
    meant = [bench_search._means(target) for _, target in bench_search_asked.read(folder)]
    lost = sum(1 for is_meant in meant if not any(is_meant(one) for one in shelf))
    assert len(meant) == 320 and lost == 0


def test_nobody_on_the_shelf_is_called_by_letters_that_stand_for_something_else() -> None:
    """ "Bhyt" typed is bảo hiểm y tế: no engine could be blamed for reading it so."""
    words = {word for at in range(5_000) for word in bench_search.tokens(bench_search._organisation(at))}
    assert {word for word in words if not is_syllable(word)} <= {"kon"}  # of Kon Tum
    assert words.isdisjoint({"bcs", "bhyt", "cccd", "sdt", "test"}) and len(words) > 600


def test_minisearch_is_left_out_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(bench_search_peers, "MINISEARCH", tmp_path)
    with ExitStack() as until:
        assert bench_search_peers._minisearch(bench_search.listings_for(20), until) is None
    assert "MiniSearch" in capsys.readouterr().err


def test_minisearch_finds_and_measures_itself() -> None:
    listings = bench_search.listings_for(60)
    with ExitStack() as until:
        engine = bench_search_peers._minisearch(listings, until)
        if engine is None:
            said = "LEFT OUT: MiniSearch as a peer of the search: make build/minisearch/.whole installs it"
            warnings.warn(said, stacklevel=1)
            pytest.skip(said)
        assert isinstance(engine, bench_search_peers.Outside) and engine.build_s > 0
        (first, *_) = engine("Tổ chúc " + listings["l7"].organisation.removeprefix("Tổ chức "))
        assert first == "l7" and engine.ms > 0
        assert len(engine("xet nghiem")) == 3 and not engine("zzzzqqqq")
    assert engine.node.wait(10) == 0
