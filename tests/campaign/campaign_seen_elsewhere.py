"""Requirements 2 and 8: another process sees a change and a takedown within a second by the clock, on PostgreSQL."""

from pathlib import Path

import pytest

from tests.campaign.conftest import scaled
from tests.test_seen_elsewhere import seconds_until_told

LONGEST = 1.0  # seconds


@pytest.mark.parametrize("rings", [True, False])
async def test_told_within_a_second(tmp_path: Path, postgresql: str, rings: bool) -> None:
    lasted = sorted(await seconds_until_told(tmp_path, postgresql, rings=rings, many=scaled(20)))
    print(f"bell {rings}: {len(lasted)} changes, median {lasted[len(lasted) // 2]:.3f} s, longest {lasted[-1]:.3f} s")
    assert lasted[-1] <= LONGEST
