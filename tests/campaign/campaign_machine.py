"""A process dies between any two steps, hundreds of times: nothing kept is lost, order holds, second copies say so."""

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.campaign.conftest import scaled
from tests.machine import HouseMachine

TestHouse = HouseMachine.TestCase
TestHouse.settings = settings(
    max_examples=scaled(300),
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),
)
TestHouse = pytest.mark.timeout(3000)(TestHouse)
