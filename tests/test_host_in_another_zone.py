"""The machine's own zone changes nothing: hours, days off and shifts are Vietnam's wherever the host stands."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.journeys import walk

HOME = Path(__file__).parent / "journeys"
OF_HOURS = ("queue_honest_time", "nobody_on_duty", "before_a_holiday", "open_on_which_day", "condom_broke_at_night")


@pytest.fixture(params=["America/New_York", "Pacific/Kiritimati", "Asia/Kathmandu"])
def host_zone(request: pytest.FixtureRequest) -> Iterator[str]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = str(request.param)
    time.tzset()
    assert time.localtime(0).tm_hour != time.gmtime(0).tm_hour or time.localtime(0).tm_min, "the zone is really another"
    yield str(request.param)
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.parametrize("name", OF_HOURS)
async def test_a_journey_of_hours_comes_back_as_written(host_zone: str, name: str) -> None:
    await walk((HOME / f"{name}.txt").read_text("utf-8"))
