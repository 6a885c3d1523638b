"""The machine of crashes on PostgreSQL."""

from pathlib import Path

import pytest

from tests.conftest import database_of_its_own
from tests.machine import HouseMachine


class FarHouseMachine(HouseMachine):
    """The same on PostgreSQL, where statements travel together and leases run out by the clock."""

    server = ""

    def url(self, folder: Path) -> str:
        return database_of_its_own(self.server)


@pytest.fixture
def reached(server: str) -> None:
    """The server is there for the machine."""
    FarHouseMachine.server = server
