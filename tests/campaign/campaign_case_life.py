"""The life of cases, tried long: hundreds of lives of sixty deeds each."""

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.bot.helpline.life_around import WholeLife
from tests.campaign.conftest import scaled


def test_hundreds_of_lives_keep_what_was_promised() -> None:
    long = settings(
        max_examples=scaled(200), stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(WholeLife, settings=long)
