"""Whatever people, timers and accidents do, nobody who reports is lost and nothing is seen that may not be seen."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.bot.helpline.life_around import WholeLife

pytestmark = pytest.mark.timeout(300)


def test_in_any_order_of_deeds_what_was_promised_holds() -> None:
    short = settings(
        max_examples=25,
        stateful_step_count=30,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    run_state_machine_as_test(WholeLife, settings=short)
