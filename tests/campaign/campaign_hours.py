"""Requirement 11: ten thousand random schedules, with holidays, against a look at every minute."""

from tests.campaign.conftest import scaled
from tests.directory.test_hours import disagreements


def test_ten_thousand_schedules_agree_with_a_look_at_every_minute() -> None:
    assert disagreements(scaled(10_000), 2026) == []
