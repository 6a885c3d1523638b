"""A process dies between any two steps, hundreds of times: nothing kept is lost, order holds, second copies say so."""

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.campaign.conftest import scaled
from tests.far_machine import FarHouseMachine, reached
from tests.machine import HouseMachine

__all__ = ["reached"]

SETTINGS = settings(
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),
)

TestHouse = HouseMachine.TestCase
TestHouse.settings = settings(SETTINGS, max_examples=scaled(300))
TestHouse = pytest.mark.timeout(3000)(TestHouse)


TestFarHouse = FarHouseMachine.TestCase
TestFarHouse.settings = settings(SETTINGS, max_examples=scaled(100))
TestFarHouse = pytest.mark.usefixtures("reached")(pytest.mark.timeout(3000)(TestFarHouse))
