"""Two hundred kills under reports: no alarm may be lost."""

from pathlib import Path

from tests.campaign.conftest import scaled
from tests.test_killed import kill_often


async def test_kills(tmp_path: Path) -> None:
    kills = scaled(200)
    lost = await kill_often(tmp_path, kills)
    print(f"\n| {kills} x SIGKILL under reports | {lost} alarms lost |")
    assert lost == 0
