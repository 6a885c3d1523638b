"""A process may die between any two steps; the long form of this is in the campaign."""

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.far_machine import FarHouseMachine, reached
from tests.machine import HouseMachine

__all__ = ["reached"]

TestHouse = HouseMachine.TestCase
TestHouse.settings = settings(
    max_examples=6,
    stateful_step_count=14,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=(Phase.generate,),  # an example takes seconds: it is told as it was found
)
TestHouse = pytest.mark.timeout(300)(TestHouse)

TestFarHouse = FarHouseMachine.TestCase
TestFarHouse.settings = settings(TestHouse.settings, max_examples=3)
TestFarHouse = pytest.mark.usefixtures("reached")(pytest.mark.timeout(300)(TestFarHouse))
