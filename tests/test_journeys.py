"""Every journey comes back as written."""

from pathlib import Path

import pytest

from bot.journeys import JourneyBroken, walk

JOURNEYS = sorted((Path(__file__).parent / "journeys").glob("*.txt"))


@pytest.mark.parametrize("path", JOURNEYS, ids=lambda path: path.stem)
async def test_the_journey_comes_back_as_written(path: Path) -> None:
    await walk(path.read_text("utf-8"))


async def test_a_journey_that_says_otherwise_fails() -> None:
    with pytest.raises(JourneyBroken, match="line 2"):
        await walk(">> chao\n<< Tạm biệt mãi mãi\n")
    with pytest.raises(JourneyBroken, match="must not"):
        await walk(">> chao\n<<! Chào bạn\n")
