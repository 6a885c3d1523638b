"""A command on a machine whose clock is wrong goes by the time all processes of the house go by: the database's."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.__main__ import main
from bot.app import MachineClock
from bot.commands.opening import opened
from bot.tables import audit, invitation
from tests.bot.commands.test_operators import folder, invite

__all__ = ["folder"]


@pytest.fixture
def four_days_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MachineClock, "now", lambda self: datetime.now(UTC) - timedelta(days=4))


@pytest.mark.usefixtures("four_days_behind")
def test_an_invitation_made_on_a_slow_machine_is_good_for_its_three_days(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    postgresql: str,
) -> None:
    monkeypatch.setenv("DONGHANH_DATABASE_URL", postgresql)
    assert main(["migrate"]) == 0 and invite() == 0
    with opened() as house:
        assert abs(house.now() - datetime.now(UTC)) < timedelta(minutes=1)
        ends = house.read(lambda c: c.execute(select(invitation.c.expires_at)).scalar_one())
        written = house.read(lambda c: list(c.execute(select(audit.c.at)).scalars()))
    assert ends - datetime.now(UTC) > timedelta(hours=71), "for the service it had run out before it was sent"
    assert all(datetime.now(UTC) - at < timedelta(minutes=1) for at in written)


@pytest.mark.usefixtures("four_days_behind")
def test_a_house_in_a_file_has_no_other_clock_than_the_machine(folder: Path) -> None:
    assert main(["migrate"]) == 0 and invite() == 0
    with opened() as house:
        assert house.now() < datetime.now(UTC) - timedelta(days=3)
