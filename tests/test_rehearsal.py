"""A rehearsal plays every kind of line of its script, and names the line it cannot play."""

from pathlib import Path

import pytest

from bot.rehearsal import LineProblem, Rehearsal
from directory.exchange.spreadsheet import COLUMNS

ROW = {
    "service": "Phòng khám Lá Cọ (mẫu)",
    "organisation": "Tổ chức Lá Cọ (mẫu)",
    "kind": "hiv_clinic",
    "needs": "health.hiv_test",
    "place": "huyện Mường Nhé, Điện Biên",
    "hours": "mon-sun 00:00-24:00",
    "phones": "0000 000 977",
    "source": "made up",
}


def table(path: Path, **changes: str) -> Path:
    row = {**ROW, **changes}
    head = [name for name in COLUMNS if name in row]
    path.write_text(",".join(head) + "\n" + ",".join(f'"{row[name]}"' for name in head) + "\n", "utf-8")
    return path


async def test_listings_of_a_table_are_found_at_once(tmp_path: Path) -> None:
    async with Rehearsal() as rehearsal:
        before = await rehearsal.play({"as": "person:a", "text": "xét nghiệm hiv ở huyện Mường Nhé"})
        assert not any("Lá Cọ" in one["text"] for one in before)
        await rehearsal.play({"directory": str(table(tmp_path / "more.csv"))})
        after = await rehearsal.play({"as": "person:b", "text": "xét nghiệm hiv ở huyện Mường Nhé"})
        assert any("Phòng khám Lá Cọ (mẫu)" in one["text"] for one in after)


async def test_a_table_with_a_mistake_is_named_and_changes_nothing(tmp_path: Path) -> None:
    async with Rehearsal() as rehearsal:
        with pytest.raises(LineProblem, match="row 2, column place"):
            await rehearsal.play({"directory": str(table(tmp_path / "bad.csv", place="nowhere"))})
        with pytest.raises(LineProblem, match="cannot be read"):
            await rehearsal.play({"directory": str(tmp_path / "none.csv")})
